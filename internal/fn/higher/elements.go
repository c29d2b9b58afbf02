package higher

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

var (
	tInt     = types.Of(types.Int)
	tBoolean = types.Of(types.Boolean)
)

// elements are the elements of the selected rows of an array or map, laid flat.
type elements struct {
	parents []int32 // the row of each
	rows    []int32 // its place in the child columns
	places  []int32 // its place in its array
	first   []int32 // where those of each row begin, by row of the batch
	index   *batch.Column
	taken   []*batch.Column
}

// lay lists the elements of the rows that sel lists and that are not null; out, if
// not nil, gets a null for the others and, being an array or map, the offsets.
func (e *elements) lay(out, col *batch.Column, rows int, sel []int32) {
	e.parents, e.rows, e.places = e.parents[:0], e.rows[:0], e.places[:0]
	at := 0
	e.first = append(e.first[:0], make([]int32, rows+1)...)
	for _, i := range expr.Rows(rows, sel) {
		for ; at <= int(i); at++ {
			e.first[at] = int32(len(e.rows))
		}
		if col.Null(int(i)) {
			if out != nil {
				out.SetNull(int(i))
			}
			continue
		}
		r := i
		if col.Const {
			r = 0
		}
		for k := col.Offsets[r]; k < col.Offsets[r+1]; k++ {
			e.parents, e.rows, e.places = append(e.parents, i), append(e.rows, k), append(e.places, k-col.Offsets[r])
		}
	}
	for ; at <= rows; at++ {
		e.first[at] = int32(len(e.rows))
	}
}

// child is a child column of col with a row for each element.
func (e *elements) child(col *batch.Column, k int) *batch.Column {
	for len(e.taken) <= k {
		e.taken = append(e.taken, nil)
	}
	src := col.Children[k]
	if len(e.rows) == src.Len() && !src.Const && inOrder(e.rows) {
		return src
	}
	if e.taken[k] == nil {
		e.taken[k] = batch.NewColumn(src.Type, 0)
	}
	e.taken[k].Take(src, e.rows)
	return e.taken[k]
}

func inOrder(rows []int32) bool {
	for i, r := range rows {
		if int32(i) != r {
			return false
		}
	}
	return true
}

// indexes is a column of the elements' places.
func (e *elements) indexes() *batch.Column {
	if e.index == nil {
		e.index = batch.NewColumn(tInt, 0)
	}
	e.index.Resize(len(e.places))
	copy(batch.Values[int32](e.index), e.places)
	return e.index
}

// truth reads a boolean column; null is unknown.
type truth struct {
	col    *batch.Column
	values expr.Arg[bool]
}

func truthOf(c *batch.Column) truth { return truth{c, expr.ArgOf[bool](c)} }

func (t truth) holds(i int) bool   { return !t.col.Null(i) && t.values.At(int32(i)) }
func (t truth) unknown(i int) bool { return t.col.Null(i) }

// lambdaOf is an argument that is a lambda function.
func lambdaOf(args []expr.Eval, k int) *expr.LambdaEval { return args[k].(*expr.LambdaEval) }

// arrayArg resolves an argument that must be an array.
func arrayArg(name string, args []expr.Expr, k int) (expr.Expr, error) {
	if k >= len(args) || args[k] == nil {
		return nil, expr.WrongCount(name, "2", len(args))
	}
	if args[k].Type().Kind == types.Array {
		return args[k], nil
	}
	return nil, expr.Unexpected(name, k, "\"ARRAY\"", args[k])
}

func mapArg(name string, args []expr.Expr, k int) (expr.Expr, error) {
	if k >= len(args) || args[k] == nil {
		return nil, expr.WrongCount(name, "2", len(args))
	}
	switch args[k].Type().Kind {
	case types.Map:
		return args[k], nil
	}
	return nil, expr.Unexpected(name, k, "\"MAP\"", args[k])
}

// elementAnd are the parameters of a lambda function over an array's elements and,
// if wanted, their places.
func elementAnd(name string, index bool) func(*expr.Resolver, []expr.Expr, int) ([]types.Field, error) {
	return func(_ *expr.Resolver, args []expr.Expr, _ int) ([]types.Field, error) {
		a, err := arrayArg(name, args, 0)
		if err != nil {
			return nil, err
		}
		fields := []types.Field{{Name: "x", Type: *a.Type().Elem, Nullable: a.Type().ElemNullable}}
		if index {
			fields = append(fields, types.Field{Name: "i", Type: tInt})
		}
		return fields, nil
	}
}

// overEntries are the parameters of a lambda function over a map's keys and values.
func overEntries(name string) func(*expr.Resolver, []expr.Expr, int) ([]types.Field, error) {
	return func(_ *expr.Resolver, args []expr.Expr, _ int) ([]types.Field, error) {
		m, err := mapArg(name, args, 0)
		if err != nil {
			return nil, err
		}
		t := m.Type()
		return []types.Field{{Name: "k", Type: *t.Key}, {Name: "v", Type: *t.Elem, Nullable: t.ElemNullable}}, nil
	}
}

// body is an argument that must be a lambda function.
func body(name string, args []expr.Expr, k int) (*expr.BoundLambda, error) {
	l, ok := args[k].(*expr.BoundLambda)
	if !ok {
		return nil, expr.Unexpected(name, k, "a lambda function", args[k])
	}
	return l, nil
}

// predicate is a lambda function that must be boolean.
func predicate(r *expr.Resolver, name string, args []expr.Expr, k int) (*expr.BoundLambda, error) {
	l, err := body(name, args, k)
	if err != nil {
		return nil, err
	}
	cond, ok := r.Arg(l.Body, tBoolean)
	if !ok {
		return nil, expr.Unexpected(name, k, "\"BOOLEAN\"", l.Body)
	}
	return &expr.BoundLambda{Params: l.Params, Body: cond}, nil
}

// count is the error for a wrong number of arguments, or nil.
func count(name string, args []expr.Expr, least, most int) error {
	if len(args) >= least && len(args) <= most {
		return nil
	}
	return expr.WrongCount(name, map[bool]string{true: "2", false: "3 or 4"}[most == 2], len(args))
}
