package regex

import (
	"regexp"
	"strings"
	"sync"
)

// Pattern is a compiled Java regular expression. It never changes and may be
// used by many goroutines, each with its own [Matcher].
type Pattern struct {
	text    string
	root    *node
	groups  int
	names   map[string]int
	program *program // nil: only Go's regexp can do it
	start   prefilter
	linear  func() *regexp.Regexp // Go's regexp, made when first needed
}

// prefilter says where matches can begin.
type prefilter struct {
	literal     string     // every match has it, "" for none
	rare        int        // the place of its byte that texts have least
	least, most int        // this far behind its beginning
	bytes       *[4]uint64 // the bytes a match begins with; nil: any place
	anchored    bool       // only at the beginning of the text
	whole       bool       // the pattern is the literal and nothing else
	// lead is the run that every match begins with, if it takes all it can.
	lead *instruction
}

// Compile compiles a pattern. One that Java would not take is
// INVALID_PARAMETER_VALUE.PATTERN; one with a construct that weir refuses is
// UNSUPPORTED_FEATURE. Both name the position.
func Compile(text string) (*Pattern, error) {
	p := &parser{text: text}
	root := p.alternatives()
	if p.err == nil && p.i < len(text) {
		p.wrong(p.i, ") closes nothing")
	}
	if p.err != nil {
		return nil, p.err
	}
	out := &Pattern{text: text, root: root, groups: p.groups, names: p.names, program: compile(root, p.groups)}
	out.linear = sync.OnceValue(func() *regexp.Regexp {
		// What has been parsed here is within RE2's syntax; its limits of size
		// are the only thing it can complain of.
		re, _ := regexp.Compile(re2(root))
		return re
	})
	if out.program == nil && out.linear() == nil {
		p.refuse(0, "too many repetitions")
		return nil, p.err
	}
	out.start = newPrefilter(root, out.program)
	return out, nil
}

// String is the pattern's text.
func (p *Pattern) String() string { return p.text }

// Groups is the number of capturing groups.
func (p *Pattern) Groups() int { return p.groups }

func newPrefilter(root *node, prog *program) prefilter {
	var f prefilter
	if prog != nil {
		if bytes, ok := prog.first(); ok {
			f.bytes = bytes
		}
		f.lead = prog.lead()
	}
	parts := flatten(root, nil)
	f.whole = len(parts) == 1 && parts[0].kind == literalNode && root.kind == literalNode
	f.anchored = len(parts) > 0 && parts[0].kind == beginText
	least, most := 0, 0
	for _, n := range parts {
		if n.kind == literalNode && len(n.text) > len(f.literal) {
			f.literal, f.least, f.most = n.text, least, most
		}
		a, b := n.length()
		least, most = min(least+a, unbounded), min(most+b, unbounded)
	}
	for i := range len(f.literal) {
		if commonness(f.literal[i]) < commonness(f.literal[f.rare]) {
			f.rare = i
		}
	}
	return f
}

// commonness is higher for bytes that are more frequent in texts.
func commonness(c byte) int {
	const common = "_?&=\":-/9876543210,.kvbpygfwmucldrhsnioate "
	return strings.IndexByte(common, c)
}

// find is the place of the literal in s from at on, or -1. It looks for the rare
// byte, and after some that were not the literal's for all of it.
func (f *prefilter) find(s string, at int) int {
	c, tail := f.literal[f.rare], len(f.literal)-f.rare
	for range 8 {
		i := strings.IndexByte(s[at+f.rare:], c)
		if i < 0 || at+f.rare+i+tail > len(s) {
			return -1
		}
		if at += i; s[at:at+len(f.literal)] == f.literal {
			return at
		}
		if at++; at+f.rare > len(s) {
			return -1
		}
	}
	if i := strings.Index(s[at:], f.literal); i >= 0 {
		return at + i
	}
	return -1
}

// flatten lists the parts that every match has, in their order: groups and
// sequences are opened.
func flatten(n *node, parts []*node) []*node {
	switch n.kind {
	case catNode, groupNode:
		for _, k := range n.kids {
			parts = flatten(k, parts)
		}
		return parts
	}
	return append(parts, n)
}

// candidate is the next place from at on at which a match may begin, or -1.
func (f *prefilter) candidate(s string, at int) int {
	if f.anchored {
		if at > 0 {
			return -1
		}
		return at
	}
	if f.literal != "" && at+f.least <= len(s) {
		if at+f.least+len(f.literal) > len(s) {
			return -1
		}
		i := f.find(s, at+f.least)
		if i < 0 {
			return -1
		}
		if f.most < unbounded {
			at = max(at, i-f.most)
		}
	}
	if f.bytes == nil {
		return at
	}
	for ; at < len(s); at++ {
		if c := s[at]; f.bytes[c>>6]>>(c&63)&1 == 1 {
			return at
		}
	}
	return -1
}
