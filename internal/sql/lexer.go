package sql

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer cuts a text into tokens. Spaces and comments (-- to the end of the line,
// /* nested */) stand between them.
type lexer struct {
	text   string
	at     int
	tokens []token
	hint   bool // between /*+ and */
}

// lex cuts the whole text. The last token is the end; a badToken stands where the
// text cannot be cut, and nothing but the end follows it.
func lex(text string) []token {
	l := lexer{text: text, tokens: make([]token, 0, len(text)/4+2)}
	for l.next() {
	}
	l.add(endToken, len(text), "")
	return l.tokens
}

func (l *lexer) add(kind tokenKind, start int, text string) {
	l.tokens = append(l.tokens, token{kind, start, l.at, text})
}

// bad adds a badToken over the text up to stop and ends the text.
func (l *lexer) bad(start, stop int, why string) bool {
	l.tokens = append(l.tokens, token{badToken, start, stop, why})
	l.at = len(l.text)
	return false
}

// next adds one token, or none at the end, where it returns false.
func (l *lexer) next() bool {
	if !l.skip() || l.at >= len(l.text) {
		return false
	}
	start := l.at
	switch c := l.text[start]; {
	case c == '\'' || c == '"':
		return l.quotedText(start, c)
	case (c == 'r' || c == 'R') && start+1 < len(l.text) && (l.text[start+1] == '\'' || l.text[start+1] == '"'):
		return l.rawText(start)
	case c == '`':
		return l.quotedName(start)
	case isDigit(c) || c == '.' && isDigit(l.byteAt(start+1)):
		l.number(start)
	case isWordByte(c) || c >= utf8.RuneSelf:
		return l.word(start)
	default:
		return l.symbol(start)
	}
	return true
}

func (l *lexer) byteAt(i int) byte {
	if i < len(l.text) {
		return l.text[i]
	}
	return 0
}

// skip passes over spaces and comments. It returns false where a comment does not
// end.
func (l *lexer) skip() bool {
	for l.at < len(l.text) {
		c := l.text[l.at]
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			l.at++
		case c == '-' && l.byteAt(l.at+1) == '-':
			l.lineComment()
		case c == '/' && l.byteAt(l.at+1) == '*':
			if l.startsHint() {
				return true
			}
			if !l.comment() {
				return false
			}
		case c < utf8.RuneSelf && c != '\f' && c != '\v':
			return true
		default:
			r, size := utf8.DecodeRuneInString(l.text[l.at:])
			if !unicode.IsSpace(r) && r != '\ufeff' {
				return true
			}
			l.at += size
		}
	}
	return true
}

// lineComment passes over -- and the line; a backslash at its end continues it.
func (l *lexer) lineComment() {
	for l.at < len(l.text) && (l.text[l.at] != '\n' || l.text[l.at-1] == '\\') {
		l.at++
	}
}

// startsHint reports whether a hint may stand here: /*+ behind SELECT.
func (l *lexer) startsHint() bool {
	n := len(l.tokens)
	return l.byteAt(l.at+2) == '+' && n > 0 && l.tokens[n-1].is("SELECT")
}

// comment passes over a comment and those inside it.
func (l *lexer) comment() bool {
	start, depth := l.at, 0
	for i := l.at; i+1 < len(l.text); i++ {
		switch {
		case l.text[i] == '/' && l.text[i+1] == '*':
			depth++
			i++
		case l.text[i] == '*' && l.text[i+1] == '/':
			depth--
			i++
			if depth == 0 {
				l.at = i + 1
				return true
			}
		}
	}
	return l.bad(start, start+2, unclosedComment)
}

// unclosedComment is the text of the badToken of a comment.
const unclosedComment = "the comment is not closed: append */ at its end"

// symbols are those of more than one character, longest first. The second is one
// of <>=| but for :: and /*+.
var symbols = []string{"<=>", ">>>", "/*+", "<=", ">=", "<>", "!=", "==", "||", "|>", "<<", ">>", "->", "=>", "::",
	"!<", "!>"}

func (l *lexer) symbol(start int) bool {
	rest := l.text[start:]
	if l.hint && strings.HasPrefix(rest, "*/") {
		l.hint = false
		l.at += 2
		l.add(symbolToken, start, rest[:2])
		return true
	}
	size := 1
	if strings.IndexByte("<>=|", l.byteAt(start+1)) >= 0 || rest[0] == ':' || rest[0] == '/' {
		for _, s := range symbols {
			if strings.HasPrefix(rest, s) {
				size = len(s)
				break
			}
		}
	}
	if size == 1 && !strings.Contains("()[],.;+-*/%&|^~<>=!?:", rest[:1]) {
		return l.bad(start, start+1, "the character "+rest[:1]+" cannot stand here")
	}
	l.hint = l.hint || rest[:size] == "/*+"
	l.at += size
	l.add(symbolToken, start, rest[:size])
	return true
}

