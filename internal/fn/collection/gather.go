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

// builder makes a column of arrays whose elements are rows of other columns.
type builder struct {
	out   *batch.Column
	at    int     // rows whose beginning stands in Offsets
	rows  []int32 // elements picked from source, not copied yet
	from  *batch.Column
	count int
}

// start begins a column into out.
func (b *builder) start(out *batch.Column) {
	b.out, b.at, b.rows, b.from, b.count = out, 0, b.rows[:0], nil, 0
}

// row begins a row; those between it and the last one stay empty.
func (b *builder) row(row int32) {
	for ; b.at <= int(row); b.at++ {
		b.out.Offsets[b.at] = int32(b.count)
	}
}

// add appends an element; a negative number appends null.
func (b *builder) add(src *batch.Column, row int32) {
	if b.from != src {
		b.flush()
		b.from = src
	}
	if src != nil && src.Const && row > 0 {
		row = 0
	}
	b.rows = append(b.rows, row)
	b.count++
}

// addAll appends a range of elements.
func (b *builder) addAll(src *batch.Column, from, to int32) {
	for ; from < to; from++ {
		b.add(src, from)
	}
}

func (b *builder) flush() {
	if b.from != nil && len(b.rows) > 0 {
		b.out.Children[0].AppendRows(b.from, b.rows, nil)
	}
	b.rows = b.rows[:0]
}

// finish ends the column.
func (b *builder) finish(rows int) {
	b.flush()
	b.row(int32(rows))
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
		rows = append(rows[:0], make([]int32, n)...)
		for i := range rows {
			rows[i] = -1
		}
		for _, i := range expr.Rows(n, sel) {
			r, err := choose(args, i)
			if err != nil {
				return err
			}
			rows[i] = r
		}
		out.Resize(0)
		out.AppendRows(child(args), rows, nil)
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

// withElement makes one type of an array's elements and a value.
func withElement(r *expr.Resolver, name string, args []expr.Expr) (array, value expr.Expr, err error) {
	if len(args) != 2 {
		return nil, nil, expr.WrongCount(name, "2", len(args))
	}
	array, err = arrayArg(name, args, 0)
	if err != nil {
		return nil, nil, err
	}
	elem := *array.Type().Elem
	t, ok := r.Wider(elem, args[1].Type())
	if !ok || t.Kind != elem.Kind && elem.Kind == types.String {
		return nil, nil, fault.New(fault.ArrayDiffTypes, "%s: elements are %s, the value is %s", name,
			elem.SQL(), args[1].Type().SQL()).With("functionName", "`"+name+"`")
	}
	at := array.Type()
	at.Elem = &t
	return expr.CastTo(array, at), expr.CastTo(args[1], t), nil
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
	cast, t, ok := r.Unify(args)
	if !ok {
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
