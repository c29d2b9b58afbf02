package physical

import (
	"context"
	"fmt"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// level holds the rows that came last in a recursion.
type level struct{ rows *batch.Batch }

// Open reads the rows.
func (l *level) Open(context.Context, connector.Split, connector.Scan) (connector.Reader, error) {
	return &heldReader{from: l.rows}, nil
}

// lastLevel is a recursive query in its own definition: the rows that came last.
func (b *builder) lastLevel(n *plan.RecursionRef, s *stage) (factory, error) {
	l := b.levels[n.ID]
	if l == nil {
		return nil, fault.New(fault.RecursiveReference, "%s stands outside its own definition", n.Name).Locate(n.At)
	}
	input := &exec.Input{}
	input.Set(l, []connector.Split{{Label: n.Name, Rows: -1, Bytes: -1}})
	s.feeds = append(s.feeds, &input.Feed)
	return func(int) (exec.Operator, error) { return exec.NewScan(input, connector.Scan{}), nil }, nil
}

// recursion makes programs of both parts of a recursive query, which its leaf runs
// when it is read.
func (b *builder) recursion(n *plan.Recursion, s *stage) (factory, error) {
	r := &recursion{node: n, level: &level{}, kinds: refTypes(n.Columns)}
	levels := map[int64]*level{n.ID: r.level}
	for id, l := range b.levels {
		levels[id] = l
	}
	var err error
	if r.anchor, err = compileWithin(n.Anchor, b.Options, b.levels); err != nil {
		return nil, err
	}
	b.program.inner = append(b.program.inner, r.anchor)
	if r.step, err = compileWithin(n.Step, b.Options, levels); err != nil {
		return nil, err
	}
	b.program.inner = append(b.program.inner, r.step)
	input := &exec.Input{}
	input.Set(r, []connector.Split{{Label: n.Name, Rows: -1, Bytes: -1}})
	s.feeds = append(s.feeds, &input.Feed)
	return func(int) (exec.Operator, error) { return exec.NewScan(input, connector.Scan{}), nil }, nil
}

// recursion runs a recursive query.
type recursion struct {
	node         *plan.Recursion
	level        *level
	kinds        []types.Type
	anchor, step *Program
}

// Open computes all rows.
func (r *recursion) Open(ctx context.Context, _ connector.Split, _ connector.Scan) (connector.Reader, error) {
	out := &levelsReader{}
	total := int64(0)
	p := r.anchor
	for n := int64(0); ; n++ {
		if n > r.node.MaxLevels && r.node.MaxLevels >= 0 {
			return nil, fault.New(fault.RecursionLevel, "the recursive query %s is not at its end after %d levels; "+
				"set spark.sql.cteRecursionLevelLimit higher if it has one", r.node.Name, r.node.MaxLevels).
				With("levelLimit", fmt.Sprint(r.node.MaxLevels)).Locate(r.node.At)
		}
		rows, err := r.run(ctx, p)
		if err != nil {
			return nil, err
		}
		if rows.Rows == 0 {
			return out, nil
		}
		if total += int64(rows.Rows); total > r.node.MaxRows && r.node.MaxRows >= 0 && r.node.Stop == 0 {
			return nil, fault.New(fault.RecursionRows, "the recursive query %s has more than %d rows; "+
				"set spark.sql.cteRecursionRowLimit higher if it has an end", r.node.Name, r.node.MaxRows).
				With("rowLimit", fmt.Sprint(r.node.MaxRows)).Locate(r.node.At)
		}
		out.levels = append(out.levels, rows)
		if r.node.Stop > 0 && total >= r.node.Stop {
			return out, nil
		}
		r.level.rows, p = rows, r.step
	}
}

// run gives the rows of one level.
func (r *recursion) run(ctx context.Context, p *Program) (*batch.Batch, error) {
	parts, err := p.Collect(ctx, &exec.Run{Now: p.env.Now}, r.kinds)
	if err != nil {
		return nil, err
	}
	all := &batch.Batch{}
	for _, t := range r.kinds {
		all.Columns = append(all.Columns, batch.NewColumn(t, 0))
	}
	for _, s := range parts {
		if s == nil {
			continue
		}
		for _, b := range s.Batches() {
			for i, c := range b.Columns {
				all.Columns[i].Append(c, nil, b.Rows, nil)
			}
			all.Rows += b.Rows
		}
	}
	return all, nil
}

// levelsReader gives the rows of all levels.
type levelsReader struct {
	levels  []*batch.Batch
	current *heldReader
}

// Next gives the next rows.
func (r *levelsReader) Next(ctx context.Context) (*batch.Batch, error) {
	for {
		if r.current != nil {
			if b, err := r.current.Next(ctx); err != io.EOF {
				return b, err
			}
			r.current = nil
		}
		if len(r.levels) == 0 {
			return nil, io.EOF
		}
		r.current, r.levels = &heldReader{from: r.levels[0]}, r.levels[1:]
	}
}

// Close does nothing.
func (r *levelsReader) Close() error { return nil }
