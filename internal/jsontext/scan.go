package jsontext

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

// The scanner looks at eight bytes at once. It reads up to padding bytes behind
// what it is asked about, so a text must lie that far before the end of its
// memory; [Decoder] copies the lines for which that does not hold.
const padding = 32

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// text is where a line lies: bytes are reached by their index from base.
type text struct{ base unsafe.Pointer }

func textOf(b []byte) text { return text{unsafe.Pointer(unsafe.SliceData(b))} }

// at is byte i.
func (t text) at(i int) byte { return *(*byte)(unsafe.Add(t.base, i)) }

// word is the eight bytes from i on, byte i lowest.
func (t text) word(i int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(t.base, i))[:])
}

// slice is the bytes from i to j as a string that shares them.
func (t text) slice(i, j int) string { return unsafe.String((*byte)(unsafe.Add(t.base, i)), j-i) }

// failed is what the functions of the fast path return in place of an index.
const failed = -1

// marks has the high bit of each byte of w set that is a quote, a backslash, a
// control character or not ASCII; only the lowest mark is to be trusted.
func marks(w uint64) uint64 {
	return (((w ^ ('"' * ones)) - ones) | ((w ^ ('\\' * ones)) - ones) | (w - 0x20*ones) | w) & highs
}

// stringEnd is the index of the quote that ends the string whose first byte is at
// i, if nothing but plain ASCII comes before it; else failed.
func stringEnd(t text, i int) int {
	for {
		m := marks(t.word(i))
		if m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			break
		}
		if m = marks(t.word(i + 8)); m != 0 {
			i += 8 + bits.TrailingZeros64(m)>>3
			break
		}
		i += 16
	}
	if t.at(i) != '"' {
		return failed
	}
	return i
}

// anyStringEnd is stringEnd for all strings: it goes on over escapes, which it
// checks, and over UTF-8. escaped says that there are escapes.
func anyStringEnd(t text, i int) (end int, escaped bool) {
	start, high := i, uint64(0)
	for {
		w := t.word(i)
		m := (((w ^ ('"' * ones)) - ones) | ((w ^ ('\\' * ones)) - ones) | (w - 0x20*ones)) &^ w & highs
		if m == 0 {
			high |= w
			i += 8
			continue
		}
		n := bits.TrailingZeros64(m) >> 3
		high |= w & (1<<(8*n) - 1)
		i += n
		switch t.at(i) {
		case '"':
			if high&highs != 0 && !utf8.ValidString(t.slice(start, i)) {
				return failed, escaped
			}
			return i, escaped
		case '\\':
			n := escapeLength(t, i)
			if n == 0 {
				return failed, true
			}
			i += n
			escaped = true
		default: // a control character
			return failed, escaped
		}
	}
}

// escapeLength is the length of the escape at the backslash i, 0 where it is
// none.
func escapeLength(t text, i int) int {
	switch t.at(i + 1) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		for k := i + 2; k < i+6; k++ {
			if hexValue[t.at(k)] < 0 {
				return 0
			}
		}
		return 6
	}
	return 0
}

// hexValue is the value of a hexadecimal digit, -1 for other bytes.
var hexValue = makeHexValue()

func makeHexValue() (table [256]int8) {
	for i := range table {
		table[i] = -1
	}
	for i, c := range "0123456789" {
		table[c] = int8(i)
	}
	for i := range 6 {
		table['a'+i], table['A'+i] = int8(10+i), int8(10+i)
	}
	return table
}

// What the skipping scanner expects next, by the first byte of it.
const (
	otherByte = iota
	spaceByte
	quoteByte
	numberByte
	openByte
	closeByte
	wordByte // true, false, null
)

// byteClass is the sort of value or mark that begins with a byte.
var byteClass = [256]uint8{
	' ': spaceByte, '\t': spaceByte, '"': quoteByte, '-': numberByte,
	'0': numberByte, '1': numberByte, '2': numberByte, '3': numberByte, '4': numberByte,
	'5': numberByte, '6': numberByte, '7': numberByte, '8': numberByte, '9': numberByte,
	'{': openByte, '[': openByte, '}': closeByte, ']': closeByte,
	't': wordByte, 'f': wordByte, 'n': wordByte,
}

// skipSpace is the index of the first byte from i on that is no blank and no tab. Line
// feeds and carriage returns end lines and are not skipped.
func skipSpace(t text, i int) int {
	for byteClass[t.at(i)] == spaceByte {
		i++
	}
	return i
}

// skipWord is the index behind true, false or null at i, or failed.
func skipWord(t text, i int) int {
	w := t.word(i)
	switch {
	case uint32(w) == trueWord || uint32(w) == nullWord:
		return i + 4
	case w&(1<<40-1) == falseWord:
		return i + 5
	}
	return failed
}

