package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// textExtreme keeps the least or greatest string. While a batch is added, what
// is better than before is a view into it; only what is best at its end is
// copied.
type textExtreme struct {
	best     []string
	states   []textState
	touched  []int32 // groups whose best is a view
	greatest bool
	rows     strict

	arena, other *batch.Arena
	garbage      int // bytes in arena that no group holds any more
}

type textState uint8

const (
	textNone textState = iota
	textKept
	textView
)

func (e *textExtreme) Reset(from, to int) {
	for g := from; g < min(to, len(e.best)); g++ {
		e.garbage += len(e.best[g])
	}
	if e.arena == nil || from == 0 && to >= len(e.best) {
		e.clear()
	}
	e.best, e.states = emptied(e.best, from, to), emptied(e.states, from, to)
}

func (e *textExtreme) clear() {
	if e.arena == nil {
		e.arena, e.other = &batch.Arena{}, &batch.Arena{}
	}
	e.arena.Reset()
	e.garbage = 0
}

func (e *textExtreme) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := e.rows.column(groups, args[0], sel)
	if len(groups) == 0 {
		return nil
	}
	values, rows := batch.Values[string](arg), rowsOf(groups, sel)
	for k, g := range groups {
		v, state := values[rows[k]], e.states[g]
		if state != textNone && (v > e.best[g]) != e.greatest || state != textNone && v == e.best[g] {
			continue
		}
		if state != textView {
			e.garbage += len(e.best[g])
			e.touched = append(e.touched, g)
		}
		e.best[g], e.states[g] = v, textView
	}
	for _, g := range e.touched {
		e.best[g], e.states[g] = e.arena.Copy(e.best[g]), textKept
	}
	e.touched = e.touched[:0]
	if e.garbage > minGarbage && e.garbage > e.arena.Bytes()/2 {
		e.collect()
	}
	return nil
}

// minGarbage is the bytes from which on garbage is collected.
const minGarbage = 64 << 10

// collect copies what is alive into the other arena.
func (e *textExtreme) collect() {
	for g, s := range e.best {
		e.best[g] = e.other.Copy(s)
	}
	e.arena, e.other = e.other, e.arena
	e.other.Reset()
	e.garbage = 0
}

func (e *textExtreme) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	return e.Update(groups, partial, sel)
}

func (e *textExtreme) Save(groups []int32, partial []*batch.Column) error {
	return e.Result(groups, partial[0])
}

// SaveRows implements [expr.LoneSaver].
func (e *textExtreme) SaveRows(args []*batch.Column, rows []int32, partial []*batch.Column) error {
	partial[0].AppendRows(args[0], rows, nil)
	return nil
}

func (e *textExtreme) Result(groups []int32, out *batch.Column) error {
	n := out.Len()
	put(out, e.best, groups)
	for i, g := range groups {
		if e.states[g] == textNone {
			out.SetNull(n + i)
		}
	}
	return nil
}

// orderedExtreme keeps the least or greatest value of any ordered type.
type orderedExtreme struct {
	best     *cells
	order    expr.Order
	greatest bool
	winners  winners
	rows     strict
}

func (e *orderedExtreme) Reset(from, to int) {
	e.best.reset(from, to)
	e.winners.reset(to)
}

func (e *orderedExtreme) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := e.rows.column(groups, args[0], sel)
	rows := rowsOf(groups, sel)
	for k, g := range groups {
		r := rows[k]
		if !e.best.has(g) && !e.winners.won(g) {
			e.winners.set(g, r)
			continue
		}
		c := 0
		if w := e.winners.row[g]; w >= 0 {
			c = e.order(arg, int(r), arg, int(w))
		} else {
			c = e.order(arg, int(r), e.best.column, int(e.best.slots[g]))
		}
		if c > 0 && e.greatest || c < 0 && !e.greatest {
			e.winners.set(g, r)
		}
	}
	won, from := e.winners.take()
	e.best.set(won, arg, from)
	return nil
}

func (e *orderedExtreme) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	return e.Update(groups, partial, sel)
}

func (e *orderedExtreme) Save(groups []int32, partial []*batch.Column) error {
	return e.Result(groups, partial[0])
}

func (e *orderedExtreme) Result(groups []int32, out *batch.Column) error {
	e.best.append(out, groups)
	return nil
}
