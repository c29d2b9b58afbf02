package collection

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// oneArray is the Resolve of a function from an array to an array of the same
// type.
func oneArray(name string) func(*expr.Resolver, []expr.Expr) (expr.Resolution, error) {
	return func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
		}
		a, err := arrayArg(name, args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		return resolution(name, args, []expr.Expr{a}, a.Type()), nil
	}
}

// known is a set of elements. They are kept sorted, so that long arrays do not
// cost the square of their length.
type known struct {
	order   expr.Order
	entries []entry
	null    bool
}

func (k *known) reset() { k.entries, k.null = k.entries[:0], false }

// find is where an element that is not null stands, or would.
func (k *known) find(c *batch.Column, row int) (int, bool) {
	return slices.BinarySearchFunc(k.entries, entry{c, row}, func(e, want entry) int {
		return k.order(e.col, e.row, want.col, want.row)
	})
}

func (k *known) has(c *batch.Column, row int) bool {
	if c.Null(row) {
		return k.null
	}
	_, ok := k.find(c, row)
	return ok
}

// add reports whether the element is new.
func (k *known) add(c *batch.Column, row int) bool {
	if c.Null(row) {
		fresh := !k.null
		k.null = true
		return fresh
	}
	at, ok := k.find(c, row)
	if !ok {
		k.entries = slices.Insert(k.entries, at, entry{c, row})
	}
	return !ok
}

// distinct is array_distinct(array).
var distinct = &expr.Function{
	Name: "array_distinct",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		res, err := oneArray("array_distinct")(r, args)
		if err == nil {
			err = needsOrder("array_distinct", *res.Type.Elem)
		}
		return res, err
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		seen := known{order: expr.OrderOf(*c.Typ.Elem)}
		return arrayKernel(func(b *builder, args []*batch.Column, i int32) (bool, error) {
			l := listOf(args[0])
			seen.reset()
			from, to := l.span(i)
			for k := from; k < to; k++ {
				if seen.add(l.elem, int(k)) {
					b.add(l.elem, k)
				}
			}
			return true, nil
		}), nil
	},
}

// setOperation is array_union, array_intersect or array_except.
func setOperation(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			cast, t, err := twoArrays(r, name, args)
			if err == nil {
				err = needsOrder(name, *t.Elem)
			}
			return expr.Resolution{Args: cast, Type: t, Nullable: expr.AnyNullable(cast...), Text: expr.CallText(name, args)}, err
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			order := expr.OrderOf(*c.Typ.Elem)
			second, done := known{order: order}, known{order: order}
			return arrayKernel(func(b *builder, args []*batch.Column, i int32) (bool, error) {
				x, y := listOf(args[0]), listOf(args[1])
				second.reset()
				done.reset()
				from, to := y.span(i)
				if name != "array_union" {
					for k := from; k < to; k++ {
						second.add(y.elem, int(k))
					}
				}
				first, end := x.span(i)
				for k := first; k < end; k++ {
					if name != "array_union" && second.has(x.elem, int(k)) != (name == "array_intersect") {
						continue
					}
					if done.add(x.elem, int(k)) {
						b.add(x.elem, k)
					}
				}
				for k := from; k < to && name == "array_union"; k++ {
					if done.add(y.elem, int(k)) {
						b.add(y.elem, k)
					}
				}
				return true, nil
			}), nil
		},
	}
}

// overlap is arrays_overlap(a, b): null where only a null could be common.
var overlap = &expr.Function{
	Name: "arrays_overlap",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, t, err := twoArrays(r, "arrays_overlap", args)
		if err == nil {
			err = needsOrder("arrays_overlap", *t.Elem)
		}
		return expr.Resolution{Args: cast, Type: tBoolean, Nullable: true, Text: expr.CallText("arrays_overlap", args)}, err
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		first := known{order: expr.OrderOf(*c.Args[0].Type().Elem)}
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			x, y, to := listOf(args[0]), listOf(args[1]), batch.Values[bool](out)
			for _, i := range expr.Rows(rows, sel) {
				first.reset()
				a, end := x.span(i)
				for k := a; k < end; k++ {
					first.add(x.elem, int(k))
				}
				b, last := y.span(i)
				to[i] = false
				for k := b; k < last && !to[i]; k++ {
					to[i] = !y.elem.Null(int(k)) && first.has(y.elem, int(k))
				}
				if !to[i] && a < end && b < last && (first.null || anyNull(y.elem, b, last)) {
					out.SetNull(int(i))
				}
			}
			return nil
		}, nil
	},
}

