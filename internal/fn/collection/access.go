package collection

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// missing says what an access beyond the ends of an array does.
type missing uint8

const (
	byMode missing = iota // an error in ANSI mode, else null
	never                 // null
)

// access is a[k], get, element_at or try_element_at. base is the number of the
// first element.
func access(name string, base int32, beyond missing) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 2 {
				return expr.Resolution{}, expr.WrongCount(name, "2", len(args))
			}
			key, t, err := accessTypes(r, name, args)
			if err != nil {
				return expr.Resolution{}, err
			}
			res := expr.Resolution{Args: []expr.Expr{args[0], key}, Type: t, Nullable: true, Text: expr.CallText(name, args)}
			if name == "[]" {
				res.Text = args[0].String() + "[" + args[1].String() + "]"
			}
			if a := args[0].Type(); a.Kind == types.Array && beyond == byMode && r.ANSI {
				res.Nullable = a.ElemNullable || expr.AnyNullable(args...)
			}
			return res, nil
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			if c.Args[0].Type().Kind == types.Map {
				return lookup(expr.OrderOf(*c.Args[0].Type().Key)), nil
			}
			raise := env.ANSI && beyond == byMode
			return pick(firstChild, func(args []*batch.Column, i int32) (int32, error) {
				return index(listOf(args[0]), expr.ArgOf[int32](args[1]).At(i), i, base, raise)
			}), nil
		},
	}
}

func firstChild(args []*batch.Column) *batch.Column { return args[0].Children[0] }

// accessTypes casts the key or index, and gives the type of what is found.
func accessTypes(r *expr.Resolver, name string, args []expr.Expr) (expr.Expr, types.Type, error) {
	switch t := args[0].Type(); t.Kind {
	case types.Array:
		k := args[1].Type()
		if !k.Integral() && k.Kind != types.Null || k.Kind == types.Long && name != "[]" {
			return nil, t, unexpected(name, 1, "\"INT\"", args)
		}
		return expr.CastTo(args[1], tInt), *t.Elem, nil
	case types.Map:
		common, ok := r.Wider(*t.Key, args[1].Type())
		if !ok || !common.SameIgnoringNullability(*t.Key) {
			if key, can := r.Arg(args[1], *t.Key); can {
				return key, *t.Elem, nil
			}
			return nil, t, fault.New(fault.MapKeyMismatch, "%s: the keys are %s, not %s", name, t.Key.SQL(),
				args[1].Type().SQL()).With("functionName", "`"+name+"`")
		}
		return expr.CastTo(args[1], *t.Key), *t.Elem, nil
	default:
		return nil, t, unexpected(name, 0, "(\"ARRAY\" or \"MAP\")", args)
	}
}

// index is the row of an element, or -1 for null.
func index(a list, k, i, base int32, raise bool) (int32, error) {
	from, to := a.span(i)
	n := to - from
	at := k - base
	if base == 1 {
		if k == 0 {
			return -1, fault.New(fault.InvalidIndexZero, "the index 0: elements are counted from 1, or from -1 for the last")
		}
		if k < 0 {
			at = n + k
		}
	}
	if at < 0 || at >= n {
		if !raise {
			return -1, nil
		}
		c, instead := fault.InvalidArrayIndex, "get"
		if base == 1 {
			c, instead = fault.InvalidElementAt, "try_element_at"
		}
		return -1, fault.New(c, "index %d of an array of %d elements; %s gives NULL instead", k, n, instead).
			With("indexValue", fmt.Sprint(k)).With("arraySize", fmt.Sprint(n))
	}
	return from + at, nil
}

// lookup is the value of a key in a map.
func lookup(order expr.Order) expr.Kernel {
	return pick(func(args []*batch.Column) *batch.Column { return args[0].Children[1] },
		func(args []*batch.Column, i int32) (int32, error) {
			return find(listOf(args[0]), args[1], i, order), nil
		})
}

// find is the row of the first element of row i that equals value's, or -1.
func find(l list, value *batch.Column, i int32, order expr.Order) int32 {
	row := int(i)
	if value.Const {
		row = 0
	}
	from, to := l.span(i)
	for k := from; k < to; k++ {
		if !l.elem.Null(int(k)) && order(l.elem, int(k), value, row) == 0 {
			return k
		}
	}
	return -1
}

