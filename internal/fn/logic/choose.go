package logic

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// scatter copies the listed rows of src, a constant or a full column, to the
// same rows of out, which is of a flat type. Strings stay views.
func scatter(out, src *batch.Column, rows []int32) {
	switch out.Type.Kind {
	case types.Boolean:
		scatterValues[bool](out, src, rows)
	case types.Byte:
		scatterValues[int8](out, src, rows)
	case types.Short:
		scatterValues[int16](out, src, rows)
	case types.Int, types.Date, types.YearMonthInterval:
		scatterValues[int32](out, src, rows)
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		scatterValues[int64](out, src, rows)
	case types.Float:
		scatterValues[float32](out, src, rows)
	case types.Double:
		scatterValues[float64](out, src, rows)
	case types.Decimal128:
		scatterValues[types.Decimal](out, src, rows)
	case types.CalendarInterval:
		scatterValues[types.Interval](out, src, rows)
	case types.String, types.Binary, types.Variant:
		scatterValues[string](out, src, rows)
	}
}

func scatterValues[T batch.Value](out, src *batch.Column, rows []int32) {
	to, from := batch.Values[T](out), batch.Values[T](src)
	switch {
	case src.Const && src.Null(0):
		for _, r := range rows {
			out.SetNull(int(r))
		}
	case src.Const:
		v := from[0]
		for _, r := range rows {
			to[r] = v
		}
	case src.HasNulls():
		for _, r := range rows {
			to[r] = from[r]
			if src.Null(int(r)) {
				out.SetNull(int(r))
			}
		}
	default:
		for _, r := range rows {
			to[r] = from[r]
		}
	}
}

// merger puts together a column of values that come from several others, by
// row. Flat values are scattered as they come; nested ones wait until all have
// come, since they must be appended in order.
type merger struct {
	out  *batch.Column
	flat bool
	// For nested values: the column that each row comes from, none: null.
	source []*batch.Column
}

func newMerger(t types.Type) *merger {
	return &merger{out: batch.NewColumn(t, 0), flat: !t.Nested() && t.Kind != types.Null}
}

// start begins a column of that many rows.
func (m *merger) start(rows int) {
	m.out.Resize(rows)
	if !m.flat {
		clear(m.source)
		m.source = append(m.source[:0], make([]*batch.Column, rows)...)
	}
}

// add takes the listed rows from src; a nil src gives nulls.
func (m *merger) add(src *batch.Column, rows []int32) {
	switch {
	case !m.flat:
		for _, r := range rows {
			m.source[r] = src
		}
	case src == nil:
		for _, r := range rows {
			m.out.SetNull(int(r))
		}
	default:
		scatter(m.out, src, rows)
	}
}

// finish gives the column.
func (m *merger) finish() *batch.Column {
	if m.flat || m.out.Type.Kind == types.Null {
		return m.out
	}
	m.out.Resize(0)
	rows := batch.Identity(len(m.source))
	for i := 0; i < len(m.source); {
		k, src := i+1, m.source[i]
		for k < len(m.source) && m.source[k] == src {
			k++
		}
		if src == nil {
			start := m.out.Len()
			m.out.Extend(k - i)
			for r := start; r < start+k-i; r++ {
				m.out.SetNull(r)
			}
		} else {
			m.out.AppendRows(src, rows[i:k], nil)
		}
		i = k
	}
	return m.out
}
