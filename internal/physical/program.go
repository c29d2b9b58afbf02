package physical

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/schedule"
	"github.com/weirstream/weir/internal/watermark"
	"github.com/weirstream/weir/types"
)

// Program is a plan ready to run, batch after batch. It belongs to one
// goroutine.
type Program struct {
	// Root is the plan it was made of.
	Root plan.Node
	// Streams are the streaming sources, in plan order.
	Streams []*Stream
	// Watermarks are the event-time columns, in plan order.
	Watermarks []*Watermark
	// Observations are the metrics of the rows that pass, in plan order.
	Observations []*Observation
	// Stateful are the operators that keep state, in plan order; see [Program.bound].
	Stateful []*Stateful

	flow   []flow
	stages []*stage
	tables []*table
	// inner are the programs of recursions.
	inner  []*Program
	pool   schedule.Pool
	env    *expr.Env
	draws  []*expr.Env // of the chains with functions of chance
	schema types.Schema
}

// Stream is a streaming source in a program.
type Stream struct {
	// Node is the scan it was made of.
	Node *plan.Scan
	// Scan is what is wanted of its rows.
	Scan connector.Scan
	// Input takes the splits of each batch.
	Input *exec.Input
	scans []*exec.Scan // by chain
}

// Watermark is a declared event time in a program.
type Watermark struct {
	// ID is its number, in plan order.
	ID int
	// Delay is in microseconds.
	Delay int64
	// Column is the column of event times, as plans are written.
	Column string
	// observers collect the event times, one a worker.
	observers []*exec.Watermark
}

// Observed is what the rows of the batch that has run hold of event times.
func (w *Watermark) Observed() watermark.Stats {
	var all watermark.Stats
	for _, o := range w.observers {
		all.Merge(o.Stats())
	}
	return all
}

// table is a static table, read anew in every batch.
type table struct {
	node  *plan.Scan
	input *exec.Input
	first bool // it is read in the first batch only
}

// stage is a part of a program between exchanges.
type stage struct {
	feeds []*exec.Feed // the leaves, in plan order
	make  factory
	// partitions: the chains belong to so many partitions, and task i reads
	// partition i of every leaf; 0: they belong to workers, and each task reads
	// one leaf.
	partitions int
	chains     []exec.Operator
	first      bool // it runs in the first batch only

	shared  *sharing // what it may read for others, too; nil: nothing
	follows bool     // another stage may read for it
	done    bool     // which has done so in this batch

	// Where the rows go: an exchange, a build table, or, for the last stage,
	// the sink.
	exchange *exec.Exchange
	paged    bool // most rows stay in the state of who reads the exchange
	keys     []expr.Expr
	input    []*expr.Ref // the columns that keys read
	writers  []*exec.ExchangeWriter
	build    *exec.BuildTable
}

// factory makes a chain of operators for one worker or partition.
type factory func(index int) (exec.Operator, error)

// Schema is what the rows of the result look like.
func (p *Program) Schema() types.Schema { return p.schema }

// Close ends all chains.
func (p *Program) Close() error {
	var errs []error
	for _, s := range p.stages {
		for _, c := range s.chains {
			if c != nil {
				errs = append(errs, c.Close())
			}
		}
	}
	for _, p := range p.inner {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

// Write takes the rows of one part of the result.
type Write func(ctx context.Context, part int, r connector.Reader) error

// Run runs one batch. The streams' inputs have been given their splits. write is
// called for every part of the result, beside each other.
func (p *Program) Run(ctx context.Context, run *exec.Run, write Write) error {
	p.env.Now = run.Now
	for _, e := range p.draws {
		e.Now = run.Now
	}
	for _, t := range p.tables {
		if t.first && run.ID > 0 {
			continue
		}
		splits, err := t.node.Table.Plan(ctx)
		if err != nil {
			return fmt.Errorf("read %s: %w", t.node.Name, err)
		}
		t.input.Set(t.node.Table, splits)
	}
	for _, w := range p.Watermarks {
		for _, o := range w.observers {
			o.Begin()
		}
	}
	for _, o := range p.Observations {
		for _, c := range o.chains {
			c.Begin()
		}
	}
	p.bound(run)
	for _, s := range p.stages {
		s.done = false
	}
	for _, s := range p.stages {
		if s.first && run.ID > 0 || s.done {
			continue
		}
		if s.shared.agrees() {
			if err := p.runShared(ctx, s.shared, run); err != nil {
				return err
			}
			continue
		}
		if err := p.runStage(ctx, s, run, write); err != nil {
			return err
		}
	}
	return nil
}

// runStage runs the tasks of one stage.
func (p *Program) runStage(ctx context.Context, s *stage, run *exec.Run, write Write) error {
	tasks := s.tasks()
	switch {
	case s.exchange != nil:
		s.exchange.Begin(tasks)
	case s.build != nil:
		s.build.Begin(tasks)
	}
	err := p.pool.Run(ctx, tasks, func(ctx context.Context, worker, number int) error {
		index := worker
		if s.partitions > 0 {
			index = number
		}
		op, err := s.chain(index)
		if err != nil {
			return err
		}
		if err := op.Open(&exec.Task{Number: number, Worker: worker, Batch: run}); err != nil {
			return err
		}
		switch {
		case s.exchange != nil:
			return s.writers[index].Write(ctx, number, op)
		case s.build != nil:
			return s.build.Write(ctx, number, op)
		default:
			r := &resultReader{op: op}
			if err := write(ctx, number, r); err != nil {
				return err
			}
			if len(p.Stateful) == 0 {
				return nil
			}
			return r.drain(ctx)
		}
	})
	if err == nil && s.build != nil {
		return s.build.Finish()
	}
	return err
}

// chain is the chain of a worker or partition. All are made when the program is
// compiled.
func (s *stage) chain(index int) (exec.Operator, error) {
	if index >= len(s.chains) {
		return nil, fmt.Errorf("physical: a stage of %d chains has no chain %d", len(s.chains), index)
	}
	return s.chains[index], nil
}

// resultReader shows the last operator to a sink.
type resultReader struct {
	op    exec.Operator
	ended bool // op has come to its end, or has failed
}

func (r *resultReader) Next(ctx context.Context) (*batch.Batch, error) {
	b, err := r.op.Next(ctx)
	r.ended = err != nil
	if err != nil && err != io.EOF {
		return nil, &OperatorError{err}
	}
	return b, err
}

func (r *resultReader) Close() error { return nil }

// drain pulls what a sink has left: operators that keep state are done with a
// batch when they have given their last row.
func (r *resultReader) drain(ctx context.Context) error {
	for !r.ended {
		_, err := r.op.Next(ctx)
		if r.ended = err != nil; r.ended && err != io.EOF {
			return err
		}
	}
	return nil
}

// OperatorError marks an error that came up through the operators, so that a sink
// that passes it on is not blamed for it.
type OperatorError struct{ Err error }

// Error is the error's own text.
func (e *OperatorError) Error() string { return e.Err.Error() }

// Unwrap is the error itself.
func (e *OperatorError) Unwrap() error { return e.Err }

// Parts is how many parts the result of the coming batch has, after the streams'
// inputs were set.
func (p *Program) Parts() int { return p.stages[len(p.stages)-1].tasks() }

// tasks is how many tasks the stage has, once its leaves know theirs. It gives
// each leaf its own.
func (s *stage) tasks() int {
	n := 0
	for _, f := range s.feeds {
		f.First = n
		if s.partitions == 0 {
			n += f.Tasks
		}
	}
	return max(n, s.partitions)
}
