package keyed

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/types"
)

// SessionAggregate groups rows into sessions (S104). Its input are partial
// groups as exec.PartialSessions gives them: key columns, start and end of a session,
// and the columns of partial states. Sessions of a key that meet, one ending
// where the other begins or later, become one, those of the state too. Its output are
// key columns with the session in its place, and results:
//
//	append    the sessions that end at or before the watermark, which leave the
//	          state with that
//	complete  all sessions; none ever leaves
//
// A late partial group is dropped, in complete mode too, as in Spark.
//
// # Counts
//
// They are Spark's, which writes all sessions of a key that has a row: each of
// these counts as updated. A session whose start is none after the batch counts
// as removed: its key in Spark's store is gone.
type SessionAggregate struct {
	input    exec.Operator
	grouping *SessionGrouping
	table    Table
	sessions *Sessions
	calendar calendar
	number   int          // of the operator in its query
	static   *state.Slots // the table, where it is emptied in each batch

	bounds exec.Bounds
	read   bool // the input has come to its end
	emit   []int32
	at     int
	evict  []int32
	counts Counts
	starts sessionSpread // how the rows of a batch lie

	touched touchedHeads
	dirty   []int32 // scratch
	order   sessionOrder
	out     sessionOut
}

// sessionOut is what is given.
type sessionOut struct {
	batch.Batch
	keys, results []*batch.Column
	window        *batch.Column
}

// NewSessionAggregate groups input as g says, as the operator with this number in
// its query. The table is one of g.Spec and of sessions, which are g.Values. The
// SessionAggregate closes input, not the table.
func NewSessionAggregate(number int, input exec.Operator, g *SessionGrouping, table Table, sessions *Sessions) *SessionAggregate {
	a := &SessionAggregate{number: number, input: input, grouping: g, table: table, sessions: sessions, calendar: newCalendar()}
	for _, k := range g.keys {
		a.out.keys = append(a.out.keys, batch.NewColumn(k.Typ, 0))
	}
	a.out.window = batch.NewColumn(g.window.Typ, 0)
	for _, c := range g.calls {
		a.out.results = append(a.out.results, batch.NewColumn(c.Typ, 0))
	}
	a.out.Columns = slices.Concat(slices.Insert(slices.Clone(a.out.keys), g.place, a.out.window), a.out.results)
	a.starts.init(len(g.keys))
	return a
}

// NewStaticSessions groups the rows of a table: it keeps nothing from batch to
// batch, and gives all sessions.
func NewStaticSessions(input exec.Operator, g *SessionGrouping) (*SessionAggregate, error) {
	sessions, err := g.Values()
	if err != nil {
		return nil, err
	}
	table := state.NewSlots(g.Spec(), sessions)
	a := NewSessionAggregate(-1, input, g, table, sessions)
	a.static = table
	return a, nil
}

// Open begins a batch.
func (a *SessionAggregate) Open(t *exec.Task) error {
	a.bounds, a.read, a.at, a.counts = exec.NoBounds(), false, 0, Counts{}
	a.touched.reset()
	a.emit, a.evict = a.emit[:0], a.evict[:0]
	if a.static != nil {
		a.static.Reset()
		a.sessions.empty = 0
		return a.input.Open(t)
	}
	a.bounds = t.Batch.Bounds(a.number)
	if a.sessions.stale {
		if err := a.relink(); err != nil {
			return err
		}
	}
	return a.input.Open(t)
}

// relink makes what is derived from the state anew.
func (a *SessionAggregate) relink() error {
	if err := a.sessions.relink(a.table); err != nil {
		return err
	}
	a.calendar.reset()
	if a.grouping.mode == connector.Append {
		for _, slot := range a.table.Live(nil) {
			if a.sessions.alive(slot) {
				a.calendar.enter(slot, a.sessions.spans[slot].end)
			}
		}
	}
	return nil
}

// Counts implements [Operator].
func (a *SessionAggregate) Counts() Counts { return a.counts }

// Close closes the input.
func (a *SessionAggregate) Close() error { return a.input.Close() }

// Next merges the whole input first and then gives the sessions.
func (a *SessionAggregate) Next(ctx context.Context) (*batch.Batch, error) {
	a.out.Poison()
	if !a.read {
		begun := time.Now()
		if err := a.merge(ctx); err != nil {
			return nil, err
		}
		a.read = true
		merged := time.Now()
		a.counts.Updates = merged.Sub(begun)
		a.choose()
		a.counts.Removals = time.Since(merged)
	}
	if a.at < len(a.emit) {
		return a.give()
	}
	a.finish()
	return nil, io.EOF
}

