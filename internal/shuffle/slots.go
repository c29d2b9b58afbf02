package shuffle

import (
	"encoding/binary"
	"slices"
	"unsafe"
)

// slots is an open-addressing table of keys that their words stand for exactly: short
// texts and integers (see [Table]). A cell holds the word and the value, so that a
// look-up touches one line of the cache; most of what combining costs is waiting for
// such lines. Keys are made of words again when they go out. order remembers in which
// order keys came.
//
// Keys without an exact word, and the integer 0, whose word means an empty cell, lie in
// a [Table] beside it; they have a place in order, too.
type slots[C any] struct {
	cells []cell[C] // a power of two
	shift uint8     // of a hash, for the number of a cell
	order []uint32  // numbers of cells; from beside on: of entries of the table
	used  int       // cells
	seen  uint64    // keeps loads from being left out
}

type cell[C any] struct {
	word  uint64 // 0: empty
	value C
}

const (
	// beside marks entries of the table in the order of a slots.
	beside = 1 << 31
	// widest is the size of values, in bytes, up to which they lie in cells: a third of
	// the cells is empty.
	widest = 16
)

func newSlots[C any]() *slots[C] {
	return &slots[C]{cells: make([]cell[C], smallIndex), shift: 64 - 6}
}

// fits reports whether keys have exact words and values are small enough for cells.
func fits[C any](kind keyKind) bool {
	var c C
	return kind != anyKey && unsafe.Sizeof(c) <= widest
}

// spread is the hash of a word; its upper bits are the number of a cell.
func spread(w uint64) uint64 { return (w ^ w>>32) * 0x9e3779b97f4a7c15 }

// full reports whether the next key needs more cells.
func (s *slots[C]) full() bool { return 3*(s.used+1) > 2*len(s.cells) }

// touch loads the cells where the searches for words begin, so that they wait for
// memory at the same time; the loop has nothing else in it, so that as many loads as
// possible are under way. What it returns must be used.
func (s *slots[C]) touch(hashes []uint64) (seen uint64) {
	cells, shift := s.cells, s.shift
	for _, h := range hashes {
		seen ^= cells[h>>(shift&63)].word
	}
	return seen
}

// touchCells is touch of the cells of some keys.
func touchCells[C any](cells []cell[C], order []uint32) (seen uint64) {
	mask := uint32(len(cells) - 1)
	for _, at := range order {
		seen ^= cells[at&mask].word // of an entry of the table it is some cell
	}
	return seen
}

// grow doubles the cells. Keys go over in their order.
func (s *slots[C]) grow() {
	old := s.cells
	s.cells = make([]cell[C], 2*len(old))
	s.shift--
	mask := uint64(len(s.cells) - 1)
	for n, at := range s.order {
		if n%together == 0 {
			s.seen ^= touchCells(old, s.order[n:min(n+together, len(s.order))])
		}
		if at >= beside {
			continue
		}
		c := &old[at]
		i := spread(c.word) >> (s.shift & 63)
		for s.cells[i].word != 0 {
			i = (i + 1) & mask
		}
		s.cells[i] = *c
		s.order[n] = uint32(i)
	}
}

// clear forgets all keys.
func (s *slots[C]) clear() {
	if 8*s.used > len(s.cells) {
		clear(s.cells)
	} else {
		for _, at := range s.order {
			if at < beside {
				s.cells[at] = cell[C]{}
			}
		}
	}
	s.order, s.used = s.order[:0], 0
}

// unpacked is the text of a word, in the buffer of the table.
func (t *Table[K, V]) unpacked(w uint64) string {
	n := int(w>>56) - 1
	if n == 0 {
		return ""
	}
	at := len(t.text)
	if cap(t.text)-at < 8 {
		t.text, at = make([]byte, 0, textChunk), 0
	}
	binary.LittleEndian.PutUint64(t.text[at:at+8], w)
	t.text = t.text[:at+n]
	return unsafe.String(&t.text[at], n)
}

// key is the key of an exact word.
func (t *Table[K, V]) key(w uint64) (k K) {
	switch t.kind {
	case stringKey:
		*(*string)(unsafe.Pointer(&k)) = t.unpacked(w)
	case wideKey:
		*(*uint64)(unsafe.Pointer(&k)) = w
	case narrowKey:
		*(*uint32)(unsafe.Pointer(&k)) = uint32(w)
	}
	return k
}

// shelf keeps the cells of tables that are done with for those of the next batch: a
// table that begins with the size at which the last one ended does not grow, and its
// memory was touched before. It may be used by many goroutines.
type shelf struct {
	list  []any // of *slots[C]
	bytes []int64
}

// roomy is how much memory a shelf keeps, in bytes. It is not part of what is granted.
const roomy = 64 << 20

// takeSlots is an empty slots, from the shelf if there is one.
func takeSlots[C any](s *Space) *slots[C] {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.shelf.list) - 1; i >= 0; i-- {
		if t, ok := s.shelf.list[i].(*slots[C]); ok {
			s.shelf.remove(i)
			return t
		}
	}
	return newSlots[C]()
}

// shelve takes back a slots that is done with. One that was almost empty is left to the
// garbage collector: it was made for larger batches.
func shelve[C any](s *Space, t *slots[C]) {
	size := int64(len(t.cells))*int64(unsafe.Sizeof(t.cells[0])) + 4*int64(cap(t.order))
	if len(t.cells) <= smallIndex || 16*t.used < len(t.cells) || size > roomy/2 {
		return
	}
	t.clear()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shelf.list, s.shelf.bytes = append(s.shelf.list, t), append(s.shelf.bytes, size)
	sum := int64(0)
	for _, b := range s.shelf.bytes {
		sum += b
	}
	for sum > roomy { // the oldest go
		sum -= s.shelf.bytes[0]
		s.shelf.remove(0)
	}
}

func (s *shelf) remove(i int) {
	s.list, s.bytes = slices.Delete(s.list, i, i+1), slices.Delete(s.bytes, i, i+1)
}
