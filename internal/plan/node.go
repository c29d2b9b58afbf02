package plan

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
)

// Node is a relation.
type Node interface {
	// Inputs are the relations it is made of, in order.
	Inputs() []Node
	// WithInputs is the same node over other inputs, as many as before.
	WithInputs(inputs []Node) Node
	// Output are the columns. It is meaningful once the node is resolved.
	Output() []*expr.Ref
	// String is one line: the node's kind and what is particular to it.
	String() string
	// IsRelation lets a plan stand inside a subquery expression.
	IsRelation()
}

// Origin is embedded by nodes: where a relation came from.
type Origin struct {
	// PlanID is the id by which DataFrames and Spark Connect refer to the
	// relation's columns; 0 for none.
	PlanID int64
	// At is the place in the SQL text.
	At fault.Position
	// Site is the place in the user's program, "file.go:12"; empty for none.
	Site string
}

// IsRelation marks the node as a relation.
func (Origin) IsRelation() {}

// leaf is embedded by nodes without inputs.
type leaf struct{}

func (leaf) Inputs() []Node { return nil }

// Transform rebuilds a tree from the leaves up, giving each node to f once its
// inputs are done.
func Transform(n Node, f func(Node) (Node, error)) (Node, error) {
	inputs := n.Inputs()
	if len(inputs) > 0 {
		fresh, changed := make([]Node, len(inputs)), false
		for i, in := range inputs {
			m, err := Transform(in, f)
			if err != nil {
				return nil, err
			}
			fresh[i], changed = m, changed || m != in
		}
		if changed {
			n = n.WithInputs(fresh)
		}
	}
	return f(n)
}

// Walk gives n and all nodes beneath it to f, parents first, and goes no deeper
// where f returns false.
func Walk(n Node, f func(Node) bool) {
	if !f(n) {
		return
	}
	for _, in := range n.Inputs() {
		Walk(in, f)
	}
}

// Any reports whether f holds for n or a node beneath it.
func Any(n Node, f func(Node) bool) bool {
	found := false
	Walk(n, func(x Node) bool {
		found = found || f(x)
		return !found
	})
	return found
}

// Streaming reports whether a stream stands beneath n.
func Streaming(n Node) bool {
	return Any(n, func(x Node) bool {
		switch x := x.(type) {
		case *Scan:
			return x.Streaming
		case *Read:
			return x.Streaming
		}
		return false
	})
}

// From is the origin itself, for whoever holds a Node.
func (o Origin) From() Origin { return o }

// Text is a tree, a node a line, inputs indented.
func Text(n Node) string {
	var b strings.Builder
	var write func(n Node, depth int)
	write = func(n Node, depth int) {
		b.WriteString(strings.Repeat("  ", depth) + n.String() + "\n")
		for _, in := range n.Inputs() {
			write(in, depth+1)
		}
	}
	write(n, 0)
	return b.String()
}

// OriginOf is where a node came from; the zero Origin where it does not say.
func OriginOf(n Node) Origin {
	if o, ok := n.(interface{ From() Origin }); ok {
		return o.From()
	}
	return Origin{}
}

// EventTime is the first column that is an event time; nil: there is none.
func EventTime(n Node) *expr.Ref {
	for _, c := range n.Output() {
		if c.Watermark >= 0 {
			return c
		}
	}
	return nil
}
