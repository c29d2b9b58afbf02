package jsontext

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// text reads a quoted string; its result is a view or lies in the arena.
func (p *parser) text() string {
	quote := p.src[p.i]
	p.i++
	start, escaped, high := p.i, false, false
	for p.i < len(p.src) {
		switch c := p.src[p.i]; {
		case c == quote:
			s := view(p.src[start:p.i])
			p.i++
			if high && !utf8.ValidString(s) {
				p.broken = true
			}
			if escaped {
				s = p.decoder.unescape(s, p.syntax)
			}
			return s
		case c == '\\':
			n := p.escape()
			if n == 0 {
				p.broken = true
				return ""
			}
			p.i += n
			escaped = true
		case c < 0x20 && !p.syntax.ControlCharsAllowed:
			p.broken = true
			return ""
		default:
			high = high || c >= utf8.RuneSelf
			p.i++
		}
	}
	p.broken = true
	return ""
}

// escape is the length of the escape at the next byte, 0 where it is wrong.
func (p *parser) escape() int {
	rest := p.src[p.i:]
	if len(rest) < 2 {
		return 0
	}
	switch c := rest[1]; {
	case c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't':
		return 2
	case c == '\'' && !p.syntax.NoSingleQuotes:
		return 2
	case c == 'u':
		if len(rest) < 6 {
			return 0
		}
		for _, h := range rest[2:6] {
			if hexValue[h] < 0 {
				return 0
			}
		}
		return 6
	case p.syntax.BackslashAny:
		return 2
	}
	return 0
}

// unescape is s with its escapes, which are right, replaced. It lies in the
// arena.
func (d *Decoder) unescape(s string, _ Syntax) string {
	to := d.arena.Alloc(len(s))[:0]
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			return batch.View(append(to, s...))
		}
		to = append(to, s[:i]...)
		switch c := s[i+1]; c {
		case 'b':
			to = append(to, '\b')
		case 'f':
			to = append(to, '\f')
		case 'n':
			to = append(to, '\n')
		case 'r':
			to = append(to, '\r')
		case 't':
			to = append(to, '\t')
		case 'u':
			r := rune(hex4(s[i+2:]))
			i += 4
			if utf16.IsSurrogate(r) {
				// Half a pair becomes what Java writes for it, a question mark.
				low := rune(0)
				if len(s) >= i+8 && s[i+2] == '\\' && s[i+3] == 'u' {
					low = rune(hex4(s[i+4:]))
				}
				if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
					r = '?'
				} else {
					i += 6
				}
			}
			to = utf8.AppendRune(to, r)
		default:
			to = append(to, c)
		}
		s = s[i+2:]
	}
}

// hex4 is the value of four hexadecimal digits.
func hex4(s string) int {
	return int(hexValue[s[0]])<<12 | int(hexValue[s[1]])<<8 | int(hexValue[s[2]])<<4 | int(hexValue[s[3]])
}

// tokenKind is the sort of a value that is neither a string nor a container.
type tokenKind uint8

const (
	noToken tokenKind = iota
	nullToken
	trueToken
	falseToken
	intToken
	fractionToken // a number with a point or an exponent
	nonNumeric    // NaN, Infinity, INF
)

// token reads such a value.
func (p *parser) token() (kind tokenKind, text string) {
	rest := p.src[p.i:]
	for _, w := range words {
		if len(rest) >= len(w.text) && string(rest[:len(w.text)]) == w.text {
			if w.kind == nonNumeric && p.syntax.NoNonNumeric || len(rest) > len(w.text) && wordGoesOn(rest[len(w.text)]) {
				break
			}
			p.i += len(w.text)
			return w.kind, w.text
		}
	}
	n, fraction := p.number(rest)
	if n == 0 || n > maxNumberLength || n < len(rest) && wordGoesOn(rest[n]) {
		p.broken = true
		return noToken, ""
	}
	p.i += n
	if fraction {
		return fractionToken, view(rest[:n])
	}
	return intToken, view(rest[:n])
}

