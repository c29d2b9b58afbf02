package collection

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Types that stand in many signatures.
var (
	tString  = types.Of(types.String)
	tInt     = types.Of(types.Int)
	tBoolean = types.Of(types.Boolean)
)

// list is a column of arrays or maps, read by row.
type list struct {
	col  *batch.Column
	elem *batch.Column // elements, or keys
}

func listOf(c *batch.Column) list { return list{c, c.Children[0]} }

// span are the elements of a row.
func (l list) span(row int32) (from, to int32) {
	if l.col.Const {
		row = 0
	}
	return l.col.Offsets[row], l.col.Offsets[row+1]
}

// builder makes a column of arrays whose elements are rows of other columns. It
// only lists them; they are copied at the end, all in one loop. Where they come
// from several columns, these are put into one, the pool, first.
type builder struct {
	out   *batch.Column // its Offsets are filled; nil: somebody else's are
	child *batch.Column // the elements
	at    int           // rows whose beginning stands in Offsets
	rows  []int32       // the elements listed, as rows of the pool; negative: null

	sources []source
	last    source // the one of the element before
	pool    *batch.Column
}

// source is a column that elements are taken from.
type source struct {
	col  *batch.Column
	base int32 // where its rows begin in the pool
	mask int32 // 0 for a constant
}

// start begins the elements of an array or the keys of a map.
func (b *builder) start(out *batch.Column) {
	b.startChild(out.Children[0])
	b.out = out
}

// startChild begins elements whose offsets are somebody else's.
func (b *builder) startChild(child *batch.Column) {
	b.out, b.child, b.at = nil, child, 0
	b.rows, b.sources, b.last = b.rows[:0], b.sources[:0], source{}
}

// row begins a row; those between it and the last one stay empty.
func (b *builder) row(row int32) {
	for ; b.at <= int(row); b.at++ {
		b.out.Offsets[b.at] = int32(len(b.rows))
	}
}

// enter makes src the source of the next elements.
func (b *builder) enter(src *batch.Column) {
	base := int32(0)
	for _, s := range b.sources {
		if s.col == src {
			b.last = s
			return
		}
		base = s.base + int32(s.col.Len())
	}
	b.last = source{col: src, base: base, mask: -1}
	if src.Const {
		b.last.mask = 0
	}
	b.sources = append(b.sources, b.last)
}

// add appends an element.
func (b *builder) add(src *batch.Column, row int32) {
	if b.last.col != src {
		b.enter(src)
	}
	b.rows = append(b.rows, row&b.last.mask+b.last.base)
}

// addAll appends the elements from one to the one before another.
func (b *builder) addAll(src *batch.Column, from, to int32) {
	if b.last.col != src {
		b.enter(src)
	}
	for base := b.last.base; from < to; from++ {
		b.rows = append(b.rows, from+base)
	}
}

// addNulls appends so many nulls, in a column that has other elements too.
func (b *builder) addNulls(n int32) {
	for range n {
		b.rows = append(b.rows, -1)
	}
}

// finish ends the column.
func (b *builder) finish(rows int) {
	if b.out != nil {
		b.row(int32(rows))
	}
	b.copy()
}

// copy copies the elements listed.
func (b *builder) copy() {
	switch len(b.sources) {
	case 0:
	case 1:
		b.child.AppendRows(b.sources[0].col, b.rows, nil)
	default:
		if b.pool == nil {
			b.pool = batch.NewColumn(b.child.Type, 0)
		}
		b.pool.Resize(0)
		for _, s := range b.sources {
			b.pool.AppendRows(s.col, batch.Range(0, s.col.Len()), nil)
		}
		b.child.AppendRows(b.pool, b.rows, nil)
	}
}

// arrayKernel makes kernels that build arrays row by row. each fills row i; what
// it returns as false is null.
func arrayKernel(each func(b *builder, args []*batch.Column, i int32) (bool, error)) expr.Kernel {
	var b builder
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		b.start(out)
		for _, i := range expr.Rows(rows, sel) {
			b.row(i)
			ok, err := each(&b, args, i)
			if err != nil {
				return err
			}
			if !ok {
				out.SetNull(int(i))
			}
		}
		b.finish(rows)
		return nil
	}
}

// perCompile gives each compiled expression its own kernel.
func perCompile(each func(b *builder, args []*batch.Column, i int32) (bool, error)) func(*expr.Call, *expr.Env) (expr.Kernel, error) {
	return func(*expr.Call, *expr.Env) (expr.Kernel, error) { return arrayKernel(each), nil }
}

