package regex

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// escape reads an escape outside of a class.
func (p *parser) escape() *node {
	at := p.i
	if p.i+1 >= len(p.text) {
		p.wrong(at, "a backslash ends the pattern")
		return nil
	}
	switch c := p.text[p.i+1]; c {
	case 'Q':
		end := strings.Index(p.text[p.i:], `\E`)
		body := p.text[p.i+2:]
		if p.i += len(body) + 2; end >= 0 {
			body = p.text[at+2 : at+end]
			p.i = at + end + 2
		}
		return p.quoted(body)
	case 'E':
		p.i += 2
		return nil
	case 'A', 'z', 'Z', 'b', 'B':
		p.i += 2
		kinds := map[byte]kind{'A': beginText, 'z': endText, 'Z': endFinal, 'b': wordBoundary, 'B': noBoundary}
		return &node{kind: kinds[c], unix: p.flags.unix}
	case 'R':
		p.i += 2
		return &node{kind: altNode, kids: []*node{{kind: literalNode, text: "\r\n"}, {kind: setNode, set: verticalSet}}}
	case 'G', 'X', 'N':
		p.refuse(at, `\`+string(c))
		return nil
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		p.refuse(at, "the back reference "+p.text[at:at+2])
		return nil
	case 'k':
		p.refuse(at, `the back reference \k`)
		return nil
	}
	if s, ok := p.classEscape(); ok {
		return p.setNode(s)
	}
	return p.literal(p.charEscape())
}

// quoted is the node of a text in which nothing is special. A quantifier behind
// it belongs to its last character.
func (p *parser) quoted(body string) *node {
	if body == "" {
		return nil
	}
	if !p.flags.fold && !p.repeatFollows() {
		return &node{kind: literalNode, text: body}
	}
	n := &node{kind: catNode}
	for _, r := range body {
		n.kids = append(n.kids, p.literal(r))
	}
	if last := len(n.kids) - 1; p.repeatFollows() {
		n.kids[last] = p.repeated(n.kids[last], p.i)
	}
	return n
}

// classEscape reads the escape of a predefined class, if one comes next.
func (p *parser) classEscape() (s set, ok bool) {
	at := p.i
	c := p.text[p.i+1]
	switch c | 0x20 {
	case 'd':
		s = digitSet
	case 'w':
		s = wordSet
	case 's':
		s = spaceSet
	case 'h':
		s = blankSet
	case 'v':
		s = verticalSet
	case 'p':
		p.i += 2
		name := ""
		switch end := strings.IndexByte(p.text[p.i:], '}'); {
		case p.i < len(p.text) && p.text[p.i] == '{' && end > 0:
			name = p.text[p.i+1 : p.i+end]
			p.i += end + 1
		case p.i < len(p.text):
			name = string(p.next())
		}
		var known bool
		if s, known = property(name); !known {
			p.wrong(at, "there is no property %q", name)
		}
		p.i -= 2 // as for the others
	default:
		return nil, false
	}
	p.i += 2
	if c < 'a' {
		s = s.negated()
	}
	return s, true
}

// charEscape reads the escape of one character.
func (p *parser) charEscape() rune {
	at := p.i
	p.i++
	c := p.next()
	switch c {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	case 'a':
		return 7
	case 'e':
		return 27
	case 'c':
		if p.i < len(p.text) {
			return p.next() ^ 64
		}
	case '0':
		return p.octal(at)
	case 'u':
		return p.hex(4, at)
	case 'x':
		if p.take("{") {
			end := strings.IndexByte(p.text[p.i:], '}')
			if end > 0 {
				return p.hex(end, at) + p.behindBrace()
			}
			p.wrong(at, "the code of a character is not closed")
			return 0
		}
		return p.hex(2, at)
	}
	if c < utf8.RuneSelf && (c|0x20 >= 'a' && c|0x20 <= 'z') {
		p.wrong(at, "\\%c is no escape", c)
	}
	return c
}

// behindBrace goes behind the brace of \x{…}; it is 0, to stand in a sum.
func (p *parser) behindBrace() rune {
	p.take("}")
	return 0
}

func (p *parser) hex(n, at int) rune {
	if p.i+n > len(p.text) {
		p.wrong(at, "the code of a character is too short")
		return 0
	}
	v, err := strconv.ParseUint(p.text[p.i:p.i+n], 16, 32)
	if err != nil || v > utf8.MaxRune {
		p.wrong(at, "%q is no code of a character", p.text[p.i:p.i+n])
		return 0
	}
	p.i += n
	return rune(v)
}

func (p *parser) octal(at int) rune {
	v, n := rune(0), 0
	for n < 3 && p.i < len(p.text) && p.text[p.i] >= '0' && p.text[p.i] <= '7' && v*8+rune(p.text[p.i]-'0') <= 0377 {
		v = v*8 + rune(p.text[p.i]-'0')
		p.i++
		n++
	}
	if n == 0 {
		p.wrong(at, `\0 needs octal digits`)
	}
	return v
}

// class reads a class from behind its bracket to behind the closing one: parts
// are united, && intersects what stands left and right of it.
func (p *parser) class(at int) set {
	if p.depth++; p.depth > maxDepth {
		p.wrong(at, "classes lie too deep within each other")
		return nil
	}
	negated := p.more() && p.take("^")
	var result set
	intersect, first := false, true
	for {
		nothing := p.more() && p.peek() == ']' // [a&&] is [a]
		part, closed := p.classUnion(at, first)
		switch {
		case !intersect:
			result = part
		case !nothing:
			result = result.intersection(part)
		}
		if closed || p.err != nil {
			break
		}
		intersect, first = true, false
	}
	p.depth--
	if negated {
		return result.negated()
	}
	return result
}

// classUnion reads the parts of a class up to && or the closing bracket.
func (p *parser) classUnion(at int, first bool) (s set, closed bool) {
	for p.more() {
		switch c := p.peek(); {
		case c == ']' && !first:
			p.i++
			return s, true
		case c == '[':
			start := p.i
			p.i++
			s = s.union(p.class(start))
		case p.take("&&"):
			return s, false
		case p.flags.comments && p.skipComment():
			continue
		default:
			s = s.union(p.classPart())
		}
		first = false
	}
	p.wrong(at, "a class is not closed")
	return s, true
}

// classPart reads a character, a range or an escape within a class.
func (p *parser) classPart() set {
	at := p.i
	if p.peek() == '\\' {
		if p.i+1 >= len(p.text) {
			p.wrong(at, "a backslash ends the pattern")
			return nil
		}
		switch p.text[p.i+1] {
		case 'Q':
			end := strings.Index(p.text[p.i:], `\E`)
			if end < 0 {
				p.wrong(at, `\Q is not closed`)
				return nil
			}
			var s set
			for _, r := range p.text[p.i+2 : p.i+end] {
				s = append(s, runes{r, r})
			}
			p.i += end + 2
			return normal(s)
		case 'E':
			p.i += 2
			return nil
		}
		if s, ok := p.classEscape(); ok {
			return s
		}
	}
	lo := p.classChar()
	hi := lo
	if p.i+1 < len(p.text) && p.text[p.i] == '-' && p.text[p.i+1] != ']' && p.text[p.i+1] != '[' && !strings.HasPrefix(p.text[p.i:], "-&&") {
		p.i++
		if hi = p.classChar(); hi < lo {
			p.wrong(at, "the range %s runs backwards", p.text[at:p.i])
		}
	}
	return set{{lo, hi}}
}

func (p *parser) classChar() rune {
	if p.peek() == '\\' && p.i+1 < len(p.text) {
		return p.charEscape()
	}
	return p.next()
}
