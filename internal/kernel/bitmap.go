package kernel

import "math/bits"

// A bitmap is a []uint64, bit i of word i/64 for row i. Bits beyond the last row
// are unspecified; nil stands for all ones where a function says so.

// Bit reports bit i.
func Bit(bitmap []uint64, i int) bool { return bitmap[i>>6]>>(i&63)&1 != 0 }

// SetBit makes bit i one.
func SetBit(bitmap []uint64, i int) { bitmap[i>>6] |= 1 << (i & 63) }

// ClearBit makes bit i zero.
func ClearBit(bitmap []uint64, i int) { bitmap[i>>6] &^= 1 << (i & 63) }

// BitWords is the number of words of a bitmap of n bits.
func BitWords(n int) int { return (n + 63) >> 6 }

// And makes out the bits that are one in a and in b; each may be out.
func And(out, a, b []uint64) {
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		out[i] = a[i] & b[i]
	}
}

// CountBits is the number of ones among the first n bits; n for a nil bitmap.
func CountBits(bitmap []uint64, n int) int {
	if bitmap == nil {
		return n
	}
	count := 0
	for _, w := range bitmap[:n>>6] {
		count += bits.OnesCount64(w)
	}
	if rest := n & 63; rest != 0 {
		count += bits.OnesCount64(bitmap[n>>6] & (1<<rest - 1))
	}
	return count
}

// BoolsOf puts the first len(out) bits into out.
func BoolsOf(out []bool, bitmap []uint64) {
	for i := range out {
		out[i] = Bit(bitmap, i)
	}
}
