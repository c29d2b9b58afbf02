package types

import (
	"errors"
	"math/bits"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Errors of [ParseDecimal].
var (
	// ErrDecimalSyntax says that a text is no number.
	ErrDecimalSyntax = errors.New("not a decimal number")
	// ErrDecimalRange says that a number has too many digits before its point.
	ErrDecimalRange = errors.New("decimal number out of range")
)

// decimalTextSize is room for the digits of any decimal: sign, 39 digits, a
// point, a zero before it, an exponent.
const decimalTextSize = 64

// String is the unscaled value, for messages about the code. What users see is
// [Decimal.Format].
func (d Decimal) String() string { return d.Format(0) }

// Format is d with scale digits behind the point and no exponent, as Spark casts
// a decimal to a string: "-0.50", "12". A negative scale adds zeros.
func (d Decimal) Format(scale int) string {
	var buf [decimalTextSize]byte
	return string(d.Append(buf[:0], scale))
}

// Append appends what Format gives to dst.
func (d Decimal) Append(dst []byte, scale int) []byte {
	if scale <= 0 {
		dst = d.appendUnscaled(dst)
		if d.IsZero() {
			return dst
		}
		for ; scale < 0; scale++ {
			dst = append(dst, '0')
		}
		return dst
	}
	var buf [decimalTextSize]byte
	digits := d.Abs().appendUnscaled(buf[:0])
	if d.Hi < 0 {
		dst = append(dst, '-')
	}
	if len(digits) <= scale {
		dst = append(dst, '0', '.')
		for range scale - len(digits) {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	dst = append(dst, digits[:len(digits)-scale]...)
	dst = append(dst, '.')
	return append(dst, digits[len(digits)-scale:]...)
}

// appendUnscaled appends the digits of d with its sign.
func (d Decimal) appendUnscaled(dst []byte) []byte {
	m := d.magnitude()
	if d.Hi < 0 {
		dst = append(dst, '-')
	}
	if m.hi == 0 {
		return strconv.AppendUint(dst, m.lo, 10)
	}
	const block = 1e19
	high := m.hi / block
	middle, low := bits.Div64(m.hi%block, m.lo, block)
	if high > 0 {
		// 2^127 has 39 digits: one before two blocks of nineteen.
		q, r := mag{high, middle}.quoRem(powers[19])
		dst = strconv.AppendUint(dst, q.lo, 10)
		dst = appendPadded(dst, r.lo)
	} else {
		dst = strconv.AppendUint(dst, middle, 10)
	}
	return appendPadded(dst, low)
}

// appendPadded appends v with nineteen digits.
func appendPadded(dst []byte, v uint64) []byte {
	var digits [19]byte
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + v%10)
		v /= 10
	}
	return append(dst, digits[:]...)
}

// ParseDecimal reads a number, rounded half up to a decimal of this precision
// and scale, as Spark casts a string: white space around it, a sign, digits with
// at most one point, an exponent. It returns [ErrDecimalSyntax] or
// [ErrDecimalRange] as they are.
func ParseDecimal(s string, precision, scale int) (Decimal, error) {
	n, ok := scanNumber(trimSpace(s))
	if !ok {
		return Decimal{}, ErrDecimalSyntax
	}
	d, ok := n.scaled(scale)
	if !ok || !d.FitsPrecision(precision) {
		return Decimal{}, ErrDecimalRange
	}
	return d, nil
}

// ParseDecimalExact reads a number as it stands and returns it with the type
// that Spark gives to it as a literal: 1.50 is a decimal(3,2), 0.001 a
// decimal(3,3), 1e3 a decimal(4,0).
func ParseDecimalExact(s string) (Decimal, Type, error) {
	n, ok := scanNumber(s)
	if !ok {
		return Decimal{}, Type{}, ErrDecimalSyntax
	}
	scale := max(-n.exponent, 0)
	d, ok := n.scaled(scale)
	if !ok || n.cut > 0 || scale > MaxPrecision || d.Precision() > MaxPrecision {
		return Decimal{}, Type{}, ErrDecimalRange
	}
	return d, DecimalOf(max(d.Precision(), scale), scale), nil
}

func decimalFromFloatText(f float64, precision, scale int) (Decimal, bool) {
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], f, 'e', -1, 64)
	n, _ := scanNumber(unsafe.String(unsafe.SliceData(text), len(text)))
	d, ok := n.scaled(scale)
	return d, ok && d.FitsPrecision(precision)
}

