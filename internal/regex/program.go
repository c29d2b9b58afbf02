package regex

import "slices"

// op is what an instruction does.
type op uint8

const (
	opMatch  op = iota
	opText      // text comes next
	opSet       // one character of set
	opRun       // min to max characters of set, as many as work, or, lazy, as few
	opOnly      // as opRun, but as many as there are: fewer could not go on
	opSave      // slot takes the place
	opSplit     // tries next, then other
	opJump      // goes to next
	opAnchor    // the anchor holds
)

// instruction is a step of a program. The step after it is next.
type instruction struct {
	op       op
	lazy     bool
	unix     bool
	anchor   kind
	next     int32
	other    int32
	slot     int
	text     string
	set      *charset
	min, max int
}

// program is a compiled tree. It begins at start.
type program struct {
	steps []instruction
	start int32
	slots int // two a group, and two for the whole
}

// builder compiles a tree from its end to its beginning, so that each node knows
// what comes after it.
type builder struct {
	steps []instruction
	loops bool // a repeated group may match the empty text: backtracking could run for ever
}

// maxSteps bounds the size of a program; a larger one is left to Go's regexp.
const maxSteps = 4000

// compile is the program of a tree, or nil where it must be left to Go's regexp.
func compile(root *node, groups int) *program {
	b := &builder{steps: []instruction{{op: opMatch}}}
	start := b.node(&node{kind: groupNode, kids: []*node{root}}, 0)
	if b.loops || len(b.steps) > maxSteps {
		return nil
	}
	return &program{steps: b.steps, start: start, slots: 2 * (groups + 1)}
}

func (b *builder) add(i instruction) int32 {
	if len(b.steps) <= maxSteps {
		b.steps = append(b.steps, i)
	}
	return int32(len(b.steps) - 1)
}

// node compiles n to go on at next and is where it begins.
func (b *builder) node(n *node, next int32) int32 {
	if len(b.steps) > maxSteps {
		return next
	}
	switch n.kind {
	case emptyNode:
		return next
	case literalNode:
		return b.add(instruction{op: opText, text: n.text, next: next})
	case setNode:
		return b.add(instruction{op: opSet, set: newCharset(n.set), next: next})
	case catNode:
		for _, k := range slices.Backward(n.kids) {
			next = b.node(k, next)
		}
		return next
	case altNode:
		at := b.node(n.kids[len(n.kids)-1], next)
		for _, k := range slices.Backward(n.kids[:len(n.kids)-1]) {
			at = b.add(instruction{op: opSplit, next: b.node(k, next), other: at})
		}
		return at
	case groupNode:
		end := b.add(instruction{op: opSave, slot: 2*n.group + 1, next: next})
		return b.add(instruction{op: opSave, slot: 2 * n.group, next: b.node(n.kids[0], end)})
	case repeatNode:
		return b.repeat(n, next)
	}
	return b.add(instruction{op: opAnchor, anchor: n.kind, unix: n.unix, next: next})
}

// repeat compiles a repetition.
func (b *builder) repeat(n *node, next int32) int32 {
	kid := n.kids[0]
	if kid.kind == literalNode && runeWidth([]rune(kid.text)[0]) == len(kid.text) {
		r := []rune(kid.text)[0]
		kid = &node{kind: setNode, set: set{{r, r}}}
	}
	if kid.kind == setNode {
		high := n.max
		if high < 0 {
			high = unbounded
		}
		i := instruction{op: opRun, set: newCharset(kid.set), min: n.min, max: high, lazy: n.lazy, next: next}
		if !n.lazy && b.excludes(next, kid.set) {
			i.op = opOnly
		}
		return b.add(i)
	}
	if n.max < 0 && kid.nullable() {
		b.loops = true
		return next
	}
	at := next
	split := func(into, over int32) int32 {
		if n.lazy {
			into, over = over, into
		}
		return b.add(instruction{op: opSplit, next: into, other: over})
	}
	if n.max < 0 {
		at = b.add(instruction{op: opSplit})
		body := b.node(kid, at)
		if n.lazy {
			b.steps[at].next, b.steps[at].other = next, body
		} else {
			b.steps[at].next, b.steps[at].other = body, next
		}
	} else {
		for range n.max - n.min {
			at = split(b.node(kid, at), next)
		}
	}
	for range n.min {
		at = b.node(kid, at)
	}
	return at
}

// excludes reports whether what comes at a step cannot begin with a character of
// s, so that a run of s can only be taken whole.
func (b *builder) excludes(at int32, s set) bool {
	for {
		switch i := &b.steps[at]; i.op {
		case opSave, opJump:
			at = i.next
			continue
		case opMatch:
			return true
		case opText:
			r := []rune(i.text)[0]
			return !s.has(r)
		case opSet:
			return len(s.intersection(i.set.set)) == 0
		case opRun, opOnly:
			return i.min > 0 && len(s.intersection(i.set.set)) == 0
		case opAnchor:
			return i.anchor == endText
		}
		return false
	}
}

// lead is the run without limit that a match begins with, nil for none.
func (p *program) lead() *instruction {
	i := &p.steps[p.start]
	for i.op == opSave {
		i = &p.steps[i.next]
	}
	if i.op == opOnly && i.max == unbounded {
		return i
	}
	return nil
}

// first is the set of bytes that a match can begin with; ok is false where it
// can be empty, so that every place is one to try.
func (p *program) first() (bytes *[4]uint64, ok bool) {
	bytes = new([4]uint64)
	seen := make(map[int32]bool)
	var walk func(at int32) bool
	walk = func(at int32) bool {
		if seen[at] {
			return true
		}
		seen[at] = true
		i := &p.steps[at]
		switch i.op {
		case opSave, opJump, opAnchor:
			return walk(i.next)
		case opSplit:
			return walk(i.next) && walk(i.other)
		case opText:
			c := i.text[0]
			bytes[c>>6] |= 1 << (c & 63)
			return true
		case opSet, opRun, opOnly:
			bytes[0] |= i.set.ascii[0]
			bytes[1] |= i.set.ascii[1]
			if !i.set.none {
				bytes[2], bytes[3] = ^uint64(0), ^uint64(0)
			}
			return i.op == opSet || i.min > 0 || walk(i.next)
		}
		return false
	}
	return bytes, walk(p.start)
}
