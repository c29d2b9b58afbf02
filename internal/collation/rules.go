package collation

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rules are how texts of a collation are compared. The zero Rules compare bytes.
type Rules struct {
	// Lower ignores case (UTF8_LCASE).
	Lower bool
	// Trim ignores spaces at the end (the modifier RTRIM).
	Trim bool
}

// Of are the rules of a collation by its canonical name, "" for UTF8_BINARY; false
// where they are a table of ICU's.
func Of(name string) (Rules, bool) {
	base, trim := strings.CutSuffix(name, "_RTRIM")
	switch base {
	case "", "UTF8_BINARY":
		return Rules{Trim: trim}, true
	case "UTF8_LCASE":
		return Rules{Lower: true, Trim: trim}, true
	}
	return Rules{}, false
}

// AppendKey appends the key of s: two texts are equal under the rules if their keys are
// the same bytes, and in the order of these otherwise.
func (r Rules) AppendKey(dst []byte, s string) []byte {
	if r.Trim {
		s = strings.TrimRight(s, " ")
	}
	if !r.Lower {
		return append(dst, s...)
	}
	return AppendLower(dst, s)
}

// Key is AppendKey as a text of its own.
func (r Rules) Key(s string) string { return string(r.AppendKey(nil, s)) }

// IsKey reports whether s is its own key, which costs less than making one.
func (r Rules) IsKey(s string) bool {
	if r.Trim && strings.HasSuffix(s, " ") {
		return false
	}
	for i := 0; r.Lower && i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || c-'A' < 26 {
			return false
		}
	}
	return true
}

// AppendLower appends s in lower case, character by character. Bytes that are no
// characters stay.
func AppendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c-'A' < 26 {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, c)
		} else {
			dst = appendLowerRune(dst, r)
		}
		i += n
	}
	return dst
}

const (
	finalSigma = 'ς'
	sigma      = 'σ'
	dottedI    = 'İ'      // the capital I with a dot
	dotAbove   = '\u0307' // the dot alone, which follows an i
)

func appendLowerRune(dst []byte, r rune) []byte {
	switch r {
	case dottedI:
		return utf8.AppendRune(append(dst, 'i'), dotAbove)
	case finalSigma:
		r = sigma
	default:
		r = unicode.ToLower(r)
	}
	return utf8.AppendRune(dst, r)
}

// LowerRune is appendLowerRune as one value: İ stays itself, which no other character
// becomes.
func LowerRune(r rune) rune {
	switch r {
	case dottedI:
		return r
	case finalSigma:
		return sigma
	}
	return unicode.ToLower(r)
}

// AppendFolded appends s as patterns compare it: the lower case of the upper case of each
// character, which is Java's rule for CASE_INSENSITIVE and UNICODE_CASE together.
func AppendFolded(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, s[i])
		} else {
			dst = utf8.AppendRune(dst, foldRune(r))
		}
		i += n
	}
	return dst
}

func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if r == dottedI {
		return 'i'
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// Compare is negative, 0 or positive as a comes before b under the rules, is equal or
// comes behind it.
func (r Rules) Compare(a, b string) int {
	if r.Trim {
		a, b = strings.TrimRight(a, " "), strings.TrimRight(b, " ")
	}
	if !r.Lower {
		return strings.Compare(a, b)
	}
	for i := 0; i < len(a) && i < len(b); i++ {
		x, y := a[i], b[i]
		if x|y >= utf8.RuneSelf {
			// The order of UTF-8's bytes is the order of the characters.
			return strings.Compare(Rules{Lower: true}.Key(a[i:]), Rules{Lower: true}.Key(b[i:]))
		}
		if x-'A' < 26 {
			x += 'a' - 'A'
		}
		if y-'A' < 26 {
			y += 'a' - 'A'
		}
		if x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}
