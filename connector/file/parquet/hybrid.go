package parquet

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// hybrid decodes Parquet's RLE / bit-packing form: runs of one repeated value
// and runs of packed values, each behind a header. It decodes levels and
// dictionary indices, and is most of the work of reading a column of numbers,
// so it unpacks a byte of levels by one look into a table.
type hybrid struct {
	data  []byte // behind the present run
	width int    // bits of a value
	left  int    // values left in the present run
	value uint32 // of a repeated run
	bits  []byte // of a packed run; nil in a repeated one
	bit   int    // place in bits
}

var errPacked = errors.New("levels or indices end too early")

func newHybrid(data []byte, width int) hybrid { return hybrid{data: data, width: width} }

// levelWidth is the bits of a level up to greatest.
func levelWidth(greatest int16) int { return bits.Len16(uint16(greatest)) }

// next begins the next run.
func (h *hybrid) next() error {
	header, n := binary.Uvarint(h.data)
	if n <= 0 || header>>1 > 1<<31 {
		return errPacked
	}
	h.data = h.data[n:]
	if header&1 == 1 {
		size := int(header>>1) * h.width
		h.left = int(header>>1) * 8
		// The last run may leave out bytes that no value needs.
		h.bits, h.bit = h.data[:min(size, len(h.data))], 0
		if h.width > 0 {
			h.left = min(h.left, len(h.bits)*8/h.width)
		}
		h.data = h.data[len(h.bits):]
		if h.left == 0 {
			return errPacked
		}
		return nil
	}
	size := (h.width + 7) / 8
	if len(h.data) < size || header>>1 == 0 {
		return errPacked
	}
	h.left, h.bits, h.value = int(header>>1), nil, 0
	for i := range size {
		h.value |= uint32(h.data[i]) << (8 * i)
	}
	h.data = h.data[size:]
	return nil
}

// at is the packed value at a bit.
func (h *hybrid) at(bit int) uint32 {
	var word uint64
	if tail := h.bits[bit>>3:]; len(tail) >= 8 {
		word = binary.LittleEndian.Uint64(tail)
	} else {
		for i, b := range tail {
			word |= uint64(b) << (8 * i)
		}
	}
	return uint32(word>>(bit&7)) & (1<<h.width - 1)
}

// Levels of one bit and of two, unpacked from a byte.
var (
	oneBit = unpackedBytes[[8]int16](1)
	twoBit = unpackedBytes[[4]int16](2)
)

func unpackedBytes[A [8]int16 | [4]int16](width int) (table [256]A) {
	for b := range table {
		for i := range len(table[b]) {
			table[b][i] = int16(b >> (i * width) & (1<<width - 1))
		}
	}
	return table
}

// levels fills to, and counts those that are the greatest.
func (h *hybrid) levels(to []int16, greatest int16) (full int, err error) {
	for len(to) > 0 {
		if h.left == 0 {
			if err := h.next(); err != nil {
				return full, err
			}
		}
		n := min(h.left, len(to))
		part := to[:n]
		if h.bits == nil {
			v := int16(h.value)
			for i := range part {
				part[i] = v
			}
			if v == greatest {
				full += n
			}
		} else {
			full += h.unpackLevels(part, greatest)
		}
		h.left -= n
		to = to[n:]
	}
	return full, nil
}

func (h *hybrid) unpackLevels(to []int16, greatest int16) (full int) {
	i := 0
	if h.bit&7 == 0 {
		packed := h.bits[h.bit>>3:]
		switch h.width {
		case 1:
			for ; i+8 <= len(to); i += 8 {
				b := packed[i>>3]
				*(*[8]int16)(to[i:]) = oneBit[b]
				full += bits.OnesCount8(b)
			}
		case 2:
			// A field is the greatest, 2 or 3, where its high bit is set and its
			// low bit is that of the greatest.
			flip := byte(0)
			if greatest == 2 {
				flip = 0x55
			}
			for ; i+4 <= len(to); i += 4 {
				b := packed[i>>2]
				*(*[4]int16)(to[i:]) = twoBit[b]
				full += bits.OnesCount8(b >> 1 & (b ^ flip) & 0x55)
			}
		}
	}
	h.bit += i * h.width
	for ; i < len(to); i++ {
		to[i] = int16(h.at(h.bit))
		h.bit += h.width
		if to[i] == greatest {
			full++
		}
	}
	return full
}

// errIndex is an index beyond the dictionary.
var errIndex = errors.New("an index points behind the end of the dictionary")

// lookUp fills to with the values of a dictionary that the indices name.
func lookUp[P any](h *hybrid, to, dictionary []P) error {
	for len(to) > 0 {
		if h.left == 0 {
			if err := h.next(); err != nil {
				return err
			}
		}
		n := min(h.left, len(to))
		if h.bits == nil {
			if int(h.value) >= len(dictionary) {
				return errIndex
			}
			v := dictionary[h.value]
			for i := range to[:n] {
				to[i] = v
			}
		} else if !gather(h, to[:n], dictionary) {
			return errIndex
		}
		h.left -= n
		to = to[n:]
	}
	return nil
}

func gather[P any](h *hybrid, to, dictionary []P) bool {
	mask, bit, i := uint64(1)<<h.width-1, h.bit, 0
	// As long as eight bytes are there to load.
	for last := len(h.bits) - 8; i < len(to) && bit>>3 <= last; i++ {
		index := binary.LittleEndian.Uint64(h.bits[bit>>3:]) >> (bit & 7) & mask
		if index >= uint64(len(dictionary)) {
			return false
		}
		to[i] = dictionary[index]
		bit += h.width
	}
	for ; i < len(to); i++ {
		index := h.at(bit)
		if int(index) >= len(dictionary) {
			return false
		}
		to[i] = dictionary[index]
		bit += h.width
	}
	h.bit = bit
	return true
}
