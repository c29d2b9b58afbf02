package microbatch

import (
	"fmt"
	"slices"
	"time"
)

// Machine is the state of one query between two events. It belongs to one
// goroutine.
//
// Its invariant: what it knows as committed is in the checkpoint as committed.
// Whatever is lost with the process, [New] finds the same machine again, or one
// that runs the planned batch again.
type Machine struct {
	options Options
	phase   phase

	batch     BatchID   // the running batch, or the next one
	committed []Offset  // the end of batch-1
	last      mark      // of batch-1
	watermark time.Time // for the next plan
	timer     time.Time // when state wants a batch; zero for never

	plan    Plan     // of the running batch
	attempt int      // runs of the running batch in this process
	replay  bool     // plan was there before this process, and is not committed
	target  []Offset // where AvailableNow ends; nil before it is known

	triggered time.Time // when the present trigger fired
	tick      time.Time // the tick after that
	stopping  bool      // end after the running batch
}

// mark is what a new plan must not fall behind.
type mark struct{ timestamp, watermark time.Time }

// phase says which event the machine waits for.
type phase uint8

const (
	starting   phase = iota // Started
	waiting                 // Triggered
	asking                  // Latest
	planning                // Planned
	running                 // Ran
	committing              // Committed
	finished                // none
)

// Batch is the running batch, or the next one if none runs.
func (m *Machine) Batch() BatchID { return m.batch }

// Step takes one event and returns the actions it calls for, none if it calls
// for nothing. After [Finish] every event is ignored.
func (m *Machine) Step(e Event) []Action {
	if m.phase == finished {
		return nil
	}
	switch e := e.(type) {
	case Started:
		m.expect(starting, e)
		return m.start(e.Now)
	case Triggered:
		if m.phase != waiting {
			return nil
		}
		return m.trigger(e.Now)
	case Latest:
		m.expect(asking, e)
		return m.latest(e)
	case Planned:
		m.expect(planning, e)
		return m.planned()
	case Ran:
		m.expect(running, e)
		return m.ran(e)
	case Committed:
		m.expect(committing, e)
		return m.commit(e.Now)
	case Failed:
		return m.failed(e)
	case Stopped:
		m.stopping = true
		if m.phase == waiting || m.phase == starting {
			return m.finish(nil)
		}
		return nil
	default:
		// Only a programmer can make an event of another kind.
		panic(fmt.Sprintf("microbatch: unknown event %T", e))
	}
}

// expect stops a shell that answers what was not asked.
func (m *Machine) expect(p phase, e Event) {
	if m.phase != p {
		// Only a programmer can send an answer without a question.
		panic(fmt.Sprintf("microbatch: event %T in phase %d", e, m.phase))
	}
}

func (m *Machine) start(now time.Time) []Action {
	m.triggered, m.tick = now, m.options.Trigger.nextTick(now)
	switch {
	case m.options.Trigger.Kind == AvailableNow:
		// The end is fixed before anything runs, the planned batch included.
		m.phase = asking
		return []Action{AskLatest{From: m.reached(), Unlimited: true}}
	case m.replay:
		return m.run()
	default:
		return m.ask()
	}
}

// trigger begins whatever is due at now.
func (m *Machine) trigger(now time.Time) []Action {
	m.triggered, m.tick = now, m.options.Trigger.nextTick(now)
	return m.ask()
}

// ask finds out what there is to read.
func (m *Machine) ask() []Action {
	m.phase = asking
	return []Action{AskLatest{
		From:      slices.Clone(m.committed),
		Until:     slices.Clone(m.target),
		Unlimited: m.options.Trigger.Kind == Once,
	}}
}

func (m *Machine) latest(e Latest) []Action {
	if m.stopping {
		return m.finish(nil)
	}
	available := m.reached()
	for i, to := range e.Available {
		if to != "" {
			available[i] = to
		}
	}
	if m.options.Trigger.Kind != AvailableNow || m.target != nil {
		return m.decide(e.Now, available)
	}
	m.target = available
	if m.replay {
		return m.run()
	}
	return m.towardsTarget(e.Now)
}

