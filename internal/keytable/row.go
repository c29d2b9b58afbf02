package keytable

import (
	"encoding/binary"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// rowCodec encodes keys of any types as bytes, equal where the keys are equal:
//
//	nulls      a bit a leaf, in whole bytes
//	fixed      each leaf's value, little-endian, of its width; of a text or an
//	           array its length in 4 bytes
//	variable   the bytes of texts and arrays, in the order of leaves
//
// What is null is zero. The encoding lives in memory only.
type rowCodec struct {
	leaves []types.Type
	offset []int // of each leaf's value
	fixed  int   // bytes before the variable part

	buf    []byte
	rows   []string // the encoded rows of a chunk, over buf
	tail   [chunk]int
	nested nestedCodec
	texts  [][]string // the texts of each leaf that has them, dense
}

func newRowCodec(leaves []types.Type) *rowCodec {
	r := &rowCodec{leaves: leaves, fixed: (len(leaves) + 7) / 8, rows: make([]string, chunk)}
	r.texts = make([][]string, len(leaves))
	for k, t := range leaves {
		r.offset = append(r.offset, r.fixed)
		if w := leafWidth(t); w < 0 {
			r.fixed += 4
			r.texts[k] = make([]string, chunk)
		} else {
			r.fixed += w
		}
	}
	return r
}

// leafWidth is widthOf, with 0 for the leaf that a struct is.
func leafWidth(t types.Type) int {
	if t.Kind == types.Struct {
		return 0
	}
	return widthOf(t.Kind)
}

// load encodes the rows of the span; they are good until the next load.
func (r *rowCodec) load(leaves []leaf, s span, scratch *[chunk]uint64) []string {
	tail := r.tail[:s.n]
	for i := range tail {
		tail[i] = r.fixed
	}
	r.nested.reset()
	for k, texts := range r.texts {
		if texts == nil {
			continue
		}
		r.gather(texts[:s.n], leaves[k], s)
		for i, v := range texts[:s.n] {
			tail[i] += len(v)
		}
	}
	total := 0
	for i, n := range tail {
		tail[i] = total // where row i starts
		total += n
	}
	r.buf = slices.Grow(r.buf[:0], total)[:total]
	for i, start := range tail {
		end := total
		if i+1 < s.n {
			end = tail[i+1]
		}
		row := r.buf[start:end]
		clear(row[:r.fixed])
		r.rows[i] = batch.View(row)
	}
	for k := range r.leaves {
		if r.texts[k] == nil {
			r.putFixed(k, leaves[k], s, scratch)
		}
		r.putNulls(k, leaves[k], s)
	}
	for i := range tail {
		tail[i] += r.fixed
	}
	for k, texts := range r.texts {
		if texts != nil {
			r.putTexts(k, texts[:s.n])
		}
	}
	return r.rows[:s.n]
}

// gather puts the texts of a leaf into out, "" for nulls.
func (r *rowCodec) gather(out []string, l leaf, s span) {
	valid := l.slice(s)
	if widthOf(l.col.Type.Kind) == widthNested {
		r.nested.encode(out, l, s)
		return
	}
	values, sel := valuesOf[string](l.col, s)
	for i := range out {
		out[i] = values[at(sel, i)]
	}
	if valid != nil {
		for i := range out {
			if !kernel.Bit(valid, at(sel, i)) {
				out[i] = ""
			}
		}
	}
}

// putFixed writes a leaf's values; r.tail are the starts of rows.
func (r *rowCodec) putFixed(k int, l leaf, s span, scratch *[chunk]uint64) {
	width, starts, buf := leafWidth(l.col.Type), r.tail[:s.n], r.buf[r.offset[k]:]
	if width == 0 {
		return
	}
	if width == 16 {
		var a, b [chunk]uint64
		wide(a[:], b[:], l.col, s)
		for i, start := range starts {
			binary.LittleEndian.PutUint64(buf[start:], a[i])
			binary.LittleEndian.PutUint64(buf[start+8:], b[i])
		}
		return
	}
	values := words(scratch[:], l.col, s)
	switch width {
	case 1:
		for i, start := range starts {
			buf[start] = byte(values[i])
		}
	case 2:
		for i, start := range starts {
			binary.LittleEndian.PutUint16(buf[start:], uint16(values[i]))
		}
	case 4:
		for i, start := range starts {
			binary.LittleEndian.PutUint32(buf[start:], uint32(values[i]))
		}
	case 8:
		for i, start := range starts {
			binary.LittleEndian.PutUint64(buf[start:], values[i])
		}
	}
}

// putNulls notes the null rows of a leaf and clears what stands in their place.
func (r *rowCodec) putNulls(k int, l leaf, s span) {
	valid := l.slice(s)
	if valid == nil {
		return
	}
	for i, start := range r.tail[:s.n] {
		if kernel.Bit(valid, selected(s, i)) {
			continue
		}
		r.buf[start+(k>>3)] |= 1 << (k & 7)
		if r.texts[k] == nil {
			at := start + r.offset[k]
			clear(r.buf[at : at+leafWidth(r.leaves[k])])
		}
	}
}

// putTexts writes the texts of a leaf; r.tail are the places to write them at,
// and are moved behind them.
func (r *rowCodec) putTexts(k int, texts []string) {
	start := 0
	for i, v := range texts {
		binary.LittleEndian.PutUint32(r.buf[start+r.offset[k]:], uint32(len(v)))
		r.tail[i] += copy(r.buf[r.tail[i]:], v)
		start += len(r.rows[i])
	}
}

// isNull reports whether leaf k is null in an encoded row.
func (r *rowCodec) isNull(k int, row string) bool { return row[k>>3]>>(k&7)&1 != 0 }

// textOf is the text of leaf k in an encoded row, which it shares.
func (r *rowCodec) textOf(k int, row string) string {
	at := r.fixed
	for i, texts := range r.texts[:k] {
		if texts != nil {
			at += r.length(i, row)
		}
	}
	return row[at : at+r.length(k, row)]
}

func (r *rowCodec) length(k int, row string) int {
	o := r.offset[k]
	return int(uint32(row[o]) | uint32(row[o+1])<<8 | uint32(row[o+2])<<16 | uint32(row[o+3])<<24)
}