// word reads a name or keyword: letters, digits and underscores.
func (l *lexer) word(start int) bool {
	for l.at < len(l.text) {
		if c := l.text[l.at]; c < utf8.RuneSelf {
			if !isWordByte(c) {
				break
			}
			l.at++
			continue
		}
		r, size := utf8.DecodeRuneInString(l.text[l.at:])
		if !unicode.IsLetter(r) {
			break
		}
		l.at += size
	}
	if l.at == start {
		_, size := utf8.DecodeRuneInString(l.text[start:])
		return l.bad(start, start+size, "the character "+l.text[start:start+size]+
			" cannot stand here; a name that holds it stands in back-quotes")
	}
	first := len(l.tokens) == 0 || l.tokens[len(l.tokens)-1].isSymbol(";")
	l.add(wordToken, start, l.text[start:l.at])
	if t := &l.tokens[len(l.tokens)-1]; first && (t.is("SET") || t.is("RESET")) {
		l.setting()
	}
	return true
}

// isVariable reports whether what follows SET begins with VAR or VARIABLE and a name.
func isVariable(fields []string) bool {
	return (sameWord(fields[0], "VAR") || sameWord(fields[0], "VARIABLE")) && !strings.HasPrefix(fields[1], "=")
}

// setting reads the rest of SET and RESET as it stands, up to the semicolon: keys
// and values are no SQL. SET TIME ZONE is.
func (l *lexer) setting() {
	if !l.skip() {
		return
	}
	start := l.at
	fields := strings.Fields(l.text[start:min(len(l.text), start+64)])
	if len(fields) > 1 && (sameWord(fields[0], "TIME") && sameWord(fields[1], "ZONE") || isVariable(fields)) {
		return
	}
	end := len(l.text)
	if i := strings.IndexByte(l.text[start:], ';'); i >= 0 {
		end = start + i
	}
	l.at = end
	value := l.text[start:end]
	if i := strings.Index(value, " --"); i >= 0 {
		value = value[:i]
	}
	if value = strings.TrimSpace(value); value != "" {
		l.tokens = append(l.tokens, token{rawToken, start, start + len(value), value})
	}
}

// number reads a number. Digits with letters behind them that are no suffix are
// a name.
func (l *lexer) number(start int) {
	i := l.digits(start)
	whole := i
	point := l.byteAt(i) == '.'
	if point {
		i = l.digits(i + 1)
	}
	kind := integerToken
	if point {
		kind = decimalToken
	}
	if j := l.exponent(i); j > i {
		i, kind = j, exponentToken
	}
	end := i
	if k, size := suffix(l.text[i:], kind); size > 0 {
		kind, end = k, i+size
	}
	switch {
	case !l.wordAt(end):
		l.at = end
		l.add(kind, start, l.text[start:i])
	case !point:
		l.word(start)
	case whole > start:
		l.at = whole
		l.add(integerToken, start, l.text[start:whole])
	default:
		l.at = start + 1
		l.add(symbolToken, start, l.text[start:start+1])
	}
}

func (l *lexer) digits(i int) int {
	for isDigit(l.byteAt(i)) {
		i++
	}
	return i
}

// exponent is the place behind e, a sign and digits, or i where they are not.
func (l *lexer) exponent(i int) int {
	if l.byteAt(i)|0x20 != 'e' {
		return i
	}
	j := i + 1
	if c := l.byteAt(j); c == '+' || c == '-' {
		j++
	}
	if end := l.digits(j); end > j {
		return end
	}
	return i
}

// suffix is the kind that letters behind a number give it, and their size.
func suffix(rest string, kind tokenKind) (tokenKind, int) {
	if rest == "" {
		return kind, 0
	}
	switch c := rest[0] | 0x20; {
	case c == 'b' && len(rest) > 1 && rest[1]|0x20 == 'd':
		return bigDecimalToken, 2
	case c == 'd':
		return doubleToken, 1
	case c == 'f':
		return floatToken, 1
	case kind != integerToken:
		return kind, 0
	case c == 'l':
		return longToken, 1
	case c == 's':
		return shortToken, 1
	case c == 'y':
		return byteToken, 1
	}
	return kind, 0
}

// wordAt reports whether a letter, digit or underscore stands at i.
func (l *lexer) wordAt(i int) bool {
	if i >= len(l.text) {
		return false
	}
	if c := l.text[i]; c < utf8.RuneSelf {
		return isWordByte(c)
	}
	r, _ := utf8.DecodeRuneInString(l.text[i:])
	return unicode.IsLetter(r)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || c == '_'
}
