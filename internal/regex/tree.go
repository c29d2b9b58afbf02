package regex

// kind is the sort of a node of a pattern's tree.
type kind uint8

const (
	emptyNode    kind = iota
	literalNode       // text
	setNode           // one character of set
	catNode           // kids one after the other
	altNode           // one of kids, the first that works
	groupNode         // kids[0], captured as group
	repeatNode        // kids[0], min to max times; max -1: no limit
	beginText         // \A, ^
	beginLine         // ^ with m
	endText           // \z
	endFinal          // $, \Z: the end, or before a line end there
	endLine           // $ with m
	wordBoundary      // \b
	noBoundary        // \B
)

// node is a part of a pattern.
type node struct {
	kind     kind
	text     string
	set      set
	kids     []*node
	group    int
	min, max int
	lazy     bool
	unix     bool // of anchors: only \n ends a line
}

// nullable reports whether the node can match the empty text.
func (n *node) nullable() bool {
	switch n.kind {
	case literalNode, setNode:
		return false
	case catNode:
		for _, k := range n.kids {
			if !k.nullable() {
				return false
			}
		}
		return true
	case altNode:
		for _, k := range n.kids {
			if k.nullable() {
				return true
			}
		}
		return false
	case groupNode:
		return n.kids[0].nullable()
	case repeatNode:
		return n.min == 0 || n.kids[0].nullable()
	}
	return true
}

// unbounded stands for a length without limit.
const unbounded = 1 << 30

// length is the number of bytes that the node can match, from least to most.
func (n *node) length() (least, most int) {
	switch n.kind {
	case literalNode:
		return len(n.text), len(n.text)
	case setNode:
		if len(n.set) == 0 {
			return 1, 1
		}
		return runeWidth(n.set[0].lo), runeWidth(n.set[len(n.set)-1].hi)
	case catNode:
		for _, k := range n.kids {
			a, b := k.length()
			least, most = least+a, min(most+b, unbounded)
		}
		return min(least, unbounded), most
	case altNode:
		least = unbounded
		for _, k := range n.kids {
			a, b := k.length()
			least, most = min(least, a), max(most, b)
		}
		return least, most
	case groupNode:
		return n.kids[0].length()
	case repeatNode:
		a, b := n.kids[0].length()
		if n.max < 0 || b >= unbounded || n.max*b >= unbounded {
			return min(n.min*a, unbounded), unbounded
		}
		return min(n.min*a, unbounded), n.max * b
	}
	return 0, 0
}

func runeWidth(r rune) int {
	switch {
	case r < 0x80:
		return 1
	case r < 0x800:
		return 2
	case r < 0x10000:
		return 3
	}
	return 4
}
