package collection

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/regex"
	"github.com/weirstream/weir/types"
)

// half is map_keys (child 0) or map_values (child 1).
func half(name string, child int) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 {
				return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
			}
			m, err := mapArg(name, args, 0)
			if err != nil {
				return expr.Resolution{}, err
			}
			t := types.ArrayOf(*m.Type().Key)
			t.ElemNullable = false
			if child == 1 {
				t = types.ArrayOf(*m.Type().Elem)
				t.ElemNullable = m.Type().ElemNullable
			}
			return resolution(name, args, []expr.Expr{m}, t), nil
		},
		Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, _ int, _ []int32) error {
			out.ShareOffsets(args[0].Offsets, out.Valid())
			out.Children[0].Share(args[0].Children[child])
			return nil
		}),
		Total: true,
	}
}

// entries is map_entries(map): an array of structs of key and value.
var entries = &expr.Function{
	Name: "map_entries",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("map_entries", "1", len(args))
		}
		m, err := mapArg("map_entries", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		t := types.ArrayOf(types.StructOf(types.Field{Name: "key", Type: *m.Type().Key},
			types.Field{Name: "value", Type: *m.Type().Elem, Nullable: m.Type().ElemNullable}))
		t.ElemNullable = false
		return resolution("map_entries", args, []expr.Expr{m}, t), nil
	},
	Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, _ int, _ []int32) error {
		m, pairs := args[0], out.Children[0]
		out.ShareOffsets(m.Offsets, out.Valid())
		pairs.ShareStruct(m.Children[0].Len(), nil)
		pairs.Children[0].Share(m.Children[0])
		pairs.Children[1].Share(m.Children[1])
		return nil
	}),
	Total: true,
}

// fromArrays is map_from_arrays(keys, values).
var fromArrays = &expr.Function{
	Name: "map_from_arrays",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("map_from_arrays", "2", len(args))
		}
		k, err := arrayArg("map_from_arrays", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		v, err := arrayArg("map_from_arrays", args, 1)
		if err != nil {
			return expr.Resolution{}, err
		}
		t := types.MapOf(*k.Type().Elem, *v.Type().Elem)
		t.ElemNullable = v.Type().ElemNullable
		return resolution("map_from_arrays", args, []expr.Expr{k, v}, t), nil
	},
	Kernel: mapKernel(func(m *maps, args []*batch.Column, i int32) (bool, error) {
		k, v := listOf(args[0]), listOf(args[1])
		from, to := k.span(i)
		first, last := v.span(i)
		if to-from != last-first {
			return false, fault.New(fault.MapSizesDiffer, "%d keys and %d values make no map", to-from, last-first)
		}
		for n := range to - from {
			if err := m.add(k.elem, from+n, v.elem, first+n); err != nil {
				return false, err
			}
		}
		return true, nil
	}),
}

// mapKernel makes kernels that build maps row by row; each is as for
// arrayKernel.
func mapKernel(each func(m *maps, args []*batch.Column, i int32) (bool, error)) func(*expr.Call, *expr.Env) (expr.Kernel, error) {
	return func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		m := newMaps(c.Typ)
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			m.start(out)
			for _, i := range expr.Rows(rows, sel) {
				if err := m.row(i); err != nil {
					return err
				}
				ok, err := each(m, args, i)
				if err != nil {
					return err
				}
				if !ok {
					out.SetNull(int(i))
				}
			}
			return m.finish(rows)
		}, nil
	}
}

// fromEntries is map_from_entries(array of structs of two fields): null where an
// entry is null.
var fromEntries = &expr.Function{
	Name: "map_from_entries",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("map_from_entries", "1", len(args))
		}
		e := args[0]
		if t := e.Type(); t.Kind != types.Array || t.Elem.Kind != types.Struct || len(t.Elem.Fields) != 2 {
			return expr.Resolution{}, unexpected("map_from_entries", 0, "\"ARRAY\" of pair \"STRUCT\"", args)
		}
		f := e.Type().Elem.Fields
		t := types.MapOf(f[0].Type, f[1].Type)
		t.ElemNullable = f[1].Nullable
		return expr.Resolution{Args: args, Type: t, Nullable: e.Nullable() || e.Type().ElemNullable}, nil
	},
	Kernel: mapKernel(func(m *maps, args []*batch.Column, i int32) (bool, error) {
		l := listOf(args[0])
		from, to := l.span(i)
		if anyNull(l.elem, from, to) {
			return false, nil
		}
		for k := from; k < to; k++ {
			if err := m.add(l.elem.Children[0], k, l.elem.Children[1], k); err != nil {
				return false, err
			}
		}
		return true, nil
	}),
}

// mapConcat is map_concat(map, map, …).
var mapConcat = &expr.Function{
	Name: "map_concat",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		for i := range args {
			if _, err := mapArg("map_concat", args, i); err != nil {
				return expr.Resolution{}, err
			}
		}
		cast, t, err := r.UnifyFor("map_concat", args)
		if err != nil {
			return expr.Resolution{}, err
		}
		if t.Kind == types.Null {
			t = types.MapOf(tString, tString)
			cast = expr.CastAll(args, t)
		}
		return expr.Resolution{Args: cast, Type: t, Nullable: expr.AnyNullable(cast...), Text: expr.CallText("map_concat", args)}, nil
	},
	Kernel: mapKernel(func(m *maps, args []*batch.Column, i int32) (bool, error) {
		for _, a := range args {
			from, to := listOf(a).span(i)
			for k := from; k < to; k++ {
				if err := m.add(a.Children[0], k, a.Children[1], k); err != nil {
					return false, err
				}
			}
		}
		return true, nil
	}),
}

