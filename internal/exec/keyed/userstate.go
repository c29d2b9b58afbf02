package keyed

import (
	"context"
	"io"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/state/cells"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/types"
)

// UserSpec says what a [UserState] works on.
type UserSpec struct {
	// Number is the operator's number in its query.
	Number int
	// Input and Initial are the columns of the rows and of the initial state;
	// Keys and InitialKeys the places of the keys in them.
	Input, Initial    []types.Type
	Keys, InitialKeys []int
	// Late is the place of the event time in Input by which late rows are dropped,
	// a time or a time window; -1: none are.
	Late int
	// Output is what comes out, and EventTime the place of a time in it that may
	// not be at or before the watermark; -1: there is none (S148).
	Output    types.Schema
	EventTime int
}

// calls is what the two kinds of functions of the user's differ in.
type calls interface {
	timedCalls
	// begin begins a batch.
	begin(run *exec.Run, partition int)
	// initial takes in the rows of the initial state of a key.
	initial(g *stateful.Group, rows stateful.Rows) error
	// rows calls for a key, if its rows or its initial state ask for it.
	rows(g *stateful.Group, count int, initial bool) error
}

// timedCalls are those for timeouts and timers.
type timedCalls interface {
	// due are the keys whose time has come, when all rows are done.
	due(keys []*batch.Column) []cells.Timer
	// slack is how long after its time a timer is due, in milliseconds.
	slack() int64
	// timer calls for one of them.
	timer(g *stateful.Group, at int64) error
}

// UserState calls a function of the user's for each key that has rows in the batch,
// in the order of their first rows, then for those whose time has come, the
// earliest first (S134, S146).
//
//	input ───▶ byKey ─▶ key by key ─▶ rows(key)  ─┐
//	initial ─▶ byKey ──────┘ (first batch)        ├─▶ out, at most batch.Size rows a time
//	               index ─▶ what is due ─▶ timer ─┘
type UserState struct {
	spec    UserSpec
	input   exec.Operator
	start   exec.Operator // of the initial state; nil: none
	store   *cells.Store
	calls   calls
	table   *keytable.Table
	all     *byKey
	initial *byKey
	late    rowFilter

	group stateful.Group
	run   *exec.Run
	first bool // the initial state is to be taken in
	read  bool
	keys  int // of the batch
	at    int // the next of them

	timed   bool // due has been asked
	timers  []cells.Timer
	dueKeys []*batch.Column

	results
	counts Counts
}

// results are the rows that functions have given, to be handed on batch by batch.
type results struct {
	out    []*batch.Column // what the functions append to
	given  int             // rows of out
	result batch.Batch
	parts  []*batch.Column // scratch: a part of out
}

func newResults(out []*batch.Column) results {
	r := results{out: out}
	for _, c := range out {
		r.parts = append(r.parts, batch.NewColumn(c.Type, 0))
	}
	return r
}

// left is how many rows have not been given.
func (r *results) left() int { return r.out[0].Len() - r.given }

// empty forgets what has come out.
func (r *results) empty() {
	for _, c := range r.out {
		c.Resize(0)
	}
	r.given = 0
}

// give gives the next rows of out.
func (r *results) give(n int) *batch.Batch {
	if r.given == 0 && n == r.out[0].Len() {
		r.result = batch.Batch{Columns: r.out, Rows: n}
	} else {
		for i, c := range r.out {
			r.parts[i].ShareRange(c, r.given, n)
		}
		r.result = batch.Batch{Columns: r.parts, Rows: n}
	}
	r.given += n
	return &r.result
}

func newUserState(spec UserSpec, input, start exec.Operator, keys []types.Type, out []*batch.Column) *UserState {
	u := &UserState{spec: spec, input: input, start: start, table: keytable.New(keys), results: newResults(out)}
	u.all = newByKey(u.table, spec.Keys, spec.Input)
	if start != nil {
		u.initial = newByKey(u.table, spec.InitialKeys, spec.Initial)
	}
	for _, t := range keys {
		u.dueKeys = append(u.dueKeys, batch.NewColumn(t, 0))
	}
	return u
}

// Open begins a batch.
func (u *UserState) Open(t *exec.Task) error {
	u.run, u.read, u.timed, u.at, u.counts = t.Batch, false, false, 0, Counts{}
	u.first = u.start != nil && t.Batch.ID == 0
	bounds := u.bounds()
	u.late = rowFilter{column: u.spec.Late, before: bounds.LateBefore, kept: u.late.kept}
	u.group.Times = stateful.Times{Processing: time.UnixMicro(t.Batch.Now).UTC()}
	if bounds != exec.NoBounds() {
		u.group.Times.Watermark = time.UnixMicro(bounds.EvictBefore).UTC()
	}
	u.empty()
	u.table.Reset()
	u.all.reset()
	u.store.Begin(t.Batch.Now / 1000)
	u.calls.begin(t.Batch, t.Number)
	if err := u.input.Open(t); err != nil {
		return err
	}
	if !u.first {
		return nil
	}
	u.initial.reset()
	return u.start.Open(t)
}

func (u *UserState) bounds() exec.Bounds { return u.run.Bounds(u.spec.Number) }

// Counts implements [Operator].
func (u *UserState) Counts() Counts { return u.counts }

// Timer is when the state wants a batch, by processing time in milliseconds; false:
// it does not.
func (u *UserState) Timer() (int64, bool) {
	at, ok := u.store.Next()
	return at + u.calls.slack(), ok
}

