package functions

import (
	"errors"
	"math"
	"time"

	"github.com/weirstream/weir/internal/expr"
)

// Bounds of frames, in rows or values from the current row: negative ones lie before it.
const (
	UnboundedPreceding = math.MinInt64
	UnboundedFollowing = math.MaxInt64
	CurrentRow         = 0
)

// WindowSpec is the window of [Column.Over]: which rows belong together, in which order,
// and which of them a function sees. Its zero value is all rows. It is never changed;
// every method gives a new one.
//
//	f.Sum("v").Over(f.PartitionBy("k").OrderBy("t").RowsBetween(-2, f.CurrentRow))
type WindowSpec struct {
	partition []expr.Expr
	order     []*expr.SortOrder
	frame     *expr.Frame
	err       error
}

// PartitionBy is a window of the rows that have equal values in columns.
func PartitionBy(columns ...any) WindowSpec { return WindowSpec{}.PartitionBy(columns...) }

// OrderBy is a window of all rows in an order.
func OrderBy(columns ...any) WindowSpec { return WindowSpec{}.OrderBy(columns...) }

// PartitionBy is the window of the rows that have equal values in columns.
func (w WindowSpec) PartitionBy(columns ...any) WindowSpec {
	list, err := expressions(columns)
	w.partition, w.err = list, errors.Join(w.err, err)
	return w
}

// OrderBy is the window with its rows in an order, ascending unless a column says Desc.
// Without a frame a function then sees the rows up to the current one and its equals.
func (w WindowSpec) OrderBy(columns ...any) WindowSpec {
	list, err := expressions(columns)
	w.err = errors.Join(w.err, err)
	w.order = nil
	for _, e := range list {
		o, ok := e.(*expr.SortOrder)
		if !ok {
			o = &expr.SortOrder{Child: e, NullsFirst: true}
		}
		w.order = append(w.order, o)
	}
	return w
}

// RowsBetween has a function see the rows from start to end, both inclusive, counted
// from the current one: -1 is the one before.
func (w WindowSpec) RowsBetween(start, end int64) WindowSpec {
	w.frame = frame(true, start, end)
	return w
}

// RangeBetween has a function see the rows whose value in the one column of the order
// lies from start to end, both inclusive, from that of the current one.
func (w WindowSpec) RangeBetween(start, end int64) WindowSpec {
	w.frame = frame(false, start, end)
	return w
}

// TimesBetween is RangeBetween for an order by time.
func (w WindowSpec) TimesBetween(start, end time.Duration) WindowSpec {
	f := &expr.Frame{LowerCurrent: start == 0, UpperCurrent: end == 0, LowerFollowing: start > 0, UpperBefore: end < 0}
	if start != 0 {
		f.Lower, _ = Lit(start.Abs()).Unwrap()
	}
	if end != 0 {
		f.Upper, _ = Lit(end.Abs()).Unwrap()
	}
	w.frame = f
	return w
}

func frame(rows bool, start, end int64) *expr.Frame {
	f := &expr.Frame{Rows: rows, LowerCurrent: start == CurrentRow, UpperCurrent: end == CurrentRow, LowerFollowing: start > 0,
		UpperBefore: end < 0}
	if start != CurrentRow && start != UnboundedPreceding {
		f.Lower = literal(int(max(start, -start)))
	}
	if end != CurrentRow && end != UnboundedFollowing {
		f.Upper = literal(int(max(end, -end)))
	}
	return f
}