// parseFloat is the float64 nearest to digits with a scale. digits has room for
// an exponent.
func parseFloat(digits []byte, scale int) float64 {
	digits = append(digits, 'e')
	digits = strconv.AppendInt(digits, int64(-scale), 10)
	f, _ := strconv.ParseFloat(unsafe.String(unsafe.SliceData(digits), len(digits)), 64)
	return f
}

// number is a scanned number: digits × 10^exponent.
type number struct {
	digits   mag
	exponent int
	negative bool
	// next is the first significant digit that digits had no room for, and
	// cut how many there were.
	next byte
	cut  int
}

// maxExponent bounds exponents: beyond it every number is zero or too large.
const maxExponent = 1 << 20

// scanNumber reads all of s.
func scanNumber(s string) (n number, ok bool) {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		n.negative = s[i] == '-'
		i++
	}
	seen, point := false, false
	for i < len(s) {
		if s[i] == '.' && !point {
			point = true
			i++
			continue
		}
		v, size := digitAt(s[i:])
		if size == 0 {
			break
		}
		n.add(v)
		if point {
			n.exponent--
		}
		seen = true
		i += size
	}
	if !seen {
		return n, false
	}
	if i == len(s) {
		return n, true
	}
	if s[i] != 'e' && s[i] != 'E' {
		return n, false
	}
	e, ok := scanExponent(s[i+1:])
	n.exponent += e
	return n, ok
}

func scanExponent(s string) (e int, ok bool) {
	negative := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		negative = s[0] == '-'
		s = s[1:]
	}
	if s == "" {
		return 0, false
	}
	for len(s) > 0 {
		v, size := digitAt(s)
		if size == 0 {
			return 0, false
		}
		e = min(e*10+int(v), maxExponent)
		s = s[size:]
	}
	if negative {
		e = -e
	}
	return e, true
}

// digitAt is the digit that s begins with, and its length in bytes or 0. Spark
// takes the full-width digits as well.
func digitAt(s string) (v byte, size int) {
	if c := s[0]; c < utf8.RuneSelf {
		if c >= '0' && c <= '9' {
			return c - '0', 1
		}
		return 0, 0
	}
	r, size := utf8.DecodeRuneInString(s)
	if r >= '０' && r <= '９' {
		return byte(r - '０'), size
	}
	return 0, 0
}

// add appends a digit to n's digits while they are fewer than 38, and counts the
// others.
func (n *number) add(v byte) {
	switch {
	case n.digits.hi == 0 && n.digits.lo < 1e18:
		n.digits.lo = n.digits.lo*10 + uint64(v)
	case n.cut == 0 && n.digits.less(powers[MaxPrecision-1]):
		p, _ := n.digits.mul(mag{0, 10})
		lo, carry := bits.Add64(p.lo, uint64(v), 0)
		n.digits = mag{p.hi + carry, lo}
	default:
		if n.cut == 0 {
			n.next = v
		}
		n.cut++
		n.exponent++
	}
}

// scaled is the unscaled value of n at a scale, rounded half up.
func (n *number) scaled(scale int) (Decimal, bool) {
	d, _ := n.digits.signed(n.negative)
	shift := n.exponent + scale
	if n.cut > 0 && shift == 0 && n.next >= 5 {
		up, _ := n.digits.next().signed(n.negative)
		return up, true
	}
	if shift > 0 && n.cut > 0 {
		return d, false
	}
	return d.Rescale(0, shift)
}

// trimSpace cuts white space and control characters off both ends, as Spark
// does before it reads a number.
func trimSpace(s string) string {
	for s != "" && (s[0] <= ' ' || s[0] == 0x7f) {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] <= ' ' || s[len(s)-1] == 0x7f) {
		s = s[:len(s)-1]
	}
	return s
}
