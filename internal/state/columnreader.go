package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/klauspost/compress/s2"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// columnReader decodes columns. The strings of what it gives are views of data, or
// of memory of their own.
type columnReader struct {
	data    []byte
	raw     []byte  // scratch: a piece of which nothing is kept
	lengths []int32 // scratch
	most    int     // elements of lists; 0 is as many as 32 bits count
}

// errShort says that columns need more bytes than there are.
var errShort = errors.New("columns are cut short")

func (r *columnReader) take(n int) ([]byte, error) {
	if n < 0 || n > len(r.data) {
		return nil, errShort
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b, nil
}

// piece is the piece of n bytes that comes next. Unless it is kept it is good until
// the next one.
func (r *columnReader) piece(n int, kept bool) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	form, err := r.take(1)
	if err != nil {
		return nil, err
	}
	switch form[0] {
	case pieceAsIs:
		return r.take(n)
	case pieceCompressed:
	default:
		return nil, fmt.Errorf("a piece begins with %d, not with 0 or 1", form[0])
	}
	length, err := r.take(4)
	if err != nil {
		return nil, err
	}
	body, err := r.take(int(binary.LittleEndian.Uint32(length)))
	if err != nil {
		return nil, err
	}
	if size, err := s2.DecodedLen(body); err != nil || size != n {
		return nil, errors.New("a compressed piece has another length")
	}
	if kept {
		return s2.Decode(nil, body)
	}
	r.raw = slices.Grow(r.raw[:0], n)[:n]
	return s2.Decode(r.raw, body)
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
		return readNumbers[int16](r, c, n)
	case types.Int, types.Date, types.YearMonthInterval:
		return readNumbers[int32](r, c, n)
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
		return readNumbers[int64](r, c, n)
	}
}

func readFixed[T batch.Value](r *columnReader, c *batch.Column, n int) error {
	var one T
	data, err := r.piece(n*int(unsafe.Sizeof(one)), false)
	if err != nil {
		return err
	}
	c.Resize(n)
	copy(bytesOf(batch.Values[T](c)), data)
	return nil
}

// readBooleans takes any byte but 0 for true: nothing else may stand in a bool.
func readBooleans(r *columnReader, c *batch.Column, n int) error {
	data, err := r.piece(n, false)
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

func readNumbers[T number](r *columnReader, c *batch.Column, n int) error {
	data, least, width, err := r.packed(n)
	if err != nil {
		return err
	}
	c.Resize(n)
	return unpack(data, least, width, batch.Values[T](c))
}

// packed is what n numbers were packed to.
func (r *columnReader) packed(n int) (data []byte, least int64, width int, err error) {
	head, err := r.take(1)
	if err != nil {
		return nil, 0, 0, err
	}
	least, size := binary.Varint(r.data)
	if width = int(head[0]); width > 8 || size <= 0 {
		return nil, 0, 0, errors.New("numbers begin in another form")
	}
	r.data = r.data[size:]
	data, err = r.piece(n*width, false)
	return data, least, width, err
}

// readLengths reads the lengths of n texts or lists, and their sum.
func (r *columnReader) readLengths(n int) (total int, err error) {
	data, least, width, err := r.packed(n)
	if err != nil {
		return 0, err
	}
	r.lengths = slices.Grow(r.lengths[:0], n)[:n]
	if err := unpack(data, least, width, r.lengths); err != nil {
		return 0, err
	}
	for _, length := range r.lengths {
		if total += int(length); length < 0 || total > math.MaxInt32 {
			return 0, errShort
		}
	}
	return total, nil
}

func (r *columnReader) texts(c *batch.Column, n int) error {
	total, err := r.readLengths(n)
	if err != nil {
		return err
	}
	data, err := r.piece(total, true)
	if err != nil {
		return err
	}
	c.Resize(n)
	values := batch.Values[string](c)
	for i, length := range r.lengths {
		values[i], data = batch.View(data[:length]), data[length:]
	}
	return nil
}

func (r *columnReader) lists(c *batch.Column, n int) error {
	total, err := r.readLengths(n)
	if err == nil && r.most > 0 && total > r.most {
		err = errShort
	}
	if err != nil {
		return err
	}
	c.Resize(n)
	for i, length := range r.lengths {
		c.Offsets[i+1] = c.Offsets[i] + length
	}
	for _, child := range c.Children {
		if err := r.column(child, total); err != nil {
			return err
		}
	}
	return nil
}
