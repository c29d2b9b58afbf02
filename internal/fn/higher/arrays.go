package higher

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Functions is the theme's table.
var Functions = []*expr.Function{
	transform, filter, quantifier("exists", true), quantifier("forall", false),
	aggregate("aggregate"), aggregate("reduce"), zipWith,
	transformKeys, transformValues, mapFilter, mapZipWith,
}

// transform is transform(array, x -> value) or (x, i) -> value.
var transform = &expr.Function{
	Name:   "transform",
	Lambda: elementAnd("transform", true),
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if err := count("transform", args, 2, 2); err != nil {
			return expr.Resolution{}, err
		}
		a, err := arrayArg("transform", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		l, err := body("transform", args, 1)
		if err != nil {
			return expr.Resolution{}, err
		}
		t := types.ArrayOf(l.Type())
		t.ElemNullable = l.Nullable()
		return expr.Resolution{Args: []expr.Expr{a, l}, Type: t, Nullable: a.Nullable(),
			Text: expr.CallText("transform", args)}, nil
	},
	Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
		return &arrayLoop{array: args[0], lambda: lambdaOf(args, 1), out: batch.NewColumn(c.Typ, 0), end: putResults}, nil
	},
}

// filter is filter(array, x -> condition) or (x, i) -> condition.
var filter = &expr.Function{
	Name:   "filter",
	Lambda: elementAnd("filter", true),
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if err := count("filter", args, 2, 2); err != nil {
			return expr.Resolution{}, err
		}
		a, err := arrayArg("filter", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		l, err := predicate(r, "filter", args, 1)
		return expr.Resolution{Args: []expr.Expr{a, l}, Type: a.Type(), Nullable: a.Nullable(),
			Text: expr.CallText("filter", args)}, err
	},
	Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
		return &arrayLoop{array: args[0], lambda: lambdaOf(args, 1), out: batch.NewColumn(c.Typ, 0), end: keepTrue}, nil
	},
}

// quantifier is exists(array, x -> condition), or forall. Where neither a true nor
// a false element settles it, one of unknown truth makes the result null.
func quantifier(name string, settles bool) *expr.Function {
	return &expr.Function{
		Name:   name,
		Lambda: elementAnd(name, false),
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if err := count(name, args, 2, 2); err != nil {
				return expr.Resolution{}, err
			}
			a, err := arrayArg(name, args, 0)
			if err != nil {
				return expr.Resolution{}, err
			}
			l, err := predicate(r, name, args, 1)
			if err != nil {
				return expr.Resolution{}, err
			}
			return expr.Resolution{Args: []expr.Expr{a, l}, Type: tBoolean, Nullable: a.Nullable() || l.Nullable(),
				Text: expr.CallText(name, args)}, nil
		},
		Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			return &arrayLoop{array: args[0], lambda: lambdaOf(args, 1), out: batch.NewColumn(c.Typ, 0),
				end: func(a *arrayLoop, _, res *batch.Column, sel []int32) { a.settle(res, sel, settles) }}, nil
		},
	}
}

// arrayLoop evaluates a lambda function over the elements of arrays, and ends with
// what the results mean.
type arrayLoop struct {
	array  expr.Eval
	lambda *expr.LambdaEval
	out    *batch.Column
	list   elements
	kept   []int32
	end    func(a *arrayLoop, col, res *batch.Column, sel []int32)
}

func (a *arrayLoop) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	col, err := a.array.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	a.out.Resize(b.Rows)
	a.list.lay(a.out, col, b.Rows, sel)
	elem := a.list.child(col, 0)
	res, err := a.lambda.Apply(b, sel, a.list.parents, elem, a.list.indexes())
	if err != nil {
		return nil, err
	}
	a.end(a, col, res, expr.Rows(b.Rows, sel))
	return a.out, nil
}

// putResults makes the results the elements.
func putResults(a *arrayLoop, _, res *batch.Column, _ []int32) {
	copy(a.out.Offsets, a.list.first)
	appendAll(a.out.Children[0], res, len(a.list.rows))
}

// appendAll appends n rows of src, which may be a constant.
func appendAll(to, src *batch.Column, n int) {
	if src.Const {
		to.AppendRows(src, make([]int32, n), nil)
		return
	}
	to.AppendRows(src, batch.Range(0, n), nil)
}

// keepTrue keeps the elements for which the result is true.
func keepTrue(a *arrayLoop, col, res *batch.Column, _ []int32) {
	keep, at := truthOf(res), 0
	a.kept = a.kept[:0]
	for i := range a.out.Offsets {
		for ; at < int(a.list.first[i]); at++ {
			if keep.holds(at) {
				a.kept = append(a.kept, a.list.rows[at])
			}
		}
		a.out.Offsets[i] = int32(len(a.kept))
	}
	a.out.Children[0].AppendRows(col.Children[0], a.kept, nil)
}

func (a *arrayLoop) settle(res *batch.Column, sel []int32, settles bool) {
	is, to := truthOf(res), batch.Values[bool](a.out)
	for _, i := range sel {
		if a.out.Null(int(i)) {
			continue
		}
		to[i] = !settles
		unknown := false
		for k := a.list.first[i]; k < a.list.first[i+1]; k++ {
			switch {
			case is.unknown(int(k)):
				unknown = true
			case is.holds(int(k)) == settles:
				to[i], unknown = settles, false
				k = a.list.first[i+1]
			}
		}
		if unknown {
			a.out.SetNull(int(i))
		}
	}
}

