package csvtext

import (
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
)

// field is one field of a record.
type field struct {
	text   string
	quoted bool // its quotes have been taken off
	skip   bool // it counts as null (SkipValue)
}

// splitter cuts records into fields.
type splitter struct {
	options *Options
	sep     byte   // the separator where that is one byte
	long    string // the separator where it is longer, else empty
	breaks  bool   // a line end outside of quotes ends the record
	fields  []field
	arena   *batch.Arena // texts that had to be changed
	raised  bool         // an unescaped quote was met that must not be
}

func newSplitter(o *Options, arena *batch.Arena) splitter {
	s := splitter{options: o, arena: arena, sep: o.Separator[0]}
	if len(o.Separator) > 1 {
		s.long = o.Separator
	}
	return s
}

// split cuts the record at the beginning of s and returns its length, without
// its line end.
func (p *splitter) split(s string) (length int) {
	p.fields, p.raised = p.fields[:0], false
	if q := p.options.Quoting.Quote; !p.breaks && p.long == "" && (q == 0 || strings.IndexByte(s, q) < 0) {
		return p.plain(s)
	}
	i := 0
	for {
		var f field
		f, i = p.next(s, i)
		p.fields = append(p.fields, f)
		if i >= len(s) || p.lineEnd(s, i) > 0 {
			return i
		}
		i += len(p.options.Separator)
	}
}

// plain is split for a record without quotes.
func (p *splitter) plain(s string) (length int) {
	rest := s
	for {
		i := strings.IndexByte(rest, p.sep)
		if i < 0 {
			p.fields = append(p.fields, field{text: p.trim(rest)})
			return len(s)
		}
		p.fields = append(p.fields, field{text: p.trim(rest[:i])})
		rest = rest[i+1:]
	}
}

// trim takes blanks off where they do not count.
func (p *splitter) trim(s string) string {
	if p.options.Space.IgnoreLeading {
		for s != "" && s[0] <= ' ' {
			s = s[1:]
		}
	}
	if p.options.Space.IgnoreTrailing {
		for s != "" && s[len(s)-1] <= ' ' {
			s = s[:len(s)-1]
		}
	}
	return s
}

// separated reports whether a separator stands at i.
func (p *splitter) separated(s string, i int) bool {
	return s[i] == p.sep && (p.long == "" || strings.HasPrefix(s[i:], p.long))
}

// lineEnd is the length of the line end at i, 0 for none.
func (p *splitter) lineEnd(s string, i int) int {
	switch {
	case !p.breaks:
	case p.options.LineSeparator != "":
		if strings.HasPrefix(s[i:], p.options.LineSeparator) {
			return len(p.options.LineSeparator)
		}
	case s[i] == '\n':
		return 1
	case s[i] == '\r':
		if i+1 < len(s) && s[i+1] == '\n' {
			return 2
		}
		return 1
	}
	return 0
}

// ends reports whether the field is over at i.
func (p *splitter) ends(s string, i int) bool {
	return i >= len(s) || p.separated(s, i) || p.lineEnd(s, i) > 0
}

// next reads the field at i and is where it ends.
func (p *splitter) next(s string, i int) (field, int) {
	start := i
	if p.options.Space.IgnoreLeading {
		for !p.ends(s, start) && s[start] <= ' ' {
			start++
		}
	}
	if q := p.options.Quoting.Quote; q != 0 && start < len(s) && s[start] == q {
		return p.quoted(s, start+1)
	}
	end := p.unquotedEnd(s, start)
	return field{text: p.trim(s[start:end])}, end
}

// unquotedEnd is the end of an unquoted field.
func (p *splitter) unquotedEnd(s string, i int) int {
	for !p.ends(s, i) {
		i++
	}
	return i
}

// quoted reads a field from behind its quote on.
func (p *splitter) quoted(s string, i int) (field, int) {
	q := p.options.Quoting
	start := i
	for i < len(s) && s[i] != q.Quote && s[i] != q.Escape && s[i] != q.EscapeOfEscape {
		i++
	}
	if i < len(s) && s[i] == q.Quote && p.ends(s, i+1) {
		return field{text: s[start:i], quoted: true}, i + 1
	}
	return p.escaped(s, start, i)
}

// escaped is quoted for a field that is not as simple: nothing is special
// between start and i.
func (p *splitter) escaped(s string, start, i int) (field, int) {
	q := p.options.Quoting
	to := p.arena.Alloc(p.quotedLength(s, i) - start + 2)[:0]
	to = append(to, s[start:i]...)
	for i < len(s) {
		c, next := s[i], byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch {
		case c == q.EscapeOfEscape && c != 0 && next == q.Escape && i+1 < len(s):
			to = append(to, next)
			i += 2
		case c == q.Escape && c != 0 && next == q.Quote && i+1 < len(s):
			to = append(to, next)
			i += 2
		case c == q.Quote:
			f, end, done := p.quote(s, i, &to)
			if done {
				return f, end
			}
			i = end
		default:
			to = append(to, c)
			i++
		}
	}
	if len(to) == 0 { // a lone quote at the end
		to = append(to, q.Quote)
	}
	return field{text: batch.View(to), quoted: true}, i
}

// quotedLength is a bound of where the field, which is quoted, ends. All of it
// may have to be kept.
func (p *splitter) quotedLength(s string, i int) int {
	if !p.breaks {
		return len(s)
	}
	// Up to the line end behind the next quotes that close something.
	q := p.options.Quoting
	for i < len(s) {
		n := strings.IndexByte(s[i:], q.Quote)
		if n < 0 {
			return len(s)
		}
		i += n + 1
		if i > 1 && s[i-2] != q.Escape && p.ends(s, i) {
			return i
		}
	}
	return len(s)
}

// quote handles the quotes at i within a quoted field: they close it, done, or
// belong to it in some way.
func (p *splitter) quote(s string, i int, to *[]byte) (f field, end int, done bool) {
	q := p.options.Quoting
	count := 1
	for i+count < len(s) && s[i+count] == q.Quote {
		count++
	}
	if q.Escape == q.Quote {
		for range count / 2 {
			*to = append(*to, q.Quote)
		}
		if count%2 == 0 {
			return f, i + count, false
		}
	}
	end = i + count
	behind := end
	for !p.ends(s, behind) && s[behind] <= ' ' {
		behind++
	}
	if p.ends(s, behind) {
		if q.Escape != q.Quote {
			for range count - 1 {
				*to = append(*to, q.Quote)
			}
		}
		return field{text: batch.View(*to), quoted: true}, behind, true
	}
	if q.Escape == q.Quote {
		count = 1
	}
	switch q.Unescaped {
	case StopAtClosingQuote:
		for range count {
			*to = append(*to, q.Quote)
		}
		return f, end, false
	case BackToDelimiter:
		return f, end, false
	case SkipValue:
		return field{skip: true}, p.unquotedEnd(s, end), true
	case RaiseError:
		p.raised = true
	}
	stop := p.unquotedEnd(s, end)
	text := p.arena.Alloc(len(*to) + 1 + count + stop - end)[:0]
	text = append(append(text, q.Quote), *to...)
	for range count {
		text = append(text, q.Quote)
	}
	text = append(text, s[end:stop]...)
	return field{text: p.trim(batch.View(text))}, stop, true
}

// repair is s with U+FFFD for each byte that is no UTF-8.
func (p *splitter) repair(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	to := p.arena.Alloc(3 * len(s))[:0]
	for i, r := range s {
		if r == utf8.RuneError {
			to = append(to, "\uFFFD"...)
			continue
		}
		to = append(to, s[i:i+utf8.RuneLen(r)]...)
	}
	return batch.View(to)
}
