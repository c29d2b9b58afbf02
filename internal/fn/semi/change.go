package semi

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/variant"
)

// change is variant_insert(variant, path, value), variant_set (with a fourth
// argument: make what is missing) or variant_array_append.
func change(name string, try bool, what func(n *variant.Node, steps []step, x *variant.Node, create bool) error) *expr.Function {
	sets := name == "variant_set" || name == "try_variant_set"
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			all := args
			if sets && len(args) == 3 {
				all = append(args[:3:3], expr.Lit(true))
			}
			if want := map[bool]int{true: 4, false: 3}[sets]; len(all) != want {
				return expr.Resolution{}, expr.WrongCount(name, fmt.Sprint(want), len(args))
			}
			v, err := variantArg(name, all, 0)
			if err != nil {
				return expr.Resolution{}, err
			}
			path, ok := r.Arg(all[1], tString)
			if !ok {
				return expr.Resolution{}, expr.Unexpected(name, 1, "\"STRING\"", all[1])
			}
			if !variant.Storable(all[2].Type(), false) {
				return expr.Resolution{}, expr.Unexpected(name, 2, "a type that a variant can hold", all[2])
			}
			cast := append([]expr.Expr{v, path}, all[2:]...)
			return expr.Resolution{Args: cast, Type: tVariant, Nullable: try || expr.AnyNullable(cast...),
				Text: expr.CallText(name, all)}, nil
		},
		Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
			known := paths{function: name}
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				from, path, to := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), batch.Values[string](out)
				for _, i := range expr.Rows(rows, sel) {
					steps, err := known.get(path.At(i))
					if err != nil {
						return err
					}
					n := variant.Open(from.At(i)).Node()
					create := !sets || expr.ArgOf[bool](args[3]).At(i)
					if err = what(n, steps, variant.FromColumn(args[2], int(i)), create); err != nil {
						if !try {
							return err
						}
						out.SetNull(int(i))
						continue
					}
					to[i] = n.Encode()
				}
				return nil
			}, nil
		},
	}
}

func mismatch(s step, n *variant.Node) error {
	return fault.New(fault.VariantPathType, "the path goes through %s, which has neither fields nor elements of that kind",
		n.Schema()).With("path", fmt.Sprint(s.name, s.at))
}

// child is what a step leads to, or nil where there is nothing; an error where the
// node is of another kind.
func child(n *variant.Node, s step) (*variant.Node, error) {
	if s.field != (n.Kind == variant.Object) || !s.field && n.Kind != variant.Array {
		return nil, mismatch(s, n)
	}
	at := s.at
	if s.field {
		at = n.Field(s.name)
	}
	if at < 0 || at >= len(n.Items) {
		return nil, nil
	}
	return n.Items[at], nil
}

// put makes x the value of a step that is missing; arrays are filled with nulls.
func put(n *variant.Node, s step, x *variant.Node) {
	if s.field {
		n.Names = append(n.Names, s.name)
	} else {
		for len(n.Items) < s.at {
			n.Items = append(n.Items, &variant.Node{Kind: variant.Null})
		}
	}
	n.Items = append(n.Items, x)
}

// chain is x beneath new objects and arrays for the steps.
func chain(steps []step, x *variant.Node) *variant.Node {
	for i := len(steps) - 1; i >= 0; i-- {
		outer := &variant.Node{Kind: variant.Array}
		if steps[i].field {
			outer.Kind = variant.Object
		}
		put(outer, steps[i], x)
		x = outer
	}
	return x
}

// down goes along all steps but the last; nil where it had to make the rest, or
// where there is nothing and nothing is to be made.
func down(n *variant.Node, steps []step, x *variant.Node, create bool) (*variant.Node, error) {
	for k, s := range steps[:len(steps)-1] {
		next, err := child(n, s)
		if err != nil {
			return nil, err
		}
		if next == nil {
			if create {
				put(n, s, chain(steps[k+1:], x))
			}
			return nil, nil
		}
		n = next
	}
	return n, nil
}

// insert puts x where nothing is; into an array, before what is there.
func insert(n *variant.Node, steps []step, x *variant.Node, _ bool) error {
	if len(steps) == 0 {
		return mismatch(step{}, n)
	}
	n, err := down(n, steps, x, true)
	if n == nil || err != nil {
		return err
	}
	last := steps[len(steps)-1]
	there, err := child(n, last)
	switch {
	case err != nil:
		return err
	case there == nil:
		put(n, last, x)
	case last.field:
		return fault.New(fault.VariantDuplicateKey, "the object has a field `%s` already; variant_set replaces it", last.name).
			With("key", last.name)
	default:
		n.Items = append(n.Items, nil)
		copy(n.Items[last.at+1:], n.Items[last.at:])
		n.Items[last.at] = x
	}
	return nil
}

// set puts x where something is, and with create also where nothing is.
func set(n *variant.Node, steps []step, x *variant.Node, create bool) error {
	if len(steps) == 0 {
		*n = *x
		return nil
	}
	n, err := down(n, steps, x, create)
	if n == nil || err != nil {
		return err
	}
	last := steps[len(steps)-1]
	there, err := child(n, last)
	switch {
	case err != nil:
		return err
	case there != nil:
		*there = *x
	case create:
		put(n, last, x)
	}
	return nil
}

// appendTo appends x to the array at the path.
func appendTo(n *variant.Node, steps []step, x *variant.Node, _ bool) error {
	for _, s := range steps {
		next, err := child(n, s)
		if err != nil {
			return err
		}
		if next == nil {
			return nil
		}
		n = next
	}
	if n.Kind != variant.Array {
		return mismatch(step{}, n)
	}
	n.Items = append(n.Items, x)
	return nil
}

// remove is variant_delete(variant, path, …); what is not there is left alone.
var remove = &expr.Function{
	Name: "variant_delete",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) < 2 {
			return expr.Resolution{}, expr.WrongCount("variant_delete", "> 1", len(args))
		}
		v, err := variantArg("variant_delete", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		cast := []expr.Expr{v}
		for k, a := range args[1:] {
			path, ok := r.Arg(a, tString)
			if !ok {
				return expr.Resolution{}, expr.Unexpected("variant_delete", k+1, "\"STRING\"", a)
			}
			cast = append(cast, path)
		}
		return expr.Resolution{Args: cast, Type: tVariant, Nullable: expr.AnyNullable(cast...),
			Text: expr.CallText("variant_delete", args)}, nil
	},
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		known := make([]paths, len(c.Args))
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			from, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				n := variant.Open(from.At(i)).Node()
				for k := 1; k < len(args); k++ {
					known[k].function = "variant_delete"
					steps, err := known[k].get(expr.ArgOf[string](args[k]).At(i))
					if err != nil {
						return err
					}
					cut(n, steps)
				}
				to[i] = n.Encode()
			}
			return nil
		}, nil
	},
}

func cut(n *variant.Node, steps []step) {
	for k, s := range steps {
		next, err := child(n, s)
		if err != nil || next == nil {
			return
		}
		if k < len(steps)-1 {
			n = next
			continue
		}
		at := s.at
		if s.field {
			at = n.Field(s.name)
			n.Names = append(n.Names[:at], n.Names[at+1:]...)
		}
		n.Items = append(n.Items[:at], n.Items[at+1:]...)
	}
}
