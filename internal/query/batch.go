package query

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/progress"
	"github.com/weirstream/weir/internal/watermark"
)

// runBatch runs one batch: reads, computes, writes state and sink. After it the
// rows are visible and the state of the next version waits for the commit.
func (q *Query) runBatch(ctx context.Context, a microbatch.RunBatch) (microbatch.Event, error) {
	p := a.Plan
	q.mu.Lock()
	q.ran = true
	q.mu.Unlock()
	q.report.plan(q, p)
	message := progress.ProcessingData
	if p.NoData() {
		message = progress.CleaningState
	}
	q.setStatus(message, !p.NoData(), true)
	if a.Attempt > 1 {
		if err := q.pause(ctx, a.Attempt); err != nil {
			return nil, err
		}
		if err := q.states.rollback(int64(p.Batch)); err != nil {
			return nil, err
		}
	}
	start := time.Now()
	if err := q.plan(ctx, p); err != nil {
		return nil, err
	}
	q.report.phase(progress.GetBatch, time.Since(start))
	start = time.Now()
	if err := q.execute(ctx, p); err != nil {
		if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
			err = cause
		}
		return nil, err
	}
	q.report.phase(progress.AddBatch, time.Since(start))
	q.observe()
	next := q.tracker.Advance()
	return microbatch.Ran{Batch: p.Batch, Watermark: next, Timer: q.stateTimer()}, nil
}

// execute runs the program and makes its rows visible.
func (q *Query) execute(ctx context.Context, p microbatch.Plan) error {
	id := connector.BatchID{Query: q.id, Batch: int64(p.Batch), Epoch: q.log.Epoch()}
	messages := make([]connector.Message, q.program.Parts())
	q.late.begin()
	counts := make([]int64, len(messages))
	run := &exec.Run{ID: id.Batch, Query: q.id, Execution: q.runID, Now: p.Timestamp.UnixMicro(),
		Watermark: exec.Bounds{LateBefore: p.Late.UnixMicro(), EvictBefore: p.Watermark.UnixMicro()}}
	err := q.program.Run(ctx, run, func(ctx context.Context, part int, r connector.Reader) error {
		m, err := q.sink.Write(ctx, id, part, &counted{r, &counts[part]})
		messages[part] = m
		if err == nil {
			return nil
		}
		if own := (*physical.OperatorError)(nil); errors.As(err, &own) {
			return own.Err
		}
		return fmt.Errorf("sink: %w", err)
	})
	if err == nil {
		err = q.states.save(int64(p.Batch) + 1)
	}
	if err == nil {
		err = q.log.Check()
	}
	if err == nil {
		err = q.late.commit(ctx, id)
	}
	if err != nil {
		q.unseen = &id.Batch
		return errors.Join(err, q.sink.Abort(context.WithoutCancel(ctx), id, messages))
	}
	q.unseen = nil
	if err := q.sink.Commit(ctx, id, messages); err != nil {
		return fmt.Errorf("sink: %w", err)
	}
	for _, n := range counts {
		q.report.out += n
	}
	return nil
}

// counted counts the rows that go to the sink.
type counted struct {
	connector.Reader
	rows *int64
}

func (c *counted) Next(ctx context.Context) (*batch.Batch, error) {
	b, err := c.Reader.Next(ctx)
	if err == nil {
		*c.rows += int64(b.Len())
	}
	return b, err
}

// observe tells the tracker which event times the batch has seen.
func (q *Query) observe() {
	var all watermark.Stats
	for _, w := range q.program.Watermarks {
		seen := w.Observed()
		if seen.Count > 0 {
			q.tracker.Observe(watermark.OperatorID(w.ID), seen.Greatest(), time.Duration(w.Delay)*time.Microsecond)
		}
		all.Merge(seen)
	}
	q.report.eventTimes(all)
}
