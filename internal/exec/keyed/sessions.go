package keyed

import (
	"math"
	"slices"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// SessionGrouping says by what rows are grouped into sessions, what is computed,
// and what comes out when. The partitions of an operator share it.
type SessionGrouping struct {
	*Grouping
	keys   []*expr.Ref // without the session
	window *expr.Ref
	place  int // of the session among the keys
}

// NewSessionGrouping groups by columns, one of which, at place, holds session
// windows.
func NewSessionGrouping(keys []*expr.Ref, place int, calls []*expr.AggregateCall, mode connector.OutputMode, env *expr.Env) (*SessionGrouping, error) {
	g, err := NewGrouping(nil, calls, mode, env)
	if err != nil {
		return nil, err
	}
	s := &SessionGrouping{Grouping: g, window: keys[place], place: place}
	s.keys = slices.Delete(slices.Clone(keys), place, place+1)
	if s.window.Typ.Kind != types.Struct || len(s.window.Typ.Fields) != 2 {
		return nil, fault.New(fault.UnsupportedFeature, "%s, of type %s, holds no sessions", s.window.Name, s.window.Typ)
	}
	return s, nil
}

// Spec is what the state looks like: a row is a session. Behind the key columns
// stands what tells the sessions of a key apart: 0, or the start that the session
// had when it came into being.
func (g *SessionGrouping) Spec() Spec {
	s := Spec{Name: "sessionWindowStateStoreSaveExec", ShardBy: len(g.keys)}
	for _, k := range g.keys {
		s.Keys = append(s.Keys, types.Field{Name: k.Name, Type: k.Typ, Nullable: k.Null})
	}
	s.Keys = append(s.Keys, types.Field{Name: "session", Type: types.Of(types.Long)})
	for _, f := range g.window.Typ.Fields {
		s.Values = append(s.Values, types.Field{Name: g.window.Name + "." + f.Name, Type: f.Type})
	}
	s.Values = append(s.Values, g.Grouping.Spec().Values...)
	return s
}

// ExchangeKeys are the expressions by which partial groups are spread over
// partitions.
func (g *SessionGrouping) ExchangeKeys() []expr.Expr {
	keys := make([]expr.Expr, len(g.keys))
	for i, k := range g.keys {
		keys[i] = k
	}
	return keys
}

// Values makes the values of a partition.
func (g *SessionGrouping) Values() (*Sessions, error) {
	acc, err := g.Grouping.Values()
	if err != nil {
		return nil, err
	}
	at := g.window.Typ.Fields[0].Type
	return &Sessions{acc: acc, types: slices.Concat([]types.Type{at, at}, acc.Types())}, nil
}

// Sessions are the sessions of a partition by slot, and for each key the list of
// its own, the newest first. The list hangs at the key's head: the slot of its
// session 0, which most rows find in one look, as most keys have one session:
//
//	(key, 0)       head: top ─▶ session ─▶ session ─▶ …   older and older,
//	(key, 12:05)                                          apart from each other
//
// When session 0 leaves and others are still there, the head stays without a
// session of its own, until a new one needs a place. Lists are not stored: they
// are made again after a load.
type Sessions struct {
	acc   *Accumulators
	types []types.Type

	spans []sessionSpan
	chain []sessionLink
	heads []sessionHead
	empty int  // heads without a session of their own
	stale bool // something was loaded or forgotten: lists and counts are not true
}

// sessionSpan is when a session is, in microseconds, and when it began as the
// last batch left it.
type sessionSpan struct{ start, end, was int64 }

// sessionLink is a session's place in the list of its key.
type sessionLink struct{ head, older int32 }

// sessionHead is the list of a key: its newest session, and how many there are.
type sessionHead struct{ top, count int32 }

// noSession is the end of a head that has no session, and newSession the earlier
// start of a session that has none.
const (
	noSession  = math.MinInt64
	newSession = math.MaxInt64
)

// Types implements [Values].
func (s *Sessions) Types() []types.Type { return s.types }

// Reset implements [Values].
func (s *Sessions) Reset(from, to int) {
	for i := from; i < to; i++ {
		span, link, head := sessionSpan{end: noSession, was: newSession}, sessionLink{int32(i), -1}, sessionHead{top: -1}
		if i < len(s.spans) {
			s.spans[i], s.chain[i], s.heads[i] = span, link, head
		} else {
			s.spans, s.chain, s.heads = append(s.spans, span), append(s.chain, link), append(s.heads, head)
		}
	}
	s.acc.Reset(from, to)
}

// Save implements [Values].
func (s *Sessions) Save(slots []int32, out []*batch.Column) error {
	at := out[0].Len()
	out[0].Extend(len(slots))
	out[1].Extend(len(slots))
	starts, ends := batch.Values[int64](out[0])[at:], batch.Values[int64](out[1])[at:]
	for i, slot := range slots {
		starts[i], ends[i] = s.spans[slot].start, s.spans[slot].end
	}
	return s.acc.Save(slots, out[2:])
}

// Load implements [Values].
func (s *Sessions) Load(slots []int32, in []*batch.Column) error {
	starts, ends := expr.ArgOf[int64](in[0]), expr.ArgOf[int64](in[1])
	for i, slot := range slots {
		s.spans[slot] = sessionSpan{starts.At(int32(i)), ends.At(int32(i)), starts.At(int32(i))}
	}
	s.stale = true
	return s.acc.Load(slots, in[2:])
}

// Forget implements [state.Forgetter].
func (s *Sessions) Forget() { s.stale = true }

// alive reports whether a slot has a session.
func (s *Sessions) alive(slot int32) bool { return s.spans[slot].end != noSession }

// relink makes the lists of all sessions of a table anew. The last of its key
// columns is the number of the session.
func (s *Sessions) relink(table Table) error {
	s.empty, s.stale = 0, false
	live := table.Live(nil)
	n := len(table.Keys()) - 1
	keys := make([]*batch.Column, n+1)
	for i, c := range table.Keys() {
		keys[i] = batch.NewColumn(c.Type, 0)
		keys[i].Append(c, live, len(live), &batch.Arena{})
	}
	clear(batch.Values[int64](keys[n]))
	heads := make([]int32, len(live))
	if err := table.Find(keys, len(live), nil, heads); err != nil {
		return err
	}
	for _, head := range heads {
		s.heads[head] = sessionHead{top: -1}
	}
	order := make([]int32, len(live))
	starts := make([]int64, len(live))
	for i, slot := range live {
		order[i], starts[i] = int32(i), s.spans[slot].start
	}
	kernel.SortNumbers(&kernel.Sorter{}, order, starts, nil, kernel.Order{})
	for _, i := range order {
		slot, head := live[i], heads[i]
		if !s.alive(slot) {
			s.empty++
			continue
		}
		h := &s.heads[head]
		s.chain[slot] = sessionLink{head, h.top}
		h.top = slot
		h.count++
	}
	return nil
}

// insert puts a session into the list of head, behind newer, or first where that
// is -1.
func (s *Sessions) insert(head, newer, slot int32) {
	h := &s.heads[head]
	h.count++
	if newer < 0 {
		s.chain[slot] = sessionLink{head, h.top}
		h.top = slot
		return
	}
	s.chain[slot] = sessionLink{head, s.chain[newer].older}
	s.chain[newer].older = slot
}

// absorb takes the session behind slot out of its list and makes its span part of
// slot's. It gives the one taken, and how many starts of the last batch are gone.
func (s *Sessions) absorb(slot int32) (taken int32, gone int64) {
	taken = s.chain[slot].older
	from, to := &s.spans[taken], &s.spans[slot]
	to.start, to.end = min(to.start, from.start), max(to.end, from.end)
	if from.was != newSession && to.was != newSession {
		gone = 1
	}
	to.was = min(to.was, from.was)
	s.chain[slot].older = s.chain[taken].older
	s.heads[s.chain[slot].head].count--
	*from = sessionSpan{end: noSession, was: newSession}
	return taken, gone
}

// prune takes sessions without a span out of the list of head, and appends those
// that are not the head itself to leave. It says whether the head is one of them.
// What it has taken out belongs to no head.
func (s *Sessions) prune(head int32, leave []int32) (left []int32, wasHead bool) {
	h := &s.heads[head]
	newer := int32(-1)
	for slot := h.top; slot >= 0; {
		older := s.chain[slot].older
		if s.alive(slot) {
			newer, slot = slot, older
			continue
		}
		h.count--
		if newer < 0 {
			h.top = older
		} else {
			s.chain[newer].older = older
		}
		s.chain[slot].head = -1
		if slot == head {
			wasHead = true
		} else {
			leave = append(leave, slot)
		}
		slot = older
	}
	return leave, wasHead
}
