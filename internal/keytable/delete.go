package keytable

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
)

// Delete takes the keys with these ids out. Ids that have no key are passed over.
// The ids are given to later new keys, the last of them first.
//
// Where most keys leave at once, those that stay are put into a new index: that costs
// less than to close the gaps one after another.
func (t *Table) Delete(ids []int32) {
	if !t.loose && len(ids) >= minRebuilt && len(ids) > t.Len()/2 {
		t.Loosen()
		defer t.Tighten()
	}
	for start := 0; start < len(ids); start += chunk {
		part := ids[start:min(start+chunk, len(ids))]
		live := t.scratch.miss[:0]
		for _, id := range part {
			if !t.ids.dead(id) {
				t.ids.giveBack(id) // so that the same id further on is passed over
				live = append(live, id)
			}
		}
		t.remove(live)
	}
	t.compact()
}

// remove takes the keys of ids out of the index; ids lie in scratch.miss.
func (t *Table) remove(ids []int32) {
	sc, s := t.scratch, span{n: len(ids), sel: ids}
	switch t.form {
	case formNone:
	case formWord:
		if t.loose {
			return
		}
		c := t.keys.columns[0]
		w := words(sc.words[:], c, s)
		for i, id := range ids {
			if t.null == uint32(id)+1 {
				t.null = 0
			} else {
				t.word.remove(w[i])
			}
		}
	case formPair:
		if t.loose {
			return
		}
		t.pack.load(&sc.pair, t.flat.flatten(t.keys.columns, t.Slots()), s, &sc.words)
		for i, id := range ids {
			t.pair.remove(sc.pair.hash[i], uint32(id)+1)
		}
	case formFold:
		if !t.loose {
			t.fold.loadKept(&sc.pair, t.flat.flatten(t.keys.columns, t.Slots()), s, &sc.words)
			for i, id := range ids {
				t.pair.remove(sc.pair.hash[i], uint32(id)+1)
			}
		}
		t.forget(ids)
	default:
		for _, id := range ids {
			text := t.pair.text[id]
			if !t.loose {
				k := textKey(text)
				if nulls := t.keys.nulls; nulls != nil && !kernel.Bit(nulls, int(id)) {
					k = pairKey{tag: nullText}
				}
				t.pair.remove(t.pair.hash(k), uint32(id)+1)
			}
			t.lost += len(text)
			t.pair.text[id] = ""
		}
		if t.keys.arrays {
			t.keys.stale = true
		}
	}
}

// minRebuilt is how many keys are deleted at least when the index is made again.
const minRebuilt = 1024

// minLost is how many bytes of deleted texts are not worth copying the others.
const minLost = 64 << 10

// compact copies the texts that are left when more than half of the bytes belong
// to deleted keys, so the cost is a constant a byte.
func (t *Table) compact() {
	if t.lost < t.minLost || t.lost < t.arena.Bytes()/2 {
		return
	}
	var arena batch.Arena
	for id, s := range t.pair.text {
		t.pair.text[id] = arena.Copy(s)
	}
	t.arena, t.lost = arena, 0
	t.moves++
	if t.form != formRow {
		return
	}
	live := t.ids.live(nil)
	for k, c := range t.keys.leaves {
		if leafWidth(c.Type) == widthText {
			clear(batch.Values[string](c))
			t.shareTexts(k, live)
		}
	}
	t.keys.stale = t.keys.arrays
}
