package functions

// Split cuts a text at every match of a regular expression.
func Split(str any, pattern string) Column { return Call("split", str, Lit(pattern)) }

// Upper is the text in upper case.
func Upper(c any) Column { return Call("upper", c) }

// Lower is the text in lower case.
func Lower(c any) Column { return Call("lower", c) }

// Length is the number of characters of a text, of bytes of a binary.
func Length(c any) Column { return Call("length", c) }

// Trim is the text without blanks at its ends.
func Trim(c any) Column { return Call("trim", c) }

// LTrim is the text without blanks at its start.
func LTrim(c any) Column { return Call("ltrim", c) }

// RTrim is the text without blanks at its end.
func RTrim(c any) Column { return Call("rtrim", c) }

// Substring is length characters from position start, which counts from 1.
func Substring(c any, start, length int) Column { return Call("substring", c, start, length) }

// ConcatWS joins texts, nulls left out.
func ConcatWS(separator string, columns ...any) Column {
	return Call("concat_ws", append([]any{Lit(separator)}, columns...)...)
}

// Concat joins texts or arrays.
func Concat(columns ...any) Column { return Call("concat", columns...) }

// RegexpExtract is a group of the first match, empty for none.
func RegexpExtract(c any, pattern string, group int) Column {
	return Call("regexp_extract", c, Lit(pattern), group)
}

// RegexpReplace replaces every match.
func RegexpReplace(c any, pattern, replacement string) Column {
	return Call("regexp_replace", c, Lit(pattern), Lit(replacement))
}

// Replace replaces every occurrence of a text.
func Replace(c any, search, replacement string) Column {
	return Call("replace", c, Lit(search), Lit(replacement))
}

// Reverse is the text or array backwards.
func Reverse(c any) Column { return Call("reverse", c) }

// InitCap makes the first letter of each word a capital.
func InitCap(c any) Column { return Call("initcap", c) }

// LPad fills a text up from the left.
func LPad(c any, length int, pad string) Column { return Call("lpad", c, length, Lit(pad)) }

// RPad fills a text up from the right.
func RPad(c any, length int, pad string) Column { return Call("rpad", c, length, Lit(pad)) }
