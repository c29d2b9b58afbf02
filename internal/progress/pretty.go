package progress

import (
	"bytes"
	"strings"
)

// Pretty lays compact JSON out over lines as Spark's prettyJson does: an object
// has a line for each field, an array stays on the line, and a colon has a space
// on either side. What is no JSON comes out as nonsense, but comes out.
func Pretty(compact []byte) []byte {
	var out bytes.Buffer
	var open []byte // the brackets around the present place
	line := func(n int) { out.WriteString("\n" + strings.Repeat("  ", n)) }
	for rest := compact; len(rest) > 0; {
		n := token(rest)
		switch word := rest[:n]; word[0] {
		case '{':
			out.WriteByte('{')
			open = append(open, '{')
			if len(rest) > 1 && rest[1] != '}' {
				line(objects(open))
			}
		case '[':
			out.WriteString("[ ")
			open = append(open, '[')
		case '}', ']':
			empty := out.Len() > 0 && (bytes.HasSuffix(out.Bytes(), []byte("{")) || bytes.HasSuffix(out.Bytes(), []byte("[ ")))
			open = open[:max(len(open)-1, 0)]
			switch {
			case word[0] == '}' && !empty:
				line(objects(open))
			case word[0] == '}' || !empty:
				out.WriteByte(' ')
			}
			out.Write(word)
		case ':':
			out.WriteString(" : ")
		case ',':
			out.WriteByte(',')
			if len(open) > 0 && open[len(open)-1] == '{' {
				line(objects(open))
			} else {
				out.WriteByte(' ')
			}
		default:
			out.Write(word)
		}
		rest = rest[n:]
	}
	return out.Bytes()
}

// objects is the number of objects among the open brackets: arrays do not
// indent.
func objects(open []byte) int { return bytes.Count(open, []byte("{")) }

// token is the length of the string at the start of the text, or of any other
// byte.
func token(text []byte) int {
	if text[0] != '"' {
		return 1
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
