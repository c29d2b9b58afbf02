package exec

import (
	"sort"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// WindowFrame says which rows around a row a function sees.
type WindowFrame struct {
	// Rows counts rows, else values are compared.
	Rows         bool
	Lower, Upper FrameBound
	// Key is the order's value, for bounds that are values.
	Key        expr.Eval
	Descending bool
}

// FrameBound is one end of a frame. The zero FrameBound has none.
type FrameBound struct {
	// Current is the row itself, or, by values, its peers.
	Current bool
	// Offset counts rows, negative before the row, where HasOffset is set.
	Offset    int64
	HasOffset bool
	// Value is the bound's value for each row, of the key's type.
	Value expr.Eval
}

// whole reports whether the frame of every row is its partition.
func (f *WindowFrame) whole() bool {
	free := func(b FrameBound) bool { return !b.Current && !b.HasOffset && b.Value == nil }
	return free(f.Lower) && free(f.Upper)
}

// windowBounds are the partitions and peers of sorted rows.
type windowBounds struct {
	ends   []int32 // by partition: the row behind its last
	part   []int32 // by row: its partition
	peers  []int32 // by row: the row behind the last of its peers
	starts []int32 // by row: the first of its peers
}

// find fills the bounds of w's sorted rows; ids are the partitions of those before
// sorting.
func (b *windowBounds) find(w *Window, ids []int32) error {
	n := w.rows.Rows
	orders := make([]expr.Eval, len(w.spec.Orders))
	for i, o := range w.spec.Orders {
		orders[i] = o.Eval
	}
	keys, err := identify(w.peers, orders, w.rows)
	if err != nil {
		return err
	}
	b.ends = b.ends[:0]
	b.part, b.peers, b.starts = make([]int32, n), make([]int32, n), make([]int32, n)
	order := w.sort.order
	for i := 0; i < n; {
		id, end := ids[order[i]], i
		for end < n && ids[order[end]] == id {
			b.part[end] = int32(len(b.ends))
			end++
		}
		b.ends = append(b.ends, int32(end))
		for i < end {
			first := i
			for i < end && keys[i] == keys[first] {
				b.starts[i] = int32(first)
				i++
			}
			for k := first; k < i; k++ {
				b.peers[k] = int32(i)
			}
		}
	}
	return nil
}

// partition is the first row of the k-th partition and the one behind its last.
func (b *windowBounds) partition(k int) (from, to int) {
	if k > 0 {
		from = int(b.ends[k-1])
	}
	return from, int(b.ends[k])
}

// frame is the frame of every row; an empty one has equal bounds.
func (b *windowBounds) frame(f *WindowFrame, rows *batch.Batch) (lower, upper []int32, err error) {
	lower, upper = make([]int32, rows.Rows), make([]int32, rows.Rows)
	for k := range b.ends {
		from, to := b.partition(k)
		for i := from; i < to; i++ {
			lower[i], upper[i] = int32(from), int32(to)
			switch {
			case f.Lower.HasOffset:
				lower[i] = clamp(int64(i)+f.Lower.Offset, from, to)
			case f.Lower.Current && f.Rows:
				lower[i] = int32(i)
			case f.Lower.Current, f.Lower.Value != nil:
				lower[i] = b.starts[i]
			}
			switch {
			case f.Upper.HasOffset:
				upper[i] = clamp(int64(i)+f.Upper.Offset+1, from, to)
			case f.Upper.Current && f.Rows:
				upper[i] = int32(i + 1)
			case f.Upper.Current, f.Upper.Value != nil:
				upper[i] = b.peers[i]
			}
		}
	}
	if f.Key != nil {
		if err := b.byValue(f, rows, lower, upper); err != nil {
			return nil, nil, err
		}
	}
	for i := range upper {
		upper[i] = max(upper[i], lower[i])
	}
	return lower, upper, nil
}

func clamp(at int64, from, to int) int32 { return int32(max(int64(from), min(at, int64(to)))) }

// byValue replaces the bounds that are values. Rows without a key keep their peers.
func (b *windowBounds) byValue(f *WindowFrame, rows *batch.Batch, lower, upper []int32) error {
	key, err := f.Key.Eval(rows, nil)
	if err != nil {
		return err
	}
	key = own(key, rows.Rows)
	for _, side := range []struct {
		bound FrameBound
		to    []int32
		after bool
	}{{f.Lower, lower, false}, {f.Upper, upper, true}} {
		if side.bound.Value == nil {
			continue
		}
		values, err := side.bound.Value.Eval(rows, nil)
		if err != nil {
			return err
		}
		values = values.Flat(rows.Rows, batch.NewColumn(values.Type, 0))
		compare := comparing(key, values)
		for k := range b.ends {
			from, to := b.partition(k)
			b.search(f, key, compare, searched{from, to, side.after, side.to})
		}
	}
	return nil
}

// own is a copy of c that later evaluations leave alone.
func own(c *batch.Column, rows int) *batch.Column {
	flat := c.Flat(rows, batch.NewColumn(c.Type, 0))
	out := batch.NewColumn(c.Type, 0)
	out.AppendRows(flat, batch.Identity(rows), nil)
	return out
}

// searched is one side of the frames of one partition.
type searched struct {
	from, to int
	after    bool // the upper side
	bounds   []int32
}

// search finds for each row with a key the place of its bound among the keys of
// its partition, of which those that are null stand together at one end.
func (b *windowBounds) search(f *WindowFrame, key *batch.Column, compare func(i, k int) int, s searched) {
	from, to := s.from, s.to
	for from < to && key.Null(from) {
		from++
	}
	for to > from && key.Null(to-1) {
		to--
	}
	for i := from; i < to; i++ {
		s.bounds[i] = int32(from + sort.Search(to-from, func(k int) bool {
			c := compare(from+k, i)
			if f.Descending {
				c = -c
			}
			return c > 0 || !s.after && c == 0
		}))
	}
}

// comparing compares the key of row i with the bound of row k.
func comparing(key, bound *batch.Column) func(i, k int) int {
	switch key.Type.Kind {
	case types.Byte:
		return ordering(batch.Values[int8](key), batch.Values[int8](bound))
	case types.Short:
		return ordering(batch.Values[int16](key), batch.Values[int16](bound))
	case types.Int, types.Date, types.YearMonthInterval:
		return ordering(batch.Values[int32](key), batch.Values[int32](bound))
	case types.Float:
		return ordering(batch.Values[float32](key), batch.Values[float32](bound))
	case types.Double:
		return ordering(batch.Values[float64](key), batch.Values[float64](bound))
	case types.Decimal128:
		a, b := batch.Values[types.Decimal](key), batch.Values[types.Decimal](bound)
		return func(i, k int) int { return a[i].Cmp(b[k]) }
	default:
		return ordering(batch.Values[int64](key), batch.Values[int64](bound))
	}
}

// ordering compares numbers; NaN is the greatest.
func ordering[T int8 | int16 | int32 | int64 | float32 | float64](a, b []T) func(i, k int) int {
	return func(i, k int) int {
		x, y := a[i], b[k]
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		case x == y:
			return 0
		case x == x: // y is NaN
			return -1
		case y == y:
			return 1
		default:
			return 0
		}
	}
}
