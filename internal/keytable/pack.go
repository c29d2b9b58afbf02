package keytable

import (
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// packing is where the leaves of a key stand in the two words of a pair. Widths
// are powers of two and the widest come first, so none crosses a word's end.
type packing []packed

// packed is the place of one leaf.
type packed struct {
	width int
	word  int // 0 or 1
	shift int
}

// newPacking places leaves of these types, unless they take more than 16 bytes
// or there are more of them than bits in a tag.
func newPacking(leaves []types.Type) (packing, bool) {
	widths := make([]int, len(leaves))
	for k, t := range leaves {
		if widths[k] = leafWidth(t); widths[k] < 0 {
			return nil, false
		}
	}
	return place(widths)
}

// place places leaves of these widths.
func place(widths []int) (packing, bool) {
	if len(widths) > 31 {
		return nil, false
	}
	p := make(packing, len(widths))
	at := 0
	for width := 16; width > 0; width /= 2 {
		for k, w := range widths {
			if w == width {
				p[k] = packed{w, at / 8, at % 8 * 8}
				at += w
			}
		}
	}
	return p, at <= 16
}

// load makes the keys of the chunk those of the leaves' rows.
func (p packing) load(c *pairChunk, leaves []leaf, s span, scratch *[chunk]uint64) {
	c.begin(s.n)
	for k := range p {
		p.put(c, k, leaves[k], s, scratch)
	}
	c.mix(s.n)
}

// put puts leaf k, which is l, into the words and tags of the chunk.
func (p packing) put(c *pairChunk, k int, l leaf, s span, scratch *[chunk]uint64) {
	switch at := p[k]; at.width {
	case 0:
	case 16:
		wide(c.a[:s.n], c.b[:s.n], l.col, s)
	default:
		into := c.a[:s.n]
		if at.word == 1 {
			into = c.b[:s.n]
		}
		mask := ^uint64(0) >> (64 - 8*at.width)
		for i, w := range words(scratch[:], l.col, s) {
			into[i] |= w & mask << at.shift
		}
	}
	if l.valid != nil {
		p.nulls(c, k, l, s)
	}
}

// nulls takes out what load has put in for null rows of leaf k, and notes them.
func (p packing) nulls(c *pairChunk, k int, l leaf, s span) {
	valid, at := l.slice(s), p[k]
	var keepA, keepB uint64
	switch {
	case at.width == 16:
	case at.width == 0:
		keepA, keepB = ^uint64(0), ^uint64(0)
	default:
		hole := ^uint64(0) >> (64 - 8*at.width) << at.shift
		keepA, keepB = ^hole, ^uint64(0)
		if at.word == 1 {
			keepA, keepB = keepB, keepA
		}
	}
	for i := range s.n {
		if r := i; !kernel.Bit(valid, selected(s, r)) {
			c.a[i] &= keepA
			c.b[i] &= keepB
			c.tag[i] |= 1 << k
		}
	}
}

// selected is the row at position i among [valuesOf] the span.
func selected(s span, i int) int {
	if s.sel != nil {
		return int(s.sel[i])
	}
	return i
}
