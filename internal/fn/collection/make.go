package collection

import (
	"fmt"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// array is array(a, b, …).
var array = &expr.Function{
	Name: "array",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, t, err := r.UnifyFor("array", args)
		at := types.ArrayOf(t)
		at.ElemNullable = expr.AnyNullable(cast...)
		return expr.Resolution{Args: cast, Type: at, Text: expr.CallText("array", args)}, err
	},
	NullSafe: true,
	Kernel: perCompile(func(b *builder, args []*batch.Column, i int32) (bool, error) {
		for _, a := range args {
			b.add(a, i)
		}
		return true, nil
	}),
}

// makeMap is map(key, value, …).
var makeMap = &expr.Function{
	Name: "map",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args)%2 != 0 {
			return expr.Resolution{}, expr.WrongCount("map", "2n (n > 0)", len(args))
		}
		var keys, values []expr.Expr
		for i := 0; i < len(args); i += 2 {
			keys, values = append(keys, args[i]), append(values, args[i+1])
		}
		keys, kt, ok := r.Unify(keys)
		if !ok {
			return expr.Resolution{}, fault.New(fault.MapKeyAndValue, "the keys of map must be of one type")
		}
		values, vt, ok := r.Unify(values)
		if !ok {
			return expr.Resolution{}, fault.New(fault.MapValueDiff, "the values of map must be of one type")
		}
		cast := make([]expr.Expr, 0, len(args))
		for i := range keys {
			cast = append(cast, keys[i], values[i])
		}
		mt := types.MapOf(kt, vt)
		mt.ElemNullable = expr.AnyNullable(values...)
		return expr.Resolution{Args: cast, Type: mt, Text: expr.CallText("map", args)}, nil
	},
	NullSafe: true,
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		m := newMaps(c.Typ)
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			m.start(out)
			for _, i := range expr.Rows(rows, sel) {
				if err := m.row(i); err != nil {
					return err
				}
				for k := 0; k < len(args); k += 2 {
					if err := m.add(args[k], i, args[k+1], i); err != nil {
						return err
					}
				}
			}
			return m.finish(rows)
		}, nil
	},
}

// maps makes a column of maps. Keys must not be null nor occur twice.
type maps struct {
	keys, values builder
	order        expr.Order
	seen         []entry // the keys of the row being made
	sorted       []entry // scratch
}

// entry is a row of a column.
type entry struct {
	col *batch.Column
	row int
}

func newMaps(t types.Type) *maps { return &maps{order: expr.OrderOf(*t.Key)} }

func (m *maps) start(out *batch.Column) {
	m.keys.start(out)
	m.values.startChild(out.Children[1])
	m.seen = m.seen[:0]
}

// row ends the row before and begins one.
func (m *maps) row(i int32) error {
	err := m.check()
	m.keys.row(i)
	m.seen = m.seen[:0]
	return err
}

// add adds a key and a value, rows of their columns.
func (m *maps) add(key *batch.Column, k int32, value *batch.Column, v int32) error {
	row := rowOf(key, k)
	if key.Null(row) {
		return fault.New(fault.NullMapKey, "a key of a map cannot be null")
	}
	m.seen = append(m.seen, entry{key, row})
	m.keys.add(key, k)
	m.values.add(value, v)
	return nil
}

// check looks for a key that the row has twice.
func (m *maps) check() error {
	if len(m.seen) < 2 {
		return nil
	}
	m.sorted = append(m.sorted[:0], m.seen...)
	slices.SortFunc(m.sorted, func(a, b entry) int { return m.order(a.col, a.row, b.col, b.row) })
	for i, e := range m.sorted[1:] {
		if before := m.sorted[i]; m.order(before.col, before.row, e.col, e.row) == 0 {
			key := fmt.Sprint(expr.ValueAt(e.col, e.row))
			return fault.New(fault.DuplicateMapKey, "the key %s is there twice", key).With("key", key)
		}
	}
	return nil
}

func (m *maps) finish(rows int) error {
	err := m.check()
	m.keys.finish(rows)
	m.values.finish(rows)
	return err
}

// makeStruct is struct(a, b, …) or named_struct('a', a, 'b', b, …).
func makeStruct(name string, named bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			var fields []types.Field
			values := args
			if named {
				if len(args)%2 != 0 {
					return expr.Resolution{}, expr.WrongCount(name, "2n (n > 0)", len(args))
				}
				values = nil
			}
			for i, a := range args {
				field := fmt.Sprintf("col%d", i+1)
				if named {
					if i%2 == 1 {
						continue
					}
					l, ok := a.(*expr.Literal)
					text, isText := "", false
					if ok {
						text, isText = l.Value.(string)
					}
					if !isText {
						return expr.Resolution{}, fault.New(fault.StructNameNotConst, "the names in %s must be constant strings, not %s", name, a)
					}
					field, a = text, args[i+1]
					values = append(values, a)
				} else {
					field = fieldName(a, field)
				}
				fields = append(fields, types.Field{Name: field, Type: a.Type(), Nullable: a.Nullable()})
			}
			return expr.Resolution{Args: values, Type: types.StructOf(fields...), Text: expr.CallText(name, args)}, nil
		},
		Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			s := &structOf{args: args, out: batch.NewColumn(c.Typ, 0)}
			for _, a := range c.Args {
				s.flat = append(s.flat, batch.NewColumn(a.Type(), 0))
			}
			s.out.Children = make([]*batch.Column, len(args))
			return s, nil
		},
	}
}

// fieldName is the name that an expression gives to a field of struct().
func fieldName(e expr.Expr, otherwise string) string {
	switch e := e.(type) {
	case *expr.Alias:
		return e.Names[0]
	case *expr.Ref:
		return e.Name
	case *expr.LambdaVar:
		return e.Name
	case *expr.Field:
		return e.Name()
	}
	return otherwise
}

// structOf shows its arguments' columns as the fields of a struct; nothing is
// copied but constants.
type structOf struct {
	args []expr.Eval
	out  *batch.Column
	flat []*batch.Column
}

func (s *structOf) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	children := s.out.Children
	s.out.Children = nil // not ours to be resized
	s.out.Resize(b.Rows)
	s.out.Children = children
	constant := true
	for i, a := range s.args {
		c, err := a.Eval(b, sel)
		if err != nil {
			return nil, err
		}
		children[i] = c
		constant = constant && c.Const
	}
	if constant && len(children) > 0 && b.Rows > 0 {
		s.out.Children = nil
		s.out.Resize(1)
		s.out.Children = children
		s.out.Const = true
		return s.out, nil
	}
	for i, c := range children {
		children[i] = c.Flat(b.Rows, s.flat[i])
	}
	return s.out, nil
}
