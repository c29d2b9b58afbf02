package shuffle

import (
	"cmp"
	"container/heap"
	"iter"
	"unsafe"
)

// Combiner says how the values of a key become one.
type Combiner[V, C any] struct {
	Create func(V) C    // of the first value
	Add    func(C, V) C // one more value
	Merge  func(C, C) C // two parts, the one seen first first
	Codec  Codec[C]     // for spilling; nil: that of the type
	Grows  bool         // a combined value becomes larger with each value
}

// entry is a combined value on its way through a file, with the number at which
// its key was first seen.
type entry[K comparable, C any] struct {
	pair Pair[K, C]
	seq  int64
}

// entryCodec writes entries as pairs and numbers.
type entryCodec[K comparable, C any] struct {
	inner Codec[Pair[Pair[K, C], int64]]
}

func (c entryCodec[K, C]) Append(dst []byte, values []entry[K, C]) ([]byte, error) {
	list := make([]Pair[Pair[K, C], int64], len(values))
	for i, v := range values {
		list[i] = Pair[Pair[K, C], int64]{v.pair, v.seq}
	}
	return c.inner.Append(dst, list)
}

func (c entryCodec[K, C]) Read(src []byte, values []entry[K, C]) ([]byte, error) {
	list := make([]Pair[Pair[K, C], int64], len(values))
	rest, err := c.inner.Read(src, list)
	for i, p := range list {
		values[i] = entry[K, C]{p.Key, p.Value}
	}
	return rest, err
}

// merger is a table of combined values that spills. Keys with exact words and small values
// lie in short, all others in table.
type merger[K comparable, V, C any] struct {
	space *Space
	by    Combiner[V, C]
	depth int
	hash  *Table[K, C] // makes the tables, so that all have the same hashes

	short *slots[C] // nil: all keys lie in table
	table *Table[K, C]
	seqs  []int64 // of the entries of table; nil: base plus the number of the entry
	base  int64
	grant grant
	keys  Meter[K]
	vals  Meter[C]
	news  Meter[V]

	spilled *buffers[entry[K, C]]
}

// fanout is into how many buckets a table spills, deepest how often a bucket may
// be spilled again; what still does not fit then stays in memory.
const (
	fanout  = 16
	deepest = 4
)

func newMerger[K comparable, V, C any](s *Space, by Combiner[V, C], root *Table[K, C], depth int) *merger[K, V, C] {
	if by.Codec == nil {
		by.Codec = CodecOf[C]()
	}
	return &merger[K, V, C]{space: s, by: by, depth: depth, hash: root, table: root.Sibling(), grant: grant{memory: s.Memory}}
}

// together is how many keys are looked for at a time.
const together = 64

// waiting are rows whose keys were not looked for yet: in a large table each look-up waits
// for memory, and so they wait together.
type waiting[K comparable, V any] struct {
	n      int
	words  [together]uint64
	hashes [together]uint64
	values [together]V
	keys   [together]K // of those whose word is not exact or 0
	exact  [together]bool
	seen   uint64 // keeps the loads from being left out
}

// begin makes ready for rows: flush is what adds those that wait.
func (m *merger[K, V, C]) begin() (w *waiting[K, V], flush func(*waiting[K, V]) error) {
	if !fits[C](m.table.kind) {
		return new(waiting[K, V]), m.flush
	}
	m.short = takeSlots[C](m.space)
	return new(waiting[K, V]), m.flushShort
}

// adding is a function that adds the value of a row; false if that failed.
func (m *merger[K, V, C]) adding(w *waiting[K, V], flush func(*waiting[K, V]) error, failed *error) func(Pair[K, V]) bool {
	texts := m.short != nil && m.table.kind == stringKey
	return func(p Pair[K, V]) bool {
		i := w.n % together
		w.values[i] = p.Value
		if s := (*string)(unsafe.Pointer(&p.Key)); texts && len(*s) < 8 {
			word := packed(*s)
			w.words[i], w.hashes[i] = word, spread(word)
		} else {
			m.wait(w, i, p.Key)
		}
		if w.n = i + 1; w.n == together {
			*failed = flush(w)
			return *failed == nil
		}
		return true
	}
}

// all adds all values of rows.
func (m *merger[K, V, C]) all(rows iter.Seq[Pair[K, V]]) (err error) {
	w, flush := m.begin()
	rows(m.adding(w, flush, &err))
	if err != nil {
		return err
	}
	return flush(w)
}

