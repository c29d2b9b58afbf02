package types

import (
	"math"
	"math/bits"
)

// MaxPrecision is the largest precision of a decimal type, in digits.
const MaxPrecision = 38

// Rounding says what happens to digits that are cut off.
type Rounding uint8

// The ways of rounding. HalfUp is what Spark's casts and arithmetic do.
const (
	HalfUp   Rounding = iota // a half goes away from zero
	HalfEven                 // a half goes to the even neighbour
	Down                     // towards zero
	Floor                    // towards minus infinity
	Ceiling                  // towards plus infinity
)

// DecimalFromInt64 is v as an unscaled value.
func DecimalFromInt64(v int64) Decimal { return Decimal{Lo: uint64(v), Hi: v >> 63} }

// PowerOfTen is 10 to the n, for n from 0 to 38.
func PowerOfTen(n int) Decimal {
	p := powers[n]
	return Decimal{Lo: p.lo, Hi: int64(p.hi)}
}

// Int64 is d as an int64, and whether it fits.
func (d Decimal) Int64() (int64, bool) {
	return int64(d.Lo), d.Hi == int64(d.Lo)>>63
}

// IsZero reports whether d is 0.
func (d Decimal) IsZero() bool { return d.Lo == 0 && d.Hi == 0 }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.Hi < 0:
		return -1
	case d.Hi == 0 && d.Lo == 0:
		return 0
	default:
		return 1
	}
}

// Cmp is -1, 0 or 1 as d is less than, equal to or greater than o, both of the
// same scale.
func (d Decimal) Cmp(o Decimal) int {
	switch {
	case d.Hi < o.Hi:
		return -1
	case d.Hi > o.Hi:
		return 1
	case d.Lo < o.Lo:
		return -1
	case d.Lo > o.Lo:
		return 1
	default:
		return 0
	}
}

// Less reports whether d is less than o, both of the same scale.
func (d Decimal) Less(o Decimal) bool { return d.Hi < o.Hi || d.Hi == o.Hi && d.Lo < o.Lo }

// Add is d+o, both of the same scale, and whether it fits 128 bits. Two values
// of 38 digits always do; the caller checks the precision of the result's type
// with [Decimal.FitsPrecision].
func (d Decimal) Add(o Decimal) (Decimal, bool) {
	lo, carry := bits.Add64(d.Lo, o.Lo, 0)
	hi := d.Hi + o.Hi + int64(carry)
	return Decimal{lo, hi}, (d.Hi^hi)&(o.Hi^hi) >= 0
}

// Sub is d-o, both of the same scale, and whether it fits 128 bits.
func (d Decimal) Sub(o Decimal) (Decimal, bool) {
	lo, borrow := bits.Sub64(d.Lo, o.Lo, 0)
	hi := d.Hi - o.Hi - int64(borrow)
	return Decimal{lo, hi}, (d.Hi^o.Hi)&(d.Hi^hi) >= 0
}

// Neg is -d. The least of all 128-bit numbers, which no decimal type holds, is
// its own negative.
func (d Decimal) Neg() Decimal {
	lo, borrow := bits.Sub64(0, d.Lo, 0)
	return Decimal{lo, -d.Hi - int64(borrow)}
}

// Abs is d without its sign.
func (d Decimal) Abs() Decimal {
	if d.Hi < 0 {
		return d.Neg()
	}
	return d
}

// Mul is d*o, whose scale is the sum of theirs, and whether it fits 128 bits.
// Where it must be cut to a smaller scale see [Decimal.MulRound].
func (d Decimal) Mul(o Decimal) (Decimal, bool) {
	a, b := d.magnitude(), o.magnitude()
	negative := d.Hi^o.Hi < 0
	if a.hi|b.hi == 0 {
		hi, lo := bits.Mul64(a.lo, b.lo)
		return mag{hi, lo}.signed(negative)
	}
	p, ok := a.mul(b)
	r, fits := p.signed(negative)
	return r, ok && fits
}

// MulRound is d*o with the last drop digits cut off, rounded half up, and
// whether the result fits 128 bits. The product itself may be larger.
func (d Decimal) MulRound(o Decimal, drop int) (Decimal, bool) {
	if p, ok := d.Mul(o); ok {
		if drop == 0 {
			return p, true
		}
		return p.Rescale(drop, 0)
	}
	var p wide
	p.setMul(d.magnitude(), o.magnitude())
	if drop >= 0 {
		p.dropDigits(drop)
	} else if !p.scaleUp(-drop) {
		return Decimal{}, false
	}
	return p.signed(d.Hi^o.Hi < 0)
}

// QuoRem is the quotient d/o cut to an integer towards zero, and the remainder,
// which has d's sign. Both are of one scale before, the remainder has it after.
// It panics if o is zero.
func (d Decimal) QuoRem(o Decimal) (q, r Decimal) {
	a, b := d.magnitude(), o.magnitude()
	qm, rm := a.quoRem(b)
	q, _ = qm.signed(d.Hi^o.Hi < 0)
	r, _ = rm.signed(d.Hi < 0)
	return q, r
}

