package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// by keeps the value at the extreme of another column.
type by struct {
	values   *pagedCells
	orders   *cells // nil where best tells the orderings
	winners  winners
	greatest bool
	order    expr.Order
	rows     strict

	// Where orderings fit words, best are those of the groups, by group, turned
	// over for min_by so that the greatest word wins. Words of integers tell these.
	wordsOf func(words []uint64, c *batch.Column, rows []int32)
	integer func(out *batch.Column, words []uint64)
	best    []uint64
	turn    uint64
	words   []uint64 // scratch
}

func newBy(value, order types.Type, greatest bool) *by {
	b := &by{values: newPagedCells(value), greatest: greatest, order: expr.OrderOf(order), wordsOf: wordsFor(order.Kind),
		integer: integersFor(order.Kind)}
	if b.integer == nil {
		b.orders = newCells(order)
	}
	if !greatest {
		b.turn = ^uint64(0)
	}
	return b
}

func (b *by) Reset(from, to int) {
	b.values.reset(from, to)
	if b.orders != nil {
		b.orders.reset(from, to)
	}
	b.winners.reset(to)
	b.best = emptied(b.best, from, to)
}

func (b *by) Update(groups []int32, args []*batch.Column, sel []int32) error {
	order := args[1]
	switch {
	case order.Const && order.Null(0):
		return nil
	case order.Const && args[0].Const:
		order, sel = b.rows.spread(order, len(groups)), nil
	case order.Const:
		order = b.rows.spread(order, args[0].Len())
	default:
		groups, sel = b.rows.narrow(groups, order, sel)
	}
	if len(groups) == 0 {
		return nil
	}
	rows := rowsOf(groups, sel)
	if b.wordsOf != nil {
		b.chooseByWord(groups, order, rows)
	} else {
		b.choose(groups, order, rows)
	}
	won, from := b.winners.take()
	b.values.set(won, args[0], from)
	if b.orders != nil {
		b.orders.set(won, order, from)
	}
	return nil
}

func (b *by) chooseByWord(groups []int32, order *batch.Column, rows []int32) {
	b.words = grown(b.words, len(groups))
	words := b.words[:len(groups)]
	b.wordsOf(words, order, rows)
	for k, g := range groups {
		w := words[k] ^ b.turn
		if w >= b.best[g] || !b.values.has(g) && !b.winners.won(g) {
			b.best[g] = w
			b.winners.set(g, rows[k])
		}
	}
}

func (b *by) choose(groups []int32, order *batch.Column, rows []int32) {
	for k, g := range groups {
		r, c := rows[k], 0
		if w := b.winners.row[g]; w >= 0 {
			c = b.order(order, int(r), order, int(w))
		} else if b.orders.has(g) {
			c = b.order(order, int(r), b.orders.column, int(b.orders.slots[g]))
		}
		if c == 0 || c > 0 == b.greatest {
			b.winners.set(g, r)
		}
	}
}

func (b *by) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	return b.Update(groups, partial, sel)
}

func (b *by) Save(groups []int32, partial []*batch.Column) error {
	b.values.append(partial[0], groups)
	if b.orders != nil {
		b.orders.append(partial[1], groups)
		return nil
	}
	b.words = grown(b.words, len(groups))
	words, n := b.words[:len(groups)], partial[1].Len()
	for i, g := range groups {
		words[i] = b.best[g] ^ b.turn
	}
	b.integer(partial[1], words)
	for i, g := range groups {
		if !b.values.has(g) {
			partial[1].SetNull(n + i)
		}
	}
	return nil
}

// SaveRows implements [expr.LoneSaver].
func (b *by) SaveRows(args []*batch.Column, rows []int32, partial []*batch.Column) error {
	if order := args[1]; order.HasNulls() {
		b.rows.sel = append(b.rows.sel[:0], rows...)
		for i, r := range rows {
			if order.Null(int(r)) {
				b.rows.sel[i] = -1
			}
		}
		rows = b.rows.sel
	}
	partial[0].AppendRows(args[0], rows, nil)
	partial[1].AppendRows(args[1], rows, nil)
	return nil
}

func (b *by) Result(groups []int32, out *batch.Column) error {
	b.values.append(out, groups)
	return nil
}

// wordsFor gives the words by which values of a kind order, at rows; nil for a
// kind whose values do not fit words.
func wordsFor(k types.Kind) func(words []uint64, c *batch.Column, rows []int32) {
	switch k {
	case types.Byte:
		return orderedWords[int8]
	case types.Short:
		return orderedWords[int16]
	case types.Int, types.Date, types.YearMonthInterval:
		return orderedWords[int32]
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return orderedWords[int64]
	case types.Float:
		return orderedWords[float32]
	case types.Double:
		return orderedWords[float64]
	default:
		return nil
	}
}

func orderedWords[T interface{ integers | floats }](words []uint64, c *batch.Column, rows []int32) {
	values := batch.Values[T](c)
	for k, r := range rows {
		words[k] = kernel.OrderedWord(values[r])
	}
}

// integersFor appends the values of a kind that words of [wordsFor] stand for; nil for a
// kind whose words do not tell.
func integersFor(k types.Kind) func(out *batch.Column, words []uint64) {
	switch k {
	case types.Byte:
		return putOrdered[int8]
	case types.Short:
		return putOrdered[int16]
	case types.Int, types.Date, types.YearMonthInterval:
		return putOrdered[int32]
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return putOrdered[int64]
	default:
		return nil
	}
}

func putOrdered[T integers](out *batch.Column, words []uint64) {
	n := out.Len()
	out.Extend(len(words))
	to := batch.Values[T](out)[n:]
	for i, w := range words {
		to[i] = T(int64(w ^ 1<<63))
	}
}
