package golden

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// block is a case with the text that stands before its answer: comments,
// empty lines, command line and input, kept as they are so that -update does
// not touch them. The last block of a file may be text alone.
type block struct {
	Case
	before string
	want   string
	isCase bool
}

// lines hands out the lines of a file and knows where it is.
type lines struct {
	text []string
	next int
}

func (l *lines) more() bool   { return l.next < len(l.text) }
func (l *lines) peek() string { return l.text[l.next] }
func (l *lines) take() string { l.next++; return l.text[l.next-1] }
func (l *lines) number() int  { return l.next + 1 }

// parse splits the text of a golden file into its blocks.
func parse(file, text string) ([]block, error) {
	l := &lines{text: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	if text == "" {
		return nil, nil
	}
	var blocks []block
	for l.more() {
		b, err := parseBlock(file, l)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

func parseBlock(file string, l *lines) (block, error) {
	var b block
	for l.more() && (strings.HasPrefix(l.peek(), "#") || strings.TrimSpace(l.peek()) == "") {
		b.before += l.take() + "\n"
	}
	if !l.more() {
		return b, nil
	}
	b.isCase = true
	b.Position = fmt.Sprintf("%s:%d", file, l.number())
	command := l.take()
	b.before += command + "\n"
	if err := parseCommand(command, &b.Case); err != nil {
		return b, fmt.Errorf("%s: %w", b.Position, err)
	}
	var input []string
	for l.more() && l.peek() != border {
		b.before += l.peek() + "\n"
		input = append(input, l.take())
	}
	if !l.more() {
		return b, fmt.Errorf("%s: the command has no line of four dashes", b.Position)
	}
	l.take()
	b.Input = strings.Join(input, "\n")
	want, err := parseAnswer(l)
	if err != nil {
		return b, fmt.Errorf("%s: %w", b.Position, err)
	}
	b.want = want
	return b, nil
}

// parseAnswer takes the lines of an answer and the empty line after it.
func parseAnswer(l *lines) (string, error) {
	var answer []string
	if l.more() && l.peek() == border {
		l.take()
		for l.more() && !(l.peek() == border && l.next+1 < len(l.text) && l.text[l.next+1] == border) {
			answer = append(answer, l.take())
		}
		if !l.more() {
			return "", errors.New("the answer is not closed by two lines of four dashes")
		}
		l.take()
		l.take()
	} else {
		for l.more() && l.peek() != "" {
			answer = append(answer, l.take())
		}
	}
	if l.more() && l.peek() == "" {
		l.take()
	}
	return strings.Join(answer, "\n"), nil
}

// parseCommand reads a command line: a command, then key=value or bare words.
func parseCommand(line string, c *Case) error {
	rest := strings.TrimSpace(line)
	c.Command, rest, _ = strings.Cut(rest, " ")
	c.Args = make(map[string]string)
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		end := strings.IndexAny(rest, " =")
		if end < 0 {
			end = len(rest)
		}
		key := rest[:end]
		rest = rest[end:]
		if !strings.HasPrefix(rest, "=") {
			c.Args[key] = ""
			c.Words = append(c.Words, key)
			continue
		}
		value, after, err := parseValue(rest[1:])
		if err != nil {
			return fmt.Errorf("argument %s: %w", key, err)
		}
		c.Args[key], rest = value, after
	}
	return nil
}

// parseValue reads one value and returns what follows it.
func parseValue(s string) (value, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, " ")
		return value, rest, nil
	}
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", errors.New("the quoted value is not closed")
	}
	value, err = strconv.Unquote(quoted)
	return value, s[len(quoted):], err
}
