package weir

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/rowstruct"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// ErrNoRows is what [DataFrame.First] gives for a table without rows.
var ErrNoRows = errors.New("weir: the table has no rows")

// Take computes the first n rows.
func (d *DataFrame) Take(ctx context.Context, n int) ([]Row, error) { return d.Limit(n).Collect(ctx) }

// Head is [DataFrame.Take].
func (d *DataFrame) Head(ctx context.Context, n int) ([]Row, error) { return d.Take(ctx, n) }

// First computes the first row; [ErrNoRows] if there is none.
func (d *DataFrame) First(ctx context.Context) (Row, error) {
	list, err := d.Take(ctx, 1)
	if err == nil && len(list) == 0 {
		err = ErrNoRows
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// Tail computes the last n rows.
func (d *DataFrame) Tail(ctx context.Context, n int) ([]Row, error) {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.Tail{Origin: o, Input: in, Count: expr.Lit(n)}, nil
	}).Collect(ctx)
}

// IsEmpty reports whether the table has no rows; it reads one at most.
func (d *DataFrame) IsEmpty(ctx context.Context) (bool, error) {
	n, err := d.Limit(1).Count(ctx)
	return n == 0, err
}

// ToLocalIterator computes the table and gives its rows one by one; an error comes once,
// with a nil row, and ends the sequence.
func (d *DataFrame) ToLocalIterator(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		r, err := d.run(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, b := range r.batches() {
			for _, row := range rowvalue.Rows(b) {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// ForEach gives every row to f; the first error ends it.
func (d *DataFrame) ForEach(ctx context.Context, f func(Row) error) error {
	for row, err := range d.ToLocalIterator(ctx) {
		if err != nil {
			return err
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

// ForEachPartition gives the rows to f in parts, one after the other; the first error
// ends it.
func (d *DataFrame) ForEachPartition(ctx context.Context, f func(rows iter.Seq[Row]) error) error {
	r, err := d.run(ctx)
	if err != nil {
		return err
	}
	for _, part := range r.parts {
		if part == nil {
			continue
		}
		err := f(func(yield func(Row) bool) {
			for _, b := range part.Batches() {
				for _, row := range rowvalue.Rows(b) {
					if !yield(row) {
						return
					}
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// CollectAs computes the rows of a table as Go values: structs whose fields are found
// among the columns by name, or by a tag `weir:"name"`, without regard to case; any
// other type stands for the one column. A null needs a pointer, a slice or a map.
func CollectAs[T any](ctx context.Context, d *DataFrame) ([]T, error) {
	var list []T
	for v, err := range RowsAs[T](ctx, d) {
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// RowsAs is [CollectAs] one by one; an error comes once and ends the sequence.
func RowsAs[T any](ctx context.Context, d *DataFrame) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		r, err := d.run(ctx)
		if err != nil {
			yield(zero, err)
			return
		}
		reader, err := rowstruct.NewReader(reflect.TypeFor[T](), r.schema.Fields)
		if err != nil {
			yield(zero, err)
			return
		}
		for _, b := range r.batches() {
			for i := range b.Len() {
				v := new(T)
				if err := reader.Read(b.Columns, b.Row(i), unsafe.Pointer(v)); err != nil {
					yield(zero, err)
					return
				}
				if !yield(*v, nil) {
					return
				}
			}
		}
	}
}

// FrameOf makes a table of Go values. The exported fields of a struct are the columns,
// under their names or those of a tag `weir:"name"`; any other type is one column
// called value. Pointers, slices and maps may be nil for null.
func FrameOf[T any](s *Session, list []T) *DataFrame {
	o := plan.Origin{Site: callSite(), PlanID: s.planIDs.Add(1)}
	t := reflect.TypeFor[T]()
	schema, err := rowstruct.SchemaOf(t)
	if err != nil {
		return s.frame(nil, errors.Join(errors.New(o.Site), err))
	}
	w, err := rowstruct.NewWriter(t)
	if err != nil {
		return s.frame(nil, errors.Join(errors.New(o.Site), err))
	}
	b := batch.New(schema)
	for i := range list {
		if err := w.Append(b.Columns, unsafe.Pointer(&list[i])); err != nil {
			return s.frame(nil, errors.Join(errors.New(o.Site), err))
		}
		b.Rows++
	}
	var arena batch.Arena // the texts are the caller's, who may change what holds them
	kept := batch.New(schema)
	for i, c := range b.Columns {
		kept.Columns[i].Append(c, nil, b.Rows, &arena)
	}
	kept.Rows = b.Rows
	return s.frame(&plan.LocalRelation{Origin: o, Schema: schema, Rows: kept}, nil)
}

// FromArrow makes a table of Arrow records of one schema, whose rows are copied.
func (s *Session) FromArrow(records ...arrow.RecordBatch) *DataFrame {
	o := plan.Origin{Site: callSite(), PlanID: s.planIDs.Add(1)}
	if len(records) == 0 {
		return s.frame(nil, errors.New(o.Site+": FromArrow needs a record, if an empty one: it has the schema"))
	}
	var all *batch.Batch
	var arena batch.Arena
	schema, err := types.SchemaFromArrow(records[0].Schema())
	if err != nil {
		return s.frame(nil, err)
	}
	for _, r := range records {
		b := batch.New(schema)
		if err := batch.FromArrow(r, b); err != nil {
			return s.frame(nil, err)
		}
		if all == nil {
			all = batch.New(schema)
		}
		for i, c := range b.Columns {
			all.Columns[i].Append(c, b.Sel, b.Rows, &arena)
		}
		all.Rows += b.Len()
	}
	return s.frame(&plan.LocalRelation{Origin: o, Schema: schema, Rows: all}, nil)
}

// ToArrow computes the table as Arrow records, which the caller releases.
func (d *DataFrame) ToArrow(ctx context.Context) ([]arrow.RecordBatch, error) {
	r, err := d.run(ctx)
	if err != nil {
		return nil, err
	}
	schema := r.schema.Arrow("")
	var list []arrow.RecordBatch
	for _, b := range r.batches() {
		record, err := batch.ToArrow(b, schema, memory.DefaultAllocator)
		if err != nil {
			for _, made := range list {
				made.Release()
			}
			return nil, err
		}
		list = append(list, record)
	}
	return list, nil
}
