package shuffle

import (
	"cmp"
	"container/heap"
	"iter"
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

// merger is a table of combined values that spills.
type merger[K comparable, V, C any] struct {
	space *Space
	by    Combiner[V, C]
	depth int
	hash  *Table[K, C] // makes the tables, so that all have the same hashes

	table *Table[K, C]
	seqs  []int64 // of the entries; nil: base plus the number of the entry
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

// waiting are rows whose keys were not looked for yet.
type waiting[K comparable, V any] struct {
	n     int
	rows  [64]Pair[K, V]
	words [64]uint64
	exact [64]bool
	seen  uint64 // keeps the loads from being left out
}

// all adds all values of rows. Keys are looked for many at a time: in a large table each
// look-up waits for memory, and so they wait together.
func (m *merger[K, V, C]) all(rows iter.Seq[Pair[K, V]]) error {
	w := new(waiting[K, V])
	for p := range rows {
		w.rows[w.n] = p
		if w.n++; w.n == len(w.rows) {
			if err := m.flush(w); err != nil {
				return err
			}
		}
	}
	return m.flush(w)
}

// flush adds the values of the rows that wait.
func (m *merger[K, V, C]) flush(w *waiting[K, V]) error {
	n := w.n
	w.n = 0
	for i := range n {
		w.words[i], w.exact[i] = m.table.word(w.rows[i].Key)
		w.seen ^= m.table.ahead(w.words[i])
	}
	for i := range n {
		p := &w.rows[i]
		e, added := m.table.add(p.Key, w.words[i], w.exact[i])
		if added {
			m.table.Values[e] = m.by.Create(p.Value)
			if err := m.entry(e); err != nil {
				return err
			}
			continue
		}
		m.table.Values[e] = m.by.Add(m.table.Values[e], p.Value)
		if m.by.Grows {
			if err := m.more(p.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// more charges a value that makes a combined value larger. It stands alone, as does
// entry, because what is measured moves to the heap.
func (m *merger[K, V, C]) more(v V) error { return m.charge(m.news.Size(&v)) }

// entry charges a new entry of the table.
func (m *merger[K, V, C]) entry(i int) error {
	return m.charge(32 + m.keys.Size(&m.table.Keys[i]) + m.vals.Size(&m.table.Values[i]))
}

// combined adds a combined value that was first seen at seq, or now if seq is
// negative.
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
	if seq >= 0 {
		m.seqs = append(m.seqs, seq)
	}
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
	m.base = m.each(func(e entry[K, C]) {
		// The upper half of the hash, which the table does not use to find a cell.
		bucket := m.hash.Hash(e.pair.Key) >> (60 - 4*m.depth) % fanout
		m.spilled.rows[bucket] = append(m.spilled.rows[bucket], e)
	})
	m.table = m.hash.Sibling()
	m.seqs = m.seqs[:0]
	m.grant.empty()
	return m.spilled.spill()
}

// each visits the entries of the table, and returns the number after the last.
func (m *merger[K, V, C]) each(do func(entry[K, C])) int64 {
	next := m.base
	for i, k := range m.table.Keys {
		seq := next
		if len(m.seqs) > 0 {
			seq = m.seqs[i]
		}
		do(entry[K, C]{Pair[K, C]{k, m.table.Values[i]}, seq})
		next++
	}
	return next
}

// rows yields what was combined, in the order in which keys were first seen, and
// frees the merger.
func (m *merger[K, V, C]) rows(yield func(entry[K, C]) bool) error {
	defer m.grant.empty()
	if m.spilled == nil {
		next := m.base
		for i, k := range m.table.Keys {
			seq := next + int64(i)
			if len(m.seqs) > 0 {
				seq = m.seqs[i]
			}
			if !yield(entry[K, C]{Pair[K, C]{k, m.table.Values[i]}, seq}) {
				return nil
			}
		}
		return nil
	}
	if err := m.spill(); err != nil {
		m.spilled.out.Free()
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
// partitions: the map side of a reduction.
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
	var failed error
	err := m.rows(func(e entry[K, C]) bool {
		p := partition(e.pair.Key)
		failed = b.add(p, e.pair, m.keys.Size(&e.pair.Key)+m.vals.Size(&e.pair.Value))
		return failed == nil
	})
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
	m := newMerger(s, by, NewTable[K, C](), 0)
	defer m.free()
	for p := range rows {
		if err := m.combined(p.Key, p.Value, -1); err != nil {
			return err
		}
	}
	return m.rows(func(e entry[K, C]) bool { return yield(e.pair) })
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
