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
			of, key, t, err := accessTypes(r, name, args)
			if err != nil {
				return expr.Resolution{}, err
			}
			res := expr.Resolution{Args: []expr.Expr{of, key}, Type: t, Nullable: true, Text: expr.CallText(name, args)}
			if name == "[]" {
				res.Text = args[0].String() + "[" + args[1].String() + "]"
			}
			if _, isName := fieldOf(args); isName {
				res.Nullable, res.Text = args[0].Nullable(), args[0].String()+"."+args[1].String()
				return res, nil
			}
			if a := args[0].Type(); a.Kind == types.Array && beyond == byMode && r.ANSI {
				res.Nullable = a.ElemNullable || expr.AnyNullable(args...)
			}
			return res, nil
		},
		Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
			if k, isName := fieldOf(c.Args); isName {
				return fieldsOf(k), nil
			}
			if c.Args[0].Type().Kind == types.Null {
				return allNull, nil
			}
			if c.Args[0].Type().Kind == types.Map {
				return lookup(finderOf(*c.Args[0].Type().Key)), nil
			}
			raise := env.ANSI && beyond == byMode
			return pick(firstChild, func(args []*batch.Column, i int32) (int32, error) {
				return index(listOf(args[0]), expr.ArgOf[int32](args[1]).At(i), i, base, raise)
			}), nil
		},
	}
}

// fieldOf is the ordinal of the field that the second argument names, -1 for none,
// where the first is an array of structs.
func fieldOf(args []expr.Expr) (ordinal int, isName bool) {
	l, ok := args[1].(*expr.Literal)
	if t := args[0].Type(); !ok || t.Kind != types.Array || t.Elem.Kind != types.Struct {
		return -1, false
	}
	name, ok := l.Value.(string)
	if !ok {
		return -1, false
	}
	return types.NewSchema(args[0].Type().Elem.Fields...).Index(name), true
}

// fieldsOf is array.name: the field of each struct, whose column is shared.
func fieldsOf(ordinal int) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, _ int, _ []int32) error {
		structs := args[0].Children[0]
		out.ShareOffsets(args[0].Offsets, out.Valid())
		out.Children[0].Share(structs.Children[ordinal])
		out.Children[0].AndValid(structs)
		return nil
	}
}

func allNull(out *batch.Column, _ []*batch.Column, _ int, _ []int32) error {
	out.SetAllNull()
	return nil
}

func firstChild(args []*batch.Column) *batch.Column { return args[0].Children[0] }

// accessTypes casts the collection and the key or index, and gives the type of
// what is found.
func accessTypes(r *expr.Resolver, name string, args []expr.Expr) (of, key expr.Expr, found types.Type, err error) {
	if args[0].Type().Kind == types.Map && name != "[]" {
		of, key, err = withKey(r, name, args)
		return of, key, *args[0].Type().Elem, err
	}
	switch t := args[0].Type(); t.Kind {
	case types.Null:
		return args[0], args[1], t, nil
	case types.Array:
		if k, isName := fieldOf(args); isName && name == "[]" {
			if k < 0 {
				return nil, nil, t, fault.New(fault.UnresolvedField, "the structs in %s have no field `%s`", args[0], args[1]).
					With("fieldName", args[1].String())
			}
			f := t.Elem.Fields[k]
			at := types.ArrayOf(f.Type)
			at.ElemNullable = t.ElemNullable || f.Nullable
			return args[0], args[1], at, nil
		}
		k := args[1].Type()
		if !k.Integral() && k.Kind != types.Null || k.Kind == types.Long && name != "[]" && name != "get" {
			return nil, nil, t, unexpected(name, 1, "\"INT\"", args)
		}
		return args[0], expr.CastTo(args[1], tInt), *t.Elem, nil
	case types.Map:
		if key, ok := r.Arg(args[1], *t.Key); ok {
			return args[0], key, *t.Elem, needsOrder(name, *t.Key)
		}
		return nil, nil, t, keyMismatch(name, args)
	default:
		if name == "[]" {
			return nil, nil, t, fault.New(fault.NothingToExtract, "%s is of type %s and has no elements", args[0], t.SQL()).
				With("base", "\""+args[0].String()+"\"").With("other", "\""+t.SQL()+"\"")
		}
		return nil, nil, t, unexpected(name, 0, "(\"ARRAY\" or \"MAP\")", args)
	}
}

// withKey casts a map and a key to keys of one type.
func withKey(r *expr.Resolver, name string, args []expr.Expr) (of, key expr.Expr, err error) {
	m := args[0].Type()
	t, ok := r.Tightest(*m.Key, args[1].Type())
	if !ok {
		return nil, nil, keyMismatch(name, args)
	}
	m.Key = &t
	return expr.CastTo(args[0], m), expr.CastTo(args[1], t), needsOrder(name, t)
}

func keyMismatch(name string, args []expr.Expr) error {
	return fault.New(fault.MapKeyMismatch, "%s: the keys are %s, not %s", name, args[0].Type().Key.SQL(), args[1].Type().SQL()).
		With("functionName", "`"+name+"`")
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
func lookup(find finder) expr.Kernel {
	return pick(func(args []*batch.Column) *batch.Column { return args[0].Children[1] },
		func(args []*batch.Column, i int32) (int32, error) {
			l := listOf(args[0])
			from, to := l.span(i)
			return find(l.elem, from, to, args[1], rowOf(args[1], i)), nil
		})
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
		a, v, err := withNeedle(r, "array_contains", args)
		if null := noNulls("array_contains", args); null != nil {
			err = null
		}
		if err != nil {
			return expr.Resolution{}, err
		}
		return expr.Resolution{Args: []expr.Expr{a, v}, Type: tBoolean,
			Nullable: expr.AnyNullable(a, v) || a.Type().ElemNullable, Text: expr.CallText("array_contains", args)}, nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		find := finderOf(c.Args[1].Type())
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			l, to := listOf(args[0]), batch.Values[bool](out)
			for _, i := range expr.Rows(rows, sel) {
				from, end := l.span(i)
				to[i] = find(l.elem, from, end, args[1], rowOf(args[1], i)) >= 0
				if !to[i] && anyNull(l.elem, from, end) {
					out.SetNull(int(i))
				}
			}
			return nil
		}, nil
	},
}

// position is array_position(array, value): from 1, 0 where it is not there.
var position = &expr.Function{
	Name: "array_position",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		a, v, err := withNeedle(r, "array_position", args)
		if err != nil {
			return expr.Resolution{}, err
		}
		return resolution("array_position", args, []expr.Expr{a, v}, types.Of(types.Long)), nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		find := finderOf(c.Args[1].Type())
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			l, to := listOf(args[0]), batch.Values[int64](out)
			for _, i := range expr.Rows(rows, sel) {
				from, end := l.span(i)
				if k := find(l.elem, from, end, args[1], rowOf(args[1], i)); k >= 0 {
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
		if err := noNulls("map_contains_key", args); err != nil {
			return expr.Resolution{}, err
		}
		m, key, err := withKey(r, "map_contains_key", []expr.Expr{m, args[1]})
		if err != nil {
			return expr.Resolution{}, err
		}
		return resolution("map_contains_key", args, []expr.Expr{m, key}, tBoolean), nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		find := finderOf(c.Args[1].Type())
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			l, to := listOf(args[0]), batch.Values[bool](out)
			for _, i := range expr.Rows(rows, sel) {
				from, end := l.span(i)
				to[i] = find(l.elem, from, end, args[1], rowOf(args[1], i)) >= 0
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
