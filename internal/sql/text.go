package sql

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// quotedText reads '…' or "…". A doubled quote stands for one, a backslash
// escapes as [unescape] says.
func (l *lexer) quotedText(start int, quote byte) bool {
	plain := true
	i := start + 1
	for ; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '\\':
			plain = false
			i++
		case c == quote && l.byteAt(i+1) == quote:
			plain = false
			i++
		case c == quote:
			l.at = i + 1
			value := l.text[start+1 : i]
			if !plain {
				value = unescape(value, quote)
			}
			l.add(textToken, start, value)
			return true
		}
	}
	return l.bad(start, len(l.text), "the quote "+string(quote)+" is not closed")
}

// rawText reads r'…' or r"…", in which a backslash is a backslash.
func (l *lexer) rawText(start int) bool {
	quote := l.text[start+1]
	end := strings.IndexByte(l.text[start+2:], quote)
	if end < 0 {
		return l.bad(start, len(l.text), "the quote "+string(quote)+" is not closed")
	}
	l.at = start + 2 + end + 1
	l.add(textToken, start, l.text[start+2:l.at-1])
	return true
}

// quotedName reads a name in back-quotes; a doubled one stands for one.
func (l *lexer) quotedName(start int) bool {
	for i := start + 1; i < len(l.text); i++ {
		if l.text[i] != '`' {
			continue
		}
		if l.byteAt(i+1) == '`' {
			i++
			continue
		}
		l.at = i + 1
		name := strings.ReplaceAll(l.text[start+1:i], "``", "`")
		if name == "" {
			return l.bad(start, l.at, "a name between back-quotes cannot be empty")
		}
		l.add(quotedToken, start, name)
		return true
	}
	return l.bad(start, len(l.text), "the quote ` is not closed")
}

// unescape takes escapes out of a text as Spark does: \n, \t, \r, \b, \0, \Z,
// \uXXXX, \UXXXXXXXX, \ooo up to \177. \% and \_ keep their backslash, for LIKE;
// before any other character it goes away.
func unescape(s string, quote byte) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == quote: // the first of two
			i++
			b.WriteByte(quote)
		case c != '\\' || i+1 == len(s):
			b.WriteByte(c)
		default:
			size := escape(&b, s[i+1:])
			i += size
		}
	}
	return b.String()
}

// escape writes what a backslash before s stands for and returns how much of s it
// took.
func escape(b *strings.Builder, s string) int {
	switch c := s[0]; c {
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case 'b':
		b.WriteByte('\b')
	case 'Z':
		b.WriteByte(0x1a)
	case '%', '_': // for LIKE
		b.WriteByte('\\')
		b.WriteByte(c)
	case 'u', 'U':
		size := 4
		if c == 'U' {
			size = 8
		}
		if v, ok := number(s[1:], size, 16); ok && v <= utf8.MaxRune {
			b.WriteRune(rune(v))
			return 1 + size
		}
		b.WriteByte(c)
	case '0', '1':
		if v, ok := number(s, 3, 8); ok {
			b.WriteRune(rune(v))
			return 3
		}
		if c == '0' {
			c = 0
		}
		b.WriteByte(c)
	default:
		b.WriteByte(c)
	}
	return 1
}

// number reads exactly size digits of a base.
func number(s string, size, base int) (uint64, bool) {
	if len(s) < size {
		return 0, false
	}
	for i := range size {
		if c := s[i]; c == '+' || c == '-' || c == '_' {
			return 0, false
		}
	}
	v, err := strconv.ParseUint(s[:size], base, 32)
	return v, err == nil
}