// sorting is sort_array(array, ascending), whose nulls are least, or
// array_sort(array), whose nulls come last.
func sorting(name string, nullsLast bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			all := args
			if !nullsLast && len(args) == 1 {
				all = append(args[:1:1], expr.Lit(true))
			}
			if want := map[bool]int{false: 2, true: 1}[nullsLast]; len(all) != want {
				return expr.Resolution{}, expr.WrongCount(name, fmt.Sprint(want), len(args))
			}
			a, err := arrayArg(name, all, 0)
			if err != nil {
				return expr.Resolution{}, err
			}
			if !expr.Orderable(*a.Type().Elem) {
				return expr.Resolution{}, fault.New(fault.InvalidOrdering, "%s cannot compare %s", name, a.Type().Elem.SQL())
			}
			cast := append([]expr.Expr{a}, all[1:]...)
			res := resolution(name, all, cast, a.Type())
			if nullsLast {
				res.Text = "array_sort(" + args[0].String() + ", " + naturalOrder + ")"
			}
			return res, nil
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			order := expr.OrderOf(*c.Typ.Elem)
			var rows []int32
			return arrayKernel(func(b *builder, args []*batch.Column, i int32) (bool, error) {
				ascending := len(args) == 1 || expr.ArgOf[bool](args[1]).At(i)
				l := listOf(args[0])
				from, to := l.span(i)
				rows = rows[:0]
				for k := from; k < to; k++ {
					rows = append(rows, k)
				}
				slices.SortStableFunc(rows, func(x, y int32) int {
					p, q := l.elem.Null(int(x)), l.elem.Null(int(y))
					n := 0
					switch {
					case p && q:
					case p:
						n = -1
					case q:
						n = 1
					default:
						n = order(l.elem, int(x), l.elem, int(y))
					}
					if !ascending || nullsLast && p != q {
						n = -n
					}
					return n
				})
				for _, k := range rows {
					b.add(l.elem, k)
				}
				return true, nil
			}), nil
		},
	}
}

// naturalOrder is how the comparison that array_sort does without one given stands
// in a column's name.
const naturalOrder = "lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, " +
	"(IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, " +
	"(IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), " +
	"namedlambdavariable(), namedlambdavariable())"

// slice is slice(array, start, length); start counts from 1, or from the end.
var slice = &expr.Function{
	Name: "slice",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("slice", "3", len(args))
		}
		a, err := arrayArg("slice", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		cast := []expr.Expr{a}
		for i, e := range args[1:] {
			if _, ok := r.Arg(e, types.Of(types.Long)); !ok {
				return expr.Resolution{}, unexpected("slice", i+1, "\"INT\"", args)
			}
			cast = append(cast, expr.CastTo(e, tInt))
		}
		return resolution("slice", args, cast, a.Type()), nil
	},
	Kernel: perCompile(func(b *builder, args []*batch.Column, i int32) (bool, error) {
		l, start, n := listOf(args[0]), expr.ArgOf[int32](args[1]).At(i), expr.ArgOf[int32](args[2]).At(i)
		from, to := l.span(i)
		switch {
		case start == 0:
			return false, fault.New(fault.StartOfSlice, "slice counts from 1, or from -1 for the last element, not from 0")
		case n < 0:
			return false, fault.New(fault.LengthOfSlice, "the length of a slice cannot be %d", n)
		case start > 0:
			start += from - 1
		default:
			start += to
		}
		if start >= from && start < to {
			b.addAll(l.elem, start, min(to, start+min(n, to-start)))
		}
		return true, nil
	}),
}

