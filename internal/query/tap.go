package query

import (
	"context"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// taps watch what the operators of a plan give, in all their chains.
type taps struct {
	sample int // how many rows of each operator are kept as text
	zone   *time.Location
	by     map[plan.Node][]*tap
}

// tap watches one operator in one chain.
type tap struct {
	exec.Operator
	of      *taps
	columns []*expr.Ref
	rows    int64
	sample  []string
}

// tap puts itself over an operator.
func (t *taps) tap(n plan.Node, op exec.Operator) exec.Operator {
	made := &tap{Operator: op, of: t, columns: n.Output()}
	t.by[n] = append(t.by[n], made)
	return made
}

// begin begins a batch.
func (t *taps) begin() {
	for _, list := range t.by {
		for _, p := range list {
			p.rows, p.sample = 0, nil
		}
	}
}

// Next counts what the operator gives.
func (p *tap) Next(ctx context.Context) (*batch.Batch, error) {
	b, err := p.Operator.Next(ctx)
	if err != nil {
		return b, err
	}
	p.rows += int64(b.Len())
	for i := 0; i < b.Len() && len(p.sample) < p.of.sample; i++ {
		p.sample = append(p.sample, p.text(b, b.Row(i)))
	}
	return b, nil
}

// text is a row as name=value, name=value.
func (p *tap) text(b *batch.Batch, row int) string {
	var line []byte
	for i, c := range b.Columns {
		if i > 0 {
			line = append(line, ", "...)
		}
		if i < len(p.columns) {
			line = append(append(line, p.columns[i].Name...), '=')
		}
		at := row
		if c.Const {
			at = 0
		}
		if c.Null(row) {
			line = append(line, "null"...)
		} else {
			line = celltext.Append(line, c, at, p.of.zone)
		}
	}
	return string(line)
}

// gave is how many rows a node has given; -1: it is part of another's work.
func (t *taps) gave(q *Query, n plan.Node) int64 {
	if scan, ok := n.(*plan.Scan); ok {
		for _, s := range q.program.Streams {
			if s.Node == scan {
				return s.Input.Total()
			}
		}
	}
	list := t.by[n]
	if len(list) == 0 {
		return -1
	}
	rows := int64(0)
	for _, p := range list {
		rows += p.rows
	}
	return rows
}

// operators are the traces of the plan's nodes.
func (t *taps) operators(q *Query) []OperatorTrace {
	var list []OperatorTrace
	var add func(n plan.Node, depth int)
	add = func(n plan.Node, depth int) {
		o := OperatorTrace{Depth: depth, Text: n.String(), Took: -1, Gave: t.gave(q, n)}
		for _, in := range n.Inputs() {
			if rows := t.gave(q, in); rows >= 0 {
				o.Took = max(o.Took, 0) + rows
			}
		}
		for _, op := range q.program.Stateful {
			if op.Node == n {
				o.State = &q.states.progress(q.program.Stateful)[op.Number]
			}
		}
		for _, p := range t.by[n] {
			o.Sample = append(o.Sample, p.sample[:min(len(p.sample), t.sample-len(o.Sample))]...)
		}
		list = append(list, o)
		for _, in := range n.Inputs() {
			add(in, depth+1)
		}
	}
	add(q.program.Root, 0)
	return list
}
