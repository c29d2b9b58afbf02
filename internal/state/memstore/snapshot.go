package memstore

import (
	"io"

	"github.com/weirstream/weir/internal/state"
)

// snapshot is the outcome of writing one.
type snapshot struct {
	store *Store
	file  state.SnapshotFile
	err   error
}

// manyVersions and manyBytes make a snapshot due whatever its size: so many times
// SnapshotEvery versions, so many bytes of deltas in the journal, of a large state more,
// up to mostBytes, since it costs a copy of all rows.
const (
	manyVersions = 30
	manyBytes    = 1 << 20
	mostBytes    = 16 << 20
)

// due reports whether a store should write a snapshot of the version it holds. A
// snapshot pays by what a restart need not read: rows that were replaced or deleted.
// State to which rows are only added is read as fast from its deltas.
func (s *State) due(t *Store) bool {
	since := t.since
	switch {
	case t.writing || since.versions < s.config.SnapshotEvery:
		return false
	case since.versions >= manyVersions*s.config.SnapshotEvery:
		return true
	case since.bytes >= manyBytes && since.inline < manyBytes && t.read+since.rows < 2*int64(t.Len()):
		return false
	default:
		return since.bytes >= max(t.last/2, s.config.SnapshotBytes) || since.inline >= min(max(t.Bytes()/16, manyBytes), mostBytes)
	}
}

// snapshot copies the rows of a store, which are those of version v, and writes
// them in the background.
func (s *State) snapshot(t *Store, v state.Version) {
	out := snapshot{store: t, file: state.SnapshotFile{File: s.fileName(v, t.shards, "snapshot"), Version: v, Shards: t.shards}}
	t.since, t.writing, t.read = growth{}, true, int64(t.Len())
	h := state.Header{Operator: s.config.Operator, Version: v, Shards: t.shards}
	if s.tier != nil {
		rows := s.tier.Snapshot(t.shards)
		s.writeSnapshot(out, func(w io.Writer) (int64, error) { return rows.Write(w, h) })
		return
	}
	p, err := t.Snapshot(h)
	if err == nil {
		err = s.makeDir()
	}
	if err != nil {
		out.err = err
		s.done <- out
		return
	}
	s.writeSnapshot(out, p.Write)
}

// writeSnapshot writes a snapshot in the background.
func (s *State) writeSnapshot(out snapshot, write func(w io.Writer) (int64, error)) {
	s.running.Go(func() {
		out.err = s.writeFile(out.file.File, func(w io.Writer) (int64, error) {
			var err error
			out.file.Bytes, err = write(w)
			return out.file.Bytes, err
		})
		s.done <- out
	})
}

// takeSnapshots makes the snapshots that were written meanwhile count, with the
// next commit.
func (s *State) takeSnapshots(v state.Version) {
	taken := false
	for {
		select {
		case d := <-s.done:
			d.store.writing = false
			if d.err != nil {
				s.config.Warn.Warn("A snapshot of state could not be written; the next one will be tried later.",
					"file", s.path(d.file.File), "err", d.err)
				continue
			}
			d.store.last = d.file.Bytes
			s.manifest.Snapshots = append(s.manifest.Snapshots, d.file)
			taken = true
		default:
			if taken {
				s.config.Journal.Note(note(s.config.Operator), s.manifest.Encode())
			}
			return
		}
	}
}