// size is size(array or map); null gives -1 outside ANSI mode.
func size(name string, nullGivesMinusOne, maps bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 {
				return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
			}
			e := args[0]
			if e.Type().Kind != types.Map || !maps {
				var err error
				if e, err = arrayArg(name, args, 0); err != nil {
					return expr.Resolution{}, err
				}
			}
			return expr.Resolution{Args: []expr.Expr{e}, Type: tInt, Nullable: e.Nullable() && (r.ANSI || !nullGivesMinusOne),
				Text: expr.CallText(name, args)}, nil
		},
		NullSafe: true,
		Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				l, to := listOf(args[0]), batch.Values[int32](out)
				for _, i := range expr.Rows(rows, sel) {
					if args[0].Null(int(i)) {
						to[i] = -1
						if env.ANSI || !nullGivesMinusOne {
							out.SetNull(int(i))
						}
						continue
					}
					from, end := l.span(i)
					to[i] = end - from
				}
				return nil
			}, nil
		},
	}
}

// contains is array_contains(array, value): null where it is not found among
// nulls.
var contains = &expr.Function{
	Name: "array_contains",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		a, v, err := withElement(r, "array_contains", args)
		if err != nil {
			return expr.Resolution{}, err
		}
		return expr.Resolution{Args: []expr.Expr{a, v}, Type: tBoolean,
			Nullable: expr.AnyNullable(a, v) || a.Type().ElemNullable, Text: expr.CallText("array_contains", args)}, nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		order := expr.OrderOf(c.Args[1].Type())
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			l, to := listOf(args[0]), batch.Values[bool](out)
			for _, i := range expr.Rows(rows, sel) {
				to[i] = find(l, args[1], i, order) >= 0
				if from, end := l.span(i); !to[i] && anyNull(l.elem, from, end) {
					out.SetNull(int(i))
				}
			}
			return nil
		}, nil
	},
}

func anyNull(c *batch.Column, from, to int32) bool {
	if !c.HasNulls() {
		return false
	}
	for ; from < to; from++ {
		if c.Null(int(from)) {
			return true
		}
	}
	return false
}

// position is array_position(array, value): from 1, 0 where it is not there.
var position = &expr.Function{
	Name: "array_position",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		a, v, err := withElement(r, "array_position", args)
		if err != nil {
			return expr.Resolution{}, err
		}
		return resolution("array_position", args, []expr.Expr{a, v}, types.Of(types.Long)), nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		order := expr.OrderOf(c.Args[1].Type())
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			l, to := listOf(args[0]), batch.Values[int64](out)
			for _, i := range expr.Rows(rows, sel) {
				from, _ := l.span(i)
				if k := find(l, args[1], i, order); k >= 0 {
					to[i] = int64(k-from) + 1
				} else {
					to[i] = 0
				}
			}
			return nil
		}, nil
	},
}

// containsKey is map_contains_key(map, key).
var containsKey = &expr.Function{
	Name: "map_contains_key",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("map_contains_key", "2", len(args))
		}
		m, err := mapArg("map_contains_key", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		key, _, err := accessTypes(r, "map_contains_key", []expr.Expr{m, args[1]})
		if err != nil {
			return expr.Resolution{}, err
		}
		return resolution("map_contains_key", args, []expr.Expr{m, key}, tBoolean), nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		order := expr.OrderOf(c.Args[1].Type())
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			l, to := listOf(args[0]), batch.Values[bool](out)
			for _, i := range expr.Rows(rows, sel) {
				to[i] = find(l, args[1], i, order) >= 0
			}
			return nil
		}, nil
	},
}

// extreme is array_max (want 1) or array_min (want -1); nulls do not count.
func extreme(name string, want int) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 {
				return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
			}
			a, err := arrayArg(name, args, 0)
			if err != nil {
				return expr.Resolution{}, err
			}
			if !expr.Orderable(*a.Type().Elem) {
				return expr.Resolution{}, fault.New(fault.InvalidOrdering, "%s cannot compare %s", name, a.Type().Elem.SQL())
			}
			return expr.Resolution{Args: []expr.Expr{a}, Type: *a.Type().Elem, Nullable: true, Text: expr.CallText(name, args)}, nil
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			order := expr.OrderOf(c.Typ)
			return pick(firstChild, func(args []*batch.Column, i int32) (int32, error) {
				l := listOf(args[0])
				best := int32(-1)
				from, to := l.span(i)
				for k := from; k < to; k++ {
					if !l.elem.Null(int(k)) && (best < 0 || order(l.elem, int(k), l.elem, int(best))*want > 0) {
						best = k
					}
				}
				return best, nil
			}), nil
		},
	}
}
