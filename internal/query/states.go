package query

import (
	"cmp"
	"errors"
	"time"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/progress"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/lsmstore"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/vfs"
)

// states is the keyed state of a query: one [memstore.State] for each state table
// of its operators, in the order of the plan.
//
//	open     while the plan is compiled   a table for each partition
//	check    then                         is it the state of this query? load it
//	save     after a batch ran            version n+1 goes with the commit
//	committed, rollback                   and then it counts, or version n is back
type states struct {
	log    *checkpoint.Checkpoint
	into   memstore.Journal // where changes go: log, but for those who look
	found  *checkpoint.State
	config *Config
	tables []*memstore.State
	saving []time.Duration // what the last save took, by table
}

func newStates(log *checkpoint.Checkpoint, found *checkpoint.State, c *Config) *states {
	return &states{log: log, into: log, found: found, config: c}
}

// open makes a partition of a table, empty until check has loaded it.
func (s *states) open(table int, spec keyed.Spec, partition, partitions int, v keyed.Values) (keyed.Table, error) {
	for table >= len(s.tables) {
		number := len(s.tables)
		s.tables = append(s.tables, memstore.New(memstore.Config{
			FS: s.config.Checkpoint.FS, Dir: s.log.StateDir(number), Journal: s.into, Epoch: s.log.Epoch(),
			Operator: number, Spec: spec, SnapshotEvery: s.config.Settings.SnapshotEvery,
			Retain: cmp.Or(s.config.Settings.Retain, 100), Warn: s.config.Warn,
			Tier: memstore.Tier{Open: s.openTier, Always: s.config.Settings.State.Disk},
		}))
	}
	return s.tables[table].Partition(partition, partitions, v), nil
}

// openTier opens the rows on disk of a table. A quarter of what the table may take
// in memory is for their buffers and their cache.
func (s *states) openTier(fsys vfs.FS, dir string) (state.Cold, error) {
	db, err := lsmstore.Open(fsys, dir, lsmstore.Options{Memory: min(s.share()/4, 256<<20)})
	if err != nil {
		return nil, err
	}
	return db, nil
}

// share is how many bytes a table may take in memory; 0: any number.
func (s *states) share() int64 { return s.config.Settings.State.Memory / max(1, int64(len(s.tables))) }

// check refuses a checkpoint whose state is not that of this query, and loads the
// version that the last commit has led to.
func (s *states) check(plan []*physical.Stateful) error {
	var specs []*keyed.Spec
	for _, op := range plan {
		for i := range op.Specs {
			specs = append(specs, &op.Specs[i])
		}
	}
	for _, o := range s.tables {
		o.Limit(s.share() - s.share()/4)
	}
	s.saving = make([]time.Duration, len(s.tables))
	committed := s.found.Committed()
	known := 0
	for {
		m, err := memstore.Manifest(known, s.found.Notes)
		if err != nil {
			return err
		}
		if m == nil {
			break
		}
		known++
	}
	for _, op := range plan {
		if op.Variables == nil {
			continue
		}
		if err := op.Variables.Check(s.found.Notes, committed < 0); err != nil {
			return err
		}
		if name, text := op.Variables.Note(); text != nil {
			s.log.Note(name, text)
		}
	}
	if committed < 0 {
		return s.beginAll(known)
	}
	if s.found.TakenOver && len(s.tables) > 0 {
		return fault.New(fault.StateLoad, "batch %d of the checkpoint %s was committed by another engine, whose state weir cannot read. "+
			"Start the query with a new checkpoint location", committed, s.log.Dir())
	}
	if known != len(s.tables) {
		return fault.New(fault.StateNotMatching, "the query keeps state in %d tables, but its checkpoint %s holds %d. "+
			"Run the query as it was, or give the changed query a new checkpoint location", len(s.tables), s.log.Dir(), known)
	}
	for i, o := range s.tables {
		m, err := memstore.Manifest(i, s.found.Notes)
		if err == nil {
			err = m.Check(i, specs[i])
		}
		if err == nil {
			err = o.Load(state.Version(committed+1), m, s.found.Deltas)
		}
		if err != nil {
			return err
		}
	}
	s.found = nil // its deltas need not stay in memory twice
	return nil
}

// beginAll begins with empty state, where no batch was committed. What one that was
// never committed has written is nobody's.
func (s *states) beginAll(known int) error {
	for i := range max(known, len(s.tables)) {
		if err := vfs.RemoveAll(s.config.Checkpoint.FS, s.log.StateDir(i)); err != nil {
			return err
		}
		if i < len(s.tables) {
			s.tables[i].Begin()
		} else {
			memstore.Forget(i, s.into)
		}
	}
	return nil
}

// save makes what the batch changed part of the next commit.
func (s *states) save(version int64) error {
	for i, o := range s.tables {
		start := time.Now()
		if err := o.Save(state.Version(version)); err != nil {
			return err
		}
		s.saving[i] = time.Since(start)
	}
	return nil
}

// committed tells that the commit is durable.
func (s *states) committed(version int64) {
	for _, o := range s.tables {
		o.Committed(state.Version(version))
	}
}

// rollback drops what a failed batch has changed.
func (s *states) rollback(version int64) error {
	for _, o := range s.tables {
		if err := o.Rollback(state.Version(version)); err != nil {
			return err
		}
	}
	return nil
}

// progress is what the last batch did to the state of each operator (S193).
func (s *states) progress(operators []*physical.Stateful) []progress.StateOperator {
	var list []progress.StateOperator
	for _, op := range operators {
		p := progress.StateOperator{Name: op.Name}
		for _, part := range op.Parts {
			c := part.Counts()
			p.RowsTotal += c.Total
			p.RowsUpdated += c.Updated
			p.RowsRemoved += c.Removed
			p.RowsDropped += c.Dropped
			p.Updates += c.Updates
			p.Removals += c.Removals
		}
		p.Custom = s.measure(op)
		for i := op.First; i < op.First+len(op.Specs); i++ {
			p.Commit += s.saving[i]
			stores := s.tables[i].Stores()
			for _, store := range stores {
				p.MemoryBytes += store.Bytes()
			}
			p.Partitions = int64(len(stores))
			p.Stores += int64(len(stores))
		}
		list = append(list, p)
	}
	return list
}

// measure are the operator's own numbers and those of its store (S193c).
func (s *states) measure(op *physical.Stateful) map[string]int64 {
	all := make(map[string]int64)
	add := func(name string, n int64) { all[name] += n }
	for _, part := range op.Parts {
		if m, ok := part.(keyed.Measured); ok {
			m.Measure(add)
		}
	}
	if op.Variables != nil {
		op.Variables.Measure(add)
	}
	for i := op.First; i < op.First+len(op.Specs); i++ {
		s.tables[i].Measure(add)
	}
	return all
}

// close waits for what is written in the background.
func (s *states) close() error {
	var errs []error
	for _, o := range s.tables {
		errs = append(errs, o.Close())
	}
	return errors.Join(errs...)
}