// pick is the kernel whose result at a row is a row of a child column, or null
// where choose gives a negative one.
func pick(child func(args []*batch.Column) *batch.Column,
	choose func(args []*batch.Column, i int32) (int32, error)) expr.Kernel {
	var rows []int32
	return func(out *batch.Column, args []*batch.Column, n int, sel []int32) error {
		rows = rows[:0]
		for _, i := range expr.Rows(n, sel) {
			for len(rows) < int(i) {
				rows = append(rows, -1)
			}
			r, err := choose(args, i)
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
		for len(rows) < n {
			rows = append(rows, -1)
		}
		out.Take(child(args), rows)
		return nil
	}
}

// unexpected is the error for an argument of the wrong type.
func unexpected(name string, index int, want string, args []expr.Expr) error {
	return expr.Unexpected(name, index, want, args[index])
}

// arrayArg is the argument where it is an array; NULL becomes an empty type of
// array.
func arrayArg(name string, args []expr.Expr, index int) (expr.Expr, error) {
	e := args[index]
	switch e.Type().Kind {
	case types.Array:
		return e, nil
	case types.Null:
		return expr.CastTo(e, types.ArrayOf(types.Type{})), nil
	default:
		return nil, unexpected(name, index, "\"ARRAY\"", args)
	}
}

func mapArg(name string, args []expr.Expr, index int) (expr.Expr, error) {
	e := args[index]
	switch e.Type().Kind {
	case types.Map:
		return e, nil
	case types.Null:
		return expr.CastTo(e, types.MapOf(types.Type{}, types.Type{})), nil
	default:
		return nil, unexpected(name, index, "\"MAP\"", args)
	}
}

// needsOrder is the error for a function that compares values of a type that has
// no order.
func needsOrder(name string, t types.Type) error {
	if expr.Orderable(t) {
		return nil
	}
	return fault.New(fault.InvalidOrdering, "%s cannot compare values of type %s", name, t.SQL()).
		With("functionName", "`"+name+"`").With("dataType", "\""+t.SQL()+"\"")
}

// withNeedle is withElement for a function that looks for the value.
func withNeedle(r *expr.Resolver, name string, args []expr.Expr) (array, value expr.Expr, err error) {
	if len(args) > 0 {
		if err := noNulls(name, args[:1]); err != nil {
			return nil, nil, err
		}
	}
	array, value, err = withElement(r, name, args)
	if err == nil {
		err = needsOrder(name, value.Type())
	}
	return array, value, err
}

// noNulls is the error for an argument that is the literal NULL, of which a
// function cannot know the type.
func noNulls(name string, args []expr.Expr) error {
	for i, a := range args {
		if a.Type().Kind == types.Null {
			return fault.New(fault.NullArgument, "argument %d of %s is NULL, whose type says nothing; cast it", i+1, name).
				With("functionName", "`"+name+"`")
		}
	}
	return nil
}

// withElement makes one type of an array's elements and a value.
func withElement(r *expr.Resolver, name string, args []expr.Expr) (array, value expr.Expr, err error) {
	if len(args) != 2 {
		return nil, nil, expr.WrongCount(name, "2", len(args))
	}
	at := args[0].Type()
	if at.Kind != types.Array && at.Kind != types.Null {
		return nil, nil, unexpected(name, 0, "\"ARRAY\"", args)
	}
	elem, ok := at, false
	t := args[1].Type()
	if at.Kind == types.Array {
		elem = *at.Elem
		t, ok = r.Tightest(elem, t)
	}
	if !ok {
		return nil, nil, fault.New(fault.ArrayDiffTypes, "%s: elements are %s, the value is %s", name,
			elem.SQL(), args[1].Type().SQL()).With("functionName", "`"+name+"`")
	}
	at.Elem = &t
	return expr.CastTo(args[0], at), expr.CastTo(args[1], t), nil
}

// twoArrays makes one type of two arrays.
func twoArrays(r *expr.Resolver, name string, args []expr.Expr) ([]expr.Expr, types.Type, error) {
	if len(args) != 2 {
		return nil, types.Type{}, expr.WrongCount(name, "2", len(args))
	}
	for i := range args {
		if _, err := arrayArg(name, args, i); err != nil {
			return nil, types.Type{}, err
		}
	}
	t, ok := r.Tightest(args[0].Type(), args[1].Type())
	cast := expr.CastAll(args, t)
	oneNull := (args[0].Type().Kind == types.Null) != (args[1].Type().Kind == types.Null)
	if !ok || oneNull && name != "arrays_overlap" {
		return nil, t, fault.New(fault.BinaryArrayDiff, "%s takes two arrays of one type, not %s and %s", name,
			args[0].Type().SQL(), args[1].Type().SQL()).With("functionName", "`"+name+"`")
	}
	if t.Kind == types.Null {
		t = types.ArrayOf(types.Type{})
		cast = expr.CastAll(args, t)
	}
	return cast, t, nil
}

// resolution is the plain result of resolving.
func resolution(name string, args, cast []expr.Expr, t types.Type) expr.Resolution {
	return expr.Resolution{Args: cast, Type: t, Nullable: expr.AnyNullable(cast...), Text: expr.CallText(name, args)}
}
