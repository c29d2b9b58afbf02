package regex

import (
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/fault"
)

// Replacement is a compiled replacement text of Java: $1 and ${name} stand for
// groups, a backslash takes the meaning from what follows it.
type Replacement struct {
	parts []replacementPart
}

type replacementPart struct {
	text  string
	group int // -1: text
}

// Replacement compiles a replacement text. A reference to a group that the
// pattern does not have is INVALID_PARAMETER_VALUE.PATTERN.
func (p *Pattern) Replacement(text string) (*Replacement, error) {
	r := &Replacement{}
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			r.parts = append(r.parts, replacementPart{text: literal.String(), group: -1})
			literal.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if i++; i == len(text) {
				return nil, p.wrongReplacement(text, "a backslash ends it")
			}
			literal.WriteByte(text[i])
		case '$':
			group, n, err := p.reference(text, i+1)
			if err != nil {
				return nil, err
			}
			flush()
			r.parts = append(r.parts, replacementPart{group: group})
			i += n
		default:
			literal.WriteByte(text[i])
		}
	}
	flush()
	return r, nil
}

// reference reads what follows a $ and is the group and the bytes it takes. A
// number takes more digits as long as there is such a group.
func (p *Pattern) reference(text string, i int) (group, n int, err error) {
	if i < len(text) && text[i] == '{' {
		end := strings.IndexByte(text[i:], '}')
		if end < 0 {
			return 0, 0, p.wrongReplacement(text, "the name of a group is not closed")
		}
		name := text[i+1 : i+end]
		if group = p.names[name]; group == 0 {
			return 0, 0, p.wrongReplacement(text, "there is no group "+name)
		}
		return group, end + 1, nil
	}
	if i >= len(text) || text[i]-'0' > 9 {
		return 0, 0, p.wrongReplacement(text, "behind $ must stand the number of a group")
	}
	group, n = int(text[i]-'0'), 1
	for i+n < len(text) && text[i+n]-'0' <= 9 && group*10+int(text[i+n]-'0') <= p.groups {
		group = group*10 + int(text[i+n]-'0')
		n++
	}
	if group > p.groups {
		return 0, 0, p.wrongReplacement(text, "there is no group "+text[i:i+n])
	}
	return group, n, nil
}

func (p *Pattern) wrongReplacement(text, why string) error {
	return fault.New(fault.InvalidParameter, "the replacement %q for the regular expression %q is wrong: %s", text, p.text, why).
		With("value", text)
}

// AppendReplaced writes s with its matches, those that begin at or behind the
// byte from, replaced.
func (m *Matcher) AppendReplaced(to []byte, s string, from int, r *Replacement) []byte {
	m.Reset(s)
	m.from = from
	last := 0
	for m.Next() {
		start, end := m.Span(0)
		to = append(to, s[last:start]...)
		for _, part := range r.parts {
			if part.group < 0 {
				to = append(to, part.text...)
			} else if text, ok := m.Group(part.group); ok {
				to = append(to, text...)
			}
		}
		last = end
	}
	return append(to, s[last:]...)
}

// AppendSplit adds the parts of s between matches, as Spark's split does: limit
// parts at most, no limit where that is not positive, and empty ones at the end
// are kept. The empty pattern parts all characters. The parts are views of s.
func (m *Matcher) AppendSplit(to []string, s string, limit int) []string {
	if m.pattern.text == "" && s != "" {
		return appendCharacters(to, s, limit)
	}
	count, last := 1, 0
	if f := &m.pattern.start; f.whole {
		for count != limit {
			i := strings.Index(s[last:], f.literal)
			if i < 0 {
				break
			}
			to = append(to, s[last:last+i])
			last += i + len(f.literal)
			count++
		}
		return append(to, s[last:])
	}
	m.Reset(s)
	for count != limit && m.Next() {
		start, end := m.Span(0)
		if end == 0 { // nothing was taken at the very beginning
			continue
		}
		to = append(to, s[last:start])
		last = end
		count++
	}
	return append(to, s[last:])
}

func appendCharacters(to []string, s string, limit int) []string {
	for count := 1; s != ""; count++ {
		_, n := utf8.DecodeRuneInString(s)
		if count == limit {
			n = len(s)
		}
		to = append(to, s[:n])
		s = s[n:]
	}
	return to
}
