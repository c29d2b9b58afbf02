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
	"github.com/weirstream/weir/internal/state/memstore"
)

// states is the keyed state of a query: one [memstore.State] for each operator
// that keeps state, in the order of the plan.
//
//	open     while the plan is compiled   a table for each partition
//	check    then                         is it the state of this query? load it
//	save     after a batch ran            version n+1 goes with the commit
//	committed, rollback                   and then it counts, or version n is back
type states struct {
	log       *checkpoint.Checkpoint
	found     *checkpoint.State
	config    *Config
	operators []*memstore.State
	plan      []*physical.Stateful
	saving    []time.Duration // what the last save took, by operator
}

func newStates(log *checkpoint.Checkpoint, found *checkpoint.State, c *Config) *states {
	return &states{log: log, found: found, config: c}
}

// open makes the table of a partition, empty until check has loaded it. Operators
// are opened in the order of the plan, all partitions of one after another.
func (s *states) open(operator int, spec keyed.Spec, partition, partitions int, v keyed.Values) (keyed.Table, error) {
	for operator >= len(s.operators) {
		number := len(s.operators)
		s.operators = append(s.operators, memstore.New(memstore.Config{
			FS: s.config.Checkpoint.FS, Dir: s.log.StateDir(number), Journal: s.log, Epoch: s.log.Epoch(),
			Operator: number, Spec: spec, SnapshotEvery: s.config.Settings.SnapshotEvery,
			Retain: cmp.Or(s.config.Settings.Retain, 100), Warn: s.config.Warn,
		}))
	}
	return s.operators[operator].Partition(partition, partitions, v), nil
}

// check refuses a checkpoint whose state is not that of this query, and loads the
// version that the last commit has led to.
func (s *states) check(plan []*physical.Stateful) error {
	s.plan, s.saving = plan, make([]time.Duration, len(s.operators))
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
	if committed < 0 {
		for i := range max(known, len(s.operators)) {
			if i < len(s.operators) {
				s.operators[i].Begin()
			} else {
				memstore.Forget(i, s.log)
			}
		}
		return nil
	}
	if s.found.TakenOver && len(s.operators) > 0 {
		return fault.New(fault.StateLoad, "batch %d of the checkpoint %s was committed by another engine, whose state weir cannot read. "+
			"Start the query with a new checkpoint location", committed, s.log.Dir())
	}
	if known != len(s.operators) {
		return fault.New(fault.StateNotMatching, "the query has %d operators that keep state, but its checkpoint %s holds state of %d. "+
			"Run the query as it was, or give the changed query a new checkpoint location", len(s.operators), s.log.Dir(), known)
	}
	for i, o := range s.operators {
		m, err := memstore.Manifest(i, s.found.Notes)
		if err == nil {
			err = m.Check(i, &plan[i].Spec)
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

// save makes what the batch changed part of the next commit.
func (s *states) save(version int64) error {
	for i, o := range s.operators {
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
	for _, o := range s.operators {
		o.Committed(state.Version(version))
	}
}

// rollback drops what a failed batch has changed.
func (s *states) rollback(version int64) error {
	for _, o := range s.operators {
		if err := o.Rollback(state.Version(version)); err != nil {
			return err
		}
	}
	return nil
}

// progress is what the last batch did to the state of each operator (S193).
func (s *states) progress() []progress.StateOperator {
	var list []progress.StateOperator
	for i, op := range s.plan {
		p := progress.StateOperator{Name: op.Name, Commit: s.saving[i]}
		for _, part := range op.Parts {
			c := part.Counts()
			p.RowsTotal += c.Total
			p.RowsUpdated += c.Updated
			p.RowsRemoved += c.Removed
			p.RowsDropped += c.Dropped
			p.Updates += c.Updates
			p.Removals += c.Removals
		}
		for _, store := range s.operators[i].Stores() {
			p.MemoryBytes += store.Bytes()
			p.Partitions++
			p.Stores++
		}
		list = append(list, p)
	}
	return list
}

// close waits for what is written in the background.
func (s *states) close() error {
	var errs []error
	for _, o := range s.operators {
		errs = append(errs, o.Close())
	}
	return errors.Join(errs...)
}
