package cells

import (
	"encoding/binary"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/stateful"
)

// value is a variable with one value.
type value struct {
	s *Store
	v *stateful.Variable
}

// Get implements [stateful.Cell].
func (c value) Get([]byte) ([]byte, bool) {
	b, ok := c.s.get(c.s.at(c.v.Name, ""))
	if !ok {
		return nil, false
	}
	expiry, rest := open(b)
	return rest, c.s.alive(expiry)
}

// Put implements [stateful.Cell].
func (c value) Put(_, b []byte) {
	old := int64(0)
	if before, ok := c.s.get(c.s.at(c.v.Name, "")); ok {
		old, _ = open(before)
	}
	c.s.put(c.s.at(c.v.Name, ""), c.s.stamp(c.v), b)
	c.s.counts.Updated++
	c.s.watch(c.v, "", old)
}

// Remove implements [stateful.Cell].
func (c value) Remove([]byte) {
	b, ok := c.s.get(c.s.at(c.v.Name, ""))
	if !ok {
		return
	}
	old, _ := open(b)
	c.s.lose(c.s.remove(c.s.at(c.v.Name, "")))
	c.s.rewatch(c.v.Name, "", old, 0)
}

// entries are those of a map. An entry is flags, expiry, its number, its value.
type entries struct {
	s *Store
	v *stateful.Variable
}

// number is how the n-th of something is called in the index: so that an empty sub
// is nothing's number.
func number(n uint64) string { return batch.View(binary.BigEndian.AppendUint64(nil, n)) }

// count is how many entries the map has, expired ones too.
func (c entries) count() uint64 {
	b, _ := c.s.get(c.s.entry(c.v.Name, ""))
	n, _ := binary.Uvarint(b)
	return n
}

func (c entries) setCount(n uint64) {
	if n == 0 {
		c.s.remove(c.s.entry(c.v.Name, ""))
		return
	}
	c.s.put(c.s.entry(c.v.Name, ""), binary.AppendUvarint(nil, n))
}

// find is an entry, as it lies in the table.
func (c entries) find(key string) (expiry int64, place uint64, value []byte, ok bool) {
	b, ok := c.s.get(c.s.at(c.v.Name, key))
	if !ok {
		return 0, 0, nil, false
	}
	expiry, rest := open(b)
	place, n := binary.Uvarint(rest)
	return expiry, place, rest[max(n, 0):], true
}

// Get implements [stateful.Cell].
func (c entries) Get(key []byte) ([]byte, bool) {
	expiry, _, b, ok := c.find(batch.View(key))
	return b, ok && c.s.alive(expiry)
}

// Put implements [stateful.Cell].
func (c entries) Put(key, b []byte) {
	sub := batch.View(key)
	old, place, _, ok := c.find(sub)
	if !ok {
		place = c.count()
		c.s.put(c.s.entry(c.v.Name, number(place)), key)
		c.setCount(place + 1)
	}
	c.s.put(c.s.at(c.v.Name, sub), c.s.stamp(c.v), binary.AppendUvarint(nil, place), b)
	c.s.counts.Updated++
	c.s.watch(c.v, sub, old)
}

// Remove implements [stateful.Cell].
func (c entries) Remove(key []byte) { c.drop(batch.View(key), false) }

// drop takes an entry out; the last one takes its number. expired: the index does
// not know it any more.
func (c entries) drop(key string, expired bool) {
	expiry, place, _, ok := c.find(key)
	if !ok {
		return
	}
	c.s.lose(c.s.remove(c.s.at(c.v.Name, key)))
	if !expired {
		c.s.rewatch(c.v.Name, key, expiry, 0)
	}
	last := c.count() - 1
	if place != last {
		b, _ := c.s.get(c.s.entry(c.v.Name, number(last)))
		moved := string(b)
		c.s.put(c.s.entry(c.v.Name, number(place)), []byte(moved))
		until, _, rest, _ := c.find(moved)
		c.s.scratch = append(c.s.scratch[:0], rest...)
		head := []byte{0}
		if until != 0 {
			head = binary.LittleEndian.AppendUint64([]byte{expires}, uint64(until))
		}
		c.s.put(c.s.at(c.v.Name, moved), head, binary.AppendUvarint(nil, place), c.s.scratch)
	}
	c.s.remove(c.s.entry(c.v.Name, number(last)))
	c.setCount(last)
}

// keys are the keys of the map, expired ones too.
func (c entries) keys() []string {
	n := c.count()
	list := make([]string, 0, n)
	for i := range n {
		if b, ok := c.s.get(c.s.entry(c.v.Name, number(i))); ok {
			list = append(list, string(b))
		}
	}
	return list
}

// Len implements [stateful.Collection].
func (c entries) Len() int {
	n := int(c.count())
	if c.v.TTL == 0 {
		return n
	}
	n = 0
	c.Each(func(_, _ []byte) bool { n++; return true })
	return n
}

// Append implements [stateful.Collection]; a map has none.
func (c entries) Append([]byte) {}

