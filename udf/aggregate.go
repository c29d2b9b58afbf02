package udf

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/rowstruct"
	"github.com/weirstream/weir/types"
)

// Aggregator computes one value of the rows of a group (Spark's Aggregator):
//
//	rows     1 2 3 ─▶ Reduce ─▶ Buf ┐
//	                                ├─▶ Merge ─▶ Buf ─▶ Finish ─▶ the value
//	rows       4 5 ─▶ Reduce ─▶ Buf ┘
//
// Rows are spread over tasks, so that each method may be called by several
// goroutines at once, though never with one Buf. In a stream the Buf of each group
// is part of the state: it is kept as columns, by the rules for the fields of
// structs, and what is not exported in it is lost between batches.
//
// In is the argument, or a struct with a field for each argument, in order.
type Aggregator[In, Buf, Out any] interface {
	// Zero is the Buf of no rows. Merging it changes nothing.
	Zero() Buf
	// Reduce adds a row. It may change b and give it back.
	Reduce(b Buf, in In) (Buf, error)
	// Merge puts two together, likewise.
	Merge(a, b Buf) (Buf, error)
	// Finish is the value of a group. It leaves b as it is.
	Finish(b Buf) (Out, error)
}

// Aggregate is an aggregate function.
func Aggregate[In, Buf, Out any](name string, a Aggregator[In, Buf, Out]) *Function {
	rows, err := rowstruct.SchemaOf(reflect.TypeFor[In]())
	result, errOut := paramOf(reflect.TypeFor[Out](), "the result")
	held, errBuf := rowstruct.SchemaOf(reflect.TypeFor[Buf]())
	if err = errors.Join(err, errOut); errBuf != nil {
		err = errors.Join(err, fmt.Errorf("its buffer: %w", errBuf))
	}
	return named(name, err, func(name string) *expr.Routine {
		states := kindsOf(held.Fields)
		return &expr.Routine{Aggregate: &expr.Aggregate{
			Name: name,
			Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
				list, err := r.Params(name, rows.Len(), args, kindsOf(rows.Fields)...)
				return expr.Resolution{Args: list, Type: result.typ, Nullable: result.null}, err
			},
			Partial: func(*expr.AggregateCall) []types.Type { return states },
			New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
				return newAccumulator(c, a, rows, held)
			},
		}}
	})
}

// kindsOf are the types of a row's columns.
func kindsOf(fields []types.Field) []types.Type {
	list := make([]types.Type, len(fields))
	for i, f := range fields {
		list[i] = f.Type
	}
	return list
}

// accumulator holds the buffers of all groups of a call.
type accumulator[In, Buf, Out any] struct {
	name   string
	user   Aggregator[In, Buf, Out]
	groups []held[Buf]
	rows   *rowstruct.Reader
	strict []int // the arguments whose nulls In cannot hold
	read   *rowstruct.Reader
	write  *rowstruct.Writer
	result *rowstruct.CellWriter

	// What pointers are taken of, so that no row allocates.
	in  In
	buf Buf
	out Out
}

// held is the buffer of a group; touched once a row or another buffer came. One
// that is not takes a saved buffer as it is, so that what is loaded is what was
// saved, whatever Merge makes of Zero.
type held[Buf any] struct {
	value   Buf
	touched bool
}

func newAccumulator[In, Buf, Out any](c *expr.AggregateCall, user Aggregator[In, Buf, Out],
	rows, state types.Schema) (expr.Accumulator, error) {
	acc := &accumulator[In, Buf, Out]{name: c.Fn.Name, user: user}
	columns := slices.Clone(rows.Fields)
	for i := range columns {
		columns[i].Type = c.Args[i].Type()
		if !columns[i].Nullable {
			acc.strict = append(acc.strict, i)
		}
	}
	errs := make([]error, 4)
	acc.rows, errs[0] = rowstruct.NewReader(reflect.TypeFor[In](), columns)
	acc.read, errs[1] = rowstruct.NewReader(reflect.TypeFor[Buf](), state.Fields)
	acc.write, errs[2] = rowstruct.NewWriter(reflect.TypeFor[Buf]())
	acc.result, errs[3] = rowstruct.NewCellWriter(reflect.TypeFor[Out]())
	return acc, errors.Join(errs...)
}

// Reset implements [expr.Accumulator]. A Zero that panics does so again, as a
// panic of the task, where there is no error to give.
func (a *accumulator[In, Buf, Out]) Reset(from, to int) {
	if to > len(a.groups) {
		a.groups = slices.Grow(a.groups, to-len(a.groups))[:to]
	}
	for g := from; g < to; g++ {
		a.groups[g] = held[Buf]{value: a.user.Zero()}
	}
}

// skips reports whether a row has a null where In cannot hold it.
func (a *accumulator[In, Buf, Out]) skips(args []*batch.Column, row int) bool {
	for _, i := range a.strict {
		if args[i].Null(row) {
			return true
		}
	}
	return false
}

// Update implements [expr.Accumulator].
func (a *accumulator[In, Buf, Out]) Update(groups []int32, args []*batch.Column, sel []int32) (err error) {
	defer guard(a.name, &err)
	for k, g := range groups {
		row := k
		if sel != nil {
			row = int(sel[k])
		}
		if a.skips(args, row) {
			continue
		}
		var zero In
		a.in = zero
		if err := a.rows.Read(args, row, unsafe.Pointer(&a.in)); err != nil {
			return failed(a.name, err)
		}
		to := &a.groups[g]
		if to.value, err = a.user.Reduce(to.value, a.in); err != nil {
			return failed(a.name, err)
		}
		to.touched = true
	}
	return nil
}

// Merge implements [expr.Accumulator].
func (a *accumulator[In, Buf, Out]) Merge(groups []int32, partial []*batch.Column, sel []int32) (err error) {
	defer guard(a.name, &err)
	for k, g := range groups {
		row := k
		if sel != nil {
			row = int(sel[k])
		}
		var zero Buf
		a.buf = zero
		if err := a.read.Read(partial, row, unsafe.Pointer(&a.buf)); err != nil {
			return failed(a.name, err)
		}
		to := &a.groups[g]
		if !to.touched {
			*to = held[Buf]{a.buf, true}
			continue
		}
		if to.value, err = a.user.Merge(to.value, a.buf); err != nil {
			return failed(a.name, err)
		}
	}
	return nil
}

// Save implements [expr.Accumulator].
func (a *accumulator[In, Buf, Out]) Save(groups []int32, partial []*batch.Column) error {
	for _, g := range groups {
		a.buf = a.groups[g].value
		if err := a.write.Append(partial, unsafe.Pointer(&a.buf)); err != nil {
			return failed(a.name, err)
		}
	}
	return nil
}

// Result implements [expr.Accumulator].
func (a *accumulator[In, Buf, Out]) Result(groups []int32, out *batch.Column) (err error) {
	defer guard(a.name, &err)
	for _, g := range groups {
		if a.out, err = a.user.Finish(a.groups[g].value); err == nil {
			out.Extend(1)
			err = a.result.Put(out, out.Len()-1, unsafe.Pointer(&a.out))
		}
		if err != nil {
			return failed(a.name, err)
		}
	}
	return nil
}
