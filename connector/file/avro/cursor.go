package avro

import (
	"encoding/binary"
	"errors"
	"math"
)

// cursor goes through the bytes of a block. The first error stays, and what is read
// after it is nothing.
type cursor struct {
	data []byte
	at   int
	err  error
	bare int64 // elements without bytes so far
}

var (
	errShort  = errors.New("the block ends within a value")
	errVarint = errors.New("a number has too many bytes")
	errCount  = errors.New("a list has more elements than there are bytes")
	errUnion  = errors.New("a union has no such member")
)

func (r *cursor) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.at = len(r.data)
}

// long reads a zigzag number.
func (r *cursor) long() int64 {
	n, width := binary.Uvarint(r.data[r.at:])
	switch {
	case width > 0:
		r.at += width
		return int64(n>>1) ^ -int64(n&1)
	case width == 0:
		r.fail(errShort)
	default:
		r.fail(errVarint)
	}
	return 0
}

func (r *cursor) int() int32 {
	n := r.long()
	if n != int64(int32(n)) {
		r.fail(errVarint)
	}
	return int32(n)
}

func (r *cursor) take(n int64) []byte {
	if n < 0 || n > int64(len(r.data)-r.at) {
		r.fail(errShort)
		return nil
	}
	b := r.data[r.at : r.at+int(n)]
	r.at += int(n)
	return b
}

func (r *cursor) bytes() []byte { return r.take(r.long()) }

func (r *cursor) bool() bool {
	b := r.take(1)
	return len(b) == 1 && b[0] != 0
}

func (r *cursor) float() float32 {
	if b := r.take(4); b != nil {
		return math.Float32frombits(binary.LittleEndian.Uint32(b))
	}
	return 0
}

func (r *cursor) double() float64 {
	if b := r.take(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

// emptyElements is how many elements without bytes, nulls for one, the lists of a block
// may claim.
const emptyElements = 1 << 16

// count reads how many elements the next piece of an array or map has; 0 at its end.
func (r *cursor) count() int {
	n := r.long()
	if n < 0 {
		r.long() // the bytes of the piece, for who skips it
		if n = -n; n < 0 {
			r.fail(errCount)
		}
	}
	if n > int64(len(r.data)-r.at) {
		if r.bare += n; n > emptyElements || r.bare > emptyElements {
			r.fail(errCount)
		}
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}