// Each implements [stateful.Collection].
func (c entries) Each(yield func(key, value []byte) bool) {
	for _, key := range c.keys() {
		if b, ok := c.Get([]byte(key)); ok && !yield([]byte(key), b) {
			return
		}
	}
}

// Clear implements [stateful.Collection].
func (c entries) Clear() {
	keys := c.keys()
	for i := len(keys) - 1; i >= 0; i-- { // from behind, so that none moves
		c.drop(keys[i], false)
	}
}

// list is a list. Its cell is the numbers of its first element and of the next
// one to come.
type list struct {
	s *Store
	v *stateful.Variable
}

func (c list) bounds() (first, next uint64) {
	b, ok := c.s.get(c.s.at(c.v.Name, ""))
	if !ok {
		return 0, 0
	}
	first, n := binary.Uvarint(b)
	next, _ = binary.Uvarint(b[max(n, 0):])
	return first, next
}

func (c list) setBounds(first, next uint64) {
	if first >= next {
		c.s.remove(c.s.at(c.v.Name, ""))
		return
	}
	c.s.put(c.s.at(c.v.Name, ""), binary.AppendUvarint(binary.AppendUvarint(nil, first), next))
}

// Append implements [stateful.Collection].
func (c list) Append(b []byte) {
	first, next := c.bounds()
	sub := number(next)
	c.s.put(c.s.entry(c.v.Name, sub), c.s.stamp(c.v), b)
	c.s.counts.Updated++
	c.setBounds(first, next+1)
	c.s.watch(c.v, sub, 0)
}

// Len implements [stateful.Collection].
func (c list) Len() int {
	first, next := c.bounds()
	if c.v.TTL == 0 {
		if _, ok := c.s.get(c.s.entry(c.v.Name, number(first))); ok || first == next {
			return int(next - first)
		}
	}
	n := 0
	c.Each(func(_, _ []byte) bool { n++; return true })
	return n
}

// Each implements [stateful.Collection].
func (c list) Each(yield func(key, value []byte) bool) {
	first, next := c.bounds()
	for n := first; n < next; n++ {
		b, ok := c.s.get(c.s.entry(c.v.Name, number(n)))
		if !ok {
			continue // it has expired
		}
		if expiry, rest := open(b); c.s.alive(expiry) && !yield(nil, rest) {
			return
		}
	}
}

// drop takes an element that has expired out.
func (c list) drop(sub string) {
	c.s.lose(c.s.remove(c.s.entry(c.v.Name, sub)))
	first, next := c.bounds()
	start := first
	for first < next {
		if _, ok := c.s.get(c.s.entry(c.v.Name, number(first))); ok {
			break
		}
		first++
	}
	if first != start {
		c.setBounds(first, next)
	}
}

// Clear implements [stateful.Collection].
func (c list) Clear() {
	first, next := c.bounds()
	for n := first; n < next; n++ {
		sub := number(n)
		b, ok := c.s.get(c.s.entry(c.v.Name, sub))
		if !ok {
			continue
		}
		expiry, _ := open(b)
		c.s.lose(c.s.remove(c.s.entry(c.v.Name, sub)))
		c.s.rewatch(c.v.Name, sub, expiry, 0)
	}
	c.s.remove(c.s.at(c.v.Name, ""))
}

// timers are those of the key: each has a row under its time, and one row has the
// times of all.
type timers struct{ s *Store }

// List implements [stateful.Timers].
func (t timers) List() []int64 {
	b, _ := t.s.get(t.s.entry(TimersName, ""))
	t.s.times = t.s.times[:0]
	for len(b) > 0 {
		ms, n := binary.Varint(b)
		if n <= 0 {
			break
		}
		t.s.times = append(t.s.times, ms)
		b = b[n:]
	}
	return t.s.times
}

func (t timers) setList(list []int64) {
	if len(list) == 0 {
		t.s.remove(t.s.entry(TimersName, ""))
		return
	}
	t.s.scratch = t.s.scratch[:0]
	for _, ms := range list {
		t.s.scratch = binary.AppendVarint(t.s.scratch, ms)
	}
	t.s.put(t.s.entry(TimersName, ""), t.s.scratch)
}

// Register implements [stateful.Timers].
func (t timers) Register(at int64) {
	t.s.counts.Registered++
	at = micros(at) / 1000
	list := t.List()
	i, there := slices.BinarySearch(list, at)
	if there {
		return
	}
	t.s.times = slices.Insert(list, i, at)
	t.setList(t.s.times)
	t.s.put(t.s.timed(TimersName, at, ""))
}

// Delete implements [stateful.Timers].
func (t timers) Delete(at int64) {
	t.s.counts.Deleted++
	list := t.List()
	i, there := slices.BinarySearch(list, at)
	if !there {
		return
	}
	t.setList(slices.Delete(list, i, i+1))
	t.s.remove(t.s.timed(TimersName, at, ""))
}

// HasTimer reports whether the key has a timer at a time, in milliseconds.
func (s *Store) HasTimer(at int64) bool {
	_, there := slices.BinarySearch(timers{s}.List(), at)
	return there
}
