package memstore

import (
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

// Oldest is the oldest version that can be read in all shards, where the newest is
// v. One partition may have older snapshots than another.
func (r *Reading) Oldest(v state.Version) state.Version {
	oldest := state.Version(0)
	for shard := range 256 {
		oldest = max(oldest, r.oldestOf(uint8(shard), v))
	}
	return oldest
}

// oldestOf is the oldest version that can be read in a shard: that of its oldest
// snapshot, or version 0 where all deltas since are there.
func (r *Reading) oldestOf(shard uint8, v state.Version) state.Version {
	oldest := v
	for _, f := range r.state.manifest.Snapshots {
		if f.Shards.Has(shard) {
			oldest = min(oldest, f.Version)
		}
	}
	for _, e := range r.state.chain { // by rising version
		if e.shards.Has(shard) {
			if e.version == 1 {
				return 0
			}
			break
		}
	}
	return oldest
}

// Partitions are the ranges of shards that version v was written by, all shards
// together. Of a partition that has forgotten the delta there is the snapshot; what
// neither names is a range of its own.
func (r *Reading) Partitions(v state.Version) []state.Shards {
	var list []state.Shards
	add := func(s state.Shards) {
		if !slices.ContainsFunc(list, s.Overlaps) {
			list = append(list, s)
		}
	}
	for _, e := range r.state.chain {
		if e.version == v {
			add(e.shards)
		}
	}
	for _, f := range r.state.manifest.Snapshots {
		if f.Version == v {
			add(f.Shards)
		}
	}
	return slices.SortedFunc(slices.Values(append(list, gaps(list)...)), compareShards)
}

// gaps are the ranges of shards that are in none of a list.
func gaps(list []state.Shards) (missing []state.Shards) {
	open := -1 // where a gap has begun
	for shard := 0; shard <= 256; shard++ {
		named := shard == 256 || slices.ContainsFunc(list, func(s state.Shards) bool { return s.Has(uint8(shard)) })
		switch {
		case !named && open < 0:
			open = shard
		case named && open >= 0:
			missing = append(missing, state.Shards{First: uint8(open), Last: uint8(shard - 1)})
			open = -1
		}
	}
	return missing
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
	s, partitions := r.state, r.Partitions(v)
	var found []state.Shards
	for _, e := range s.chain {
		if e.version != v {
			continue
		}
		found = append(found, e.shards)
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
	if len(gaps(found)) > 0 {
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
