package regex

import (
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/fault"
)

// likeKind is the form of a LIKE pattern.
type likeKind uint8

const (
	likeEquals   likeKind = iota // abc
	likePrefix                   // abc%
	likeSuffix                   // %abc
	likeContains                 // %abc%
	likeAll                      // %
	likeParts                    // a%b%c
	likeGeneral                  // with _
)

// Like is a compiled LIKE pattern: % stands for any text, _ for one character.
// It never changes and may be used by many goroutines.
type Like struct {
	kind  likeKind
	text  string
	parts []likePart
	first string // of likeParts: what comes before the first %, and
	last  string // behind the last one
}

// likePart is a piece between two %.
type likePart struct {
	tokens []likeToken
	text   string // of likeParts
}

// likeToken is literal text, or one character where text is empty.
type likeToken struct{ text string }

// escaped pairs are written for invalid ones.
var invalidEscape = fault.Condition{Name: "INVALID_FORMAT.ESC_IN_THE_MIDDLE", SQLState: "42601"}
var escapeAtEnd = fault.Condition{Name: "INVALID_FORMAT.ESC_AT_THE_END", SQLState: "42601"}

// CompileLike compiles a pattern. Behind the escape character only %, _ and the
// escape character itself may stand; all else is one of the INVALID_FORMAT
// conditions.
func CompileLike(pattern string, escape rune) (*Like, error) {
	var parts []likePart
	var current likePart
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			current.tokens = append(current.tokens, likeToken{literal.String()})
			literal.Reset()
		}
	}
	single := false
	for i := 0; i < len(pattern); {
		r, n := utf8.DecodeRuneInString(pattern[i:])
		i += n
		switch {
		case r == escape:
			if i == len(pattern) {
				return nil, likeError(escapeAtEnd, pattern, "the escape character ends it", "")
			}
			next, n := utf8.DecodeRuneInString(pattern[i:])
			if next != '%' && next != '_' && next != escape {
				return nil, likeError(invalidEscape, pattern, "the escape character stands before "+string(next), string(next))
			}
			literal.WriteRune(next)
			i += n
		case r == '%':
			flush()
			parts = append(parts, current)
			current = likePart{}
		case r == '_':
			flush()
			current.tokens = append(current.tokens, likeToken{})
			single = true
		default:
			literal.WriteString(pattern[i-n : i])
		}
	}
	flush()
	parts = append(parts, current)
	return newLike(parts, single), nil
}

func likeError(c fault.Condition, pattern, why, char string) error {
	e := fault.New(c, "the LIKE pattern %q is wrong: %s; it must stand before %%, _ or itself", pattern, why).With("format", "'"+pattern+"'")
	if char != "" {
		e.With("charName", char)
	}
	return e
}

// newLike finds the simplest form.
func newLike(parts []likePart, single bool) *Like {
	l := &Like{kind: likeGeneral, parts: parts}
	if single {
		return l
	}
	for i := range parts {
		for _, t := range parts[i].tokens {
			parts[i].text += t.text
		}
	}
	n := len(parts)
	l.first, l.last = parts[0].text, parts[n-1].text
	var inner []likePart
	for _, p := range parts[min(1, n-1) : n-1] {
		if p.text != "" { // %% is %
			inner = append(inner, p)
		}
	}
	switch {
	case n == 1:
		l.kind, l.text = likeEquals, l.first
	case len(inner) == 0 && l.first == "" && l.last == "":
		l.kind = likeAll
	case len(inner) == 0 && l.last == "":
		l.kind, l.text = likePrefix, l.first
	case len(inner) == 0 && l.first == "":
		l.kind, l.text = likeSuffix, l.last
	case len(inner) == 1 && l.first == "" && l.last == "":
		l.kind, l.text = likeContains, inner[0].text
	default:
		l.kind, l.parts = likeParts, inner
	}
	return l
}

// Match reports whether all of s matches.
func (l *Like) Match(s string) bool {
	switch l.kind {
	case likeEquals:
		return s == l.text
	case likePrefix:
		return strings.HasPrefix(s, l.text)
	case likeSuffix:
		return strings.HasSuffix(s, l.text)
	case likeContains:
		return strings.Contains(s, l.text)
	case likeAll:
		return true
	case likeParts:
		return l.matchParts(s)
	}
	return l.matchGeneral(s)
}

// matchParts looks for the parts one after the other; the first place that works
// is as good as any.
func (l *Like) matchParts(s string) bool {
	if len(s) < len(l.first)+len(l.last) || !strings.HasPrefix(s, l.first) || !strings.HasSuffix(s, l.last) {
		return false
	}
	s = s[len(l.first) : len(s)-len(l.last)]
	for _, p := range l.parts {
		i := strings.Index(s, p.text)
		if i < 0 {
			return false
		}
		s = s[i+len(p.text):]
	}
	return true
}

// matchGeneral is Match for patterns with _.
func (l *Like) matchGeneral(s string) bool {
	last := len(l.parts) - 1
	n := l.parts[0].at(s)
	if n < 0 || last == 0 {
		return n == len(s)
	}
	s = s[n:]
	for k := 1; k <= last; k++ {
		p := &l.parts[k]
		for {
			if n = p.at(s); n >= 0 && (k < last || n == len(s)) {
				s = s[n:]
				break
			}
			if s == "" {
				return false
			}
			_, n = utf8.DecodeRuneInString(s)
			s = s[n:]
		}
	}
	return true
}

// at is the length of what the part takes at the beginning of s, -1 for no match.
func (p *likePart) at(s string) int {
	i := 0
	for _, t := range p.tokens {
		if t.text == "" {
			if i == len(s) {
				return -1
			}
			_, n := utf8.DecodeRuneInString(s[i:])
			i += n
			continue
		}
		if !strings.HasPrefix(s[i:], t.text) {
			return -1
		}
		i += len(t.text)
	}
	return i
}