// merge adds the input to the sessions.
func (a *SessionAggregate) merge(ctx context.Context) error {
	n := len(a.out.keys)
	for {
		b, err := a.input.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		x := &a.starts
		if a.counts.Dropped += x.take(b, n, a.bounds.LateBefore); len(x.rows) == 0 {
			continue
		}
		if err := a.table.Find(x.headKeys(b, n), b.Rows, x.rows, x.heads); err != nil {
			return err
		}
		a.touched.add(x.heads, len(a.sessions.spans))
		x.sort()
		if err := a.place(b); err != nil {
			return err
		}
		a.table.MarkDirty(x.slots)
		if err := a.fold(); err != nil {
			return err
		}
		if err := a.sessions.acc.Merge(x.slots, b.Columns[n+2:], x.rows); err != nil {
			return err
		}
	}
}

// place gives each row of the batch its session. The rows are sorted by key and
// start: those that meet are put together first, and then go down the list of
// the key's sessions, the newest first, as that is in order too.
func (a *SessionAggregate) place(b *batch.Batch) error {
	x := &a.starts
	for i := 0; i < len(x.order); {
		head := x.heads[x.order[i]]
		x.pieces = x.pieces[:0]
		for ; i < len(x.order) && x.heads[x.order[i]] == head; i++ {
			start, end := x.span(i)
			if n := len(x.pieces); n > 0 && start <= x.pieces[n-1].end {
				p := &x.pieces[n-1]
				p.end, p.to = max(p.end, end), i+1
				continue
			}
			x.pieces = append(x.pieces, sessionPiece{start, end, i, i + 1})
		}
		newer := int32(-1)
		for _, p := range slices.Backward(x.pieces) {
			slot, err := a.home(b, head, &newer, p)
			if err != nil {
				return err
			}
			for _, k := range x.order[p.from:p.to] {
				x.slots[k] = slot
			}
		}
	}
	return nil
}

// home finds or makes the session that a piece belongs to. newer is the session
// before which the list of head need not be looked at, and is moved on.
func (a *SessionAggregate) home(b *batch.Batch, head int32, newer *int32, p sessionPiece) (int32, error) {
	s, x := a.sessions, &a.starts
	slot := s.heads[head].top
	if *newer >= 0 {
		slot = s.chain[*newer].older
	}
	for slot >= 0 && s.spans[slot].start > p.end {
		*newer, slot = slot, s.chain[slot].older
	}
	if slot >= 0 && s.spans[slot].end >= p.start {
		span := &s.spans[slot]
		span.start, span.end = min(span.start, p.start), max(span.end, p.end)
		for older := s.chain[slot].older; older >= 0 && s.spans[older].end >= span.start; older = s.chain[slot].older {
			taken, gone := s.absorb(slot)
			x.taken, x.by = append(x.taken, taken), append(x.by, slot)
			a.counts.Removed += gone
		}
		return slot, nil
	}
	made := head
	if s.alive(head) {
		row := x.rows[x.order[p.from]]
		if err := a.table.Find(x.newKey(row, p.start), b.Rows, x.one[:], x.found[:]); err != nil {
			return 0, err
		}
		made = x.found[0]
	} else if s.heads[head].count > 0 {
		if err := a.fold(); err != nil { // the head may have been absorbed just now
			return 0, err
		}
		s.empty--
		s.acc.Reset(int(head), int(head)+1)
	}
	s.spans[made] = sessionSpan{p.start, p.end, newSession}
	s.insert(head, *newer, made)
	return made, nil
}

// fold adds the values of sessions that were absorbed to those that took them, and
// lets them go.
func (a *SessionAggregate) fold() error {
	x, s := &a.starts, a.sessions
	if len(x.taken) == 0 {
		return nil
	}
	columns := make([]*batch.Column, len(s.acc.types))
	for i, t := range s.acc.types {
		columns[i] = batch.NewColumn(t, len(x.taken))
	}
	if err := s.acc.Save(x.taken, columns); err != nil {
		return err
	}
	if err := s.acc.Merge(x.by, columns, nil); err != nil {
		return err
	}
	a.table.MarkDirty(x.taken)
	leave := x.taken[:0]
	for _, slot := range x.taken {
		a.calendar.remove(slot)
		if s.chain[slot].head == slot {
			s.empty++
		} else {
			leave = append(leave, slot)
		}
	}
	a.table.Delete(leave)
	x.taken, x.by = x.taken[:0], x.by[:0]
	return nil
}

