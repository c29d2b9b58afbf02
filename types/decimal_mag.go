package types

import "math/bits"

// mag is an unsigned 128-bit number: a decimal without its sign.
type mag struct{ hi, lo uint64 }

// powers are 10^0 to 10^38.
var powers = makePowers()

func makePowers() (p [MaxPrecision + 1]mag) {
	p[0] = mag{0, 1}
	for i := 1; i < len(p); i++ {
		p[i], _ = p[i-1].mul(mag{0, 10})
	}
	return p
}

func (d Decimal) magnitude() mag {
	if d.Hi < 0 {
		d = d.Neg()
	}
	return mag{uint64(d.Hi), d.Lo}
}

// signed is m with a sign, and whether it fits.
func (m mag) signed(negative bool) (Decimal, bool) {
	d := Decimal{m.lo, int64(m.hi)}
	if negative {
		d = d.Neg()
	}
	return d, m.hi>>63 == 0
}

func (m mag) less(o mag) bool { return m.hi < o.hi || m.hi == o.hi && m.lo < o.lo }

// next is m+1.
func (m mag) next() mag {
	lo, carry := bits.Add64(m.lo, 1, 0)
	return mag{m.hi + carry, lo}
}

// mul is m*o cut to 128 bits, and whether nothing was cut.
func (m mag) mul(o mag) (mag, bool) {
	hi, lo := bits.Mul64(m.lo, o.lo)
	if m.hi|o.hi == 0 {
		return mag{hi, lo}, true
	}
	over1, x := bits.Mul64(m.hi, o.lo)
	over2, y := bits.Mul64(m.lo, o.hi)
	hi, c1 := bits.Add64(hi, x, 0)
	hi, c2 := bits.Add64(hi, y, 0)
	return mag{hi, lo}, over1|over2|c1|c2 == 0 && (m.hi == 0 || o.hi == 0)
}

// quoRem divides m by o. It panics if o is zero.
func (m mag) quoRem(o mag) (q, r mag) {
	switch {
	case m.hi|o.hi == 0:
		return mag{0, m.lo / o.lo}, mag{0, m.lo % o.lo}
	case o.hi == 0:
		q.hi = m.hi / o.lo
		q.lo, r.lo = bits.Div64(m.hi%o.lo, m.lo, o.lo)
		return q, r
	case m.less(o):
		return mag{}, m
	}
	// The quotient has one limb. Estimate it from the leading 64 bits of o: the
	// estimate is right or one too large (Hacker's Delight, 9-5).
	shift := uint(bits.LeadingZeros64(o.hi))
	top := o.hi<<shift | o.lo>>1>>(63-shift)
	half := mag{m.hi >> 1, m.hi<<63 | m.lo>>1}
	estimate, _ := bits.Div64(half.hi, half.lo, top)
	estimate = estimate >> (63 - shift)
	if estimate > 0 {
		estimate--
	}
	p, _ := o.mul(mag{0, estimate})
	r = m.minus(p)
	if !r.less(o) {
		estimate++
		r = r.minus(o)
	}
	return mag{0, estimate}, r
}

func (m mag) minus(o mag) mag {
	lo, borrow := bits.Sub64(m.lo, o.lo, 0)
	return mag{m.hi - o.hi - borrow, lo}
}

// roundHalfUp is m, or m+1 if the remainder r of a division by o is half of o or
// more.
func (m mag) roundHalfUp(r, o mag) mag {
	if !r.less(o.minus(r)) {
		return m.next()
	}
	return m
}

// goesUp reports whether m, the quotient of a division by o with remainder r,
// is rounded away from zero.
func (m mag) goesUp(r, o mag, rounding Rounding, negative bool) bool {
	rest := o.minus(r)
	switch rounding {
	case HalfUp:
		return !r.less(rest)
	case HalfEven:
		return rest.less(r) || r == rest && m.lo&1 == 1
	case Floor:
		return negative && r != mag{}
	case Ceiling:
		return !negative && r != mag{}
	default:
		return false
	}
}

// digits is the number of decimal digits of m, 1 for 0.
func (m mag) digits() int {
	n := bits.Len64(m.lo)
	if m.hi != 0 {
		n = 64 + bits.Len64(m.hi)
	}
	// 1233/4096 is a little more than log10(2).
	d := n * 1233 >> 12
	if d > MaxPrecision || m.less(powers[d]) {
		return max(d, 1)
	}
	return d + 1
}

