package memstore

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/state"
)

// Reading reads the versions of an operator's state and changes nothing. The
// query may be running: a file that it removes meanwhile is an error.
type Reading struct {
	state *State
}

// Read begins to read. Of the config it uses where the state lies, whose it is and
// what a row looks like.
func Read(c Config, m *state.Manifest, deltas []checkpoint.Delta) (*Reading, error) {
	s := New(c)
	copied := *m
	s.manifest = &copied
	return &Reading{s}, s.readChain(deltas)
}

// Oldest is the oldest version that can be read, where the newest is v.
func (r *Reading) Oldest(v state.Version) state.Version {
	oldest := v
	for _, e := range r.state.chain {
		oldest = min(oldest, e.version)
	}
	if len(r.state.manifest.Snapshots) > 0 {
		for _, f := range r.state.manifest.Snapshots {
			oldest = min(oldest, f.Version)
		}
		return oldest
	}
	return max(oldest-1, 0)
}

// Partitions are the ranges of shards that version v was written by.
func (r *Reading) Partitions(v state.Version) []state.Shards {
	var list []state.Shards
	for _, e := range r.state.chain {
		if e.version == v {
			list = append(list, e.shards)
		}
	}
	if len(list) == 0 {
		list = append(list, state.Shards{First: 0, Last: 255})
	}
	slices.SortFunc(list, func(a, b state.Shards) int { return cmp.Compare(a.First, b.First) })
	return list
}

// Rows yields the rows of a range of shards in version v, some at a time, in the
// order of their hashes. What it yields is good for that call.
func (r *Reading) Rows(v state.Version, shards state.Shards, yield func(keys, values []*batch.Column, rows int) error) error {
	s := r.state
	held := state.NewRows(&s.config.Spec)
	t := &Store{Slots: state.NewSlots(s.config.Spec, held), shards: shards}
	if _, err := s.load(t, v, -1); err != nil {
		return err
	}
	live := t.Live(nil)
	for len(live) > 0 {
		n := min(batch.Size, len(live))
		var keys, values []*batch.Column
		for i, c := range t.Keys() {
			keys = append(keys, batch.NewColumn(s.config.Spec.Keys[i].Type, n))
			keys[i].Take(c, live[:n])
		}
		for _, f := range held.Types() {
			values = append(values, batch.NewColumn(f, n))
		}
		if err := held.Save(live[:n], values); err != nil {
			return err
		}
		if err := yield(keys, values, n); err != nil {
			return err
		}
		live = live[n:]
	}
	return nil
}

// Changes yields what led to version v: rows, and keys that were deleted, whose
// values are nil.
func (r *Reading) Changes(v state.Version, yield func(partition int, keys, values []*batch.Column, rows int) error) error {
	s, partitions, found := r.state, r.Partitions(v), false
	for _, e := range s.chain {
		if e.version != v {
			continue
		}
		found = true
		p, err := s.part(e)
		if err != nil {
			return s.unreadable(fmt.Sprintf("the delta of version %d", v), err)
		}
		at := slices.Index(partitions, e.shards)
		err = p.Read(&s.config.Spec, func(keys, values []*batch.Column, rows int) error { return yield(at, keys, values, rows) })
		if err != nil {
			return s.unreadable(fmt.Sprintf("the delta of version %d", v), err)
		}
	}
	if !found {
		return s.unreadable(fmt.Sprintf("the delta of version %d", v), nil)
	}
	return nil
}

// part is the part that an entry holds or names.
func (s *State) part(e entry) (*state.Part, error) {
	if e.inline != nil {
		return state.ParsePart(e.inline)
	}
	return s.readFile(e.file, e.size)
}
