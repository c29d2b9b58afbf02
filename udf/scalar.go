package udf

import (
	"reflect"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// Func0 is a function without arguments.
func Func0[R any](name string, f func() R, o ...Option) *Function {
	return Try0(name, func() (R, error) { return f(), nil }, o...)
}

// Func1 is a function of one argument.
func Func1[A, R any](name string, f func(A) R, o ...Option) *Function {
	return Try1(name, func(a A) (R, error) { return f(a), nil }, o...)
}

// Func2 is a function of two arguments.
func Func2[A, B, R any](name string, f func(A, B) R, o ...Option) *Function {
	return Try2(name, func(a A, b B) (R, error) { return f(a, b), nil }, o...)
}

// Func3 is a function of three arguments.
func Func3[A, B, C, R any](name string, f func(A, B, C) R, o ...Option) *Function {
	return Try3(name, func(a A, b B, c C) (R, error) { return f(a, b, c), nil }, o...)
}

// Func4 is a function of four arguments. More of them come as one struct, made in
// SQL by named_struct.
func Func4[A, B, C, D, R any](name string, f func(A, B, C, D) R, o ...Option) *Function {
	return Try4(name, func(a A, b B, c C, d D) (R, error) { return f(a, b, c, d), nil }, o...)
}

// Try0 is [Func0] for a function that may fail.
func Try0[R any](name string, f func() (R, error), o ...Option) *Function {
	return scalar(name, o, func(*opening) func() (R, error) { return f })
}

// Try1 is [Func1] for a function that may fail.
func Try1[A, R any](name string, f func(A) (R, error), o ...Option) *Function {
	return scalar(name, o, func(open *opening) func() (R, error) {
		a := take[A](open)
		return func() (R, error) { return f(a.value) }
	}, reflect.TypeFor[A]())
}

// Try2 is [Func2] for a function that may fail.
func Try2[A, B, R any](name string, f func(A, B) (R, error), o ...Option) *Function {
	return scalar(name, o, func(open *opening) func() (R, error) {
		a, b := take[A](open), take[B](open)
		return func() (R, error) { return f(a.value, b.value) }
	}, reflect.TypeFor[A](), reflect.TypeFor[B]())
}

// Try3 is [Func3] for a function that may fail.
func Try3[A, B, C, R any](name string, f func(A, B, C) (R, error), o ...Option) *Function {
	return scalar(name, o, func(open *opening) func() (R, error) {
		a, b, c := take[A](open), take[B](open), take[C](open)
		return func() (R, error) { return f(a.value, b.value, c.value) }
	}, reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C]())
}

// Try4 is [Func4] for a function that may fail.
func Try4[A, B, C, D, R any](name string, f func(A, B, C, D) (R, error), o ...Option) *Function {
	return scalar(name, o, func(open *opening) func() (R, error) {
		a, b, c, d := take[A](open), take[B](open), take[C](open), take[D](open)
		return func() (R, error) { return f(a.value, b.value, c.value, d.value) }
	}, reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C](), reflect.TypeFor[D]())
}

// opening gathers the arguments of a function for one goroutine, in order.
type opening struct {
	args []expr.Expr
	list []argument
	err  error // the first thing that went wrong
}

// take is the next argument.
func take[A any](o *opening) *input[A] {
	in, err := newInput[A](o.args[len(o.list)].Type())
	if err != nil && o.err == nil {
		o.err = err
	}
	o.list = append(o.list, in)
	return in
}

// scalar makes the function of a call, which reads what its inputs have loaded.
func scalar[R any](name string, o []Option, open func(*opening) func() (R, error), args ...reflect.Type) *Function {
	sign, err := signatureOf(reflect.TypeFor[R](), args...)
	return named(name, err, func(name string) *expr.Routine {
		return &expr.Routine{Scalar: &expr.Function{
			Name: name,
			Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
				list, null, err := sign.arguments(name, r, args)
				return expr.Resolution{Args: list, Type: sign.result.typ, Nullable: null || sign.result.null}, err
			},
			Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
				in := &opening{args: c.Args}
				k := &kernel[R]{name: name, call: open(in), args: in.list}
				var err error
				if k.out, err = newOutput[R](c.Typ); in.err != nil {
					err = in.err
				}
				return k.run, err
			},
			NullSafe: true,
			Volatile: settled(o).volatile,
		}}
	})
}

// kernel calls a function row by row.
type kernel[R any] struct {
	name string
	call func() (R, error)
	args []argument
	out  *output[R]
}

// run is the [expr.Kernel].
func (k *kernel[R]) run(out *batch.Column, args []*batch.Column, rows int, sel []int32) (err error) {
	defer guard(k.name, &err)
	for i, a := range k.args {
		a.bind(args[i])
	}
	k.out.bind(out)
	if sel == nil {
		for i := range rows {
			if err := k.row(i); err != nil {
				return err
			}
		}
	}
	for _, i := range sel {
		if err := k.row(int(i)); err != nil {
			return err
		}
	}
	if rows > 0 {
		k.out.reach(rows - 1)
	}
	return nil
}

func (k *kernel[R]) row(i int) error {
	for _, a := range k.args {
		there, err := a.load(i)
		if err != nil {
			return failed(k.name, err)
		}
		if !there {
			k.out.none(i)
			return nil
		}
	}
	v, err := k.call()
	if err == nil {
		err = k.out.put(i, v)
	}
	if err != nil {
		return failed(k.name, err)
	}
	return nil
}
