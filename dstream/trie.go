package dstream

import (
	"iter"
	"math/bits"
	"slices"

	"github.com/weirstream/weir/internal/shuffle"
)

// trie is a map that is never changed: a change makes a new one, which shares with the
// old one all that is alike. So the state of a batch costs what the batch has changed,
// that of the batch before is still there when a task must be tried again, and it can be
// written to disk while later batches run.
//
// It is a tree of up to 32 branches a level, by 5 bits of the key's hash each, so that
// its form, and the order in which it yields keys, follows from the keys alone (but for
// keys of equal hashes, which stand in the order in which they came).
//
//	hash 01101 00010 … ──▶ root ─01101─▶ branch ─00010─▶ leaf (key, value)
//
// The nil trie is not valid; newTrie makes one without keys.
type trie[K comparable, V any] struct {
	root *branch[K, V]
	n    int
}

// branch is a node: the slots of those of 32 places that are taken.
type branch[K comparable, V any] struct {
	taken uint32
	slots []slot[K, V]
	// owner is the edit that made the branch and may still change it.
	owner *edit[K, V]
}

// slot is either a branch or a leaf.
type slot[K comparable, V any] struct {
	next *branch[K, V]
	leaf *leaf[K, V]
}

// leaf is one key. Leaves are never changed.
type leaf[K comparable, V any] struct {
	key   K
	value V
	hash  uint64
	more  *leaf[K, V] // another key of the same hash
}

const (
	trieBits = 5
	trieEnd  = 60 // bits of the hash that are used
)

func newTrie[K comparable, V any]() *trie[K, V] { return &trie[K, V]{root: new(branch[K, V])} }

// trieHash spreads the stable hash of a key, the last bits of which are alike within a
// partition.
func trieHash[K comparable](k K) uint64 {
	h := uint64(uint32(shuffle.Hash(k)))
	h ^= h >> 15
	h *= 0x9e3779b97f4a7c15
	return h ^ h>>29
}

// len is the number of keys.
func (t *trie[K, V]) len() int { return t.n }

// get is the value of a key.
func (t *trie[K, V]) get(k K) (v V, ok bool) {
	l := find(t.root, k, trieHash(k))
	if l == nil {
		return v, false
	}
	return l.value, true
}

func find[K comparable, V any](b *branch[K, V], k K, h uint64) *leaf[K, V] {
	for shift := 0; b != nil; shift += trieBits {
		bit := uint32(1) << (h >> shift & 31)
		if b.taken&bit == 0 {
			return nil
		}
		s := &b.slots[bits.OnesCount32(b.taken&(bit-1))]
		if s.leaf != nil {
			for l := s.leaf; l != nil; l = l.more {
				if l.key == k {
					return l
				}
			}
			return nil
		}
		b = s.next
	}
	return nil
}

// all yields the keys in the order of the tree.
func (t *trie[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.root.each(yield) }
}

func (b *branch[K, V]) each(yield func(K, V) bool) bool {
	for _, s := range b.slots {
		for l := s.leaf; l != nil; l = l.more {
			if !yield(l.key, l.value) {
				return false
			}
		}
		if s.next != nil && !s.next.each(yield) {
			return false
		}
	}
	return true
}

// edit makes a trie of another one by many changes. It belongs to one goroutine. What it
// has copied once it changes in place.
type edit[K comparable, V any] struct {
	root *branch[K, V]
	n    int
}

// edit begins to change.
func (t *trie[K, V]) edit() *edit[K, V] { return &edit[K, V]{root: t.root, n: t.n} }

// done is the outcome. The edit must not be used any more.
func (e *edit[K, V]) done() *trie[K, V] { return &trie[K, V]{root: e.root, n: e.n} }

func (e *edit[K, V]) get(k K) (v V, ok bool) {
	l := find(e.root, k, trieHash(k))
	if l == nil {
		return v, false
	}
	return l.value, true
}

// mine is a branch that the edit may change.
func (e *edit[K, V]) mine(b *branch[K, V]) *branch[K, V] {
	if b.owner == e {
		return b
	}
	slots := make([]slot[K, V], len(b.slots), len(b.slots)+1)
	copy(slots, b.slots)
	return &branch[K, V]{taken: b.taken, slots: slots, owner: e}
}

// set gives a key a value.
func (e *edit[K, V]) set(k K, v V) {
	h := trieHash(k)
	e.root = e.put(e.root, &leaf[K, V]{key: k, value: v, hash: h}, 0)
}

func (e *edit[K, V]) put(b *branch[K, V], l *leaf[K, V], shift int) *branch[K, V] {
	b = e.mine(b)
	bit := uint32(1) << (l.hash >> shift & 31)
	i := bits.OnesCount32(b.taken & (bit - 1))
	if b.taken&bit == 0 {
		b.taken |= bit
		b.slots = slices.Insert(b.slots, i, slot[K, V]{leaf: l})
		e.n++
		return b
	}
	s := &b.slots[i]
	switch {
	case s.next != nil:
		s.next = e.put(s.next, l, shift+trieBits)
	case s.leaf.hash == l.hash || shift+trieBits >= trieEnd:
		s.leaf = e.chain(s.leaf, l)
	default: // two keys share the place: they part further down
		down := &branch[K, V]{owner: e}
		place := uint32(1) << (s.leaf.hash >> (shift + trieBits) & 31)
		down.taken, down.slots = place, []slot[K, V]{{leaf: s.leaf}}
		*s = slot[K, V]{next: e.put(down, l, shift+trieBits)}
	}
	return b
}

// chain puts a leaf in the place of that of its key, or behind the others.
func (e *edit[K, V]) chain(at, l *leaf[K, V]) *leaf[K, V] {
	if at == nil {
		e.n++
		return l
	}
	if at.key == l.key {
		return &leaf[K, V]{key: l.key, value: l.value, hash: l.hash, more: at.more}
	}
	return &leaf[K, V]{key: at.key, value: at.value, hash: at.hash, more: e.chain(at.more, l)}
}

// remove takes a key away, if it is there.
func (e *edit[K, V]) remove(k K) {
	h := trieHash(k)
	if find(e.root, k, h) != nil {
		e.root = e.cut(e.root, k, h, 0)
		e.n--
	}
}

// cut takes away a key that is there. A branch that is left with one leaf gives it to
// the branch above, so that the form follows from the keys.
func (e *edit[K, V]) cut(b *branch[K, V], k K, h uint64, shift int) *branch[K, V] {
	b = e.mine(b)
	bit := uint32(1) << (h >> shift & 31)
	i := bits.OnesCount32(b.taken & (bit - 1))
	s := &b.slots[i]
	if s.next != nil {
		s.next = e.cut(s.next, k, h, shift+trieBits)
		if only := s.next.slots; len(only) == 1 && only[0].leaf != nil {
			*s = only[0]
		}
		return b
	}
	if s.leaf = unchain(s.leaf, k); s.leaf == nil {
		b.taken &^= bit
		b.slots = slices.Delete(b.slots, i, i+1)
	}
	return b
}

// unchain is a chain without a key.
func unchain[K comparable, V any](at *leaf[K, V], k K) *leaf[K, V] {
	if at.key == k {
		return at.more
	}
	return &leaf[K, V]{key: at.key, value: at.value, hash: at.hash, more: unchain(at.more, k)}
}
