package keytable

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// ShardCount is the number of shards that keys are spread over, for ever.
const ShardCount = kernel.Shards

// Hasher computes hashes of keys. The zero Hasher is ready; it keeps scratch and
// belongs to one goroutine.
//
// The hash of a key is made of its columns from first to last, a struct standing
// for its fields: the first one's hash, then kernel.Combine with each further one.
// A null, and every field of a null struct, has kernel.NullHash; a value of up to
// 8 bytes the hash of its word, integers sign-extended; texts and arrays, these
// encoded, the hash of their bytes. A key without columns has hash 0. It never
// changes: state on disk is laid out by shard.
type Hasher struct {
	flat   flattener
	nested nestedCodec
	words  [chunk]uint64
	hashes [chunk]uint64
	texts  []string
	sums   []uint64
}

// Hashes appends the hash of each selected row's key to out.
func (h *Hasher) Hashes(keys []*batch.Column, rows int, sel []int32, out []uint64) []uint64 {
	n := selectedRows(rows, sel)
	leaves := h.flat.flatten(keys, rows)
	start := len(out)
	out = slices.Grow(out, n)[:start+n]
	for at := 0; at < n; at += chunk {
		s := spanAt(at, n, sel)
		h.span(leaves, s, out[start+at:start+at+s.n])
	}
	return out
}

// Shards appends the shard of each selected row's key to out.
func (h *Hasher) Shards(keys []*batch.Column, rows int, sel []int32, out []uint8) []uint8 {
	h.sums = h.Hashes(keys, rows, sel, h.sums[:0])
	out = slices.Grow(out, len(h.sums))
	for _, sum := range h.sums {
		out = append(out, kernel.Shard(sum))
	}
	return out
}

func (h *Hasher) span(leaves []leaf, s span, out []uint64) {
	clear(out)
	first := true
	for _, l := range leaves {
		if l.col.Type.Kind == types.Struct {
			continue
		}
		into := out
		if !first {
			into = h.hashes[:s.n]
		}
		h.leaf(l, s, into)
		kernel.HashNulls(into, l.slice(s), s.sel)
		if !first {
			kernel.CombineHashes(out, into)
		}
		first = false
	}
}

func (h *Hasher) leaf(l leaf, s span, out []uint64) {
	switch width := widthOf(l.col.Type.Kind); {
	case l.col.Type.Kind == types.Decimal128:
		values, sel := valuesOf[types.Decimal](l.col, s)
		kernel.HashDecimals(out, values, sel)
	case width == 16:
		values, sel := valuesOf[types.Interval](l.col, s)
		kernel.HashIntervals(out, values, sel)
	case width == widthText:
		values, sel := valuesOf[string](l.col, s)
		kernel.HashStrings(out, values, sel)
	case width == widthNested:
		h.texts = slices.Grow(h.texts[:0], s.n)[:s.n]
		h.nested.reset()
		h.nested.encode(h.texts, l, s)
		kernel.HashStrings(out, h.texts, nil)
	default:
		kernel.HashWords(out, words(h.words[:], l.col, s))
	}
}
