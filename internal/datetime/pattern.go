package datetime

import (
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/fault"
)

// Pattern is a compiled Spark datetime pattern. Patterns never change and may be
// used by many goroutines.
type Pattern struct {
	text   string
	pieces []piece
	grain  int64 // micros of local time within which the output is one and the same; 0: unknown
	parses error // why it cannot be used to parse, nil if it can
}

// piece is a run of one letter, a literal, or an optional section.
type piece struct {
	letter  byte // 0: literal; '[': optional
	count   int
	literal string
	inner   []piece
	reserve int // digits that the fixed-width numbers right behind it need
}

// The conditions of a wrong pattern.
var (
	illegalCharacter = fault.Condition{Name: "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", SQLState: "22007"}
	wrongPattern     = fault.Condition{Name: "INVALID_DATETIME_PATTERN.WITH_SUGGESTION", SQLState: "22007"}
	recognition      = fault.Condition{
		Name: "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", SQLState: "42K0B"}
	weekBased = fault.Condition{
		Name: "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", SQLState: "42K0B"}
)

// longest is how often a letter may be repeated; letters that are not in it do
// not exist.
var longest = map[byte]int{
	'G': 4, 'y': 6, 'M': 4, 'L': 4, 'd': 2, 'D': 3, 'Q': 4, 'q': 4, 'E': 4, 'F': 1, 'a': 1,
	'h': 2, 'k': 2, 'K': 2, 'H': 2, 'm': 2, 's': 2, 'S': 9, 'V': 2, 'z': 4, 'O': 4, 'X': 5, 'x': 5, 'Z': 5, 'g': 19,
}

// Compile compiles a pattern. A letter that does not exist or is repeated too
// often is one of the INVALID_DATETIME_PATTERN conditions, or, where old
// versions of Spark knew it, of INCONSISTENT_BEHAVIOR_CROSS_VERSION.
func Compile(text string) (*Pattern, error) {
	c := compiler{text: text}
	pieces := c.pieces(false)
	if c.err != nil {
		return nil, c.err
	}
	reserve(pieces)
	p := &Pattern{text: text, pieces: pieces, grain: grain(pieces)}
	p.parses = parseError(text, pieces)
	return p, nil
}

// String is the pattern's text.
func (p *Pattern) String() string { return p.text }

// CheckParse is nil if the pattern can be used to parse, and else says why not:
// the day of the week and the quarter can only be written.
func (p *Pattern) CheckParse() error { return p.parses }

func parseError(text string, pieces []piece) error {
	for _, p := range pieces {
		switch p.letter {
		case 'E', 'F':
			return wrong(recognition, text, "%c can be written but not be read", p.letter)
		case 'Q', 'q':
			return wrong(illegalCharacter, text, "%c can be written but not be read", p.letter).With("c", string(p.letter))
		case '[':
			if err := parseError(text, p.inner); err != nil {
				return err
			}
		}
	}
	return nil
}

func wrong(c fault.Condition, text, format string, args ...any) *fault.Error {
	return fault.New(c, "in the datetime pattern %q "+format, append([]any{text}, args...)...).With("pattern", text)
}

// compiler reads a pattern.
type compiler struct {
	text string
	i    int
	err  error
}

func (c *compiler) fail(cond fault.Condition, format string, args ...any) {
	if c.err == nil {
		c.err = wrong(cond, c.text, format, args...)
	}
}

// pieces reads up to the end, or, within an optional section, up to its bracket.
func (c *compiler) pieces(optional bool) (pieces []piece) {
	for c.i < len(c.text) && c.err == nil {
		switch b := c.text[c.i]; {
		case b == '\'':
			pieces = append(pieces, piece{literal: c.quoted()})
		case b == '[':
			c.i++
			pieces = append(pieces, piece{letter: '[', inner: c.pieces(true)})
		case b == ']':
			if !optional {
				c.fail(recognition, "] closes nothing")
			}
			c.i++
			return pieces
		case b == '{' || b == '}' || b == '#':
			c.fail(recognition, "%c is reserved; quote it", b)
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			pieces = append(pieces, c.run(b))
		default:
			_, size := utf8.DecodeRuneInString(c.text[c.i:])
			pieces = append(pieces, piece{literal: c.text[c.i : c.i+size]})
			c.i += size
		}
	}
	return pieces
}

// quoted reads a literal in quotes; two quotes are one.
func (c *compiler) quoted() string {
	var b strings.Builder
	start := c.i
	for c.i++; c.i < len(c.text); c.i++ {
		if c.text[c.i] != '\'' {
			b.WriteByte(c.text[c.i])
			continue
		}
		if c.i+1 < len(c.text) && c.text[c.i+1] == '\'' {
			b.WriteByte('\'')
			c.i++
			continue
		}
		c.i++
		if c.i == start+2 {
			return "'"
		}
		return b.String()
	}
	c.fail(wrongPattern, "a quote is not closed")
	return ""
}

// run reads a letter with its repetitions.
func (c *compiler) run(letter byte) piece {
	start := c.i
	for c.i < len(c.text) && c.text[c.i] == letter {
		c.i++
	}
	n := c.i - start
	limit, known := longest[letter]
	switch {
	case strings.IndexByte("AnNpB", letter) >= 0:
		c.fail(illegalCharacter, "%c has no meaning", letter)
	case strings.IndexByte("ec", letter) >= 0:
		c.fail(weekBased, "%c counts weeks, which is not supported", letter)
	case strings.IndexByte("YWwu", letter) >= 0:
		c.fail(recognition, "%c is not supported any more", letter)
	case !known:
		c.fail(wrongPattern, "%c has no meaning", letter)
	case n > limit && strings.IndexByte("XxZzO", letter) < 0 && letter != 'V':
		c.fail(recognition, "%c is repeated %d times; %d is the most", letter, n, limit)
	case n > limit || letter == 'V' && n != 2 || letter == 'O' && n != 1 && n != 4:
		c.fail(wrongPattern, "%c cannot be repeated %d times", letter, n)
	}
	return piece{letter: letter, count: n}
}

// reserve tells each number of variable width how many digits belong to the
// numbers of fixed width right behind it.
func reserve(pieces []piece) {
	for i := range pieces {
		if pieces[i].letter == '[' {
			reserve(pieces[i].inner)
			continue
		}
		for k := i + 1; k < len(pieces); k++ {
			width := pieces[k].fixedWidth()
			if width == 0 {
				break
			}
			pieces[i].reserve += width
		}
	}
}

// fixedWidth is the number of digits of a number that always has as many, 0 for
// other pieces.
func (p *piece) fixedWidth() int {
	switch p.letter {
	case 'y', 'M', 'L', 'd', 'h', 'k', 'K', 'H', 'm', 's':
		if p.count == 2 {
			return 2
		}
	case 'D':
		if p.count == 3 {
			return 3
		}
	}
	return 0
}

// grain is the length of the stretches of local time that look the same in a
// pattern without zone letters.
func grain(pieces []piece) int64 {
	g := MicrosPerDay
	for _, p := range pieces {
		switch p.letter {
		case 'V', 'z', 'O', 'X', 'x', 'Z', 'S':
			return 0
		case 's':
			g = min(g, MicrosPerSecond)
		case 'm':
			g = min(g, MicrosPerMinute)
		case 'h', 'k', 'K', 'H', 'a':
			g = min(g, MicrosPerHour)
		case '[':
			inner := grain(p.inner)
			if inner == 0 {
				return 0
			}
			g = min(g, inner)
		}
	}
	return g
}
