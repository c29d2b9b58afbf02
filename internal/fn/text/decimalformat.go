package text

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/types"
)

// numberPattern is Java's DecimalFormat as far as format_number uses it.
type numberPattern struct {
	prefix, suffix           string
	group                    int // 0: none
	minInt, minFrac, maxFrac int
	percent                  bool
	// exponent, if not 0, is the least number of digits of an exponent; maxInt is
	// then how many places the pattern has before its point.
	exponent, maxInt int
}

func parseNumberPattern(p string) numberPattern {
	var n numberPattern
	start := strings.IndexAny(p, "#0,.")
	if start < 0 {
		return numberPattern{prefix: p, minInt: 1}
	}
	end := start
	for end < len(p) && strings.IndexByte("#0,.", p[end]) >= 0 {
		end++
	}
	n.prefix, n.suffix = p[:start], p[end:]
	if digits := strings.TrimLeft(strings.TrimPrefix(n.suffix, "E"), "0"); strings.HasPrefix(n.suffix, "E0") {
		n.exponent = len(n.suffix) - 1 - len(digits)
		n.suffix = digits
	}
	n.percent = strings.Contains(n.suffix, "%")
	whole, fraction, _ := strings.Cut(p[start:end], ".")
	if i := strings.LastIndexByte(whole, ','); i >= 0 {
		n.group = len(whole) - i - 1
	}
	n.minInt = strings.Count(whole, "0")
	n.minFrac = strings.Count(fraction, "0")
	n.maxFrac = len(fraction)
	n.maxInt = len(strings.ReplaceAll(whole, ",", ""))
	return n
}

// append writes x, a number's text, under the pattern; it rounds halves to even.
func (n numberPattern) append(dst []byte, x string) []byte {
	if n.exponent > 0 {
		return n.appendScientific(dst, x)
	}
	text, ok := roundedText(x, n.maxFrac, n.percent)
	if !ok {
		return append(dst, notFinite(x)...)
	}
	negative := strings.HasPrefix(text, "-")
	text = strings.TrimPrefix(text, "-")
	whole, fraction, _ := strings.Cut(text, ".")
	for len(fraction) < n.minFrac {
		fraction += "0"
	}
	for len(fraction) > n.minFrac && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	whole = strings.TrimLeft(whole, "0")
	for len(whole) < n.minInt {
		whole = "0" + whole
	}
	if n.minInt == 0 && whole == "" && fraction == "" {
		whole = "0"
	}
	if negative {
		dst = append(dst, '-')
	}
	if n.group > 0 {
		whole = grouped(whole, n.group)
	}
	dst = append(append(dst, n.prefix...), whole...)
	if fraction != "" {
		dst = append(append(dst, '.'), fraction...)
	}
	return append(dst, n.suffix...)
}

// appendScientific writes x with an exponent. Where the pattern has more places
// before its point than it asks for, the exponent is a multiple of their number.
func (n numberPattern) appendScientific(dst []byte, x string) []byte {
	digits, point, negative, ok := significant(x, n.maxInt+n.maxFrac)
	if !ok {
		return append(dst, notFinite(x)...)
	}
	exponent, minInt := point, n.minInt
	switch {
	case n.maxInt > 1 && n.maxInt > n.minInt && exponent >= 1:
		exponent, minInt = (exponent-1)/n.maxInt*n.maxInt, 1
	case n.maxInt > 1 && n.maxInt > n.minInt:
		exponent, minInt = (exponent-n.maxInt)/n.maxInt*n.maxInt, 1
	default:
		exponent -= minInt
	}
	whole := point - exponent
	if digits == "" {
		whole, exponent = minInt, 0
	}
	for len(digits) < max(n.minInt+n.minFrac, whole) {
		digits += "0"
	}
	if negative {
		dst = append(dst, '-')
	}
	dst = append(append(dst, n.prefix...), digits[:whole]...)
	if len(digits) > whole {
		dst = append(append(dst, '.'), digits[whole:]...)
	}
	dst = append(dst, 'E')
	if exponent < 0 {
		dst, exponent = append(dst, '-'), -exponent
	}
	shown := strconv.Itoa(exponent)
	for range n.exponent - len(shown) {
		dst = append(dst, '0')
	}
	return append(append(dst, shown...), n.suffix...)
}

// significant are at most most digits of a number, without zeros at either end, and
// the place of the point before or behind them: 0.digits × 10^point.
func significant(x string, most int) (digits string, point int, negative, ok bool) {
	f, err := strconv.ParseFloat(x, 64)
	if err != nil || f-f != 0 {
		return "", 0, false, false
	}
	if f == 0 {
		return "", 0, false, true
	}
	text := strconv.FormatFloat(f, 'e', max(most-1, 0), 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	mantissa, negative = strings.CutPrefix(mantissa, "-")
	point, _ = strconv.Atoi(exponent)
	return strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0"), point + 1, negative, true
}

func notFinite(x string) string {
	return map[string]string{"NaN": "NaN", "Infinity": "∞", "-Infinity": "-∞"}[x]
}

// roundedText is the number x with at most digits behind its point, halves to
// even.
func roundedText(x string, digits int, percent bool) (string, bool) {
	d, t, err := types.ParseDecimalExact(x)
	if err == nil {
		scale := t.Scale
		if percent {
			scale -= 2
		}
		if r, ok := d.RescaleBy(scale, min(max(digits, 0), max(scale, 0)), types.HalfEven); ok {
			return r.Format(min(max(digits, 0), max(scale, 0))), true
		}
	}
	f, err := strconv.ParseFloat(x, 64)
	if err != nil || f-f != 0 {
		return "", false
	}
	if percent {
		f *= 100
	}
	return strconv.FormatFloat(f, 'f', digits, 64), true
}