// Concat is concat(array, array, …) and a || b.
func Concat(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			cast, t, err := r.UnifyFor("concat", args)
			if err == nil && t.Kind != types.Array {
				err = unexpected("concat", 0, "\"ARRAY\"", args)
			}
			return expr.Resolution{Args: cast, Type: t, Nullable: expr.AnyNullable(cast...),
				Text: expr.CallText("concat", args)}, err
		},
		Kernel: perCompile(func(b *builder, args []*batch.Column, i int32) (bool, error) {
			for _, a := range args {
				from, to := listOf(a).span(i)
				b.addAll(a.Children[0], from, to)
			}
			return true, nil
		}),
	}
}

// Reverse is reverse(array).
var Reverse = &expr.Function{
	Name:    "reverse",
	Resolve: oneArray("reverse"),
	Kernel: perCompile(func(b *builder, args []*batch.Column, i int32) (bool, error) {
		l := listOf(args[0])
		from, to := l.span(i)
		for k := to - 1; k >= from; k-- {
			b.add(l.elem, k)
		}
		return true, nil
	}),
}

// compact is array_compact(array): without nulls.
var compact = &expr.Function{
	Name: "array_compact",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		res, err := oneArray("array_compact")(r, args)
		res.Type.ElemNullable = false
		return res, err
	},
	Kernel: perCompile(func(b *builder, args []*batch.Column, i int32) (bool, error) {
		l := listOf(args[0])
		from, to := l.span(i)
		for k := from; k < to; k++ {
			if !l.elem.Null(int(k)) {
				b.add(l.elem, k)
			}
		}
		return true, nil
	}),
}

// remove is array_remove(array, value).
var remove = &expr.Function{
	Name: "array_remove",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		a, v, err := withNeedle(r, "array_remove", args)
		if err != nil {
			return expr.Resolution{}, err
		}
		return resolution("array_remove", args, []expr.Expr{a, v}, a.Type()), nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		find := finderOf(c.Args[1].Type())
		return arrayKernel(func(b *builder, args []*batch.Column, i int32) (bool, error) {
			l, row := listOf(args[0]), rowOf(args[1], i)
			for from, to := l.span(i); from < to; {
				k := find(l.elem, from, to, args[1], row)
				if k < 0 {
					k = to
				}
				b.addAll(l.elem, from, k)
				from = k + 1
			}
			return true, nil
		}), nil
	},
}

// extend is array_append or array_prepend(array, value), which may be null.
func extend(name string, atEnd bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			a, v, err := withElement(r, name, args)
			if err != nil {
				return expr.Resolution{}, err
			}
			t := a.Type()
			t.ElemNullable = t.ElemNullable || v.Nullable()
			return expr.Resolution{Args: []expr.Expr{a, v}, Type: t, Nullable: a.Nullable(), Text: expr.CallText(name, args)}, nil
		},
		NullSafe: true,
		Kernel: perCompile(func(b *builder, args []*batch.Column, i int32) (bool, error) {
			if args[0].Null(int(i)) {
				return false, nil
			}
			from, to := listOf(args[0]).span(i)
			if !atEnd {
				b.add(args[1], i)
			}
			b.addAll(args[0].Children[0], from, to)
			if atEnd {
				b.add(args[1], i)
			}
			return true, nil
		}),
	}
}

// repeat is array_repeat(value, count).
var repeat = &expr.Function{
	Name: "array_repeat",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("array_repeat", "2", len(args))
		}
		n, ok := r.Arg(args[1], tInt)
		if !ok {
			return expr.Resolution{}, unexpected("array_repeat", 1, "\"INT\"", args)
		}
		t := types.ArrayOf(args[0].Type())
		t.ElemNullable = args[0].Nullable()
		return expr.Resolution{Args: []expr.Expr{args[0], n}, Type: t, Nullable: n.Nullable(),
			Text: expr.CallText("array_repeat", args)}, nil
	},
	NullSafe: true,
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		most := mostElements(env)
		return arrayKernel(func(b *builder, args []*batch.Column, i int32) (bool, error) {
			if args[1].Null(int(i)) {
				return false, nil
			}
			n := expr.ArgOf[int32](args[1]).At(i)
			if all := int64(len(b.rows)) + int64(n); all > most {
				return false, tooMany("array_repeat", all, most)
			}
			for ; n > 0; n-- {
				b.add(args[0], i)
			}
			return true, nil
		}), nil
	},
}

