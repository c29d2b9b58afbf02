package udf

import (
	"errors"
	"reflect"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/rowstruct"
	"github.com/weirstream/weir/types"
)

// Table1 is a function of one argument that gives any number of rows: it calls emit
// for each. It stands where explode may: in a list of SELECT, in LATERAL VIEW, in
// FROM. R is a struct whose fields are the columns, or one value in a column value.
func Table1[A, R any](name string, f func(a A, emit func(R)) error) *Function {
	return table(name, func(open *opening) func(emit func(R)) error {
		a := take[A](open)
		return func(emit func(R)) error { return f(a.value, emit) }
	}, reflect.TypeFor[A]())
}

// Table2 is [Table1] of two arguments.
func Table2[A, B, R any](name string, f func(a A, b B, emit func(R)) error) *Function {
	return table(name, func(open *opening) func(emit func(R)) error {
		a, b := take[A](open), take[B](open)
		return func(emit func(R)) error { return f(a.value, b.value, emit) }
	}, reflect.TypeFor[A](), reflect.TypeFor[B]())
}

// Table3 is [Table1] of three arguments.
func Table3[A, B, C, R any](name string, f func(a A, b B, c C, emit func(R)) error) *Function {
	return table(name, func(open *opening) func(emit func(R)) error {
		a, b, c := take[A](open), take[B](open), take[C](open)
		return func(emit func(R)) error { return f(a.value, b.value, c.value, emit) }
	}, reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C]())
}

func table[R any](name string, open func(*opening) func(func(R)) error, args ...reflect.Type) *Function {
	sign, err := signatureOf(reflect.TypeFor[bool](), args...)
	made, errRow := rowstruct.SchemaOf(reflect.TypeFor[R]())
	return named(name, errors.Join(err, errRow), func(name string) *expr.Routine {
		return &expr.Routine{Generator: &expr.Generator{
			Name: name,
			Resolve: func(r *expr.Resolver, args []expr.Expr) ([]expr.Expr, []types.Field, error) {
				list, _, err := sign.arguments(name, r, args)
				return list, made.Fields, err
			},
			New: func(c *expr.GeneratorCall, _ *expr.Env) (expr.Generate, error) {
				in := &opening{args: c.Args}
				g := &generator[R]{name: name, call: open(in), args: in.list}
				g.emit = g.append
				var err error
				g.rows, err = rowstruct.NewWriter(reflect.TypeFor[R]())
				return g.run, errors.Join(in.err, err)
			},
		}}
	})
}

// generator calls a function that gives rows.
type generator[R any] struct {
	name string
	call func(emit func(R)) error
	args []argument
	rows *rowstruct.Writer
	emit func(R)

	out  []*batch.Column
	made int   // rows of the present call
	row  R     // what a pointer is taken of
	err  error // of writing a row
}

// append is emit.
func (g *generator[R]) append(r R) {
	if g.err != nil {
		return
	}
	g.row = r
	g.err = g.rows.Append(g.out, unsafe.Pointer(&g.row))
	g.made++
}

// run is the [expr.Generate].
func (g *generator[R]) run(out, args []*batch.Column, rows int, sel []int32, outer bool, parents []int32) (_ []int32, err error) {
	defer guard(g.name, &err)
	g.out, g.err = out, nil
	for i, a := range g.args {
		a.bind(args[i])
	}
	if sel == nil {
		sel = batch.Identity(rows)
	}
	for _, i := range sel {
		g.made = 0
		if err := g.one(int(i)); err != nil {
			return parents, failed(g.name, err)
		}
		if g.made == 0 && outer {
			for _, c := range out {
				c.Extend(1)
				c.SetNull(c.Len() - 1)
			}
			g.made = 1
		}
		for range g.made {
			parents = append(parents, i)
		}
	}
	return parents, nil
}

// one calls the function for a row, unless one of its arguments is a null that it
// cannot hold.
func (g *generator[R]) one(i int) error {
	for _, a := range g.args {
		there, err := a.load(i)
		if err != nil || !there {
			return err
		}
	}
	return errors.Join(g.call(g.emit), g.err)
}