// zipWith is zip_with(left, right, (x, y) -> value): as long as the longer one.
var zipWith = &expr.Function{
	Name: "zip_with",
	Lambda: func(_ *expr.Resolver, args []expr.Expr, _ int) ([]types.Field, error) {
		var fields []types.Field
		for k := range 2 {
			a, err := arrayArg("zip_with", args, k)
			if err != nil {
				return nil, err
			}
			fields = append(fields, types.Field{Name: "x", Type: *a.Type().Elem, Nullable: true})
		}
		return fields, nil
	},
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("zip_with", "3", len(args))
		}
		a, err := arrayArg("zip_with", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		b, err := arrayArg("zip_with", args, 1)
		if err != nil {
			return expr.Resolution{}, err
		}
		l, err := body("zip_with", args, 2)
		if err != nil {
			return expr.Resolution{}, err
		}
		t := types.ArrayOf(l.Type())
		t.ElemNullable = l.Nullable()
		return expr.Resolution{Args: []expr.Expr{a, b, l}, Type: t, Nullable: a.Nullable() || b.Nullable(),
			Text: expr.CallText("zip_with", args)}, nil
	},
	Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
		return &zipLoop{newPairing(c, args)}, nil
	},
}

// zipLoop evaluates zip_with.
type zipLoop struct{ pairing }

func (z *zipLoop) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	if err := z.list(b, sel, 0, z.row); err != nil {
		return nil, err
	}
	res, err := z.lambda.Apply(b, sel, z.parents, z.sides[0], z.sides[1])
	if err != nil {
		return nil, err
	}
	appendAll(z.out.Children[0], res, len(z.parents))
	return z.out, nil
}

// row lists the pairs of one row; what is missing on a side is null.
func (z *zipLoop) row(cols [2]*batch.Column, i int32) {
	from, to := spans(cols, i)
	for n := range max(to[0]-from[0], to[1]-from[1]) {
		z.parents = append(z.parents, i)
		for k := range cols {
			row := int32(-1)
			if from[k]+n < to[k] {
				row = from[k] + n
			}
			z.rows[k] = append(z.rows[k], row)
		}
	}
}

// SortWith is array_sort(array, (x, y) -> comparison): negative, zero or positive.
var SortWith = &expr.Function{
	Name: "array_sort",
	Lambda: func(_ *expr.Resolver, args []expr.Expr, _ int) ([]types.Field, error) {
		a, err := arrayArg("array_sort", args, 0)
		if err != nil {
			return nil, err
		}
		f := types.Field{Name: "x", Type: *a.Type().Elem, Nullable: a.Type().ElemNullable}
		return []types.Field{f, f}, nil
	},
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if err := count("array_sort", args, 2, 2); err != nil {
			return expr.Resolution{}, err
		}
		a, err := arrayArg("array_sort", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		l, err := body("array_sort", args, 1)
		if err != nil {
			return expr.Resolution{}, err
		}
		if l.Type().Kind != types.Int {
			return expr.Resolution{}, expr.Unexpected("array_sort", 1, "\"INT\"", l.Body)
		}
		return expr.Resolution{Args: []expr.Expr{a, l}, Type: a.Type(), Nullable: a.Nullable(),
			Text: expr.CallText("array_sort", args)}, nil
	},
	Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
		elem := *c.Typ.Elem
		return &sortLoop{array: args[0], lambda: lambdaOf(args, 1), out: batch.NewColumn(c.Typ, 0),
			x: batch.NewColumn(elem, 0), y: batch.NewColumn(elem, 0)}, nil
	},
}

// sortLoop evaluates array_sort with a comparison. The comparison is evaluated for
// all pairs of an array's elements that the sort asks for, one by one.
type sortLoop struct {
	array  expr.Eval
	lambda *expr.LambdaEval
	out    *batch.Column
	x, y   *batch.Column
	rows   []int32
}

func (s *sortLoop) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	col, err := s.array.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	s.out.Resize(b.Rows)
	child, at, end := s.out.Children[0], 0, int32(0)
	for _, i := range expr.Rows(b.Rows, sel) {
		for ; at <= int(i); at++ {
			s.out.Offsets[at] = end
		}
		if col.Null(int(i)) {
			s.out.SetNull(int(i))
			continue
		}
		if err := s.sort(b, sel, col, i); err != nil {
			return nil, err
		}
		child.AppendRows(col.Children[0], s.rows, nil)
		end += int32(len(s.rows))
	}
	for ; at <= b.Rows; at++ {
		s.out.Offsets[at] = end
	}
	return s.out, nil
}

// sort leaves in s.rows the elements of row i in order.
func (s *sortLoop) sort(b *batch.Batch, sel []int32, col *batch.Column, i int32) (err error) {
	r := i
	if col.Const {
		r = 0
	}
	s.rows = s.rows[:0]
	for k := col.Offsets[r]; k < col.Offsets[r+1]; k++ {
		s.rows = append(s.rows, k)
	}
	parent := []int32{i}
	slices.SortStableFunc(s.rows, func(p, q int32) int {
		if err != nil {
			return 0
		}
		s.x.Take(col.Children[0], []int32{p})
		s.y.Take(col.Children[0], []int32{q})
		res, e := s.lambda.Apply(b, sel, parent, s.x, s.y)
		switch {
		case e != nil:
			err = e
		case res.Null(0):
			err = fault.New(fault.ComparatorNull, "the comparison of array_sort gave null")
		default:
			return int(batch.Values[int32](res)[0])
		}
		return 0
	})
	return err
}
