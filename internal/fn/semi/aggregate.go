package semi

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/variant"
	"github.com/weirstream/weir/types"
)

// schemaAgg is schema_of_variant_agg(variant): the type that all variants have. A
// group's state is the variant of its shape: see [sketch].
var schemaAgg = &expr.Aggregate{
	Name: "schema_of_variant_agg",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("schema_of_variant_agg", "1", len(args))
		}
		v, err := variantArg("schema_of_variant_agg", args, 0)
		return expr.Resolution{Args: []expr.Expr{v}, Type: tString, Text: expr.CallText("schema_of_variant_agg", args)}, err
	},
	Partial:     func(*expr.AggregateCall) []types.Type { return []types.Type{tVariant} },
	New:         func(*expr.AggregateCall, *expr.Env) (expr.Accumulator, error) { return &shapes{}, nil },
	ZeroIfEmpty: true,
}

// shapes are the shapes of all groups; nil is that of no variant.
type shapes struct{ of []*variant.Shape }

func (s *shapes) Reset(from, to int) {
	for len(s.of) < to {
		s.of = append(s.of, nil)
	}
	clear(s.of[from:to])
}

func (s *shapes) Update(groups []int32, args []*batch.Column, sel []int32) error {
	return s.each(groups, args[0], sel, func(v string) *variant.Shape {
		return variant.SchemaOf(variant.Open(v).Node().Clone())
	})
}

func (s *shapes) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	return s.each(groups, partial[0], sel, func(v string) *variant.Shape { return shapeOf(variant.Open(v).Node().Clone()) })
}

func (s *shapes) each(groups []int32, c *batch.Column, sel []int32, shape func(string) *variant.Shape) error {
	from := expr.ArgOf[string](c)
	for k, g := range groups {
		row := int32(k)
		if sel != nil {
			row = sel[k]
		}
		if c.Null(int(row)) {
			continue
		}
		next := shape(from.At(row))
		if s.of[g] != nil {
			next = variant.Merge(s.of[g], next)
		}
		s.of[g] = next
	}
	return nil
}

func (s *shapes) Save(groups []int32, partial []*batch.Column) error {
	for _, g := range groups {
		if s.of[g] == nil {
			expr.AppendValue(partial[0], nil)
		} else {
			expr.AppendValue(partial[0], sketch(s.of[g]).Encode())
		}
	}
	return nil
}

func (s *shapes) Result(groups []int32, out *batch.Column) error {
	for _, g := range groups {
		if s.of[g] == nil {
			expr.AppendValue(out, "VOID")
		} else {
			expr.AppendValue(out, s.of[g].String())
		}
	}
	return nil
}

// sketch is a shape as a variant: an object of shapes, an array of one shape, or
// the name of a primitive.
func sketch(s *variant.Shape) *variant.Node {
	switch {
	case s.Object:
		n := &variant.Node{Kind: variant.Object, Names: s.Names}
		for _, p := range s.Parts {
			n.Items = append(n.Items, sketch(p))
		}
		return n
	case s.Elem != nil:
		return &variant.Node{Kind: variant.Array, Items: []*variant.Node{sketch(s.Elem)}}
	}
	return &variant.Node{Kind: variant.Text, Text: s.Name}
}

// shapeOf undoes sketch.
func shapeOf(n *variant.Node) *variant.Shape {
	switch n.Kind {
	case variant.Object:
		s := &variant.Shape{Object: true, Names: n.Names}
		for _, item := range n.Items {
			s.Parts = append(s.Parts, shapeOf(item))
		}
		return s
	case variant.Array:
		return &variant.Shape{Elem: shapeOf(n.Items[0])}
	}
	return &variant.Shape{Name: n.Text}
}
