package state

import (
	"encoding/binary"
	"slices"
	"unsafe"

	"github.com/klauspost/compress/s2"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// columnWriter encodes columns; see docs/format/state.md. What a column has of bytes
// is a piece, and each is compressed for itself where that pays: the texts of a
// column are alike, those of two are not.
//
// A piece that has not become smaller is left as it is in the next blocks, too, so
// that random texts cost one try in many.
type columnWriter struct {
	plain   bool    // nothing is compressed
	pieces  int     // pieces of the block so far
	resting []uint8 // by piece: in how many blocks it is not tried
	raw     []byte  // scratch: a piece before it is compressed
	lengths []int32 // scratch: those of the texts of a column
}

// restBlocks is in how many blocks a piece that did not shrink is not tried again.
const restBlocks = 15

// begin starts with a part, or a list of blocks of one. The bytes of a part follow
// from its rows alone.
func (w *columnWriter) begin(plain bool) { w.plain, w.resting = plain, w.resting[:0] }

// block starts a block.
func (w *columnWriter) block() { w.pieces = 0 }

// column appends all rows of c, which is no constant. It clears the values of null
// rows, so that equal rows have equal bytes: c must be the caller's own.
func (w *columnWriter) column(dst []byte, c *batch.Column) []byte {
	n := c.Len()
	if c.Type.Kind == types.Null {
		return dst
	}
	nulls := hasNull(c)
	if !nulls {
		dst = append(dst, 0)
	} else {
		dst = append(dst, 1)
		dst = appendBits(dst, c.Valid(), n)
	}
	switch c.Type.Kind {
	case types.Boolean:
		return appendFixed[bool](w, dst, c, nulls)
	case types.Byte:
		return appendFixed[int8](w, dst, c, nulls)
	case types.Short:
		return appendNumbers[int16](w, dst, c, nulls)
	case types.Int, types.Date, types.YearMonthInterval:
		return appendNumbers[int32](w, dst, c, nulls)
	case types.Float:
		return appendFixed[float32](w, dst, c, nulls)
	case types.Double:
		return appendFixed[float64](w, dst, c, nulls)
	case types.Decimal128:
		return appendFixed[types.Decimal](w, dst, c, nulls)
	case types.CalendarInterval:
		return appendFixed[types.Interval](w, dst, c, nulls)
	case types.String, types.Binary, types.Variant:
		return w.texts(dst, c, nulls)
	case types.Array, types.Map:
		return w.lists(dst, c)
	case types.Struct:
		for _, child := range c.Children {
			if nulls {
				child.AndValid(c)
			}
			dst = w.column(dst, child)
		}
		return dst
	default:
		return appendNumbers[int64](w, dst, c, nulls)
	}
}

func hasNull(c *batch.Column) bool {
	return c.HasNulls() && kernel.CountBits(c.Valid(), c.Len()) < c.Len()
}

// appendBits appends the first n bits, eight a byte, the rest of the last zero.
func appendBits(dst []byte, bits []uint64, n int) []byte {
	for i := 0; i < n; i += 8 {
		b := byte(bits[i>>6] >> (i & 63))
		if n-i < 8 {
			b &= 1<<(n-i) - 1
		}
		dst = append(dst, b)
	}
	return dst
}

func clearNulls[T batch.Value](c *batch.Column, values []T) {
	var zero T
	for i := range values {
		if c.Null(i) {
			values[i] = zero
		}
	}
}

// appendFixed appends values of a fixed width as they lie in memory, which is
// little-endian on the machines that weir runs on.
func appendFixed[T batch.Value](w *columnWriter, dst []byte, c *batch.Column, nulls bool) []byte {
	values := batch.Values[T](c)
	if nulls {
		clearNulls(c, values)
	}
	raw := bytesOf(values)
	if w.tries(len(raw)) {
		return w.shrink(dst, raw)
	}
	return append(asIs(dst, len(raw)), raw...)
}

func bytesOf[T batch.Value](values []T) []byte {
	var one T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(one)))
}

// appendNumbers appends whole numbers by their distance from the least.
func appendNumbers[T number](w *columnWriter, dst []byte, c *batch.Column, nulls bool) []byte {
	values := batch.Values[T](c)
	if nulls {
		clearNulls(c, values)
	}
	return packNumbers(w, dst, values)
}

func packNumbers[T number](w *columnWriter, dst []byte, values []T) []byte {
	least, width := span(values)
	dst = append(dst, byte(width))
	dst = binary.AppendVarint(dst, least)
	n := width * len(values)
	if w.tries(n) {
		w.raw = pack(w.raw[:0], values, least, width)
		return w.shrink(dst, w.raw)
	}
	return pack(asIs(dst, n), values, least, width)
}

func (w *columnWriter) texts(dst []byte, c *batch.Column, nulls bool) []byte {
	values := batch.Values[string](c)
	if nulls {
		clearNulls(c, values)
	}
	w.lengths = slices.Grow(w.lengths[:0], len(values))[:len(values)]
	total := 0
	for i, v := range values {
		w.lengths[i] = int32(len(v))
		total += len(v)
	}
	dst = packNumbers(w, dst, w.lengths)
	if w.tries(total) {
		w.raw = appendAll(w.raw[:0], values, total)
		return w.shrink(dst, w.raw)
	}
	return appendAll(asIs(dst, total), values, total)
}

// appendAll appends texts, of so many bytes.
func appendAll(dst []byte, values []string, total int) []byte {
	dst = slices.Grow(dst, total)
	for _, v := range values {
		dst = append(dst, v...)
	}
	return dst
}

// lists appends the lengths of arrays or maps, and what is in them.
func (w *columnWriter) lists(dst []byte, c *batch.Column) []byte {
	n := c.Len()
	w.lengths = slices.Grow(w.lengths[:0], n)[:n]
	for i := range n {
		w.lengths[i] = c.Offsets[i+1] - c.Offsets[i]
	}
	dst = packNumbers(w, dst, w.lengths)
	for _, child := range c.Children {
		dst = w.column(dst, child)
	}
	return dst
}

// tries reports whether the next piece, of n bytes, is to be compressed.
func (w *columnWriter) tries(n int) bool {
	piece := w.pieces
	w.pieces++
	if w.plain || n < minCompress {
		return false
	}
	for len(w.resting) <= piece {
		w.resting = append(w.resting, 0)
	}
	if w.resting[piece] > 0 {
		w.resting[piece]--
		return false
	}
	return true
}

// The forms of a piece.
const (
	pieceAsIs       = 0
	pieceCompressed = 1
)

// asIs begins a piece of n bytes that is not compressed. One of no bytes is nothing.
func asIs(dst []byte, n int) []byte {
	if n == 0 {
		return dst
	}
	return append(dst, pieceAsIs)
}

// shrink appends the piece that was tried last: compressed, if it then takes a
// sixteenth less at least.
func (w *columnWriter) shrink(dst, raw []byte) []byte {
	at := len(dst) + 5
	most := s2.MaxEncodedLen(len(raw))
	dst = slices.Grow(dst, 5+most)
	c := s2.Encode(dst[at:at+most], raw)
	if len(c) > len(raw)-len(raw)/16 {
		w.resting[w.pieces-1] = restBlocks
		return append(append(dst, pieceAsIs), raw...)
	}
	dst = append(dst, pieceCompressed)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(c)))
	return dst[:at+len(c)]
}
