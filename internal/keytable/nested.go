package keytable

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// nestedCodec encodes arrays as texts. The hash of an array is that of its
// bytes, so the encoding is on disk as far as shards go and never changes:
//
//	value    0 for null, or 1 and what follows
//	  fixed  the value, little-endian, of its width; floats normalised
//	  text   length in 4 bytes, bytes
//	  array  number of elements in 4 bytes, each a value
//	  map    number of entries in 4 bytes, each a key and a value, in the
//	         order of their bytes
//	  struct each field a value
type nestedCodec struct {
	buf  []byte
	ends []int
}

// reset forgets the texts of the last chunk.
func (n *nestedCodec) reset() { n.buf = n.buf[:0] }

// encode puts the texts of the leaf's rows into out, "" for nulls. They are good
// until reset.
func (n *nestedCodec) encode(out []string, l leaf, s span) {
	n.ends = n.ends[:0]
	start := len(n.buf)
	for i := range out {
		if r := s.row(i); l.valid == nil || kernel.Bit(l.valid, r) {
			n.buf = appendValue(n.buf, l.col, r)
		}
		n.ends = append(n.ends, len(n.buf))
	}
	// The buffer may have moved while it grew; older texts keep the old one.
	for i, end := range n.ends {
		out[i] = batch.View(n.buf[start:end])
		start = end
	}
}

// appendValue encodes row r of c.
func appendValue(buf []byte, c *batch.Column, r int) []byte {
	if c.Const {
		r = 0
	}
	if c.Null(r) {
		return append(buf, 0)
	}
	buf = append(buf, 1)
	switch c.Type.Kind {
	case types.Struct:
		for _, child := range c.Children {
			buf = appendValue(buf, child, r)
		}
		return buf
	case types.Array:
		first, end := c.Offsets[r], c.Offsets[r+1]
		buf = binary.LittleEndian.AppendUint32(buf, uint32(end-first))
		for k := first; k < end; k++ {
			buf = appendValue(buf, c.Children[0], int(k))
		}
		return buf
	case types.Map:
		return appendMap(buf, c, r)
	}
	one := span{first: r, n: 1}
	var a, b [1]uint64
	switch w := widthOf(c.Type.Kind); w {
	case widthText:
		text := batch.Values[string](c)[r]
		buf = binary.LittleEndian.AppendUint32(buf, uint32(len(text)))
		return append(buf, text...)
	case 16:
		wide(a[:], b[:], c, one)
		buf = binary.LittleEndian.AppendUint64(buf, a[0])
		return binary.LittleEndian.AppendUint64(buf, b[0])
	case 0:
		return buf
	default:
		var bytes [8]byte
		binary.LittleEndian.PutUint64(bytes[:], words(a[:], c, one)[0])
		return append(buf, bytes[:w]...)
	}
}

// appendMap encodes a map, whose entries have no order: sorted by their bytes.
func appendMap(buf []byte, c *batch.Column, r int) []byte {
	first, end := c.Offsets[r], c.Offsets[r+1]
	buf = binary.LittleEndian.AppendUint32(buf, uint32(end-first))
	start := len(buf)
	ends := make([]int, 0, end-first)
	for k := first; k < end; k++ {
		buf = appendValue(buf, c.Children[0], int(k))
		buf = appendValue(buf, c.Children[1], int(k))
		ends = append(ends, len(buf)-start)
	}
	if len(ends) < 2 {
		return buf
	}
	text, from := string(buf[start:]), 0
	entries := make([]string, len(ends))
	for i, to := range ends {
		entries[i] = text[from:to]
		from = to
	}
	slices.Sort(entries)
	buf = buf[:start]
	for _, e := range entries {
		buf = append(buf, e...)
	}
	return buf
}

// decodeValue sets the last row of c to the value at the start of buf and returns
// what follows it. Texts share buf.
func decodeValue(c *batch.Column, buf string) string {
	r := c.Len() - 1
	null := buf[0] == 0
	buf = buf[1:]
	if null {
		c.SetNull(r)
		return buf
	}
	switch c.Type.Kind {
	case types.Struct:
		for _, child := range c.Children {
			buf = decodeValue(child, buf)
		}
		return buf
	case types.Array, types.Map:
		n := int(le(buf, 4))
		buf = buf[4:]
		for range n {
			for _, child := range c.Children {
				child.Extend(1)
				buf = decodeValue(child, buf)
			}
		}
		c.Offsets[r+1] = c.Offsets[r] + int32(n)
		return buf
	}
	switch w := widthOf(c.Type.Kind); w {
	case widthText:
		n := int(le(buf, 4))
		batch.Values[string](c)[r] = buf[4 : 4+n]
		return buf[4+n:]
	case 16:
		setWide(c, r, le(buf, 8), le(buf[8:], 8))
		return buf[16:]
	default:
		setWord(c, r, le(buf, w))
		return buf[w:]
	}
}

// setWord sets row r of c, whose values have up to 8 bytes, from its word.
func setWord(c *batch.Column, r int, w uint64) {
	switch c.Type.Kind {
	case types.Null:
	case types.Boolean:
		batch.Values[bool](c)[r] = w != 0
	case types.Byte:
		batch.Values[int8](c)[r] = int8(w)
	case types.Short:
		batch.Values[int16](c)[r] = int16(w)
	case types.Int, types.Date, types.YearMonthInterval:
		batch.Values[int32](c)[r] = int32(w)
	case types.Float:
		batch.Values[float32](c)[r] = math.Float32frombits(uint32(w))
	case types.Double:
		batch.Values[float64](c)[r] = math.Float64frombits(w)
	default:
		batch.Values[int64](c)[r] = int64(w)
	}
}

// setWide sets row r of c, whose values have 16 bytes, from its words.
func setWide(c *batch.Column, r int, a, b uint64) {
	if c.Type.Kind == types.Decimal128 {
		batch.Values[types.Decimal](c)[r] = types.Decimal{Lo: a, Hi: int64(b)}
		return
	}
	batch.Values[types.Interval](c)[r] = types.Interval{
		Months: int32(uint32(a)), Days: int32(uint32(a >> 32)), Micros: int64(b),
	}
}

// le is the little-endian number in the first n bytes.
func le(s string, n int) uint64 {
	var w uint64
	for i := range n {
		w |= uint64(s[i]) << (8 * i)
	}
	return w
}
