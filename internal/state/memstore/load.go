package memstore

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weirstream/weir/internal/state"
)

// load makes the table of t version v, and returns the snapshots that did not
// verify. from is the version of what is there already, or -1.
func (s *State) load(t *Store, v, from state.Version) (bad []string, err error) {
	t.Reset()
	t.read = 0
	reached := [256]state.Version{}
	var based [256]bool
	if from >= 0 {
		for shard := range based {
			reached[shard], based[shard] = from, true
		}
	}
	snapshots := slices.Clone(s.manifest.Snapshots)
	slices.SortStableFunc(snapshots, func(a, b state.SnapshotFile) int { return cmp.Compare(b.Version, a.Version) })
	var broken error
	for _, f := range snapshots {
		wanted := func(shard uint8) bool { return t.shards.Has(shard) && f.Shards.Has(shard) && !based[shard] }
		if f.Version > v || !anyShard(wanted) {
			continue
		}
		p, err := s.readFile(f.File, f.Bytes)
		if err == nil {
			err = checkHeader(p, f.Version, f.Shards, true)
		}
		if err != nil {
			s.config.Warn.Warn("A snapshot of state does not verify; an older one and more deltas are used.",
				"file", s.path(f.File), "err", err)
			bad = append(bad, f.File)
			broken = cmp.Or(broken, s.unreadable(s.path(f.File), err))
			continue
		}
		t.read += int64(p.Rows)
		if err := t.Apply(p, wanted); err != nil {
			return bad, s.unreadable(s.path(f.File), err)
		}
		for shard := range based {
			if wanted(uint8(shard)) {
				based[shard], reached[shard] = true, f.Version
			}
		}
	}
	if err := s.applyChain(t, v, &reached); err != nil {
		return bad, err
	}
	for shard := t.shards.First; ; shard++ {
		if reached[shard] != v {
			if broken != nil {
				return bad, broken
			}
			return bad, s.unreadable(fmt.Sprintf("version %d of shard %d", reached[shard]+1, shard), nil)
		}
		if shard == t.shards.Last {
			break
		}
	}
	t.Clear()
	t.version, t.since = v, growth{}
	return bad, nil
}

func anyShard(wanted func(uint8) bool) bool {
	for shard := range 256 {
		if wanted(uint8(shard)) {
			return true
		}
	}
	return false
}

// applyChain applies the deltas up to version v, each to the shards that have
// reached the version before.
func (s *State) applyChain(t *Store, v state.Version, reached *[256]state.Version) error {
	for _, e := range s.chain {
		wanted := func(shard uint8) bool {
			return t.shards.Has(shard) && e.shards.Has(shard) && reached[shard] == e.version-1
		}
		if e.version > v || !t.shards.Overlaps(e.shards) || !anyShard(wanted) {
			continue
		}
		where := fmt.Sprintf("the delta of version %d in the journal", e.version)
		var p *state.Part
		var err error
		if e.inline != nil {
			p, err = state.ParsePart(e.inline)
		} else {
			where = s.path(e.file)
			p, err = s.readFile(e.file, e.size)
		}
		if err == nil {
			err = checkHeader(p, e.version, e.shards, false)
		}
		if err == nil {
			t.read += int64(p.Rows) + int64(p.Deleted)
			err = t.Apply(p, wanted)
		}
		if err != nil {
			return s.unreadable(where, err)
		}
		var done [256]bool
		for shard := range done {
			done[shard] = wanted(uint8(shard))
		}
		for shard, d := range done {
			if d {
				reached[shard] = e.version
			}
		}
	}
	return nil
}

// checkHeader refuses a part that is another than the one it should be.
func checkHeader(p *state.Part, v state.Version, shards state.Shards, snapshot bool) error {
	if p.Version != v || p.Shards != shards || p.Snapshot != snapshot {
		return fmt.Errorf("it is of version %d and shards %s, not of version %d and shards %s",
			p.Version, storeName(p.Shards), v, storeName(shards))
	}
	return nil
}

// readFile reads a part and checks it.
func (s *State) readFile(file string, size int64) (*state.Part, error) {
	content, err := s.config.FS.ReadFile(s.path(file))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) != size {
		return nil, fmt.Errorf("it has %d bytes and should have %d", len(content), size)
	}
	return state.ParsePart(content)
}
