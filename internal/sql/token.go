package sql

// tokenKind is the sort of a token.
type tokenKind uint8

const (
	endToken        tokenKind = iota
	wordToken                 // a name or a keyword
	quotedToken               // a name in back-quotes; text without them
	textToken                 // a string literal; text is its value
	symbolToken               // an operator or punctuation
	integerToken              // 12
	decimalToken              // 1.2
	exponentToken             // 1e2
	byteToken                 // 1Y
	shortToken                // 1S
	longToken                 // 1L
	floatToken                // 1F
	doubleToken               // 1D
	bigDecimalToken           // 1BD
	rawToken                  // the rest of SET or RESET, as written
	badToken                  // no token at all; text says what is wrong
)

// token is one word of the text. The text of a number is without its suffix.
type token struct {
	kind        tokenKind
	start, stop int
	text        string
}

// is reports whether the token is this keyword, given in upper case.
func (t *token) is(word string) bool { return t.kind == wordToken && sameWord(t.text, word) }

// isName reports whether the token can be a name.
func (t *token) isName() bool { return t.kind == wordToken || t.kind == quotedToken }

// isNumber reports whether the token is a number of any kind.
func (t *token) isNumber() bool { return t.kind >= integerToken && t.kind <= bigDecimalToken }

// isSymbol reports whether the token is this symbol.
func (t *token) isSymbol(s string) bool { return t.kind == symbolToken && t.text == s }

// isAny reports whether the token is one of these keywords.
func (t *token) isAny(words []string) bool {
	if t.kind != wordToken {
		return false
	}
	for _, w := range words {
		if sameWord(t.text, w) {
			return true
		}
	}
	return false
}

// sameWord compares text with a keyword in upper case, letters of either case.
func sameWord(text, word string) bool {
	if len(text) != len(word) {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
