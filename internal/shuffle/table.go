package shuffle

import (
	"hash/maphash"
	"unsafe"
)

// Table is an open-addressing table from keys to values that remembers the order
// in which keys came: entry i is the i-th key. It belongs to one goroutine.
//
// A cell of the index holds 32 bits of the key's hash and the number of its
// entry plus one, so that a probe reads a key only when it is very likely the
// one. Keys that are strings are copied, many into one buffer: a word cut from a
// line must not keep the whole file in memory.
type Table[K comparable, V any] struct {
	// Keys and Values are the entries. The caller may change values.
	Keys   []K
	Values []V

	index []uint64 // a power of two; empty cells are 0
	seed  maphash.Seed
	kind  keyKind
	text  []byte // where copies of keys go
}

// keyKind picks the hash of a table.
type keyKind uint8

const (
	anyKey keyKind = iota
	stringKey
	wideKey   // integers of 64 bits
	narrowKey // integers of 32 bits
)

// NewTable makes an empty table.
func NewTable[K comparable, V any]() *Table[K, V] {
	t := &Table[K, V]{seed: maphash.MakeSeed(), index: make([]uint64, 64)}
	var zero K
	switch any(zero).(type) {
	case string:
		t.kind = stringKey
	case int, uint, int64, uint64:
		t.kind = wideKey
	case int32, uint32:
		t.kind = narrowKey
	}
	return t
}

// Len is the number of keys.
func (t *Table[K, V]) Len() int { return len(t.Keys) }

// Hash is the hash of a key within this table and those made by [Table.Sibling].
func (t *Table[K, V]) Hash(k K) uint64 {
	switch t.kind {
	case stringKey:
		return maphash.String(t.seed, *(*string)(unsafe.Pointer(&k)))
	case wideKey:
		return mix(*(*uint64)(unsafe.Pointer(&k)))
	case narrowKey:
		return mix(uint64(*(*uint32)(unsafe.Pointer(&k))))
	default:
		return hashAny(t.seed, k)
	}
}

// hashAny stands alone because it moves its argument to the heap, which keys that
// have a hash of their own must not pay.
//
//go:noinline
func hashAny[K comparable](seed maphash.Seed, k K) uint64 { return maphash.Comparable(seed, k) }

// Sibling is an empty table with the same hashes.
func (t *Table[K, V]) Sibling() *Table[K, V] {
	return &Table[K, V]{seed: t.seed, kind: t.kind, index: make([]uint64, 64)}
}

func mix(x uint64) uint64 {
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	return x ^ x>>32
}

// Add finds the entry of a key; a key that was not there gets one, with the zero
// value.
func (t *Table[K, V]) Add(k K) (entry int, added bool) {
	h := t.Hash(k)
	mask := uint64(len(t.index) - 1)
	tag := h &^ (1<<32 - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		cell := t.index[i]
		if cell == 0 {
			t.index[i] = tag | uint64(len(t.Keys)+1)
			return t.append(k), true
		}
		if cell&^(1<<32-1) == tag {
			if e := int(uint32(cell)) - 1; t.Keys[e] == k {
				return e, false
			}
		}
	}
}

// Find is the entry of a key, -1 if it has none.
func (t *Table[K, V]) Find(k K) int {
	h := t.Hash(k)
	mask := uint64(len(t.index) - 1)
	tag := h &^ (1<<32 - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		cell := t.index[i]
		if cell == 0 {
			return -1
		}
		if cell&^(1<<32-1) == tag {
			if e := int(uint32(cell)) - 1; t.Keys[e] == k {
				return e
			}
		}
	}
}

func (t *Table[K, V]) append(k K) int {
	if t.kind == stringKey {
		*(*string)(unsafe.Pointer(&k)) = t.keep(*(*string)(unsafe.Pointer(&k)))
	}
	var zero V
	t.Keys = append(t.Keys, k)
	t.Values = append(t.Values, zero)
	if 3*len(t.Keys) > 2*len(t.index) {
		t.grow()
	}
	return len(t.Keys) - 1
}

const textChunk = 16 << 10

// keep copies a string into the buffer.
func (t *Table[K, V]) keep(s string) string {
	if len(s) == 0 {
		return ""
	}
	if cap(t.text)-len(t.text) < len(s) {
		t.text = make([]byte, 0, max(textChunk, len(s)))
	}
	at := len(t.text)
	t.text = append(t.text, s...)
	return unsafe.String(&t.text[at], len(s))
}

func (t *Table[K, V]) grow() {
	t.index = make([]uint64, 2*len(t.index))
	mask := uint64(len(t.index) - 1)
	for e, k := range t.Keys {
		h := t.Hash(k)
		i := h & mask
		for t.index[i] != 0 {
			i = (i + 1) & mask
		}
		t.index[i] = h&^(1<<32-1) | uint64(e+1)
	}
}
