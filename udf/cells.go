package udf

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/rowstruct"
	"github.com/weirstream/weir/types"
)

// signature is what the Go types of a function say about its columns.
type signature struct {
	params []param
	result param
}

// param is the type of one argument or of the result.
type param struct {
	goType reflect.Type
	typ    types.Type
	null   bool // nil stands for null
}

// paramOf is the column of a Go type.
func paramOf(t reflect.Type, what string) (param, error) {
	typ, null, err := rowstruct.TypeOf(t)
	if err != nil {
		err = fmt.Errorf("%s: %w", what, err)
	}
	return param{t, typ, null}, err
}

// signatureOf is the signature over these Go types.
func signatureOf(result reflect.Type, args ...reflect.Type) (signature, error) {
	var s signature
	errs := make([]error, len(args)+1)
	s.params = make([]param, len(args))
	for i, t := range args {
		s.params[i], errs[i] = paramOf(t, fmt.Sprintf("argument %d", i+1))
	}
	s.result, errs[len(args)] = paramOf(result, "the result")
	return s, errors.Join(errs...)
}

// arguments casts arguments to the parameters' types. nullable says whether a null
// among them keeps the function from being called.
func (s *signature) arguments(name string, r *expr.Resolver, args []expr.Expr) (list []expr.Expr, nullable bool, err error) {
	want := make([]types.Type, len(s.params))
	for i, p := range s.params {
		want[i] = p.typ
	}
	if list, err = r.Params(name, len(want), args, want...); err != nil {
		return nil, false, err
	}
	for i, a := range list {
		nullable = nullable || a.Nullable() && !s.params[i].null
	}
	return list, nullable, nil
}

// argument is one argument as a function's loop reads it.
type argument interface {
	// bind begins a batch.
	bind(c *batch.Column)
	// load gets the value of row i; false for a null that the Go type cannot hold.
	load(i int) (bool, error)
}

// input is an argument of a Go type. It belongs to one goroutine.
type input[A any] struct {
	value  A
	reader *rowstruct.CellReader
	null   bool
	column *batch.Column
	plain  []A // the column's values where they are of the Go type itself
}

// newInput reads columns of the type that paramOf gives for A, or of one that
// differs in what may be null inside.
func newInput[A any](typ types.Type) (*input[A], error) {
	t := reflect.TypeFor[A]()
	r, err := rowstruct.NewCellReader(t, typ)
	_, null, _ := rowstruct.TypeOf(t)
	return &input[A]{reader: r, null: null}, err
}

func (in *input[A]) bind(c *batch.Column) { in.column, in.plain = c, plainValues[A](c) }

func (in *input[A]) load(i int) (bool, error) {
	if in.column.Const {
		i = 0
	}
	if in.column.Null(i) {
		var zero A
		in.value = zero
		return in.null, nil
	}
	if in.plain != nil {
		in.value = in.plain[i]
		return true, nil
	}
	var zero A
	in.value = zero
	return true, in.reader.Read(in.column, i, unsafe.Pointer(&in.value))
}

// plainValues are the values of a column whose Go type is A itself, numbers and
// booleans; nil for any other.
func plainValues[A any](c *batch.Column) []A {
	var zero A
	switch any(zero).(type) {
	case int64:
		if c.Type.Kind == types.Long {
			return recast[int64, A](c)
		}
	case int:
		if c.Type.Kind == types.Long && unsafe.Sizeof(zero) == 8 {
			return recast[int64, A](c)
		}
	case int32:
		if c.Type.Kind == types.Int {
			return recast[int32, A](c)
		}
	case float64:
		if c.Type.Kind == types.Double {
			return recast[float64, A](c)
		}
	case bool:
		if c.Type.Kind == types.Boolean {
			return recast[bool, A](c)
		}
	}
	return nil
}

// recast are a column's values of type T, as values of A, which has T's form.
func recast[T batch.Value, A any](c *batch.Column) []A {
	v := batch.Values[T](c)
	return unsafe.Slice((*A)(unsafe.Pointer(unsafe.SliceData(v))), len(v))
}

// output is the column of results of a Go type. It belongs to one goroutine.
type output[R any] struct {
	value  R
	writer *rowstruct.CellWriter
	nested bool // rows are appended one after another
	column *batch.Column
	plain  []R // as of an input
}

func newOutput[R any](typ types.Type) (*output[R], error) {
	w, err := rowstruct.NewCellWriter(reflect.TypeFor[R]())
	return &output[R]{writer: w, nested: typ.Nested()}, err
}

// bind begins a column, which has its rows.
func (o *output[R]) bind(c *batch.Column) {
	o.column, o.plain = c, plainValues[R](c)
	if o.nested {
		c.Resize(0)
	}
}

// reach makes sure that row i is there, and the last one where that matters.
func (o *output[R]) reach(i int) {
	if o.nested {
		o.column.Extend(i + 1 - o.column.Len())
	}
}

// put writes the result of row i.
func (o *output[R]) put(i int, v R) error {
	if o.plain != nil {
		o.plain[i] = v
		return nil
	}
	o.reach(i)
	o.value = v
	return o.writer.Put(o.column, i, unsafe.Pointer(&o.value))
}

// none makes the result of row i null.
func (o *output[R]) none(i int) {
	o.reach(i)
	o.column.SetNull(i)
}