// flatten is flatten(array of arrays): null where an inner array is.
var flatten = &expr.Function{
	Name: "flatten",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("flatten", "1", len(args))
		}
		a, err := arrayArg("flatten", args, 0)
		if err == nil && a.Type().Elem.Kind != types.Array {
			err = unexpected("flatten", 0, "\"ARRAY\" of \"ARRAY\"", args)
		}
		if err != nil {
			return expr.Resolution{}, err
		}
		return expr.Resolution{Args: []expr.Expr{a}, Type: *a.Type().Elem, Nullable: a.Nullable() || a.Type().ElemNullable,
			Text: expr.CallText("flatten", args)}, nil
	},
	Kernel: perCompile(func(b *builder, args []*batch.Column, i int32) (bool, error) {
		l := listOf(args[0])
		from, to := l.span(i)
		if anyNull(l.elem, from, to) {
			return false, nil
		}
		inner := listOf(l.elem)
		for k := from; k < to; k++ {
			start, end := inner.span(k)
			b.addAll(inner.elem, start, end)
		}
		return true, nil
	}),
}

// insert is array_insert(array, position, value), from 1, or from the end.
var insert = &expr.Function{
	Name: "array_insert",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("array_insert", "3", len(args))
		}
		a, v, err := withElement(r, "array_insert", []expr.Expr{args[0], args[2]})
		if err != nil {
			return expr.Resolution{}, err
		}
		pos, ok := r.Arg(args[1], tInt)
		if !ok {
			return expr.Resolution{}, unexpected("array_insert", 1, "\"INT\"", args)
		}
		t := a.Type()
		t.ElemNullable = true
		return expr.Resolution{Args: []expr.Expr{a, pos, v}, Type: t, Nullable: a.Nullable() || pos.Nullable(),
			Text: expr.CallText("array_insert", args)}, nil
	},
	NullSafe: true,
	Kernel: perCompile(func(b *builder, args []*batch.Column, i int32) (bool, error) {
		if args[0].Null(int(i)) || args[1].Null(int(i)) {
			return false, nil
		}
		from, to := listOf(args[0]).span(i)
		elem, pos, n := args[0].Children[0], expr.ArgOf[int32](args[1]).At(i), to-from
		switch {
		case pos == 0:
			return false, fault.New(fault.InvalidIndexZero, "array_insert counts from 1, or from -1 for the end")
		case pos < 0 && -pos > n:
			b.add(args[2], i)
			b.addNulls(-pos - 1 - n)
			b.addAll(elem, from, to)
			return true, nil
		case pos < 0:
			pos = n + pos + 2
		}
		b.addAll(elem, from, from+min(pos-1, n))
		b.addNulls(pos - 1 - n)
		b.add(args[2], i)
		b.addAll(elem, from+min(pos-1, n), to)
		return true, nil
	}),
}

// shuffle is shuffle(array, seed): the elements in another order, the same one
// each time a batch is run.
var shuffle = &expr.Function{
	Name: "shuffle",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 && len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("shuffle", "1 or 2", len(args))
		}
		a, err := arrayArg("shuffle", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		cast := []expr.Expr{a}
		if len(args) == 2 {
			seed, ok := r.Arg(args[1], types.Of(types.Long))
			if !ok {
				return expr.Resolution{}, unexpected("shuffle", 1, "\"BIGINT\"", args)
			}
			cast = append(cast, seed)
		}
		return resolution("shuffle", args, cast, a.Type()), nil
	},
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		var source *rand.Rand
		lot := env.NewLot()
		return arrayKernel(func(b *builder, args []*batch.Column, i int32) (bool, error) {
			if lot.Begins() {
				source = rand.New(rand.NewPCG(lot.Seed(), 0))
				if len(args) == 2 {
					source = rand.New(rand.NewPCG(uint64(expr.ArgOf[int64](args[1]).At(i)), uint64(lot.Task())))
				}
			}
			l := listOf(args[0])
			begin := len(b.rows)
			from, to := l.span(i)
			b.addAll(l.elem, from, to)
			mine := b.rows[begin:]
			source.Shuffle(len(mine), func(x, y int) { mine[x], mine[y] = mine[y], mine[x] })
			return true, nil
		}), nil
	},
	Volatile: true,
}
