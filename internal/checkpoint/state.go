package checkpoint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/weirstream/weir/internal/fault"
)

// Plan is what a batch was fixed to be before it ran (S151). Run again, a batch
// has the same plan.
type Plan struct {
	// Batch is its number, from 0.
	Batch int64

	// WatermarkMS is the watermark the batch runs with, in milliseconds since
	// 1970; zero means none yet.
	WatermarkMS int64

	// TimestampMS is the time of the batch, in milliseconds since 1970: what
	// current_timestamp() is in it.
	TimestampMS int64

	// Conf are the settings the batch runs with, by Spark's names (S152). They
	// win over those of the session at a restart.
	Conf map[string]string

	// Ends are the offsets up to which each source is read, as JSON, in the
	// order of the sources in the plan. Nil: the source has no offset yet.
	Ends []json.RawMessage
}

// Commit says that a batch is done (S153).
type Commit struct {
	// Batch is its number.
	Batch int64

	// NextWatermarkMS is the watermark of the next batch, in milliseconds
	// since 1970.
	NextWatermarkMS int64
}

// Delta is a change of an operator's state that is small enough to lie in the
// journal; see [MaxDelta].
type Delta struct {
	// Operator and Store name the state: an operator with one store leaves
	// Store empty.
	Operator int
	Store    string

	// Version is the version that the delta leads to.
	Version int64

	// Payload is the state store's own encoding. It belongs to the checkpoint
	// once given and to the caller once received.
	Payload []byte
}

// State is what a checkpoint knows when it is opened.
type State struct {
	// QueryID is the id of the query, a UUID (S150).
	QueryID string

	// Epoch is the number of this run on this checkpoint, from 1. Each
	// publication of the run carries it.
	Epoch int64

	// Plans are the plans of the last batches, oldest first, at least
	// [Options.Retain] of them if there were as many. The last one has no
	// commit if the batch must run again.
	Plans []Plan

	// Commits are the commits of the last batches, oldest first.
	Commits []Commit

	// Deltas are the deltas that the state stores have not forgotten, in the
	// order in which they were committed.
	Deltas []Delta

	// Notes are the last values given to [Checkpoint.Note].
	Notes map[string][]byte

	// TakenOver says that the newest batch comes from the files of another
	// engine, and that the deltas therefore do not lead up to it.
	TakenOver bool
}

// Pending is the batch that was planned and not committed, if there is one. It
// must run again before anything else.
func (s *State) Pending() (Plan, bool) {
	if len(s.Plans) == 0 || s.Plans[len(s.Plans)-1].Batch <= s.Committed() {
		return Plan{}, false
	}
	return s.Plans[len(s.Plans)-1], true
}

// Committed is the newest committed batch, -1 if there is none.
func (s *State) Committed() int64 {
	if len(s.Commits) == 0 {
		return -1
	}
	return s.Commits[len(s.Commits)-1].Batch
}

// Plan returns the plan of a batch that is still kept. For any other it fails
// with the words of S162.
func (s *State) Plan(batch int64) (Plan, error) {
	for _, p := range s.Plans {
		if p.Batch == batch {
			return p, nil
		}
	}
	return Plan{}, fault.New(fault.IllegalState, "batch %d doesn't exist", batch)
}

// CheckSources fails with the words of S161 if a query with this many sources
// cannot go on from the checkpoint.
func (s *State) CheckSources(count int) error {
	if len(s.Plans) == 0 {
		return nil
	}
	if known := len(s.Plans[len(s.Plans)-1].Ends); known != count {
		return fault.New(fault.IllegalState, "There are [%d] sources in the checkpoint offsets and now there are [%d] sources "+
			"requested by the query. Cannot continue. Run the query with its old sources, or give the changed query a new checkpoint "+
			"location", known, count)
	}
	return nil
}

// forgotten says that no delta below a version is needed any more.
type forgotten struct {
	operator int
	store    string
	before   int64
}

// live is the fold of the journal's records: what must survive. It is both
// what recovery finds and what a new journal file starts with.
type live struct {
	queryID string
	retain  int64
	plans   map[int64][]byte // the texts of offsets/<batch>
	commits map[int64][]byte // the texts of commits/<batch>
	planned int64            // the newest plan, -1 for none
	done    int64            // the newest commit, -1 for none
	deltas  []Delta
	notes   map[string][]byte
}

func newLive(retain int64) *live {
	return &live{
		retain: retain, plans: map[int64][]byte{}, commits: map[int64][]byte{}, planned: -1, done: -1,
		notes: map[string][]byte{},
	}
}

// apply folds one frame into l and returns the opening record if it has one.
func (l *live) apply(payload []byte) (first opening, err error) {
	err = eachRecord(payload, func(k kind, d *decoder) (err error) {
		switch k {
		case kindOpen:
			first, err = d.opening()
			l.queryID = first.queryID
		case kindPlan:
			l.plan(d.number(), bytes.Clone(d.all()))
		case kindCommit:
			l.commit(d.number(), bytes.Clone(d.all()))
		case kindDelta:
			l.deltas = append(l.deltas, Delta{
				Operator: int(d.number()), Version: d.number(), Store: d.text(), Payload: d.all(),
			})
		case kindForget:
			l.forget(forgotten{operator: int(d.number()), before: d.number(), store: d.text()})
		case kindNote:
			l.notes[d.text()] = d.all()
		default:
			return fmt.Errorf("the kind is unknown to this weir")
		}
		return err
	})
	return first, err
}

func (l *live) plan(batch int64, text []byte) {
	l.plans[batch] = text
	l.planned = max(l.planned, batch)
	forget(l.plans, l.planned-l.retain)
}

func (l *live) commit(batch int64, text []byte) {
	l.commits[batch] = text
	l.done = max(l.done, batch)
	forget(l.commits, l.done-l.retain)
}

// forget drops what lies below a batch.
func forget(texts map[int64][]byte, below int64) {
	maps.DeleteFunc(texts, func(batch int64, _ []byte) bool { return batch < below })
}

func (l *live) forget(f forgotten) {
	l.deltas = slices.DeleteFunc(l.deltas, func(d Delta) bool {
		return d.Operator == f.operator && d.Store == f.store && d.Version < f.before
	})
}

// snapshot writes everything after the opening record.
func (l *live) snapshot(e *encoder) {
	for _, batch := range slices.Sorted(maps.Keys(l.plans)) {
		e.numbered(kindPlan, batch, l.plans[batch])
	}
	for _, batch := range slices.Sorted(maps.Keys(l.commits)) {
		e.numbered(kindCommit, batch, l.commits[batch])
	}
	for _, d := range l.deltas {
		e.delta(d)
	}
	for _, name := range slices.Sorted(maps.Keys(l.notes)) {
		e.note(name, l.notes[name])
	}
}

// state decodes what the query wants to know.
func (l *live) state() (State, error) {
	s := State{QueryID: l.queryID, Deltas: slices.Clone(l.deltas), Notes: maps.Clone(l.notes)}
	for _, batch := range slices.Sorted(maps.Keys(l.plans)) {
		p, err := decodePlan(batch, l.plans[batch])
		if err != nil {
			return s, fmt.Errorf("plan of batch %d: %w", batch, err)
		}
		s.Plans = append(s.Plans, p)
	}
	for _, batch := range slices.Sorted(maps.Keys(l.commits)) {
		c, err := decodeCommit(batch, l.commits[batch])
		if err != nil {
			return s, fmt.Errorf("commit of batch %d: %w", batch, err)
		}
		s.Commits = append(s.Commits, c)
	}
	return s, nil
}
