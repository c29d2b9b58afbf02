package lsmstore

import (
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"testing"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/state/statetest"
	"github.com/weirstream/weir/internal/vfs"
)

var seed = flag.Uint64("seed", 1, "the first seed of random tests")

// open is how a state opens its tier.
func open(fsys vfs.FS, dir string) (state.Cold, error) {
	db, err := Open(fsys, dir, Options{Memory: 4 << 20})
	if err != nil {
		return nil, err
	}
	return db, nil
}

// tier lets so many bytes of rows stay in memory.
func tier(memory int64) memstore.Config {
	return memstore.Config{SnapshotEvery: 2, Retain: 1, Tier: memstore.Tier{Open: open, Always: true, Memory: memory}}
}

// use is a state in use.
type use struct {
	*statetest.Run
	state *memstore.State
}

// opened opens a checkpoint and its state. The next batch is planned.
func opened(fs vfs.FS, partitions int, c memstore.Config) (*use, error) {
	log, found, err := checkpoint.Open(fs, "ck", checkpoint.Options{MirrorDelay: -1, Retain: 2})
	if err != nil {
		return nil, err
	}
	run := &statetest.Run{Version: state.Version(found.Committed() + 1)}
	c.SnapshotBytes = 1
	c.FS, c.Dir, c.Journal, c.Epoch, c.Spec = fs, log.StateDir(0), log, log.Epoch(), statetest.Spec()
	s := memstore.New(c)
	for i := range partitions {
		values := &statetest.Rows{}
		run.Values = append(run.Values, values)
		run.Tables = append(run.Tables, s.Partition(i, partitions, values))
	}
	if run.Version == 0 {
		s.Begin()
	} else {
		var m *state.Manifest
		if m, err = memstore.Manifest(0, found.Notes); err == nil {
			err = s.Load(run.Version, m, found.Deltas)
		}
	}
	if err != nil {
		return nil, errors.Join(err, s.Close(), log.Close())
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
		return plan()
	}
	run.Rollback = func() error { return s.Rollback(at) }
	run.Close = func() error { return errors.Join(s.Close(), log.Close()) }
	if _, pending := found.Pending(); !pending {
		err = plan()
	}
	return &use{run, s}, err
}

func subject(c memstore.Config) statetest.Subject {
	return func(fs vfs.FS, partitions int) (*statetest.Run, error) {
		u, err := opened(fs, partitions, c)
		if err != nil {
			return nil, err
		}
		return u.Run, nil
	}
}

// With hardly any memory every row comes from disk.
func TestExamine(t *testing.T) { statetest.Examine(t, subject(tier(1)), *seed) }

// The tier comes in the middle of the work.
func TestExamineSpilling(t *testing.T) {
	if testing.Short() {
		t.Skip("TestExamine and the tests of queries do much of it")
	}
	c := tier(3 << 10)
	c.Tier.Always = false
	c.Warn = slog.New(slog.DiscardHandler)
	statetest.Examine(t, subject(c), *seed)
}
