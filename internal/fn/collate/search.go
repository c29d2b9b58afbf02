package collate

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/collation"
)

// lowered is a text and its lower case, with where the characters of the one begin in the
// other. It is kept by a kernel and used again.
//
//	text   x İ y        lower   x i ̇ y
//	at     0 1 3        start   0 1 4       (bytes; and the ends, 4 and 5)
type lowered struct {
	text  string
	lower string // a view of bytes
	bytes []byte
	// at and start are by character its place in text and in lower; the last entries
	// are the lengths. They mean nothing where text is pure ASCII: places are the same.
	at, start []int32
	ascii     bool
}

// set makes l the lower case of s, which it does not copy.
func (l *lowered) set(s string) {
	l.text, l.bytes, l.ascii = s, l.bytes[:0], true
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			l.ascii = false
			break
		}
		if c-'A' < 26 {
			c += 'a' - 'A'
		}
		l.bytes = append(l.bytes, c)
	}
	if !l.ascii {
		l.bytes, l.at, l.start = l.bytes[:0], l.at[:0], l.start[:0]
		for i := 0; i < len(s); {
			_, n := utf8.DecodeRuneInString(s[i:])
			l.at, l.start = append(l.at, int32(i)), append(l.start, int32(len(l.bytes)))
			l.bytes = collation.AppendLower(l.bytes, s[i:i+n])
			i += n
		}
		l.at, l.start = append(l.at, int32(len(s))), append(l.start, int32(len(l.bytes)))
	}
	l.lower = batch.View(l.bytes)
}

// chars is the number of characters.
func (l *lowered) chars() int {
	if l.ascii {
		return len(l.text)
	}
	return len(l.at) - 1
}

// byteAt is the place in the text of a character, or of the end.
func (l *lowered) byteAt(char int) int {
	if l.ascii {
		return char
	}
	return int(l.at[char])
}

// place is the place in the lower case of a character, or of the end.
func (l *lowered) place(char int) int {
	if l.ascii {
		return char
	}
	return int(l.start[char])
}

// boundary is the character that begins at a place of the lower case, if one does.
func (l *lowered) boundary(place int) (char int, ok bool) {
	if l.ascii {
		return place, true
	}
	return slices.BinarySearch(l.start, int32(place))
}

// find is the first character from char on at which part, in lower case, stands, and the
// one behind it; -1 where there is none.
func (l *lowered) find(part string, char int) (start, end int) {
	if char > l.chars() {
		return -1, 0
	}
	for from := l.place(char); from <= len(l.lower); from++ {
		i := strings.Index(l.lower[from:], part)
		if i < 0 {
			break
		}
		from += i
		start, begins := l.boundary(from)
		if end, ends := l.boundary(from + len(part)); begins && ends {
			return start, end
		}
	}
	return -1, 0
}

// findBack is the last match of part, in lower case, that ends at or before the character
// end: its start and end, or -1.
func (l *lowered) findBack(part string, end int) (start, behind int) {
	for ; end >= 0; end-- {
		place := l.place(end)
		if !strings.HasSuffix(l.lower[:place], part) {
			continue
		}
		if start, begins := l.boundary(place - len(part)); begins {
			return start, end
		}
	}
	return -1, 0
}

// begins reports whether part, in lower case, stands at the start.
func (l *lowered) begins(part string) bool {
	_, ends := l.boundary(len(part))
	return ends && strings.HasPrefix(l.lower, part)
}

// ends reports whether part, in lower case, stands at the end.
func (l *lowered) ends(part string) bool {
	if !strings.HasSuffix(l.lower, part) {
		return false
	}
	_, begins := l.boundary(len(l.lower) - len(part))
	return begins
}

// pattern keeps the lower case of the text that is looked for, which is mostly the same
// for all rows.
type pattern struct {
	of, lower string
	set       bool
}

func (p *pattern) get(s string) string {
	if !p.set || s != p.of {
		p.of, p.set = strings.Clone(s), true
		p.lower = string(collation.AppendLower(nil, s))
	}
	return p.lower
}
