package watermark

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// OperatorID numbers the operators of one plan that define a watermark. The
// planner gives an operator the same number for as long as the query lives,
// also where its branch was optimised away: an index into what is left would
// mix the values of two operators up (SPARK-50046).
type OperatorID int

// Tracker holds the watermarks of one query.
//
// Between two calls of Advance its answers do not change, whatever is
// observed; Advance never moves them back. All times are whole milliseconds,
// rounded down, as Spark's logs have them. A Tracker belongs to one goroutine.
type Tracker struct {
	policy Policy
	late   time.Time                // drops late rows in the running batch
	evict  time.Time                // evicts in the running batch; late of the next one
	seen   map[OperatorID]time.Time // per operator: greatest event time minus delay
}

// Snapshot is what a [Tracker] knows between two batches. It is saved with the
// commit of a batch.
type Snapshot struct {
	// Late drops late rows in the next batch.
	Late time.Time

	// Evict evicts in the next batch; Spark's logs call it the batch's watermark.
	Evict time.Time

	// Seen is what each operator has reached. A checkpoint that Spark wrote
	// does not say; operators that are not in it begin at 1970-01-01.
	Seen map[OperatorID]time.Time
}

// epoch is the first watermark.
var epoch = time.UnixMilli(0).UTC()

// NewTracker returns the tracker of a query that has not run yet, with these
// operators. One that sees no rows holds [Min] at 1970-01-01 (S119).
func NewTracker(policy Policy, operators ...OperatorID) *Tracker {
	t := &Tracker{policy: policy, late: epoch, evict: epoch, seen: make(map[OperatorID]time.Time)}
	for _, op := range operators {
		t.seen[op] = epoch
	}
	return t
}

// Late is the watermark of the batch before the running one: a row at or
// before it is dropped by an operator that keeps state (S113).
func (t *Tracker) Late() time.Time { return t.late }

// Evict is the watermark of the running batch: state at or before it is
// evicted and, in append mode, emitted.
func (t *Tracker) Evict() time.Time { return t.evict }

// Observe tells the tracker the greatest event time that op has seen in the
// running batch. An operator that saw no row is not observed.
func (t *Tracker) Observe(op OperatorID, greatest time.Time, delay time.Duration) {
	old, ok := t.seen[op]
	if !ok {
		// A programmer's error: the planner forgot to announce an operator.
		panic(fmt.Sprintf("watermark: operator %d was not given to NewTracker", op))
	}
	if v := millis(greatest.Add(-delay)); v.After(old) {
		t.seen[op] = v
	}
}

// Advance ends a batch: what evicted in it drops late rows from now on, and
// what was observed evicts. It returns the new [Tracker.Evict].
func (t *Tracker) Advance() time.Time {
	t.late = t.evict
	if _, next, ok := t.Leader(); ok && next.After(t.evict) {
		t.evict = next
	}
	return t.evict
}

// Leader is the operator that decides the watermark, and what it has reached:
// with [Min] the one that holds it back. Of several the first; ok is false if
// the query has no watermark at all.
func (t *Tracker) Leader() (op OperatorID, reached time.Time, ok bool) {
	for _, id := range slices.Sorted(maps.Keys(t.seen)) {
		if v := t.seen[id]; !ok || t.policy.prefers(v, reached) {
			op, reached, ok = id, v, true
		}
	}
	return op, reached, ok
}

// Snapshot is what [Tracker.Restore] needs to go on from here.
func (t *Tracker) Snapshot() Snapshot {
	return Snapshot{Late: t.late, Evict: t.evict, Seen: maps.Clone(t.seen)}
}

// Restore puts a new tracker where another one was when s was taken. Operators
// that the query no longer has are forgotten.
func (t *Tracker) Restore(s Snapshot) {
	t.late, t.evict = later(epoch, millis(s.Late)), later(epoch, millis(s.Evict))
	for op, v := range s.Seen {
		if _, ok := t.seen[op]; ok {
			t.seen[op] = later(epoch, millis(v))
		}
	}
}

// millis rounds down to whole milliseconds.
func millis(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