// strToMap is str_to_map(text, between pairs, between key and value); both are
// regular expressions.
var strToMap = &expr.Function{
	Name: "str_to_map",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		all := append([]expr.Expr(nil), args...)
		for i := len(args); i < 3 && len(args) > 0; i++ {
			all = append(all, expr.Lit([]string{"", ",", ":"}[i]))
		}
		cast, err := r.Params("str_to_map", 3, all, tString, tString, tString)
		return expr.Resolution{Args: cast, Type: types.MapOf(tString, tString), Nullable: expr.AnyNullable(cast...),
			Text: expr.CallText("str_to_map", all)}, err
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		m := &mapReader{maps: newMaps(c.Typ), entries: batch.NewColumn(tString, 0)}
		return m.kernel, nil
	},
}

// mapReader reads maps of texts.
type mapReader struct {
	*maps
	pairs, value splitter
	entries      *batch.Column // keys and values in turn
	ends         []int32       // how many entries there are at the end of each row
	parts, sides []string
}

func (m *mapReader) kernel(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	s, pair, value := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), expr.ArgOf[string](args[2])
	m.entries.Resize(0)
	m.ends = m.ends[:0]
	sel = expr.Rows(rows, sel)
	for _, i := range sel {
		if err := m.read(s.At(i), pair.At(i), value.At(i)); err != nil {
			return err
		}
		m.ends = append(m.ends, int32(m.entries.Len()))
	}
	m.start(out)
	at := int32(0)
	for k, i := range sel {
		if err := m.row(i); err != nil {
			return err
		}
		for ; at < m.ends[k]; at += 2 {
			if err := m.add(m.entries, at, m.entries, at+1); err != nil {
				return err
			}
		}
	}
	return m.finish(rows)
}

// read adds the keys and values of one text to the entries.
func (m *mapReader) read(s, pair, value string) error {
	pairs, err := m.pairs.get(pair)
	if err != nil {
		return err
	}
	values, err := m.value.get(value)
	if err != nil {
		return err
	}
	m.parts = pairs.AppendSplit(m.parts[:0], s, -1)
	for _, p := range m.parts {
		m.sides = values.AppendSplit(m.sides[:0], p, 2)
		row := m.entries.Len()
		m.entries.Extend(2)
		to := batch.Values[string](m.entries)[row:]
		if to[0], to[1] = m.sides[0], ""; len(m.sides) > 1 {
			to[1] = m.sides[1]
		} else {
			m.entries.SetNull(row + 1)
		}
	}
	return nil
}

// splitter compiles the patterns of rows; equal ones that follow each other once.
type splitter struct {
	pattern string
	matcher *regex.Matcher
}

func (s *splitter) get(pattern string) (*regex.Matcher, error) {
	if s.matcher != nil && s.pattern == pattern {
		return s.matcher, nil
	}
	pattern = strings.Clone(pattern)
	p, err := regex.Compile(pattern)
	if err != nil {
		return nil, err
	}
	s.pattern, s.matcher = pattern, p.Matcher()
	return s.matcher, nil
}

// join is array_join(array, delimiter, null replacement): without one nulls do
// not count.
var join = &expr.Function{
	Name: "array_join",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, err := r.Params("array_join", 2, args, types.ArrayOf(tString), tString, tString)
		if err != nil {
			return expr.Resolution{}, err
		}
		return resolution("array_join", args, cast, tString), nil
	},
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var buf []byte
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			l, to := listOf(args[0]), batch.Values[string](out)
			texts, delim := batch.Values[string](l.elem), expr.ArgOf[string](args[1])
			for _, i := range expr.Rows(rows, sel) {
				start, first := len(buf), true
				from, end := l.span(i)
				for k := from; k < end; k++ {
					null := l.elem.Null(int(k))
					if null && len(args) == 2 {
						continue
					}
					if !first {
						buf = append(buf, delim.At(i)...)
					}
					first = false
					if null {
						buf = append(buf, expr.ArgOf[string](args[2]).At(i)...)
					} else {
						buf = append(buf, texts[k]...)
					}
				}
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	},
}

// zip is arrays_zip(a, b, …): an array of structs, as long as the longest.
var zip = &expr.Function{
	Name: "arrays_zip",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		var fields []types.Field
		cast := make([]expr.Expr, len(args))
		for i, a := range args {
			e, err := arrayArg("arrays_zip", args, i)
			if err != nil {
				return expr.Resolution{}, err
			}
			cast[i] = e
			fields = append(fields, types.Field{Name: fieldName(a, fmt.Sprint(i)), Type: *e.Type().Elem, Nullable: true})
		}
		t := types.ArrayOf(types.StructOf(fields...))
		t.ElemNullable = false
		return resolution("arrays_zip", args, cast, t), nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		fields := make([][]int32, len(c.Args))
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			for k := range fields {
				fields[k] = fields[k][:0]
			}
			total, at := int32(0), 0
			for _, i := range expr.Rows(rows, sel) {
				for ; at <= int(i); at++ {
					out.Offsets[at] = total
				}
				longest := int32(0)
				for _, a := range args {
					from, to := listOf(a).span(i)
					longest = max(longest, to-from)
				}
				for k, a := range args {
					from, to := listOf(a).span(i)
					for n := range longest {
						row := int32(-1)
						if from+n < to {
							row = from + n
						}
						fields[k] = append(fields[k], row)
					}
				}
				total += longest
			}
			for ; at <= rows; at++ {
				out.Offsets[at] = total
			}
			structs := out.Children[0]
			structs.Resize(int(total))
			for k, a := range args {
				structs.Children[k].Take(a.Children[0], fields[k])
			}
			return nil
		}, nil
	},
}
