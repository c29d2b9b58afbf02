package rowcodec

import (
	"errors"

	"github.com/weirstream/weir/internal/batch"
)

// ErrDamaged says that bytes are not a row of the types expected.
var ErrDamaged = errors.New("the bytes are not a row of these types")

// Rows are encoded rows, one after the other in one buffer. The zero value is
// empty and ready. It is reused with Reset.
type Rows struct {
	// Bytes are those of all rows.
	Bytes []byte
	// Ends are the offsets into Bytes behind each row.
	Ends []int
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.Ends) }

// Row is the i-th row, good until the next change of r.
func (r *Rows) Row(i int) []byte {
	start := 0
	if i > 0 {
		start = r.Ends[i-1]
	}
	return r.Bytes[start:r.Ends[i]:r.Ends[i]]
}

// Append adds a row that was encoded before.
func (r *Rows) Append(row []byte) {
	r.Bytes = append(r.Bytes, row...)
	r.end()
}

// Reset drops all rows and keeps the memory.
func (r *Rows) Reset() { r.Bytes, r.Ends = r.Bytes[:0], r.Ends[:0] }

func (r *Rows) end() { r.Ends = append(r.Ends, len(r.Bytes)) }

// Input is what an Encode takes: the rows of some columns that Sel lists, or the
// first N where Sel is nil.
type Input struct {
	Columns []*batch.Column
	Sel     []int32
	N       int
}

// Of is the input of all rows of b that count.
func Of(b *batch.Batch) Input { return Input{Columns: b.Columns, Sel: b.Sel, N: b.Len()} }

// len is the number of rows.
func (in Input) len() int {
	if in.Sel != nil {
		return len(in.Sel)
	}
	return in.N
}

// row is the i-th row.
func (in Input) row(i int) int {
	if in.Sel != nil {
		return int(in.Sel[i])
	}
	return i
}

// reader takes bytes off the front of a row. After the first that is missing,
// failed is set and zeros come.
type reader struct {
	b      []byte
	mask   byte // 0xFF where the bytes are inverted
	failed bool
	arena  *batch.Arena
}

func (r *reader) fail() {
	r.failed = true
	r.b = nil
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	v := r.b[0] ^ r.mask
	r.b = r.b[1:]
	return v
}

// big reads n bytes as a number, the highest first.
func (r *reader) big(n int) uint64 {
	if len(r.b) < n {
		r.fail()
		return 0
	}
	v := uint64(0)
	for _, c := range r.b[:n] {
		v = v<<8 | uint64(c^r.mask)
	}
	r.b = r.b[n:]
	return v
}

// blank gives a null row of c a value that is consistent: no elements, no text.
func blank(c *batch.Column, row int) {
	if values, ok := texts(c); ok {
		values[row] = ""
	}
	if isList(c) {
		c.Offsets[row+1] = c.Offsets[row]
		return
	}
	for _, child := range c.Children {
		child.SetNull(row)
		blank(child, row)
	}
}