// choose decides which sessions are emitted and which leave.
func (a *SessionAggregate) choose() {
	s := a.sessions
	for _, head := range a.touched.list {
		a.counts.Updated += int64(s.heads[head].count)
	}
	a.dirty = a.table.Dirty(a.dirty[:0])
	for _, slot := range a.dirty {
		span := &s.spans[slot]
		if span.end == noSession {
			continue
		}
		if span.was != newSession && span.start < span.was {
			a.counts.Removed++
		}
		span.was = span.start
		if a.grouping.mode == connector.Append && a.static == nil {
			a.calendar.enter(slot, span.end)
		}
	}
	dead := func(slot int32) bool { return !s.alive(slot) }
	switch {
	case a.static != nil:
		a.emit = slices.DeleteFunc(append(a.emit, a.dirty...), dead)
	case a.grouping.mode == connector.Append:
		a.dirty = a.calendar.due(a.bounds.EvictBefore, a.dirty[:0])
		for _, slot := range a.dirty {
			if end := s.spans[slot].end; end <= a.bounds.EvictBefore {
				a.evict = append(a.evict, slot)
			} else {
				a.calendar.enter(slot, end)
			}
		}
		a.order.sort(a.table, s, a.evict)
		a.emit = append(a.emit, a.evict...)
	default:
		a.emit = slices.DeleteFunc(a.table.Live(a.emit), dead)
	}
}

// give gives the next sessions.
func (a *SessionAggregate) give() (*batch.Batch, error) {
	n := min(batch.Size, len(a.emit)-a.at)
	slots := a.emit[a.at : a.at+n]
	a.at += n
	keys := a.table.Keys()
	for i, c := range a.out.keys {
		c.Take(keys[i], slots)
	}
	a.out.window.Resize(n)
	from, to := batch.Values[int64](a.out.window.Children[0]), batch.Values[int64](a.out.window.Children[1])
	for i, slot := range slots {
		span := a.sessions.spans[slot]
		from[i], to[i] = span.start, span.end
	}
	for _, c := range a.out.results {
		c.Resize(0)
	}
	if err := a.sessions.acc.Results(slots, a.out.results); err != nil {
		return nil, err
	}
	a.out.Rows, a.out.Sel = n, nil
	return &a.out.Batch, nil
}

// finish lets the sessions go that leave, when all have been given.
func (a *SessionAggregate) finish() {
	begun, s := time.Now(), a.sessions
	for _, slot := range a.evict {
		s.spans[slot] = sessionSpan{end: noSession, was: newSession}
	}
	leave := a.dirty[:0]
	for _, slot := range a.evict {
		head := s.chain[slot].head
		if head < 0 {
			continue // with another of its key
		}
		var evicted bool
		leave, evicted = s.prune(head, leave)
		switch {
		case s.heads[head].count == 0:
			leave = append(leave, head)
			if !evicted {
				s.empty--
			}
		case evicted:
			s.empty++
			a.table.MarkDirty([]int32{head})
		}
	}
	a.table.Delete(leave)
	a.counts.Removed += int64(len(a.evict))
	a.dirty, a.evict = leave[:0], a.evict[:0]
	a.counts.Removals += time.Since(begun)
	a.counts.Total = int64(a.table.Len() - s.empty)
}

// sessionOrder sorts sessions by their end, and those of one end by the hash of
// their key.
type sessionOrder struct {
	hasher keytable.Hasher
	sorter kernel.Sorter
	hashes []uint64
	words  []int64
	places []int32
}

func (o *sessionOrder) sort(table Table, s *Sessions, slots []int32) {
	if len(slots) < 2 {
		return
	}
	o.hashes = o.hasher.Hashes(table.Keys(), len(s.spans), slots, o.hashes[:0])
	o.words, o.places = o.words[:0], o.places[:0]
	for i, h := range o.hashes {
		o.words, o.places = append(o.words, int64(h^1<<63)), append(o.places, int32(i))
	}
	kernel.SortNumbers(&o.sorter, o.places, o.words, nil, kernel.Order{})
	for i, slot := range slots {
		o.words[i] = s.spans[slot].end
	}
	kernel.SortNumbers(&o.sorter, o.places, o.words, nil, kernel.Order{})
	for i, at := range o.places {
		o.places[i] = slots[at]
	}
	copy(slots, o.places)
}

// longType is the type of what tells sessions of a key apart.
var longType = types.Of(types.Long)
