package regex

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// runes is an inclusive range.
type runes struct{ lo, hi rune }

// set is a set of characters: ranges, rising, neither overlapping nor touching.
type set []runes

// anyRune is the set of all characters.
var anyRune = set{{0, utf8.MaxRune}}

// normal sorts and joins ranges.
func normal(s set) set {
	slices.SortFunc(s, func(a, b runes) int { return int(a.lo - b.lo) })
	out := s[:0]
	for _, r := range s {
		if n := len(out); n > 0 && r.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, r.hi)
		} else {
			out = append(out, r)
		}
	}
	return out
}

func (s set) union(o set) set { return normal(append(slices.Clone(s), o...)) }

func (s set) negated() set {
	var out set
	next := rune(0)
	for _, r := range s {
		if r.lo > next {
			out = append(out, runes{next, r.lo - 1})
		}
		next = r.hi + 1
	}
	if next <= utf8.MaxRune {
		out = append(out, runes{next, utf8.MaxRune})
	}
	return out
}

func (s set) intersection(o set) set {
	return s.negated().union(o.negated()).negated()
}

func (s set) has(r rune) bool {
	_, ok := slices.BinarySearchFunc(s, r, func(a runes, r rune) int {
		switch {
		case a.hi < r:
			return -1
		case a.lo > r:
			return 1
		}
		return 0
	})
	return ok
}

// folded adds the other case of each letter: of ASCII letters, or, with all, of
// every letter.
func (s set) folded(all bool) set {
	out := slices.Clone(s)
	for _, r := range s {
		if !all {
			for c := max(r.lo, 'A'); c <= min(r.hi, 'z'); c++ {
				if o := c ^ 0x20; o >= 'a' && o <= 'z' || o >= 'A' && o <= 'Z' {
					if c >= 'a' || c <= 'Z' {
						out = append(out, runes{o, o})
					}
				}
			}
			continue
		}
		if r.hi-r.lo > 0x3000 {
			continue // so large a range has both cases
		}
		for c := r.lo; c <= r.hi; c++ {
			for o := unicode.SimpleFold(c); o != c; o = unicode.SimpleFold(o) {
				out = append(out, runes{o, o})
			}
			switch c {
			case 'i', 'I', 'İ', 'ı': // one letter to Java, which goes by the lower case of the upper case
				out = append(out, runes{'i', 'i'}, runes{'I', 'I'}, runes{'İ', 'ı'})
			}
		}
	}
	return normal(out)
}

// ofTable is the set of a table of package unicode.
func ofTable(t *unicode.RangeTable) set {
	var s set
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			s = append(s, runes{lo, hi})
			return
		}
		for r := lo; r <= hi; r += stride {
			s = append(s, runes{r, r})
		}
	}
	for _, r := range t.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return normal(s)
}

// Java's predefined classes.
var (
	digitSet    = set{{'0', '9'}}
	wordSet     = set{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	spaceSet    = set{{'\t', '\r'}, {' ', ' '}}
	blankSet    = set{{'\t', '\t'}, {' ', ' '}, {0xa0, 0xa0}, {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}}
	verticalSet = set{{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}
	lineEndSet  = set{{'\n', '\n'}, {'\r', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}
)

// posixSets are the classes \p{Name} of ASCII.
var posixSets = map[string]set{
	"Lower": {{'a', 'z'}}, "Upper": {{'A', 'Z'}}, "ASCII": {{0, 127}}, "Alpha": {{'A', 'Z'}, {'a', 'z'}}, "Digit": digitSet,
	"Alnum": {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, "Punct": {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, "Graph": {{'!', '~'}},
	"Print": {{' ', '~'}}, "Blank": {{'\t', '\t'}, {' ', ' '}}, "Cntrl": {{0, 31}, {127, 127}},
	"XDigit": {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, "Space": spaceSet,
}

// binaryTables are the properties of Unicode that \p{IsName} and \p{javaName}
// know.
var binaryTables = map[string][]*unicode.RangeTable{
	"Alphabetic": {unicode.Letter, unicode.Nl, unicode.Other_Alphabetic}, "Letter": {unicode.Letter}, "LetterOrDigit": {unicode.Letter, unicode.Nd},
	"Digit": {unicode.Nd}, "Lowercase": {unicode.Ll, unicode.Other_Lowercase}, "LowerCase": {unicode.Ll, unicode.Other_Lowercase},
	"Uppercase": {unicode.Lu, unicode.Other_Uppercase}, "UpperCase": {unicode.Lu, unicode.Other_Uppercase}, "Titlecase": {unicode.Lt}, "TitleCase": {unicode.Lt},
	"White_Space": {unicode.White_Space}, "WhiteSpace": {unicode.White_Space}, "Whitespace": {unicode.White_Space},
	"Punctuation": {unicode.P}, "Control": {unicode.Cc}, "Ideographic": {unicode.Ideographic}, "Hex_Digit": {unicode.Hex_Digit},
	"Alnum": {unicode.Letter, unicode.Nl, unicode.Other_Alphabetic, unicode.Nd},
}

// property is the set that \p{name} means; false for an unknown name.
func property(name string) (set, bool) {
	if s, ok := posixSets[name]; ok {
		return s, true
	}
	for _, prefix := range [...]string{"Is", "java", "general_category=", "gc=", "script=", "sc=", ""} {
		if len(name) <= len(prefix) || name[:len(prefix)] != prefix {
			continue
		}
		rest := name[len(prefix):]
		if tables, ok := binaryTables[rest]; ok && (prefix == "Is" || prefix == "java") {
			var s set
			for _, t := range tables {
				s = append(s, ofTable(t)...)
			}
			return normal(s), true
		}
		if t, ok := unicode.Categories[rest]; ok {
			return ofTable(t), true
		}
		if t, ok := unicode.Scripts[rest]; ok && prefix != "" {
			return ofTable(t), true
		}
	}
	if name == "L1" {
		return set{{0, 255}}, true
	}
	return nil, name == "all"
}

// charset is a set made ready to be asked for bytes of UTF-8.
type charset struct {
	ascii [4]uint64 // bit c of the first two words: the ASCII character c is in
	all   bool      // every character beyond ASCII is in
	none  bool      // none of them is
	set   set
}

func newCharset(s set) *charset {
	c := &charset{set: s}
	for r := rune(0); r < utf8.RuneSelf; r++ {
		if s.has(r) {
			c.ascii[r>>6] |= 1 << (r & 63)
		}
	}
	beyond := s.intersection(set{{utf8.RuneSelf, utf8.MaxRune}})
	c.none = len(beyond) == 0
	c.all = len(beyond) == 1 && beyond[0] == runes{utf8.RuneSelf, utf8.MaxRune}
	return c
}

// byteIn reports whether an ASCII character, or the first byte of another one
// that is surely in, is in the set.
func (c *charset) byteIn(b byte) bool { return c.ascii[b>>6]>>(b&63)&1 == 1 }

// width is the number of bytes of the character at s[i] if that is in the set,
// and 0 if it is not or s ends.
func (c *charset) width(s string, i int) int {
	if i >= len(s) {
		return 0
	}
	b := s[i]
	if b < utf8.RuneSelf {
		return int(c.ascii[b>>6] >> (b & 63) & 1)
	}
	if c.none {
		return 0
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	if c.all || c.set.has(r) {
		return n
	}
	return 0
}