// words are the values that are words.
var words = []struct {
	text string
	kind tokenKind
}{
	{"null", nullToken}, {"true", trueToken}, {"false", falseToken}, {"NaN", nonNumeric},
	{"Infinity", nonNumeric}, {"-Infinity", nonNumeric}, {"+Infinity", nonNumeric}, {"-INF", nonNumeric}, {"+INF", nonNumeric},
}

// wordGoesOn reports whether c cannot stand right behind a number or a word.
func wordGoesOn(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '.' || c == '"' ||
		c == '\'' || c == '+' || c == '-' || c >= utf8.RuneSelf
}

// number is the length of the number that begins b, 0 for none, and whether it
// has a point or an exponent.
func (p *parser) number(b []byte) (n int, fraction bool) {
	at := func(i int) byte {
		if i < len(b) {
			return b[i]
		}
		return 0
	}
	digits := func(i int) int {
		for at(i) >= '0' && at(i) <= '9' {
			i++
		}
		return i
	}
	if at(0) == '-' {
		n++
	}
	first := n
	n = digits(n)
	if n == first || at(first) == '0' && n > first+1 && !p.syntax.LeadingZeros {
		return 0, false
	}
	if at(n) == '.' {
		fraction = true
		if first = n + 1; digits(first) == first {
			return 0, false
		}
		n = digits(first)
	}
	if at(n)|0x20 == 'e' {
		fraction = true
		first = n + 1
		if c := at(first); c == '+' || c == '-' {
			first++
		}
		if n = digits(first); n == first {
			return 0, false
		}
	}
	return n, fraction
}

// scalar reads a word or number into a row of n.
func (p *parser) scalar(n *node, row int) verdict {
	kind, text := p.token()
	v := &n.values
	switch {
	case kind == noToken:
		return misfits
	case kind == nullToken && n.typ.Kind != types.Variant:
		n.reset(row)
		return fits
	}
	ok := false
	switch n.typ.Kind {
	case types.String:
		if kind >= fractionToken {
			text = p.anew(text)
		}
		v.strings[row], ok = text, true
	case types.Variant:
		ok = n.storeVariant(row, text)
	case types.Boolean:
		v.bools[row], ok = kind == trueToken, kind == trueToken || kind == falseToken
	case types.Byte, types.Short, types.Int, types.Long, types.Timestamp:
		whole, err := strconv.ParseInt(text, 10, 64)
		ok = kind == intToken && err == nil && n.storeInt(row, whole)
	case types.Float, types.Double:
		ok = kind >= intToken
		if ok {
			n.storeFloat(row, text, kind)
		}
	case types.Decimal128:
		ok = (kind == intToken || kind == fractionToken) && p.decoder.decimal(n, row, text)
	}
	return p.store(n, row, ok)
}

// storeInt stores a whole number; false where it is out of range. A byte goes up
// to 255, as Java reads it; a timestamp is in seconds.
func (n *node) storeInt(row int, x int64) bool {
	v := &n.values
	switch n.typ.Kind {
	case types.Byte:
		v.int8s[row] = int8(x)
		return x >= -128 && x <= 255
	case types.Short:
		v.int16s[row] = int16(x)
		return x == int64(int16(x))
	case types.Int:
		v.int32s[row] = int32(x)
		return x == int64(int32(x))
	case types.Timestamp:
		x *= 1_000_000 // wraps around, as it does in Spark
	}
	v.int64s[row] = x
	return true
}

// storeFloat stores a number or one of the words for what is none.
func (n *node) storeFloat(row int, text string, kind tokenKind) {
	size := 64
	if n.typ.Kind == types.Float {
		size = 32
	}
	x, _ := strconv.ParseFloat(text, size) // out of range is infinite
	if kind == intToken && x == 0 {
		x = 0 // -0 is a whole number
	}
	if n.typ.Kind == types.Float {
		n.values.float32s[row] = float32(x)
	} else {
		n.values.float64s[row] = x
	}
}

// nonNumbers are the texts that a float takes from a string.
var nonNumbers = map[string]float64{
	"NaN": math.NaN(), "+INF": math.Inf(1), "-INF": math.Inf(-1), "Infinity": math.Inf(1),
	"+Infinity": math.Inf(1), "-Infinity": math.Inf(-1),
}