// towardsTarget goes on with AvailableNow: a little at a time if all sources
// can, otherwise in one batch.
func (m *Machine) towardsTarget(now time.Time) []Action {
	allBounded := !slices.ContainsFunc(m.options.Sources, func(s Source) bool { return !s.Bounded })
	if allBounded && !slices.Equal(m.committed, m.target) {
		return m.ask()
	}
	return m.decide(now, slices.Clone(m.target))
}

// decide plans the next batch, or waits, or ends.
func (m *Machine) decide(now time.Time, available []Offset) []Action {
	if slices.Equal(available, m.committed) && !m.dueWithoutData(now) {
		return m.idle()
	}
	m.plan = Plan{
		Batch:     m.batch,
		Start:     m.committed,
		End:       available,
		Timestamp: later(m.last.timestamp, time.UnixMilli(now.UnixMilli()).UTC()),
		Watermark: m.watermark,
		Late:      m.last.watermark,
	}
	m.phase = planning
	return []Action{WritePlan{m.plan}}
}

// planned runs the batch whose plan has become durable, and lets the sources
// forget the one before.
func (m *Machine) planned() []Action {
	if m.batch == 0 {
		return m.run()
	}
	return append([]Action{Release{m.plan.Start}}, m.run()...)
}

// dueWithoutData reports whether a batch is due although nothing has come: the
// watermark has moved since the last one, or a timer has run out (S88).
func (m *Machine) dueWithoutData(now time.Time) bool {
	timer := !m.timer.IsZero() && !m.timer.After(now)
	return m.options.NoData && m.batch > 0 && (timer || m.watermark.After(m.last.watermark))
}

// idle is what follows when there is nothing to do.
func (m *Machine) idle() []Action {
	switch {
	case m.options.Trigger.Kind != ProcessingTime:
		return m.finish(nil)
	case m.options.Trigger.Interval > 0:
		m.phase = waiting
		return []Action{Wait{Until: m.tick}}
	default:
		m.phase = waiting
		w := Wait{ForData: true}
		if m.options.NoData {
			w.Until = m.timer
		}
		return []Action{w}
	}
}

// run runs the planned batch.
func (m *Machine) run() []Action {
	m.batch, m.phase = m.plan.Batch, running
	m.attempt++
	return []Action{RunBatch{Plan: m.plan, Attempt: m.attempt, Replay: m.replay}}
}

func (m *Machine) ran(e Ran) []Action {
	if e.Batch != m.batch {
		// Only a programmer can run another batch than the one asked for.
		panic(fmt.Sprintf("microbatch: batch %d ran instead of %d", e.Batch, m.batch))
	}
	m.watermark, m.timer = later(m.plan.Watermark, e.Watermark), e.Timer
	m.phase = committing
	return []Action{WriteCommit{m.batch, m.watermark}}
}

func (m *Machine) commit(now time.Time) []Action {
	m.advance()
	switch {
	case m.stopping, m.options.Trigger.Kind == Once:
		return m.finish(nil)
	case m.options.Trigger.Kind == AvailableNow:
		return m.towardsTarget(now)
	case m.options.Trigger.Interval == 0:
		return m.trigger(now)
	}
	var actions []Action
	if spent := now.Sub(m.triggered); spent > m.options.Trigger.Interval {
		actions = append(actions, FellBehind{m.options.Trigger.Interval, spent})
	}
	if !now.Before(m.tick) {
		return append(actions, m.trigger(now)...)
	}
	m.phase = waiting
	return append(actions, Wait{Until: m.tick})
}

// advance makes the running batch the last one.
func (m *Machine) advance() {
	m.batch, m.committed = m.plan.Batch+1, slices.Clone(m.plan.End)
	m.last = mark{timestamp: m.plan.Timestamp, watermark: m.plan.Watermark}
	m.attempt, m.replay = 0, false
}

func (m *Machine) failed(e Failed) []Action {
	switch {
	case m.stopping && e.Interrupted:
		return m.finish(nil)
	case m.phase == running && e.Passing && !m.stopping && m.attempt <= m.options.Retries:
		return m.run()
	default:
		return m.finish(e.Err)
	}
}

func (m *Machine) finish(err error) []Action {
	m.phase = finished
	return []Action{Finish{err}}
}

// reached is how far the sources are read once the planned batch is done.
func (m *Machine) reached() []Offset {
	if m.replay {
		return slices.Clone(m.plan.End)
	}
	return slices.Clone(m.committed)
}
