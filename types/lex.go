package types

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind is the sort of a token: one of these, or the character itself for
// punctuation.
type tokenKind rune

const (
	endToken    tokenKind = -1 - iota
	wordToken             // a name or a keyword
	quotedToken           // a name in back-quotes
	numberToken           // digits
	stringToken           // a text in quotes
	badToken              // text says what is wrong
)

type token struct {
	kind        tokenKind
	text        string // without quotes and escapes
	start, stop int
}

// is reports whether the token is this keyword.
func (t token) is(word string) bool { return t.kind == wordToken && strings.EqualFold(t.text, word) }

// lexer cuts a text into tokens. Spaces and SQL comments stand between them.
type lexer struct {
	text string
	at   int
}

func (l *lexer) next() token {
	l.skip()
	t := token{kind: endToken, start: l.at, stop: l.at}
	if l.at >= len(l.text) {
		return t
	}
	switch c := l.text[l.at]; {
	case c == '`', c == '\'', c == '"':
		l.quoted(&t, c)
	case isWordByte(c) || c >= utf8.RuneSelf:
		l.word(&t)
	default:
		t.kind = tokenKind(c)
		l.at++
	}
	t.stop = l.at
	return t
}

// skip passes over spaces and comments.
func (l *lexer) skip() {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case strings.HasPrefix(rest, "--"):
			l.at += indexOrEnd(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			l.at += min(indexOrEnd(rest[2:], "*/")+4, len(rest))
		default:
			r, size := utf8.DecodeRuneInString(rest)
			if !unicode.IsSpace(r) {
				return
			}
			l.at += size
		}
	}
}

func indexOrEnd(s, what string) int {
	if i := strings.Index(s, what); i >= 0 {
		return i
	}
	return len(s)
}

// word reads letters, digits and underscores. Only digits are a number.
func (l *lexer) word(t *token) {
	t.kind = numberToken
	for l.at < len(l.text) {
		r, size := utf8.DecodeRuneInString(l.text[l.at:])
		if r >= utf8.RuneSelf && !unicode.IsLetter(r) || r < utf8.RuneSelf && !isWordByte(byte(r)) {
			break
		}
		if r < '0' || r > '9' {
			t.kind = wordToken
		}
		l.at += size
	}
	if l.at == t.start {
		_, size := utf8.DecodeRuneInString(l.text[l.at:])
		l.at += size
		t.kind, t.text = badToken, "unexpected character "+l.text[t.start:l.at]
		return
	}
	t.text = l.text[t.start:l.at]
}

// quoted reads up to the closing quote. A doubled quote stands for one; in texts,
// not in names, a backslash escapes.
func (l *lexer) quoted(t *token, quote byte) {
	var b strings.Builder
	for i := l.at + 1; i < len(l.text); i++ {
		c := l.text[i]
		switch {
		case c == quote && i+1 < len(l.text) && l.text[i+1] == quote:
			i++
			b.WriteByte(quote)
		case c == quote:
			t.kind, t.text = stringToken, b.String()
			if quote == '`' {
				t.kind = quotedToken
			}
			l.at = i + 1
			return
		case c == '\\' && quote != '`' && i+1 < len(l.text):
			i++
			b.WriteString(unescape(l.text[i]))
		default:
			b.WriteByte(c)
		}
	}
	l.at = len(l.text)
	t.kind, t.text = badToken, "the quote "+string(quote)+" is not closed"
}

// unescape is what a backslash and c stand for in a text.
func unescape(c byte) string {
	switch c {
	case '0':
		return "\x00"
	case 'b':
		return "\b"
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	case 'Z':
		return "\x1a"
	case '%', '_':
		return `\` + string(c)
	default:
		return string(c)
	}
}
