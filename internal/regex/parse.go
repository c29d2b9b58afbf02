package regex

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/fault"
)

// flags are those of Java's patterns, set by (?imsxud).
type flags struct {
	fold, multiline, dotAll, comments, unicode, unix bool
}

// parser reads a Java pattern.
type parser struct {
	text   string
	i      int
	flags  flags
	groups int
	names  map[string]int
	err    error
	depth  int
}

// maxDepth bounds how deep groups and classes may lie within each other.
const maxDepth = 500

// wrong notes a pattern that Java would not take either.
func (p *parser) wrong(at int, format string, args ...any) {
	if p.err == nil {
		p.err = fault.New(fault.InvalidParameter, "the regular expression %q is wrong at position %d: "+format,
			append([]any{p.text, at}, args...)...).With("value", p.text).Locate(fault.Position{Text: p.text, Start: at, Stop: at + 1})
	}
}

// refuse notes a construct of Java's that is not supported.
func (p *parser) refuse(at int, what string) {
	if p.err == nil {
		p.err = fault.New(fault.UnsupportedFeature, "the regular expression %q uses %s at position %d, which weir does not support: "+
			"it would make matching take exponential time", p.text, what, at).
			With("value", p.text).Locate(fault.Position{Text: p.text, Start: at, Stop: at + 1})
	}
}

func (p *parser) more() bool { return p.i < len(p.text) && p.err == nil }

func (p *parser) peek() byte { return p.text[p.i] }

func (p *parser) next() rune {
	r, n := utf8.DecodeRuneInString(p.text[p.i:])
	p.i += n
	return r
}

// take goes behind s if that comes next.
func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.text[p.i:], s) {
		p.i += len(s)
		return true
	}
	return false
}

// alternatives reads up to the end of the pattern or of the group.
func (p *parser) alternatives() *node {
	if p.depth++; p.depth > maxDepth {
		p.wrong(p.i, "groups lie too deep within each other")
		return &node{}
	}
	saved := p.flags
	kids := []*node{p.sequence()}
	for p.more() && p.take("|") {
		kids = append(kids, p.sequence())
	}
	p.flags = saved
	p.depth--
	if len(kids) == 1 {
		return kids[0]
	}
	return &node{kind: altNode, kids: kids}
}

// sequence reads up to | or the end.
func (p *parser) sequence() *node {
	var kids []*node
	for p.more() {
		if p.flags.comments && p.skipComment() {
			continue
		}
		start := p.i
		c := p.peek()
		if c == '|' || c == ')' {
			break
		}
		n := p.atom()
		if n == nil {
			continue
		}
		n = p.repeated(n, start)
		// Literals grow together.
		if k := len(kids); n.kind == literalNode && k > 0 && kids[k-1].kind == literalNode && !p.repeatFollows() {
			kids[k-1] = &node{kind: literalNode, text: kids[k-1].text + n.text}
			continue
		}
		kids = append(kids, n)
	}
	switch len(kids) {
	case 0:
		return &node{}
	case 1:
		return kids[0]
	}
	return &node{kind: catNode, kids: kids}
}

func (p *parser) repeatFollows() bool {
	return p.i < len(p.text) && strings.IndexByte("*+?{", p.text[p.i]) >= 0
}

func (p *parser) skipComment() bool {
	switch c := p.peek(); {
	case c == '#':
		for p.i < len(p.text) && p.text[p.i] != '\n' {
			p.i++
		}
		return true
	case c == ' ' || c >= '\t' && c <= '\r':
		p.i++
		return true
	}
	return false
}

// repeated reads the quantifiers behind an atom.
func (p *parser) repeated(n *node, start int) *node {
	for p.more() {
		if p.flags.comments && p.skipComment() {
			continue
		}
		at := p.i
		r := &node{kind: repeatNode, kids: []*node{n}, max: -1}
		switch p.peek() {
		case '*':
			p.i++
		case '+':
			p.i++
			r.min = 1
		case '?':
			p.i++
			r.max = 1
		case '{':
			p.counts(r)
		default:
			return n
		}
		switch {
		case p.more() && p.take("?"):
			r.lazy = true
		case p.more() && p.take("+"):
			p.refuse(at, "the possessive quantifier "+p.text[at:p.i])
		}
		if n.kind >= beginText {
			r = &node{kind: catNode, kids: []*node{n}} // an anchor again and again is one
			if p.text[at] != '+' {
				r = &node{}
			}
		}
		n = r
	}
	return n
}

