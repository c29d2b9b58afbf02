package exec

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/internal/rowcodec"
	"github.com/weirstream/weir/types"
)

// SortKey is one key of a [Sort].
type SortKey struct {
	Eval                   expr.Eval
	Descending, NullsFirst bool
}

// Sort gives the rows of its task in order. Rows that are equal keep the order in
// which they came.
type Sort struct {
	input  Operator
	keys   []SortKey
	limit  int64 // rows wanted; negative: all
	store  *Store
	sorter kernel.Sorter

	sorted bool
	all    *batch.Batch
	order  []int32
	done   int
	out    batch.Batch
}

// NewSort sorts input, whose columns have these types and which it closes. With
// limit from 0 on only the first rows are given.
func NewSort(input Operator, columns []types.Type, keys []SortKey, limit int64) *Sort {
	s := &Sort{input: input, keys: keys, limit: limit, store: NewStore(columns)}
	for _, t := range columns {
		s.out.Columns = append(s.out.Columns, batch.NewColumn(t, 0))
	}
	return s
}

// Open opens the input.
func (s *Sort) Open(t *Task) error {
	s.store.Reset()
	s.sorted, s.done = false, 0
	return s.input.Open(t)
}

// Next gives the next rows in order.
func (s *Sort) Next(ctx context.Context) (*batch.Batch, error) {
	if !s.sorted {
		if err := s.sort(ctx); err != nil {
			return nil, err
		}
	}
	n := min(batch.Size, len(s.order)-s.done)
	if n == 0 {
		return nil, io.EOF
	}
	rows := s.order[s.done : s.done+n]
	for i, c := range s.out.Columns {
		c.Take(s.all.Columns[i], rows)
	}
	s.out.Rows, s.out.Sel = n, nil
	s.done += n
	return &s.out, nil
}

// Close closes the input.
func (s *Sort) Close() error { return s.input.Close() }

func (s *Sort) sort(ctx context.Context) error {
	for {
		b, err := s.input.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		s.store.Add(b.Columns, b.Rows, b.Sel)
	}
	s.sorted = true
	s.all = s.store.Whole()
	s.order = append(s.order[:0], batch.Identity(s.all.Rows)...)
	if s.all.Rows == 0 {
		return nil
	}
	for i := len(s.keys) - 1; i >= 0; i-- {
		if err := s.by(s.keys[i]); err != nil {
			return err
		}
	}
	if s.limit >= 0 && s.limit < int64(len(s.order)) {
		s.order = s.order[:s.limit]
	}
	return nil
}

// by sorts by one key; the order of rows that are equal under it is kept.
func (s *Sort) by(k SortKey) error {
	c, err := k.Eval.Eval(s.all, nil)
	if err != nil || c.Const {
		return err
	}
	o := kernel.Order{Descending: k.Descending, NullsFirst: k.NullsFirst}
	v := c.Valid()
	switch c.Type.Kind {
	case types.Null:
	case types.Boolean:
		kernel.SortBools(&s.sorter, s.order, batch.Values[bool](c), v, o)
	case types.Byte:
		kernel.SortNumbers(&s.sorter, s.order, batch.Values[int8](c), v, o)
	case types.Short:
		kernel.SortNumbers(&s.sorter, s.order, batch.Values[int16](c), v, o)
	case types.Int, types.Date, types.YearMonthInterval:
		kernel.SortNumbers(&s.sorter, s.order, batch.Values[int32](c), v, o)
	case types.Long, types.Timestamp, types.TimestampNTZ, types.Time, types.DayTimeInterval:
		kernel.SortNumbers(&s.sorter, s.order, batch.Values[int64](c), v, o)
	case types.Float:
		kernel.SortNumbers(&s.sorter, s.order, batch.Values[float32](c), v, o)
	case types.Double:
		kernel.SortNumbers(&s.sorter, s.order, batch.Values[float64](c), v, o)
	case types.Decimal128:
		kernel.SortDecimals(&s.sorter, s.order, batch.Values[types.Decimal](c), v, o)
	case types.String, types.Binary:
		kernel.SortStrings(&s.sorter, s.order, batch.Values[string](c), v, o)
	default:
		return s.byBytes(c, o)
	}
	return nil
}

// byBytes sorts by a nested key: by its encoding, which sorts as the key does.
func (s *Sort) byBytes(c *batch.Column, o kernel.Order) error {
	codec := rowcodec.NewKeys([]types.Type{c.Type}, []rowcodec.Order{{NullsLast: o.NullsFirst == o.Descending}})
	var rows rowcodec.Rows
	codec.Encode(rowcodec.Of(&batch.Batch{Columns: []*batch.Column{c}, Rows: s.all.Rows}), &rows)
	texts := make([]string, s.all.Rows)
	for i := range texts {
		texts[i] = batch.View(rows.Row(i))
	}
	kernel.SortStrings(&s.sorter, s.order, texts, nil, o)
	return nil
}