// wait notes a key that is no short text.
func (m *merger[K, V, C]) wait(w *waiting[K, V], i int, k K) {
	word, exact := m.table.word(k)
	if m.short == nil {
		w.words[i], w.hashes[i], w.exact[i], w.keys[i] = word, mix(word), exact, k
		return
	}
	if !exact {
		word = 0
	}
	if word == 0 {
		w.keys[i] = k
	}
	w.words[i], w.hashes[i] = word, spread(word)
}

// flush adds the values of the rows that wait to the table.
func (m *merger[K, V, C]) flush(w *waiting[K, V]) error {
	n := w.n
	w.n = 0
	w.seen ^= m.table.touch(w.hashes[:n])
	for i := range n {
		e, added := m.table.add(w.keys[i], w.words[i], w.exact[i])
		if err := m.valued(e, added, w.values[i]); err != nil {
			return err
		}
	}
	return nil
}

// valued adds a value to an entry of the table.
func (m *merger[K, V, C]) valued(e int, added bool, v V) error {
	if added {
		m.table.Values[e] = m.by.Create(v)
		return m.entry(e)
	}
	m.table.Values[e] = m.by.Add(m.table.Values[e], v)
	if m.by.Grows {
		return m.more(v)
	}
	return nil
}

// flushShort adds the values of the rows that wait, those of exact words to their cells.
func (m *merger[K, V, C]) flushShort(w *waiting[K, V]) error {
	n := w.n
	w.n = 0
	s := m.short
	w.seen ^= s.touch(w.hashes[:n])
	for i := range n {
		word := w.words[i]
		if word == 0 {
			if err := m.long(w.keys[i], w.values[i]); err != nil {
				return err
			}
			s = m.short
			continue
		}
		mask := uint64(len(s.cells) - 1)
		at := w.hashes[i] >> (s.shift & 63)
		c := &s.cells[at]
		for c.word != word && c.word != 0 {
			at = (at + 1) & mask
			c = &s.cells[at]
		}
		if c.word == word {
			c.value = m.by.Add(c.value, w.values[i])
			if !m.by.Grows {
				continue
			}
			if err := m.more(w.values[i]); err != nil {
				return err
			}
		} else {
			c.value = m.by.Create(w.values[i])
			c.word = word
			if err := m.entered(at); err != nil {
				return err
			}
		}
		s = m.short
	}
	return nil
}

// entered charges a new cell.
func (m *merger[K, V, C]) entered(at uint64) error {
	s := m.short
	s.order = append(s.order, uint32(at))
	s.used++
	c := &s.cells[at]
	size := 32 + m.vals.Size(&c.value)
	if m.table.kind == stringKey {
		size += 16 + int64(c.word>>56)
	} else {
		size += 8
	}
	if s.full() {
		if len(s.cells) == beside {
			return m.spill()
		}
		s.grow()
	}
	return m.charge(size)
}

// long adds a value of a key that has no cell.
func (m *merger[K, V, C]) long(k K, v V) error {
	e, added := m.table.Add(k)
	if added {
		m.short.order = append(m.short.order, beside|uint32(e))
	}
	return m.valued(e, added, v)
}

// more charges a value that makes a combined value larger. It stands alone, as does
// entry, because what is measured moves to the heap.
func (m *merger[K, V, C]) more(v V) error { return m.charge(m.news.Size(&v)) }

// entry charges a new entry of the table.
func (m *merger[K, V, C]) entry(i int) error {
	return m.charge(32 + m.keys.Size(&m.table.Keys[i]) + m.vals.Size(&m.table.Values[i]))
}

// combined adds a combined value that was first seen at seq.
func (m *merger[K, V, C]) combined(k K, c C, seq int64) error {
	i, added := m.table.Add(k)
	if !added {
		m.table.Values[i] = m.by.Merge(m.table.Values[i], c)
		if !m.by.Grows {
			return nil
		}
		return m.charge(m.vals.Size(heaped(c)))
	}
	m.table.Values[i] = c
	m.seqs = append(m.seqs, seq)
	return m.entry(i)
}

// heaped is a copy that may be measured, made only where one is.
func heaped[T any](v T) *T { return &v }

func (m *merger[K, V, C]) charge(n int64) error {
	if m.grant.add(n) || m.depth >= deepest {
		return nil
	}
	return m.spill()
}