// Next calls for keys until there are rows.
func (u *UserState) Next(ctx context.Context) (*batch.Batch, error) {
	u.result.Poison()
	if !u.read {
		if err := u.take(ctx); err != nil {
			return nil, err
		}
	}
	for {
		if n := u.left(); n > 0 {
			return u.give(min(batch.Size, n)), nil
		}
		u.empty()
		more, err := u.step(ctx)
		if err != nil {
			return nil, err
		}
		if !more && u.out[0].Len() == 0 {
			u.finish()
			return nil, io.EOF
		}
	}
}

// take takes in the whole input.
func (u *UserState) take(ctx context.Context) error {
	keep := u.late.keep
	if u.spec.Late < 0 {
		keep = nil
	}
	if err := u.all.read(ctx, u.input, keep); err != nil {
		return err
	}
	if u.first {
		if err := u.initial.read(ctx, u.start, nil); err != nil {
			return err
		}
		u.initial.sort()
	}
	u.all.sort()
	u.read, u.keys, u.group.Keys = true, u.table.Slots(), u.table.Keys()
	u.counts.Dropped = u.late.dropped
	return nil
}

// step calls for keys until about a batch of rows has come out, and reports whether
// there may be more.
func (u *UserState) step(ctx context.Context) (bool, error) {
	for u.out[0].Len() < batch.Size/2 {
		if err := ctx.Err(); err != nil {
			return false, context.Cause(ctx)
		}
		before := u.out[0].Len()
		more, err := u.next()
		if err == nil {
			err = u.store.Err()
		}
		if err == nil {
			err = u.checkTimes(before)
		}
		if err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// next calls for one key.
func (u *UserState) next() (bool, error) {
	start := time.Now()
	if u.at < u.keys {
		err := u.callKey(u.at)
		u.at++
		u.counts.Updates += time.Since(start)
		return true, err
	}
	if !u.timed {
		u.timed, u.at, u.keys = true, 0, 0
		u.timers = u.calls.due(u.dueKeys)
		u.group.Keys, u.group.Rows = u.dueKeys, nil
	}
	if len(u.timers) == 0 {
		return false, nil
	}
	t := u.timers[0]
	u.timers = u.timers[1:]
	u.group.Row = t.Row
	u.store.Key(u.group.Keys, u.group.Row)
	err := u.calls.timer(&u.group, t.At)
	u.counts.Removals += time.Since(start)
	return true, err
}

// callKey calls for a key of the batch.
func (u *UserState) callKey(id int) error {
	u.group.Row = id
	u.store.Key(u.group.Keys, id)
	started := false
	if u.first {
		if rows := u.initial.of(id); len(rows) > 0 {
			started = true
			if err := u.calls.initial(&u.group, u.initial.each(rows)); err != nil {
				return err
			}
		}
	}
	rows := u.all.of(id)
	u.group.Rows = u.all.each(rows)
	return u.calls.rows(&u.group, len(rows), started)
}

// checkTimes refuses rows that are late for whoever comes next (S148).
func (u *UserState) checkTimes(from int) error {
	if u.spec.EventTime < 0 {
		return nil
	}
	c, bound := u.out[u.spec.EventTime], u.bounds().EvictBefore
	times := batch.Values[int64](c)
	for i := from; i < len(times); i++ {
		if !c.Null(i) && times[i] <= bound {
			row, mark := time.UnixMicro(times[i]).UTC().Format(time.RFC3339Nano), time.UnixMicro(bound).UTC().Format(time.RFC3339Nano)
			return fault.New(fault.EmittingLateRows, "the stateful processor emits a row of %s, which is not after the watermark %s: "+
				"operators behind it would drop it", row, mark).With("emittedRowEventTime", row).With("currentWatermark", mark)
		}
	}
	return nil
}

// finish notes what the batch did.
func (u *UserState) finish() {
	c := u.store.Counts()
	u.counts.Updated, u.counts.Removed, u.counts.Total = c.Updated, c.Removed, u.store.Total()
}

// Close closes the inputs and ends a processor.
func (u *UserState) Close() error {
	err := u.input.Close()
	if u.start != nil {
		err = firstOf(err, u.start.Close())
	}
	if c, ok := u.calls.(io.Closer); ok {
		err = firstOf(err, c.Close())
	}
	return err
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// rowFilter drops late rows one by one: whose time, or the end of whose window, is
// at or before the watermark.
type rowFilter struct {
	column  int
	before  int64
	kept    []int32
	dropped int64
}

func (f *rowFilter) keep(b *batch.Batch) []int32 {
	c := b.Columns[f.column]
	times := c
	if c.Type.Kind == types.Struct {
		times = c.Children[1]
	}
	values := batch.Values[int64](times)
	f.kept = append(f.kept[:0], 0)[:0] // never nil: that would stand for all rows
	for i := range b.Len() {
		row, at := b.Row(i), b.Row(i)
		if c.Const || times.Const {
			at = 0
		}
		if c.Null(at) || times.Null(at) || values[at] > f.before {
			f.kept = append(f.kept, int32(row))
		}
	}
	f.dropped += int64(b.Len() - len(f.kept))
	return f.kept
}

// duplicateInitial is the error for a key that has two initial states.
func duplicateInitial() error {
	return fault.New(fault.IllegalArgument, "The initial state provided contained multiple rows(state) with the same key. "+
		"Make sure to de-duplicate the initial state before passing it.")
}
