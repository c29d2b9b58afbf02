package memstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/state"
)

// A delta's payload in the journal begins with what it is.
const (
	inJournal = 'I' // the part follows
	inFile    = 'F' // the file's size and its name follow
)

// encode is the entry as the payload of a delta of the journal.
func (e *entry) encode() []byte {
	if e.inline != nil {
		return append([]byte{inJournal}, e.inline...)
	}
	dst := binary.AppendUvarint([]byte{inFile}, uint64(e.size))
	return append(dst, e.file...)
}

// decodeEntry reads the entry that a delta of the journal is.
func decodeEntry(d checkpoint.Delta) (entry, error) {
	shards, ok := parseStore(d.Store)
	e := entry{shards: shards, version: state.Version(d.Version)}
	if !ok || len(d.Payload) == 0 {
		return e, fmt.Errorf("delta of store %q is of another form", d.Store)
	}
	kind, rest := d.Payload[0], d.Payload[1:]
	if kind == inJournal {
		e.inline, e.size = rest, int64(len(rest))
		return e, nil
	}
	size, n := binary.Uvarint(rest)
	if kind != inFile || n <= 0 || size > 1<<62 || !isFileName(string(rest[n:])) {
		return e, fmt.Errorf("delta of store %q is of another form", d.Store)
	}
	e.size, e.file = int64(size), string(rest[n:])
	return e, nil
}

func isFileName(name string) bool { return name != "" && !strings.ContainsAny(name, `/\`) }

// readChain takes the operator's deltas out of those of the journal.
func (s *State) readChain(deltas []checkpoint.Delta) error {
	s.chain = s.chain[:0]
	for _, d := range deltas {
		if d.Operator != s.config.Operator {
			continue
		}
		e, err := decodeEntry(d)
		if err != nil {
			return s.unreadable("the journal", err)
		}
		s.chain = append(s.chain, e)
	}
	slices.SortStableFunc(s.chain, func(a, b entry) int { return int(a.version - b.version) })
	return nil
}

// unreadable is the error for state that cannot be loaded.
func (s *State) unreadable(where string, err error) error {
	return fault.New(fault.StateLoad, "the state of operator %d (%s) cannot be loaded: %s is damaged or missing. Bring it back from "+
		"a copy of the checkpoint, or start the query with a new checkpoint location", s.config.Operator, s.config.Spec.Name, where).
		With("file", where).Wrap(err)
}

// drop forgets what is not needed once version v is committed: entries of the
// chain and, with the next commit, deltas of the journal, snapshots and files.
func (s *State) drop(v state.Version) {
	s.remove(s.obsolete)
	s.obsolete = s.obsolete[:0]
	floors := s.floors(v)
	before := map[state.Shards]state.Version{}
	s.chain = slices.DeleteFunc(s.chain, func(e entry) bool {
		if e.version > lowest(floors, e.shards) {
			return false
		}
		before[e.shards] = max(before[e.shards], e.version+1)
		if e.file != "" {
			s.obsolete = append(s.obsolete, e.file)
		}
		return true
	})
	for _, shards := range slices.SortedFunc(maps.Keys(before), compareShards) {
		s.config.Journal.Forget(s.config.Operator, storeName(shards), int64(before[shards]))
	}
	n := len(s.manifest.Snapshots)
	s.manifest.Snapshots = slices.DeleteFunc(s.manifest.Snapshots, func(f state.SnapshotFile) bool {
		gone := f.Version < lowest(floors, f.Shards)
		if gone {
			s.obsolete = append(s.obsolete, f.File)
		}
		return gone
	})
	if len(s.manifest.Snapshots) < n {
		s.config.Journal.Note(note(s.config.Operator), s.manifest.Encode())
	}
}

func compareShards(a, b state.Shards) int {
	return bytes.Compare([]byte{a.First, a.Last}, []byte{b.First, b.Last})
}

// floors is, by shard, the version of the snapshot from which on deltas are kept:
// the newest that is neither the last one nor younger than the oldest version to
// retain. It is 0 where there is none.
func (s *State) floors(v state.Version) (floors [256]state.Version) {
	for shard := range floors {
		newest := state.Version(0)
		for _, f := range s.manifest.Snapshots {
			if f.Shards.Has(uint8(shard)) {
				newest = max(newest, f.Version)
			}
		}
		for _, f := range s.manifest.Snapshots {
			if f.Shards.Has(uint8(shard)) && f.Version < newest && f.Version <= v-state.Version(s.config.Retain) {
				floors[shard] = max(floors[shard], f.Version)
			}
		}
	}
	return floors
}

// lowest is the least floor of a range of shards.
func lowest(floors [256]state.Version, s state.Shards) state.Version {
	return slices.Min(floors[s.First : int(s.Last)+1])
}
