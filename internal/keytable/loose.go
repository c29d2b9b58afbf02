package keytable

import (
	"slices"

	"github.com/weirstream/weir/internal/kernel"
)

// Loosen lets the table forget by what keys are found. From then on each row that
// [Table.Assign] is given must have a key of its own that the table does not have:
// it gets an id, nothing is hashed or probed, and neither is in Delete. It is for
// rows that are told apart by a number that never comes again. Tighten takes it
// back.
func (t *Table) Loosen() {
	if t.loose {
		return
	}
	t.loose = true
	t.word, t.null = wordIndex{}, 0
	t.pair.drop()
}

// Tighten makes the index of a loose table again, at the cost of adding all keys.
func (t *Table) Tighten() {
	if !t.loose {
		return
	}
	t.loose = false
	live := t.ids.live(nil)
	leaves := t.flat.flatten(t.keys.columns, t.Slots())
	for at := 0; at < len(live); at += chunk {
		s := spanAt(at, len(live), live)
		t.loadKept(leaves, s)
		switch t.form {
		case formNone:
		case formWord:
			w, valid := words(t.scratch.words[:], leaves[0].col, s), leaves[0].slice(s)
			for i, id := range s.sel {
				ref := &t.null
				if valid == nil || kernel.Bit(valid, int(id)) {
					ref = t.word.add(w[i])
				}
				*ref = uint32(id) + 1
			}
		default:
			for i, id := range s.sel {
				*t.pair.add(&t.scratch.pair, int32(i)) = uint32(id) + 1
			}
		}
	}
}

// loadKept makes the kept keys of a span of ids those of scratch.pair.
func (t *Table) loadKept(leaves []leaf, s span) {
	p := &t.scratch.pair
	switch t.form {
	case formPair:
		t.pack.load(p, leaves, s, &t.scratch.words)
	case formText:
		p.loadTexts(s.n, t.pair.text, s.sel, t.keys.nulls)
	case formFold:
		t.fold.loadKept(p, leaves, s, &t.scratch.words)
	case formRow:
		p.loadTexts(s.n, t.pair.text, s.sel, nil)
	}
}

// take gives each row of a span of a loose table an id of its own.
func (t *Table) take(leaves []leaf, s span, ids []int32) {
	if t.pair.texts || t.fold != nil {
		t.load(leaves, s, true)
	}
	t.ids.fresh, t.ids.rows = slices.Grow(t.ids.fresh, s.n), slices.Grow(t.ids.rows, s.n)
	for i := range ids {
		ids[i] = t.ids.take(int32(s.row(i)))
	}
	if t.fold != nil {
		for i, id := range ids {
			t.fold.note(id, int32(i))
		}
	}
	if t.pair.texts {
		for i, id := range ids {
			t.pair.setText(id, t.arena.Copy(t.scratch.pair.text(int32(i))))
		}
	}
}
