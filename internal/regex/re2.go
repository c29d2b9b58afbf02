package regex

import (
	"fmt"
	"strings"
)

// re2 writes a tree in the syntax of Go's regexp. '$' and '^' know only \n as a
// line end there, and '$' only the very end: the program knows better, and takes
// all but those texts over which it would think too long.
func re2(n *node) string {
	var b strings.Builder
	b.WriteString("(?-s)")
	writeRE2(&b, n)
	return b.String()
}

func writeRE2(b *strings.Builder, n *node) {
	switch n.kind {
	case emptyNode:
		b.WriteString("(?:)")
	case literalNode:
		for _, r := range n.text {
			fmt.Fprintf(b, `\x{%x}`, r)
		}
	case setNode:
		writeSet(b, n.set)
	case catNode:
		for _, k := range n.kids {
			writeRE2(b, k)
		}
	case altNode:
		b.WriteString("(?:")
		for i, k := range n.kids {
			if i > 0 {
				b.WriteByte('|')
			}
			writeRE2(b, k)
		}
		b.WriteByte(')')
	case groupNode:
		b.WriteByte('(')
		writeRE2(b, n.kids[0])
		b.WriteByte(')')
	case repeatNode:
		b.WriteString("(?:")
		writeRE2(b, n.kids[0])
		b.WriteByte(')')
		if n.max < 0 {
			fmt.Fprintf(b, "{%d,}", n.min)
		} else {
			fmt.Fprintf(b, "{%d,%d}", n.min, n.max)
		}
		if n.lazy {
			b.WriteByte('?')
		}
	default:
		b.WriteString(anchorsRE2[n.kind])
	}
}

var anchorsRE2 = map[kind]string{
	beginText: `\A`, beginLine: `(?m:^)`, endText: `\z`, endFinal: `\z`, endLine: `(?m:$)`, wordBoundary: `\b`, noBoundary: `\B`,
}

func writeSet(b *strings.Builder, s set) {
	if len(s) == 0 {
		b.WriteString(`[^\x{0}-\x{10ffff}]`)
		return
	}
	b.WriteByte('[')
	for _, r := range s {
		fmt.Fprintf(b, `\x{%x}-\x{%x}`, r.lo, r.hi)
	}
	b.WriteByte(']')
}