// spill deals the entries of the table to buckets on disk and empties it.
func (m *merger[K, V, C]) spill() error {
	if m.spilled == nil {
		pair := PairCodec(PairCodec(CodecOf[K](), m.by.Codec), CodecOf[int64]())
		m.spilled = newBuffers(m.space, Codec[entry[K, C]](entryCodec[K, C]{pair}), fanout)
	}
	next, _ := m.each(func(e entry[K, C]) bool {
		// The upper half of the hash, which the table does not use to find a cell.
		bucket := m.hash.Hash(e.pair.Key) >> (60 - 4*m.depth) % fanout
		m.spilled.rows[bucket] = append(m.spilled.rows[bucket], e)
		return true
	})
	m.base = next
	m.table = m.hash.Sibling()
	if m.short != nil {
		m.short.clear()
	}
	m.seqs = m.seqs[:0]
	m.grant.empty()
	return m.spilled.spill()
}

// each visits the entries until do returns false, and returns the number after the last.
func (m *merger[K, V, C]) each(do func(entry[K, C]) bool) (next int64, more bool) {
	next = m.base
	if m.short != nil {
		return m.eachShort(do)
	}
	for i, k := range m.table.Keys {
		seq := next
		if len(m.seqs) > 0 {
			seq = m.seqs[i]
		}
		if !do(entry[K, C]{Pair[K, C]{k, m.table.Values[i]}, seq}) {
			return next, false
		}
		next++
	}
	return next, true
}

// eachShort is each where there are cells.
func (m *merger[K, V, C]) eachShort(do func(entry[K, C]) bool) (next int64, more bool) {
	next = m.base
	s := m.short
	for from := 0; from < len(s.order); from += together {
		group := s.order[from:min(from+together, len(s.order))]
		s.seen ^= touchCells(s.cells, group)
		for _, at := range group {
			var e entry[K, C]
			if e.seq = next; at < beside {
				c := &s.cells[at]
				e.pair = Pair[K, C]{m.hash.key(c.word), c.value}
			} else {
				e.pair = Pair[K, C]{m.table.Keys[at-beside], m.table.Values[at-beside]}
			}
			if !do(e) {
				return next, false
			}
			next++
		}
	}
	return next, true
}

// len is the number of entries that lie in memory.
func (m *merger[K, V, C]) len() int {
	if m.short != nil {
		return len(m.short.order)
	}
	return m.table.Len()
}

// rows yields what was combined, in the order in which keys were first seen, and
// frees the merger.
func (m *merger[K, V, C]) rows(yield func(entry[K, C]) bool) error {
	defer m.free()
	if m.spilled == nil {
		m.each(yield)
		return nil
	}
	if err := m.spill(); err != nil {
		return err
	}
	buckets, err := m.spilled.finish()
	if err != nil {
		return err
	}
	defer buckets.Free()
	sorted, err := m.buckets(buckets)
	if err != nil {
		return err
	}
	defer sorted.Free()
	return mergeParts(sorted, func(a, b *entry[K, C]) bool { return a.seq < b.seq }, yield)
}

// buckets combines bucket by bucket; in the outcome each is in order of numbers.
func (m *merger[K, V, C]) buckets(in *Output[entry[K, C]]) (*Output[entry[K, C]], error) {
	out := newBuffers(m.space, in.codec, fanout)
	done := false
	defer out.unless(&done)
	for b := range fanout {
		if err := m.bucket(in, b, out); err != nil {
			return nil, err
		}
	}
	done = true
	return out.finish()
}

// bucket combines one bucket.
func (m *merger[K, V, C]) bucket(in *Output[entry[K, C]], b int, out *buffers[entry[K, C]]) error {
	sub := newMerger(m.space, m.by, m.hash, m.depth+1)
	defer sub.free()
	var failed error
	_, err := in.Each(b, func(e entry[K, C]) bool {
		failed = sub.combined(e.pair.Key, e.pair.Value, e.seq)
		return failed == nil
	})
	if err != nil || failed != nil {
		return cmp.Or(err, failed)
	}
	err = sub.rows(func(e entry[K, C]) bool {
		failed = out.add(b, e, 16+m.keys.Size(&e.pair.Key)+m.vals.Size(&e.pair.Value))
		return failed == nil
	})
	return cmp.Or(err, failed)
}

