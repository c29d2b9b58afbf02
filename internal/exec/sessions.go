package exec

import (
	"context"
	"math"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/types"
)

// PartialSessions groups the rows of a task by keys and, of one key, into
// sessions: rows whose sessions meet are one (S104). It gives partial groups: the
// keys, the start and the end of the session, and the states of the functions. A
// key's sessions may still meet; whoever reads them merges them.
//
//	keys ─▶ table ─▶ the key's last sessions ─▶ meets one? ─ yes ─▶ it grows
//	                                                        └ no ──▶ a new one
//
// Rows come about in the order of their times, so that a look at the last few
// sessions of a key finds nearly all that meet, and nothing need be sorted.
//
// Rows that are late already, by the bounds of the operator that they go to, stay
// apart: a late row does not join a session, and Spark counts late rows by key,
// start and end (S113). They pass as groups of their own, to be dropped and counted there.
type PartialSessions struct {
	rounds   rounds
	groups   *Groups   // its table has the keys; its accumulators are by session
	window   expr.Eval // the session of a row
	operator int       // whose bounds say what is late; below 0: nothing is

	spans  []span
	last   []int32         // by key: its newest session; -1: none
	tails  *keytable.Table // the late groups, by key, start and end
	lates  []int32         // by late group: its session
	before int64           // what ends there or before is late

	ids  []int32 // scratch: the keys of a batch, then its sessions
	late lateRows
	at   int // sessions given

	keys, states []*batch.Column // of out
	out          batch.Batch
}

// span is a session of a task.
type span struct {
	start, end int64
	key, older int32 // its key, and the key's session made before it; -1: none
}

// lateRows is scratch for the late rows of a batch.
type lateRows struct {
	at   []int32 // their places among the selected rows
	cols [3]*batch.Column
	ids  []int32
}

// depth is how many sessions of a key are looked at.
const depth = 4

// NewPartialSessions groups input, which it closes, by the keys of s and by the
// sessions that window gives. operator is the number of the operator with state
// that reads the groups, or -1.
func NewPartialSessions(input Operator, s *GroupSpec, window expr.Eval, operator int) (*PartialSessions, error) {
	g, err := NewGroups(s)
	if err != nil {
		return nil, err
	}
	p := &PartialSessions{groups: g, window: window, operator: operator}
	p.rounds = rounds{input: input, take: p.add}
	of := types.Of(types.Long)
	p.tails = keytable.New([]types.Type{of, of, of})
	for i := range p.late.cols {
		p.late.cols[i] = batch.NewColumn(of, 0)
	}
	kinds := slices.Concat(s.keyTypes, []types.Type{of, of}, s.PartialTypes()[len(s.keys):])
	for i, t := range kinds {
		c := batch.NewColumn(t, 0)
		if p.out.Columns = append(p.out.Columns, c); i < len(s.keys) {
			p.keys = append(p.keys, c)
		} else if i >= len(s.keys)+2 {
			p.states = append(p.states, c)
		}
	}
	return p, nil
}

// Open begins a task.
func (p *PartialSessions) Open(t *Task) error {
	p.reset()
	p.before = math.MinInt64
	if p.operator >= 0 {
		p.before = t.Batch.Bounds(p.operator).LateBefore
	}
	return p.rounds.open(t)
}

// reset forgets all sessions.
func (p *PartialSessions) reset() {
	p.groups.Reset()
	if p.tails.Slots() > 0 {
		p.tails.Reset()
	}
	p.spans, p.last, p.lates = p.spans[:0], p.last[:0], p.lates[:0]
	p.at = 0
}

// Close closes the input.
func (p *PartialSessions) Close() error { return p.rounds.input.Close() }

// Next gives the next partial groups.
func (p *PartialSessions) Next(ctx context.Context) (*batch.Batch, error) {
	p.out.Poison()
	if err := p.rounds.fill(ctx); err != nil {
		return nil, err
	}
	if p.at < len(p.spans) {
		return p.give()
	}
	p.reset()
	p.rounds.again()
	return p.Next(ctx)
}