// counts reads {n}, {n,} or {n,m}.
func (p *parser) counts(r *node) {
	at := p.i
	end := strings.IndexByte(p.text[p.i:], '}')
	if end < 0 {
		p.wrong(at, "a { is not closed")
		return
	}
	body := p.text[p.i+1 : p.i+end]
	p.i += end + 1
	low, high, two := strings.Cut(body, ",")
	var err error
	if r.min, err = strconv.Atoi(low); err != nil || r.min < 0 || low[0] == '+' {
		p.wrong(at, "{%s} is no repetition", body)
		return
	}
	switch {
	case !two:
		r.max = r.min
	case high != "":
		if r.max, err = strconv.Atoi(high); err != nil || r.max < r.min {
			p.wrong(at, "{%s} is no repetition", body)
		}
	}
	if max(r.min, r.max) > 1000 {
		p.refuse(at, "more than 1000 repetitions")
	}
}

// atom reads one character, class, group or anchor; nil for what matches
// nothing, such as a change of flags.
func (p *parser) atom() *node {
	at := p.i
	switch c := p.peek(); c {
	case '(':
		p.i++
		return p.group(at)
	case '[':
		p.i++
		return p.setNode(p.class(at))
	case '\\':
		return p.escape()
	case '.':
		p.i++
		switch {
		case p.flags.dotAll:
			return &node{kind: setNode, set: anyRune}
		case p.flags.unix:
			return &node{kind: setNode, set: set{{'\n', '\n'}}.negated()}
		}
		return &node{kind: setNode, set: lineEndSet.negated()}
	case '^':
		p.i++
		if p.flags.multiline {
			return &node{kind: beginLine, unix: p.flags.unix}
		}
		return &node{kind: beginText}
	case '$':
		p.i++
		if p.flags.multiline {
			return &node{kind: endLine, unix: p.flags.unix}
		}
		return &node{kind: endFinal, unix: p.flags.unix}
	case '*', '+', '?':
		p.wrong(at, "there is nothing to repeat before %c", c)
		return nil
	case '{':
		p.wrong(at, "there is nothing to repeat before {")
		return nil
	}
	return p.literal(p.next())
}

// literal is the node of a character under the flags.
func (p *parser) literal(r rune) *node {
	if p.flags.fold {
		if s := (set{{r, r}}).folded(p.flags.unicode); len(s) > 1 || s[0].lo != s[0].hi {
			return &node{kind: setNode, set: s}
		}
	}
	return &node{kind: literalNode, text: string(r)}
}

func (p *parser) setNode(s set) *node {
	if p.flags.fold {
		s = s.folded(p.flags.unicode)
	}
	return &node{kind: setNode, set: s}
}

// group reads what follows an opening parenthesis.
func (p *parser) group(at int) *node {
	if !p.take("?") {
		p.groups++
		return p.closed(&node{kind: groupNode, group: p.groups}, at)
	}
	switch {
	case p.take(":"):
		return p.closed(nil, at)
	case p.take("="), p.take("!"):
		p.refuse(at, "the look-ahead "+p.text[at:p.i]+"…)")
	case p.take("<="), p.take("<!"):
		p.refuse(at, "the look-behind "+p.text[at:p.i]+"…)")
	case p.take(">"):
		p.refuse(at, "the atomic group (?>…)")
	case p.take("<"):
		end := strings.IndexByte(p.text[p.i:], '>')
		if end <= 0 {
			p.wrong(at, "the name of a group is not closed")
			return nil
		}
		name := p.text[p.i : p.i+end]
		p.i += end + 1
		p.groups++
		if p.names == nil {
			p.names = make(map[string]int)
		}
		if p.names[name] != 0 {
			p.wrong(at, "two groups are named %s", name)
		}
		p.names[name] = p.groups
		return p.closed(&node{kind: groupNode, group: p.groups}, at)
	default:
		return p.changeFlags(at)
	}
	return nil
}

// closed reads the inside of a group and its parenthesis.
func (p *parser) closed(group *node, at int) *node {
	inner := p.alternatives()
	if p.err == nil && !p.take(")") {
		p.wrong(at, "a group is not closed")
	}
	if group == nil {
		if inner.kind == literalNode || inner.kind == catNode {
			return &node{kind: catNode, kids: []*node{inner}} // a quantifier takes all of it
		}
		return inner
	}
	group.kids = []*node{inner}
	return group
}

// changeFlags reads (?i) or (?i:…).
func (p *parser) changeFlags(at int) *node {
	f, on := p.flags, true
	for p.more() {
		c := p.peek()
		p.i++
		switch c {
		case '-':
			on = false
		case 'i':
			f.fold = on
		case 'm':
			f.multiline = on
		case 's':
			f.dotAll = on
		case 'x':
			f.comments = on
		case 'u':
			f.unicode = on
		case 'd':
			f.unix = on
		case ')':
			p.flags = f
			return nil
		case ':':
			saved := p.flags
			p.flags = f
			n := p.closed(nil, at)
			p.flags = saved
			return n
		case 'U':
			p.refuse(at, "the flag U")
		default:
			p.wrong(at, "(?%c is no group", c)
		}
	}
	p.wrong(at, "a group is not closed")
	return nil
}