// Quo is d/o rounded half up. shift says by how many digits d grows before: it
// is the scale wanted, minus d's, plus o's. It reports whether the result fits
// 128 bits, and panics if o is zero.
func (d Decimal) Quo(o Decimal, shift int) (Decimal, bool) {
	a, b := d.magnitude(), o.magnitude()
	negative := d.Hi^o.Hi < 0
	if shift >= 0 && shift <= MaxPrecision {
		if n, ok := a.mul(powers[shift]); ok {
			q, r := n.quoRem(b)
			return q.roundHalfUp(r, b).signed(negative)
		}
	}
	if shift < 0 {
		q, _ := a.quoRem(b) // Cut before it is rounded: halves are decided by the first digit cut.
		v, _ := q.signed(negative)
		return v.Rescale(-shift, 0)
	}
	var n wide
	n.set(a)
	if !n.scaleUp(shift) {
		return Decimal{}, false
	}
	n.quoHalfUp(b)
	return n.signed(negative)
}

// AddRound is d+o with scales sd and so, rounded half up to scale, which is for
// sums whose exact scale would need too many digits. Where all three scales are
// equal, [Decimal.Add] is the same and quick.
func (d Decimal) AddRound(o Decimal, sd, so, scale int) (Decimal, bool) {
	common := max(sd, so)
	var a, b wide
	a.set(d.magnitude())
	b.set(o.magnitude())
	a.scaleUp(common - sd)
	b.scaleUp(common - so)
	negative := d.Hi < 0
	switch {
	case d.Hi < 0 == (o.Hi < 0):
		a.add(&b)
	case a.less(&b):
		b.sub(&a)
		a, negative = b, !negative
	default:
		a.sub(&b)
	}
	if scale < common {
		a.dropDigits(common - scale)
	} else if !a.scaleUp(scale - common) {
		return Decimal{}, false
	}
	return a.signed(negative)
}

// Rescale is d, of scale from, with the scale to, rounded half up, and whether
// it fits 128 bits.
func (d Decimal) Rescale(from, to int) (Decimal, bool) { return d.RescaleBy(from, to, HalfUp) }

// RescaleBy is Rescale with another rounding.
func (d Decimal) RescaleBy(from, to int, r Rounding) (Decimal, bool) {
	if from == to {
		return d, true
	}
	m := d.magnitude()
	if to > from {
		if to-from > MaxPrecision {
			return Decimal{}, d.IsZero()
		}
		p, ok := m.mul(powers[to-from])
		v, fits := p.signed(d.Hi < 0)
		return v, ok && fits
	}
	if from-to > MaxPrecision {
		return cutAll(d, r)
	}
	by := powers[from-to]
	q, rest := m.quoRem(by)
	if q.goesUp(rest, by, r, d.Hi < 0) {
		q = q.next()
	}
	return q.signed(d.Hi < 0)
}

// cutAll is d rounded when every digit and more is cut.
func cutAll(d Decimal, r Rounding) (Decimal, bool) {
	switch {
	case r == Floor && d.Hi < 0:
		return DecimalFromInt64(-1), true
	case r == Ceiling && d.Sign() > 0:
		return DecimalFromInt64(1), true
	default:
		return Decimal{}, true
	}
}

// FitsPrecision reports whether d has at most p digits, p from 0 to 38.
func (d Decimal) FitsPrecision(p int) bool {
	if high := int64(powers[p].hi); d.Hi < high && d.Hi > -high {
		return true // below high×2^64, whatever Lo is
	}
	return d.magnitude().less(powers[p])
}

// Precision is the number of digits of d, 1 for 0.
func (d Decimal) Precision() int { return d.magnitude().digits() }

// Float64 is the float64 nearest to d with this scale.
func (d Decimal) Float64(scale int) float64 {
	if v, ok := d.Int64(); ok && v >= -1<<53 && v <= 1<<53 && scale < len(floatPowers) {
		return float64(v) / floatPowers[scale] // both exact, so that one rounding is made
	}
	var buf [decimalTextSize]byte
	return parseFloat(d.appendUnscaled(buf[:0]), scale)
}

// DecimalFromFloat64 is f rounded half up to a decimal of this precision and
// scale, from the shortest text that means f, as Spark does. It reports whether
// f is finite and fits.
func DecimalFromFloat64(f float64, precision, scale int) (Decimal, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Decimal{}, false
	}
	if v := int64(f); f >= -1<<53 && f <= 1<<53 && float64(v) == f {
		d, ok := DecimalFromInt64(v).Rescale(0, scale)
		return d, ok && d.FitsPrecision(precision)
	}
	return decimalFromFloatText(f, precision, scale)
}

// floatPowers are the powers of ten that a float64 holds exactly.
var floatPowers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
	1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}
