package memstore

import (
	"encoding/json"
	"errors"
	"flag"
	"testing"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/statetest"
	"github.com/weirstream/weir/internal/vfs"
)

var seed = flag.Uint64("seed", 1, "the first seed of random tests")

// subject opens stores on a real journal, with snapshots at every second version.
func subject(fs vfs.FS, partitions int) (*statetest.Run, error) {
	_, run, err := opened(fs, partitions, Config{SnapshotEvery: 2, Retain: 1})
	return run, err
}

// opened opens a checkpoint and its state. The next batch is planned.
func opened(fs vfs.FS, partitions int, c Config) (*State, *statetest.Run, error) {
	log, found, err := checkpoint.Open(fs, "ck", checkpoint.Options{MirrorDelay: -1, Retain: 2})
	if err != nil {
		return nil, nil, err
	}
	run := &statetest.Run{Version: state.Version(found.Committed() + 1)}
	c.SnapshotBytes = 1
	c.FS, c.Dir, c.Journal, c.Epoch, c.Spec = fs, log.StateDir(0), log, log.Epoch(), statetest.Spec()
	s := New(c)
	for i := range partitions {
		values := &statetest.Rows{}
		run.Values = append(run.Values, values)
		run.Tables = append(run.Tables, s.Partition(i, partitions, values))
	}
	if run.Version == 0 {
		s.Begin()
	} else {
		m, err := Manifest(0, found.Notes)
		if err == nil {
			err = s.Load(run.Version, m, found.Deltas)
		}
		if err != nil {
			return nil, nil, errors.Join(err, log.Close())
		}
	}
	at := run.Version
	plan := func() error {
		return log.Plan(checkpoint.Plan{Batch: int64(at), Ends: []json.RawMessage{json.RawMessage("0")}})
	}
	run.Commit = func() error {
		if err := s.Save(at + 1); err != nil {
			return err
		}
		if err := log.Commit(checkpoint.Commit{Batch: int64(at)}); err != nil {
			return err
		}
		at++
		s.Committed(at)
		s.running.Wait() // so that a snapshot is a file of this batch, in every run
		return plan()
	}
	run.Rollback = func() error { return s.Rollback(at) }
	run.Close = func() error { return errors.Join(s.Close(), log.Close()) }
	if _, pending := found.Pending(); !pending {
		err = plan()
	}
	return s, run, err
}

func TestExamine(t *testing.T) { statetest.Examine(t, subject, *seed) }