// wideLimbs is the size of a wide: 38 digits grown by 76 more, and one bit.
const wideLimbs = 6

// wide is an unsigned 384-bit number, the least limb first: the middle of a
// calculation that starts and ends with 128 bits.
type wide struct{ w [wideLimbs]uint64 }

func (x *wide) set(m mag) { x.w = [wideLimbs]uint64{m.lo, m.hi} }

// setMul makes x the product of a and b.
func (x *wide) setMul(a, b mag) {
	x.set(a)
	x.w[2], x.w[3] = 0, 0
	var y wide
	y.set(a)
	x.mulWord(b.lo)
	y.mulWord(b.hi)
	var carry uint64
	for i := 1; i < wideLimbs; i++ {
		x.w[i], carry = bits.Add64(x.w[i], y.w[i-1], carry)
	}
}

// mulWord multiplies x by v and reports whether it still fits.
func (x *wide) mulWord(v uint64) bool {
	var carry uint64
	for i, w := range x.w {
		hi, lo := bits.Mul64(w, v)
		var c uint64
		x.w[i], c = bits.Add64(lo, carry, 0)
		carry = hi + c
	}
	return carry == 0
}

// scaleUp multiplies x by 10^n and reports whether it still fits.
func (x *wide) scaleUp(n int) bool {
	ok := true
	for ; n > 0; n -= 19 {
		ok = x.mulWord(powers[min(n, 19)].lo) && ok
	}
	return ok
}

// quoWord divides x by v and returns the remainder.
func (x *wide) quoWord(v uint64) (rest uint64) {
	for i := wideLimbs - 1; i >= 0; i-- {
		x.w[i], rest = bits.Div64(rest, x.w[i], v)
	}
	return rest
}

// dropDigits divides x by 10^n, rounding half up.
func (x *wide) dropDigits(n int) {
	if n <= 0 {
		return
	}
	// All but the last digit are cut; that one decides.
	for n--; n > 0; n -= 19 {
		x.quoWord(powers[min(n, 19)].lo)
	}
	if x.quoWord(10) >= 5 {
		x.add(&wide{[wideLimbs]uint64{1}})
	}
}

// quoHalfUp divides x by b, rounding half up.
func (x *wide) quoHalfUp(b mag) {
	if b.hi == 0 {
		r := x.quoWord(b.lo)
		if r >= b.lo-r {
			x.add(&wide{[wideLimbs]uint64{1}})
		}
		return
	}
	// One bit at a time: this is the rare case of a divisor of over 64 bits and
	// a dividend of over 128.
	var rest mag
	for i := wideLimbs*64 - 1; i >= 0; i-- {
		bit := x.w[i>>6] >> (i & 63) & 1
		over := rest.hi >> 63
		rest = mag{rest.hi<<1 | rest.lo>>63, rest.lo<<1 | bit}
		x.w[i>>6] &^= 1 << (i & 63)
		if over != 0 || !rest.less(b) {
			rest = rest.minus(b)
			x.w[i>>6] |= 1 << (i & 63)
		}
	}
	if !rest.less(b.minus(rest)) {
		x.add(&wide{[wideLimbs]uint64{1}})
	}
}

func (x *wide) add(y *wide) {
	var carry uint64
	for i := range x.w {
		x.w[i], carry = bits.Add64(x.w[i], y.w[i], carry)
	}
}

// sub takes y, which is not greater, from x.
func (x *wide) sub(y *wide) {
	var borrow uint64
	for i := range x.w {
		x.w[i], borrow = bits.Sub64(x.w[i], y.w[i], borrow)
	}
}

func (x *wide) less(y *wide) bool {
	for i := wideLimbs - 1; i >= 0; i-- {
		if x.w[i] != y.w[i] {
			return x.w[i] < y.w[i]
		}
	}
	return false
}

// signed is x with a sign, and whether it fits.
func (x *wide) signed(negative bool) (Decimal, bool) {
	d, ok := mag{x.w[1], x.w[0]}.signed(negative)
	return d, ok && x.w[2]|x.w[3]|x.w[4]|x.w[5] == 0
}