// add puts the rows of b into sessions, and says whether these are to be given.
func (p *PartialSessions) add(b *batch.Batch) (enough bool, err error) {
	n := b.Len()
	keys, err := p.groups.Keys(b)
	if err != nil {
		return false, err
	}
	w, err := p.window.Eval(b, b.Sel)
	if err != nil {
		return false, err
	}
	p.ids = slices.Grow(p.ids[:0], n)[:n]
	p.groups.assign(keys, b.Rows, b.Sel, p.ids)
	for len(p.last) < p.groups.table.Slots() {
		p.last = append(p.last, -1)
	}
	before := len(p.spans)
	starts, ends, mask := spansOf(w)
	p.late.at = p.late.at[:0]
	for k, key := range p.ids {
		row := b.Row(k) & mask
		start, end := starts[row], ends[row]
		if end <= p.before {
			p.late.at = append(p.late.at, int32(k))
			continue
		}
		p.ids[k] = p.session(key, start, end)
	}
	if len(p.late.at) > 0 {
		p.apart(b, starts, ends, mask)
	}
	if len(p.spans) > before {
		p.groups.Fresh(before, len(p.spans))
	}
	return len(p.spans) > maxGroups, p.groups.Update(b, p.ids)
}

// spansOf are the starts and ends in a column of windows, of which row is at
// row&mask.
func spansOf(w *batch.Column) (starts, ends []int64, mask int) {
	mask = -1
	if w.Const || w.Children[0].Const {
		mask = 0
	}
	return batch.Values[int64](w.Children[0]), batch.Values[int64](w.Children[1]), mask
}

// session is the session of a key that meets a row's, grown by it, or a new one.
func (p *PartialSessions) session(key int32, start, end int64) int32 {
	i := p.last[key]
	for range depth {
		if i < 0 {
			break
		}
		if s := &p.spans[i]; start <= s.end && s.start <= end {
			s.start, s.end = min(s.start, start), max(s.end, end)
			return i
		}
		i = p.spans[i].older
	}
	made := int32(len(p.spans))
	p.spans = append(p.spans, span{start, end, key, p.last[key]})
	p.last[key] = made
	return made
}

// apart puts the late rows of b into groups of their own.
func (p *PartialSessions) apart(b *batch.Batch, starts, ends []int64, mask int) {
	n := len(p.late.at)
	for _, c := range p.late.cols {
		c.Resize(n)
	}
	key, start, end := batch.Values[int64](p.late.cols[0]), batch.Values[int64](p.late.cols[1]), batch.Values[int64](p.late.cols[2])
	for i, k := range p.late.at {
		row := b.Row(int(k)) & mask
		key[i], start[i], end[i] = int64(p.ids[k]), starts[row], ends[row]
	}
	p.late.ids = slices.Grow(p.late.ids[:0], n)[:n]
	p.tails.Assign(p.late.cols[:], n, nil, p.late.ids)
	for i, group := range p.late.ids {
		if int(group) == len(p.lates) {
			p.lates = append(p.lates, int32(len(p.spans)))
			p.spans = append(p.spans, span{start[i], end[i], int32(key[i]), -1})
		}
		p.ids[p.late.at[i]] = p.lates[group]
	}
}

// give gives the next sessions.
func (p *PartialSessions) give() (*batch.Batch, error) {
	n := min(batch.Size, len(p.spans)-p.at)
	for _, c := range p.out.Columns {
		c.Resize(0)
	}
	at := len(p.keys)
	p.out.Columns[at].Resize(n)
	p.out.Columns[at+1].Resize(n)
	starts, ends := batch.Values[int64](p.out.Columns[at]), batch.Values[int64](p.out.Columns[at+1])
	p.late.ids = slices.Grow(p.late.ids[:0], n)[:n]
	for i, s := range p.spans[p.at : p.at+n] {
		starts[i], ends[i], p.late.ids[i] = s.start, s.end, s.key
	}
	p.groups.AppendKeys(p.late.ids, p.keys)
	p.ids = numbered(p.ids, p.at, n)
	if err := p.groups.AppendPartial(p.ids, p.states); err != nil {
		return nil, err
	}
	p.at += n
	p.out.Rows, p.out.Sel = n, nil
	return &p.out, nil
}
