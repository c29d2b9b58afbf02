package celltext

import (
	"math/bits"
	"strconv"

	"github.com/weirstream/weir/types"
)

// AppendDouble writes v as Java's Double.toString does.
func AppendDouble(dst []byte, v float64) []byte { return types.AppendDouble(dst, v) }

// AppendFloat writes v as Java's Float.toString does.
func AppendFloat(dst []byte, v float32) []byte { return types.AppendFloat(dst, v) }

// AppendDecimal writes the unscaled value d with scale digits behind the point.
func AppendDecimal(dst []byte, d types.Decimal, scale int) []byte {
	hi, lo := uint64(d.Hi), d.Lo
	if d.Hi < 0 {
		dst = append(dst, '-')
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	var text [48]byte
	n := len(text)
	const chunk = 1e19 // the largest power of ten in 64 bits
	for hi != 0 {
		q, r := hi/chunk, hi%chunk
		var rest uint64
		lo, rest = bits.Div64(r, lo, chunk)
		hi = q
		for range 19 {
			n--
			text[n], rest = byte('0'+rest%10), rest/10
		}
	}
	for lo != 0 {
		n--
		text[n], lo = byte('0'+lo%10), lo/10
	}
	for len(text)-n <= scale {
		n--
		text[n] = '0'
	}
	for n < len(text)-scale-1 && text[n] == '0' {
		n++
	}
	dst = append(dst, text[n:len(text)-scale]...)
	if scale > 0 {
		dst = append(append(dst, '.'), text[len(text)-scale:]...)
	}
	return dst
}

// AppendBigDecimal writes a decimal as Java's BigDecimal.toString does, which is
// what JSON and CSV hold: as [AppendDecimal], but with an exponent where the
// first digit would stand more than six places behind the point.
func AppendBigDecimal(dst []byte, d types.Decimal, scale int) []byte {
	digits := max(d.Precision(), 1)
	exponent := digits - 1 - scale
	if scale == 0 || exponent >= -6 {
		return AppendDecimal(dst, d, scale)
	}
	dst = append(AppendDecimal(dst, d, digits-1), 'E')
	return strconv.AppendInt(dst, int64(exponent), 10)
}