// The words of JSON as the scanner loads them.
const (
	nullWord  = 'n' | 'u'<<8 | 'l'<<16 | 'l'<<24
	trueWord  = 't' | 'r'<<8 | 'u'<<16 | 'e'<<24
	falseWord = 'f' | 'a'<<8 | 'l'<<16 | 's'<<24 | 'e'<<32
)

// leadingDigits is the number of digits at the start of w, 8 at most, given as
// the mark of the first other byte in notDigit, 0 for none.
func leadingDigits(w uint64) (n int, notDigit uint64) {
	x := w ^ ('0' * ones)
	notDigit = ((x + 0x76*ones) | x) & highs
	return bits.TrailingZeros64(notDigit) >> 3, notDigit
}

// skipNumber is the index behind the number at i, or failed where JSON's grammar
// does not have it.
func skipNumber(t text, i int) int {
	start := i
	if t.at(i) == '-' {
		i++
	}
	first := i
	if i = skipDigits(t, i); i == first || t.at(first) == '0' && i > first+1 {
		return failed
	}
	if t.at(i) == '.' {
		first = i + 1
		if i = skipDigits(t, first); i == first {
			return failed
		}
	}
	if t.at(i)|0x20 == 'e' {
		i++
		if c := t.at(i); c == '+' || c == '-' {
			i++
		}
		first = i
		if i = skipDigits(t, first); i == first {
			return failed
		}
	}
	if i-start > maxNumberLength {
		return failed
	}
	return i
}

func skipDigits(t text, i int) int {
	for {
		n, rest := leadingDigits(t.word(i))
		if rest != 0 {
			return i + n
		}
		i += 8
	}
}

// skipValue is the index behind the value at i, every byte of it checked, or
// failed.
func skipValue(t text, i int) int {
	switch byteClass[t.at(i)] {
	case quoteByte:
		if end := stringEnd(t, i+1); end > 0 {
			return end + 1
		}
		return skipString(t, i+1)
	case numberByte:
		return skipNumber(t, i)
	case openByte:
		return skipNested(t, i, nesting{})
	case wordByte:
		return skipWord(t, i)
	}
	return failed
}

// skipString is the index behind the string whose first byte is at i.
func skipString(t text, i int) int {
	end, _ := anyStringEnd(t, i)
	if end < 0 {
		return failed
	}
	return end + 1
}

// nesting is a stack of objects (1) and arrays (0), the innermost lowest.
type nesting struct {
	kinds uint64
	depth int
}

// maxNesting is the depth up to which the fast path follows; deeper lines take
// the general one.
const maxNesting = 60

// insideObjects is the nesting within depth objects.
func insideObjects(depth int) nesting { return nesting{kinds: ^uint64(0), depth: depth} }

// skipNested is the index behind the containers that are open: none and one
// begins at i, or those of open and i is behind a member of the innermost.
func skipNested(t text, i int, open nesting) int {
	if open.depth > 0 {
		goto afterValue
	}
value:
	i = skipSpace(t, i)
	switch byteClass[t.at(i)] {
	case quoteByte:
		end := stringEnd(t, i+1)
		if end < 0 {
			if end, _ = anyStringEnd(t, i+1); end < 0 {
				return failed
			}
		}
		i = end + 1
	case numberByte:
		if i = skipNumber(t, i); i < 0 {
			return failed
		}
	case wordByte:
		if i = skipWord(t, i); i < 0 {
			return failed
		}
	case openByte:
		object := uint64(t.at(i)>>5) & 1 // '{' is 0x7b, '[' 0x5b
		if open.depth++; open.depth > maxNesting {
			return failed
		}
		open.kinds = open.kinds<<1 | object
		i = skipSpace(t, i+1)
		if c := t.at(i); c == '}' && object == 1 || c == ']' && object == 0 {
			goto closed
		}
		if object == 1 {
			goto key
		}
		goto value
	default:
		return failed
	}
afterValue:
	i = skipSpace(t, i)
	switch c := t.at(i); {
	case c == ',' && open.kinds&1 == 1:
		i = skipSpace(t, i+1)
		goto key
	case c == ',':
		i++
		goto value
	case c == '}' && open.kinds&1 == 1 || c == ']' && open.kinds&1 == 0:
		goto closed
	}
	return failed
key:
	if t.at(i) != '"' {
		return failed
	}
	if end := stringEnd(t, i+1); end > 0 {
		i = end + 1
	} else if i = skipString(t, i+1); i < 0 {
		return failed
	}
	if i = skipSpace(t, i); t.at(i) != ':' {
		return failed
	}
	i++
	goto value
closed:
	i++
	open.kinds >>= 1
	if open.depth--; open.depth == 0 {
		return i
	}
	goto afterValue
}