// WriteCombined combines the values of each key and deals the outcome to parts
// partitions, by [Hash] if partition is nil: the map side of a reduction.
func WriteCombined[K comparable, V, C any](s *Space, by Combiner[V, C], rows iter.Seq[Pair[K, V]], parts int,
	partition func(K) int,
) (*Output[Pair[K, C]], error) {
	m := newMerger(s, by, NewTable[K, C](), 0)
	defer m.free()
	if err := m.all(rows); err != nil {
		return nil, err
	}
	b := newBuffers(s, PairCodec(CodecOf[K](), m.by.Codec), parts)
	done := false
	defer b.unless(&done)
	var err, failed error
	if !m.dealCells(b, partition) {
		if partition == nil {
			partition = func(k K) int { return Mod(Hash(k), parts) }
		}
		err = m.rows(func(e entry[K, C]) bool {
			p := partition(e.pair.Key)
			failed = b.add(p, e.pair, m.keys.Size(&e.pair.Key)+m.vals.Size(&e.pair.Value))
			return failed == nil
		})
	}
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	done = true
	return b.finish()
}

// free gives back what the merger holds; it may be called more than once.
func (m *merger[K, V, C]) free() {
	m.grant.empty()
	if m.short != nil {
		shelve(m.space, m.short)
		m.short = nil
	}
	if m.spilled != nil {
		m.spilled.out.Free()
	}
}

// Combine yields the combined values of the keys in rows, in the order in which
// the keys came.
func Combine[K comparable, V, C any](s *Space, by Combiner[V, C], rows iter.Seq[Pair[K, V]], yield func(Pair[K, C]) bool) error {
	m := newMerger(s, by, NewTable[K, C](), 0)
	defer m.free()
	if err := m.all(rows); err != nil {
		return err
	}
	return m.rows(func(e entry[K, C]) bool { return yield(e.pair) })
}

// Merge is [Combine] of values that the map side has combined already.
func Merge[K comparable, V, C any](s *Space, by Combiner[V, C], rows iter.Seq[Pair[K, C]], yield func(Pair[K, C]) bool) error {
	return Combine(s, by.merging(), rows, yield)
}

// merging combines values that are combined already.
func (by Combiner[V, C]) merging() Combiner[C, C] {
	return Combiner[C, C]{Create: func(c C) C { return c }, Add: by.Merge, Merge: by.Merge, Codec: by.Codec, Grows: by.Grows}
}

// cursor reads one partition of an output from its beginning to its end.
type cursor[T any] struct {
	next func() (T, error, bool)
	stop func()
	head T
	part int
}

// cursors are those of a merge, a heap.
type cursors[T any] struct {
	list []*cursor[T]
	less func(a, b *T) bool
}

func (c *cursors[T]) Len() int      { return len(c.list) }
func (c *cursors[T]) Swap(i, j int) { c.list[i], c.list[j] = c.list[j], c.list[i] }
func (c *cursors[T]) Push(x any)    { c.list = append(c.list, x.(*cursor[T])) }
func (c *cursors[T]) Pop() any {
	last := c.list[len(c.list)-1]
	c.list = c.list[:len(c.list)-1]
	return last
}

func (c *cursors[T]) Less(i, j int) bool {
	a, b := c.list[i], c.list[j]
	if c.less(&a.head, &b.head) {
		return true
	}
	return a.part < b.part && !c.less(&b.head, &a.head)
}

// mergeParts yields the rows of all partitions of an output, each of which is
// sorted, in order; equal rows in order of partitions.
func mergeParts[T any](o *Output[T], less func(a, b *T) bool, yield func(T) bool) error {
	c := &cursors[T]{less: less}
	defer func() {
		for _, one := range c.list {
			one.stop()
		}
	}()
	for part := range o.parts {
		next, stop := iter.Pull2(func(yield func(T, error) bool) {
			more, err := o.Each(part, func(v T) bool { return yield(v, nil) })
			if more || err != nil {
				var zero T
				if err != nil {
					yield(zero, err)
				}
			}
		})
		one := &cursor[T]{part: part, next: next, stop: stop}
		v, err, ok := next()
		if err != nil {
			stop()
			return err
		}
		if !ok {
			stop()
			continue
		}
		one.head = v
		c.list = append(c.list, one)
	}
	heap.Init(c)
	for len(c.list) > 0 {
		one := c.list[0]
		if !yield(one.head) {
			return nil
		}
		v, err, ok := one.next()
		if err != nil {
			return err
		}
		if !ok {
			one.stop()
			heap.Pop(c)
			continue
		}
		one.head = v
		heap.Fix(c, 0)
	}
	return nil
}
