package keyed

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
)

// sessionSpread is scratch for a batch of partial sessions. What it lists by row is
// dense: an entry for each row that is not late.
type sessionSpread struct {
	rows   []int32 // the rows that are not late
	starts []int64
	ends   []int64
	heads  []int32 // the heads of their keys
	slots  []int32 // their sessions
	order  []int32 // the entries by key and start
	pieces []sessionPiece
	sorter kernel.Sorter

	taken, by []int32 // sessions that were absorbed, and by which

	keys    []*batch.Column // of the table
	zero    *batch.Column   // the number of the first session
	numbers *batch.Column   // the number of a new session, in its row
	one     [1]int32        // that row
	found   [1]int32
}

// sessionPiece is rows of a key that meet: those from ≤ i < to of the order.
type sessionPiece struct {
	start, end int64
	from, to   int
}

func (x *sessionSpread) init(keys int) {
	x.keys = make([]*batch.Column, keys+1)
	x.zero = batch.Wrap(longType, []int64{0}, nil)
	x.zero.Const = true
	x.numbers = batch.NewColumn(longType, 0)
}

// take takes in the rows of b, whose sessions stand behind n key columns, but not
// those that end at before or earlier, of which it gives the number.
func (x *sessionSpread) take(b *batch.Batch, n int, before int64) (late int64) {
	starts, ends := batch.Values[int64](b.Columns[n]), batch.Values[int64](b.Columns[n+1])
	x.rows, x.starts, x.ends = x.rows[:0], x.starts[:0], x.ends[:0]
	for i := range b.Len() {
		row := b.Row(i)
		if ends[row] <= before {
			late++
			continue
		}
		x.rows = append(x.rows, int32(row))
		x.starts, x.ends = append(x.starts, starts[row]), append(x.ends, ends[row])
	}
	count := len(x.rows)
	x.heads, x.slots = append(x.heads[:0], x.rows...), append(x.slots[:0], x.rows...)
	x.order = append(x.order[:0], batch.Identity(count)...)
	return late
}

// headKeys are the key columns of b with the number of a key's first session.
func (x *sessionSpread) headKeys(b *batch.Batch, n int) []*batch.Column {
	copy(x.keys, b.Columns[:n])
	x.keys[n] = x.zero
	x.numbers.Resize(b.Rows)
	return x.keys
}

// newKey are the columns of headKeys with the number that a session gets which
// begins at start, in row.
func (x *sessionSpread) newKey(row int32, start int64) []*batch.Column {
	if start == 0 { // the number of the first
		start = noSession
	}
	batch.Values[int64](x.numbers)[row] = start
	x.keys[len(x.keys)-1] = x.numbers
	x.one[0] = row
	return x.keys
}

// sort makes order that of keys and, of one key, starts.
func (x *sessionSpread) sort() {
	sorted := true
	for i := 1; i < len(x.heads) && sorted; i++ {
		sorted = x.heads[i-1] < x.heads[i] || x.heads[i-1] == x.heads[i] && x.starts[i-1] <= x.starts[i]
	}
	if !sorted {
		kernel.SortNumbers(&x.sorter, x.order, x.starts, nil, kernel.Order{})
		kernel.SortNumbers(&x.sorter, x.order, x.heads, nil, kernel.Order{})
	}
}

// span is the session of the entry at place i of the order.
func (x *sessionSpread) span(i int) (start, end int64) {
	k := x.order[i]
	return x.starts[k], x.ends[k]
}

// touchedHeads are the heads of the keys that have rows in a batch, each once.
type touchedHeads struct {
	list []int32
	bits []uint64 // bit slot
}

func (t *touchedHeads) reset() {
	for _, head := range t.list {
		t.bits[head>>6] = 0
	}
	t.list = t.list[:0]
}

// add adds heads, of so many slots.
func (t *touchedHeads) add(heads []int32, slots int) {
	for len(t.bits)*64 < slots {
		t.bits = append(t.bits, 0)
	}
	for _, head := range heads {
		if word, bit := head>>6, uint64(1)<<(head&63); t.bits[word]&bit == 0 {
			t.bits[word] |= bit
			t.list = append(t.list, head)
		}
	}
}
