package state

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
)

// number is a whole number as columns hold it.
type number interface{ int16 | int32 | int64 }

// span is the least of some numbers, and how many bytes hold the distance of each
// from it: 0 where all are equal.
func span[T number](values []T) (least int64, width int) {
	if len(values) == 0 {
		return 0, 0
	}
	low, high := values[0], values[0]
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	return int64(low), (bits.Len64(uint64(high)-uint64(low)) + 7) / 8
}

// pack appends the distances of numbers from the least, each in width bytes, the
// lowest first.
func pack[T number](dst []byte, values []T, least int64, width int) []byte {
	if width == 0 {
		return dst
	}
	at, n := len(dst), width*len(values)
	dst = slices.Grow(dst, n+8)[:at+n+8] // a store writes eight bytes, of which the next overwrites some
	for _, v := range values {
		binary.LittleEndian.PutUint64(dst[at:], uint64(v)-uint64(least))
		at += width
	}
	return dst[:at]
}

// errWide says that numbers are none of their column's type.
var errWide = errors.New("a number is beyond what its column holds")

// unpack reads what pack has written.
func unpack[T number](data []byte, least int64, width int, out []T) error {
	n, wrong := 0, int64(0)
	if width > 0 {
		mask := ^uint64(0) >> (64 - 8*width)
		for ; n*width+8 <= len(data); n++ {
			v := least + int64(binary.LittleEndian.Uint64(data[n*width:])&mask)
			out[n] = T(v)
			wrong |= v ^ int64(T(v))
		}
	}
	for ; n < len(out); n++ {
		var last [8]byte
		copy(last[:], data[n*width:(n+1)*width])
		v := least + int64(binary.LittleEndian.Uint64(last[:]))
		out[n] = T(v)
		wrong |= v ^ int64(T(v))
	}
	if wrong != 0 {
		return errWide
	}
	return nil
}
