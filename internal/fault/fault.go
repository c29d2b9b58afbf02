package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Condition is the stable name of a kind of failure. Names and SQLSTATEs equal
// Spark's.
type Condition struct {
	// Name is Spark's error class, with its subclass behind a dot, such as
	// UNRESOLVED_COLUMN.WITH_SUGGESTION.
	Name string
	// SQLState is the five-character code of the class.
	SQLState string
}

// Error is a failure with a condition, a sentence that says what happened and
// what to do, the parameters of the condition, the place in the user's text
// where there is one, and its cause.
type Error struct {
	Condition Condition
	// Message is the sentence for the user, without the condition's name.
	Message string
	// Params are the condition's parameters by Spark's names.
	Params map[string]string
	// At is the place in the user's text; its zero value means none is known.
	At Position
	// Err is what lies beneath, nil where nothing does.
	Err error
}

// Position is a place in a text that the user wrote, SQL in most cases.
type Position struct {
	// Text is the whole text; empty means that no place is known.
	Text string
	// Start and Stop are byte offsets into Text, Stop exclusive.
	Start, Stop int
	// Site is the place in a program that made what is meant, where it was no
	// text; nil for none.
	Site fmt.Stringer
}

// New returns an error with a condition and a sentence made as by Sprintf.
func New(c Condition, format string, args ...any) *Error {
	return &Error{Condition: c, Message: fmt.Sprintf(format, args...)}
}

// With adds a parameter and returns e.
func (e *Error) With(name, value string) *Error {
	if e.Params == nil {
		e.Params = make(map[string]string)
	}
	e.Params[name] = value
	return e
}

// Wrap sets what lies beneath and returns e.
func (e *Error) Wrap(err error) *Error {
	e.Err = err
	return e
}

// Locate sets the place in the user's text, unless one is known already, and
// returns e.
func (e *Error) Locate(p Position) *Error {
	if e.At.Text == "" && e.At.Site == nil {
		e.At = p
	}
	return e
}

// Error prints the condition, the sentence, the place with a caret where it is
// known, and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("[" + e.Condition.Name + "]")
	if e.Message != "" {
		b.WriteString(" " + e.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.At.Text != "" {
		b.WriteString("\n" + e.At.String())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether err, or an error it wraps, has the condition c.
func Is(err error, c Condition) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Condition == c
}

// LineColumn returns the 1-based line and the 1-based column, in characters,
// at which the position starts.
func (p Position) LineColumn() (line, column int) {
	before := p.Text[:min(p.Start, len(p.Text))]
	line = strings.Count(before, "\n") + 1
	start := strings.LastIndexByte(before, '\n') + 1
	return line, len([]rune(before[start:])) + 1
}

// String shows the line of the text, but for the values of secrets, with a caret beneath
// the place.
func (p Position) String() string {
	line, column := p.LineColumn()
	start := min(p.Start, len(p.Text))
	first := strings.LastIndexByte(p.Text[:start], '\n') + 1
	last := len(p.Text)
	if i := strings.IndexByte(p.Text[start:], '\n'); i >= 0 {
		last = start + i
	}
	width := max(1, len([]rune(p.Text[start:max(start, min(p.Stop, last))])))
	pad := []rune(p.Text[first:start])
	for i, r := range pad {
		if r != '\t' {
			pad[i] = ' '
		}
	}
	return fmt.Sprintf("line %d, column %d:\n%s\n%s%s", line, column, hidden(p.Text[first:last]), string(pad),
		strings.Repeat("^", width))
}
