package dstream

import (
	"iter"
	"math/bits"
	"slices"
	"sync"
	"unsafe"

	"github.com/weirstream/weir/internal/shuffle"
)

// version is a map that is never changed: a change makes a new one, which shares with the
// old one all that is alike. So the state of a batch costs what the batch has changed,
// that of the batch before is still there when a task must be tried again, and it can be
// written to disk while later batches run.
//
// All versions number their keys by one index, which only grows; a version has pages of
// values by these numbers, and an edit copies a page when it first changes it.
//
//	key ─index─▶ 1234 ─┬─▶ page 38 of version 7, place 18
//	                   └─▶ page 38 of version 8, copied and changed
//
// The nil version is not valid; newVersion makes one without keys.
type version[K comparable, V any] struct {
	index *keyIndex[K]
	keys  []K // by number; those beyond the pages are of later versions
	pages []*page[V]
	n     int
}

// page is the values of some numbers that follow one another.
type page[V any] struct {
	taken  uint64 // bit i: place i has a value
	values []V
}

// keyIndex numbers keys. It is changed by one edit at a time.
type keyIndex[K comparable] struct {
	mu    sync.Mutex
	table *shuffle.Table[K, struct{}]
}

func newVersion[K comparable, V any]() *version[K, V] {
	return &version[K, V]{index: &keyIndex[K]{table: shuffle.NewTable[K, struct{}]()}}
}

// pageBits is how many bits of a number are the place in a page: pages have about half a
// kilobyte, since a change of one value copies one.
func pageBits[V any]() int {
	const size = 512
	places := min(max(size/max(int(unsafe.Sizeof(*new(V))), 1), 4), 64)
	return bits.Len(uint(places)) - 1
}

// len is the number of keys.
func (v *version[K, V]) len() int { return v.n }

// all yields the keys in the order of their numbers.
func (v *version[K, V]) all() iter.Seq2[K, V] {
	shift := pageBits[V]()
	return func(yield func(K, V) bool) {
		for i, p := range v.pages {
			if p == nil {
				continue
			}
			for left := p.taken; left != 0; left &= left - 1 {
				place := bits.TrailingZeros64(left)
				if !yield(v.keys[i<<shift+place], p.values[place]) {
					return
				}
			}
		}
	}
}

// edit makes a version of another one by many changes. It belongs to one goroutine, and
// keeps other edits of versions of the same index waiting until it is closed.
type edit[K comparable, V any] struct {
	index *keyIndex[K]
	pages []*page[V]
	mine  []uint64 // bit i: page i is a copy that may be changed
	n     int
	shift int
}

// edit begins to change.
func (v *version[K, V]) edit() *edit[K, V] {
	v.index.mu.Lock()
	return &edit[K, V]{index: v.index, pages: slices.Clone(v.pages), mine: make([]uint64, (len(v.pages)+63)/64), n: v.n, shift: pageBits[V]()}
}

// close ends the edit. Closing a second time does nothing.
func (e *edit[K, V]) close() {
	if e.index != nil {
		e.index.mu.Unlock()
		e.index = nil
	}
}

// done is the outcome; it closes the edit.
func (e *edit[K, V]) done() *version[K, V] {
	defer e.close()
	const few = 1024
	if t := e.index.table; t.Len() > 2*e.n+few {
		return e.packed()
	}
	return &version[K, V]{index: e.index, keys: e.index.table.Keys, pages: e.pages, n: e.n}
}

// packed is the outcome with an index of its own, which has no key without a value.
func (e *edit[K, V]) packed() *version[K, V] {
	old := &version[K, V]{keys: e.index.table.Keys, pages: e.pages}
	fresh := newVersion[K, V]().edit()
	for k, v := range old.all() {
		fresh.set(k, v)
	}
	defer fresh.close()
	return &version[K, V]{index: fresh.index, keys: fresh.index.table.Keys, pages: fresh.pages, n: fresh.n}
}

// page is where the value of a number lies; nil if it has none.
func (e *edit[K, V]) page(number int) (p *page[V], place int) {
	place = number & (1<<e.shift - 1)
	if i := number >> e.shift; i < len(e.pages) {
		if p = e.pages[i]; p != nil && p.taken>>place&1 != 0 {
			return p, place
		}
	}
	return nil, place
}

// get is the value of a key.
func (e *edit[K, V]) get(k K) (v V, ok bool) {
	number := e.index.table.Find(k)
	if number < 0 {
		return v, false
	}
	p, place := e.page(number)
	if p == nil {
		return v, false
	}
	return p.values[place], true
}

// writable is a page that the edit may change.
func (e *edit[K, V]) writable(i int) *page[V] {
	for len(e.pages) <= i {
		e.pages = append(e.pages, nil)
	}
	for len(e.mine) <= i/64 {
		e.mine = append(e.mine, 0)
	}
	p := e.pages[i]
	if e.mine[i/64]>>(i%64)&1 != 0 {
		return p
	}
	e.mine[i/64] |= 1 << (i % 64)
	own := &page[V]{values: make([]V, 1<<e.shift)}
	if p != nil {
		own.taken = p.taken
		copy(own.values, p.values)
	}
	e.pages[i] = own
	return own
}

// set gives a key a value.
func (e *edit[K, V]) set(k K, v V) {
	number, _ := e.index.table.Add(k)
	p, place := e.writable(number>>e.shift), number&(1<<e.shift-1)
	if p.taken>>place&1 == 0 {
		p.taken |= 1 << place
		e.n++
	}
	p.values[place] = v
}

// remove takes a key away, if it is there.
func (e *edit[K, V]) remove(k K) {
	number := e.index.table.Find(k)
	if number < 0 {
		return
	}
	if p, _ := e.page(number); p == nil {
		return
	}
	p, place := e.writable(number>>e.shift), number&(1<<e.shift-1)
	p.taken &^= 1 << place
	var none V
	p.values[place] = none
	e.n--
}
