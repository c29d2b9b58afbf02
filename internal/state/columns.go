package state

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// appendColumn appends the encoding of all rows of c, which is no constant; see
// docs/format/state.md. It clears the values of null rows, so that equal rows
// have equal bytes: c must be the caller's own.
func appendColumn(dst []byte, c *batch.Column) []byte {
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
		return appendFixed[bool](dst, c, nulls)
	case types.Byte:
		return appendFixed[int8](dst, c, nulls)
	case types.Short:
		return appendFixed[int16](dst, c, nulls)
	case types.Int, types.Date, types.YearMonthInterval:
		return appendFixed[int32](dst, c, nulls)
	case types.Float:
		return appendFixed[float32](dst, c, nulls)
	case types.Double:
		return appendFixed[float64](dst, c, nulls)
	case types.Decimal128:
		return appendFixed[types.Decimal](dst, c, nulls)
	case types.CalendarInterval:
		return appendFixed[types.Interval](dst, c, nulls)
	case types.String, types.Binary, types.Variant:
		return appendTexts(dst, c, nulls)
	case types.Array, types.Map:
		return appendLists(dst, c)
	case types.Struct:
		for _, child := range c.Children {
			if nulls {
				child.AndValid(c)
			}
			dst = appendColumn(dst, child)
		}
		return dst
	default:
		return appendFixed[int64](dst, c, nulls)
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

// appendFixed appends values of a fixed width as they lie in memory, which is
// little-endian on the machines that weir runs on.
func appendFixed[T batch.Value](dst []byte, c *batch.Column, nulls bool) []byte {
	values := batch.Values[T](c)
	if nulls {
		var zero T
		for i := range values {
			if c.Null(i) {
				values[i] = zero
			}
		}
	}
	return append(dst, bytesOf(values)...)
}

func bytesOf[T batch.Value](values []T) []byte {
	var one T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(one)))
}

func appendTexts(dst []byte, c *batch.Column, nulls bool) []byte {
	values := batch.Values[string](c)
	dst = slices.Grow(dst, 4*len(values))
	for i, v := range values {
		if nulls && c.Null(i) {
			values[i], v = "", ""
		}
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(v)))
	}
	for _, v := range values {
		dst = append(dst, v...)
	}
	return dst
}

// appendLists appends the lengths of arrays or maps, and what is in them.
func appendLists(dst []byte, c *batch.Column) []byte {
	for i := range c.Len() {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(c.Offsets[i+1]-c.Offsets[i]))
	}
	for _, child := range c.Children {
		dst = appendColumn(dst, child)
	}
	return dst
}

// columnReader decodes columns. The strings of what it gives are views of data.
type columnReader struct{ data []byte }

// errShort says that columns need more bytes than there are.
var errShort = fmt.Errorf("columns are cut short")

func (r *columnReader) take(n int) ([]byte, error) {
	if n < 0 || n > len(r.data) {
		return nil, errShort
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b, nil
}

// column makes c the n rows that come next.
func (r *columnReader) column(c *batch.Column, n int) error {
	if c.Type.Kind == types.Null {
		c.Resize(n)
		return nil
	}
	flag, err := r.take(1)
	if err != nil {
		return err
	}
	var valid []uint64
	switch flag[0] {
	case 0:
	case 1:
		bits, err := r.take((n + 7) / 8)
		if err != nil {
			return err
		}
		valid = make([]uint64, batch.Words(n))
		for i, b := range bits {
			valid[i>>3] |= uint64(b) << (i & 7 * 8)
		}
	default:
		return fmt.Errorf("a column begins with %d, not with 0 or 1", flag[0])
	}
	if err := r.values(c, n); err != nil {
		return err
	}
	c.SetValid(valid)
	return nil
}

func (r *columnReader) values(c *batch.Column, n int) error {
	switch c.Type.Kind {
	case types.Boolean:
		return readBooleans(r, c, n)
	case types.Byte:
		return readFixed[int8](r, c, n)
	case types.Short:
		return readFixed[int16](r, c, n)
	case types.Int, types.Date, types.YearMonthInterval:
		return readFixed[int32](r, c, n)
	case types.Float:
		return readFixed[float32](r, c, n)
	case types.Double:
		return readFixed[float64](r, c, n)
	case types.Decimal128:
		return readFixed[types.Decimal](r, c, n)
	case types.CalendarInterval:
		return readFixed[types.Interval](r, c, n)
	case types.String, types.Binary, types.Variant:
		return r.texts(c, n)
	case types.Array, types.Map:
		return r.lists(c, n)
	case types.Struct:
		c.ShareStruct(n, nil)
		for _, child := range c.Children {
			if err := r.column(child, n); err != nil {
				return err
			}
		}
		return nil
	default:
		return readFixed[int64](r, c, n)
	}
}

func readFixed[T batch.Value](r *columnReader, c *batch.Column, n int) error {
	var one T
	data, err := r.take(n * int(unsafe.Sizeof(one)))
	if err != nil {
		return err
	}
	c.Resize(n)
	copy(bytesOf(batch.Values[T](c)), data)
	return nil
}

// readBooleans takes any byte but 0 for true: nothing else may stand in a bool.
func readBooleans(r *columnReader, c *batch.Column, n int) error {
	data, err := r.take(n)
	if err != nil {
		return err
	}
	c.Resize(n)
	values := batch.Values[bool](c)
	for i, b := range data {
		values[i] = b != 0
	}
	return nil
}

func (r *columnReader) texts(c *batch.Column, n int) error {
	lengths, err := r.take(4 * n)
	if err != nil {
		return err
	}
	c.Resize(n)
	values := batch.Values[string](c)
	for i := range values {
		b, err := r.take(int(binary.LittleEndian.Uint32(lengths[4*i:])))
		if err != nil {
			return err
		}
		values[i] = batch.View(b)
	}
	return nil
}

func (r *columnReader) lists(c *batch.Column, n int) error {
	lengths, err := r.take(4 * n)
	if err != nil {
		return err
	}
	c.Resize(n)
	total := int64(0)
	for i := range n {
		total += int64(binary.LittleEndian.Uint32(lengths[4*i:]))
		// A row inside takes a byte in most types, but none where its type is null.
		if total > math.MaxInt32 {
			return errShort
		}
		c.Offsets[i+1] = int32(total)
	}
	for _, child := range c.Children {
		if err := r.column(child, int(total)); err != nil {
			return err
		}
	}
	return nil
}
