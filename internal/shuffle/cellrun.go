package shuffle

import (
	"unsafe"
)

// cellRun is a run of combined values in an [Output] as they lay in the cells of a table:
// words rather than keys. The map side makes no texts of them, and the reduce side looks
// for them as they are.
type cellRun[K comparable, C any] struct {
	kind  keyKind
	cells []cell[C]
	keys  []K // of the cells whose word is 0, in order
}

// each yields the run as pairs until yield returns false.
func (r *cellRun[K, C]) each(yield func(Pair[K, C]) bool) bool {
	made := Table[K, C]{kind: r.kind}
	keys := r.keys
	for i := range r.cells {
		c := &r.cells[i]
		p := Pair[K, C]{Value: c.value}
		if c.word != 0 {
			p.Key = made.key(c.word)
		} else {
			p.Key, keys = keys[0], keys[1:]
		}
		if !yield(p) {
			return false
		}
	}
	return true
}

// dealCells deals what lies in memory to the partitions of an output as runs of cells;
// false if it did not because cells are not used or there is no room for so many.
func (m *merger[K, V, C]) dealCells(b *buffers[Pair[K, C]], partition func(K) int) bool {
	if m.short == nil || m.spilled != nil || !Flat[C]() || len(m.short.order) < together {
		return false
	}
	s, parts := m.short, len(b.rows)
	size := int64(len(s.order)) * int64(unsafe.Sizeof(s.cells[0]))
	for i := range m.table.Keys {
		size += m.keys.Size(&m.table.Keys[i])
	}
	if !b.out.grant.add(size) {
		b.out.grant.used -= size
		return false
	}
	runs := make([]cellRun[K, C], parts)
	for p := range runs {
		runs[p] = cellRun[K, C]{m.table.kind, make([]cell[C], 0, len(s.order)/parts*33/32+1), nil}
	}
	hashed := partition == nil && m.table.kind == stringKey
	if partition == nil {
		partition = func(k K) int { return Mod(Hash(k), parts) }
	}
	for from := 0; from < len(s.order); from += together {
		group := s.order[from:min(from+together, len(s.order))]
		s.seen ^= touchCells(s.cells, group)
		for _, at := range group {
			var r *cellRun[K, C]
			var c cell[C]
			switch {
			case at >= beside:
				k := m.table.Keys[at-beside]
				r, c.value = &runs[partition(k)], m.table.Values[at-beside]
				r.keys = append(r.keys, k)
			case hashed:
				c = s.cells[at]
				r = &runs[Mod(m.hash.hashWord(c.word), parts)]
			default:
				c = s.cells[at]
				r = &runs[partition(m.hash.key(c.word))]
			}
			r.cells = append(r.cells, c)
		}
	}
	for p := range runs {
		if r := &runs[p]; len(r.cells) > 0 {
			b.out.parts[p] = append(b.out.parts[p], segment[Pair[K, C]]{cells: r})
		}
	}
	b.out.rows += int64(len(s.order))
	return true
}

// hashWord is the [Hash] of the text that a word stands for.
func (t *Table[K, V]) hashWord(w uint64) int32 {
	if w&0x0080808080808080 != 0 {
		return hashString(t.unpacked(w))
	}
	var h int32
	for n := w >> 56; n > 1; n-- {
		h = 31*h + int32(w&0xff)
		w >>= 8
	}
	return h
}

// MergeOutputs yields the combined values of what map tasks have written for a partition:
// outputs calls visit with one after the other, until there are no more, visit returns
// false or an error, which is one of reading that output.
func MergeOutputs[K comparable, V, C any](s *Space, by Combiner[V, C], part int,
	outputs func(visit func(o *Output[Pair[K, C]]) (more bool, err error)), yield func(Pair[K, C]) bool,
) error {
	m := newMerger(s, by.merging(), NewTable[K, C](), 0)
	defer m.free()
	w, flush := m.begin()
	var failed error
	row := m.adding(w, flush, &failed)
	outputs(func(o *Output[Pair[K, C]]) (bool, error) {
		for _, g := range o.parts[part] {
			more := true
			var err error
			if r, ok := g.cells.(*cellRun[K, C]); ok && m.short != nil {
				more = m.addRun(w, r, &failed)
			} else {
				more, err = o.each(g, row)
			}
			if err != nil || !more {
				return false, err
			}
		}
		return true, nil
	})
	if failed == nil {
		failed = flush(w)
	}
	if failed != nil {
		return failed
	}
	return m.rows(func(e entry[K, C]) bool { return yield(e.pair) })
}

// addRun adds all values of a run; false if that failed.
func (m *merger[K, V, C]) addRun(w *waiting[K, V], r *cellRun[K, V], failed *error) bool {
	keys := r.keys
	for i := range r.cells {
		c := &r.cells[i]
		n := w.n % together
		w.words[n], w.hashes[n], w.values[n] = c.word, spread(c.word), c.value
		if c.word == 0 {
			w.keys[n], keys = keys[0], keys[1:]
		}
		if w.n = n + 1; w.n == together {
			if *failed = m.flushShort(w); *failed != nil {
				return false
			}
		}
	}
	return true
}
