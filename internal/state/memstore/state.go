package memstore

import (
	"errors"
	"log/slog"
	"path"
	"strconv"
	"sync"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/vfs"
)

// Journal takes what becomes durable with the next commit. It is
// [checkpoint.Checkpoint].
type Journal interface {
	// Delta gives a change of state to the next commit; of the same operator,
	// store and version the last one counts.
	Delta(d checkpoint.Delta)
	// Forget tells that deltas that lead to versions below before are not
	// needed any more.
	Forget(operator int, store string, before int64)
	// Note gives a name a value that a restart finds.
	Note(name string, value []byte)
}

// Config says whose state a [State] is and where it is kept.
type Config struct {
	// FS and Dir are where files are written. Dir need not exist.
	FS  vfs.FS
	Dir string
	// Journal is the query's.
	Journal Journal
	// Epoch is the number of the query's run.
	Epoch int64
	// Operator is the operator's number in its query.
	Operator int
	// Spec is what a row looks like.
	Spec state.Spec
	// SnapshotEvery is how many versions lie between two snapshots at least; 0
	// is 10.
	SnapshotEvery int
	// SnapshotBytes is how many bytes of deltas lie between two snapshots at
	// least, unless very many versions do; 0 is 64 KiB. Replaying fewer costs
	// less than a snapshot's two fsyncs, which hold up those of the journal.
	SnapshotBytes int64
	// Retain is how many versions before the newest can be loaded (S160).
	Retain int
	// Tier is where rows go that memory does not hold.
	Tier Tier
	// Warn takes what the user should know but nobody waits for. It may be nil.
	Warn *slog.Logger
}

// State is the state of one operator in all its partitions. It belongs to the
// query's goroutine; snapshots are written by goroutines of its own, which touch
// nothing of it.
type State struct {
	config   Config
	stores   []*Store
	manifest *state.Manifest
	chain    []entry    // the deltas that are needed, by rising version
	pending  []entry    // those of the last Save
	obsolete []string   // files that nothing will name after the next commit
	files    int        // written by this run
	making   sync.Mutex // guards haveDir
	haveDir  bool
	tier     *state.Tier // nil: memory holds all rows
	measures measures
	stay     int64 // a tier could not be made; it is tried again beyond so many bytes
	warned   bool  // that rows of which none can go take more than they may

	done    chan snapshot // snapshots that were written, or were not
	running sync.WaitGroup
}

// entry is a delta that the journal holds or names.
type entry struct {
	shards  state.Shards
	version state.Version
	inline  []byte // the part; nil: it is in file
	file    string
	size    int64
}

// New is the state of an operator that has no partitions yet.
func New(c Config) *State {
	if c.SnapshotEvery <= 0 {
		c.SnapshotEvery = 10
	}
	if c.SnapshotBytes <= 0 {
		c.SnapshotBytes = 64 << 10
	}
	if c.Warn == nil {
		c.Warn = slog.New(slog.DiscardHandler)
	}
	return &State{config: c, manifest: state.NewManifest(&c.Spec)}
}

// Partition adds the store of a partition.
func (s *State) Partition(partition, partitions int, values state.Values) *Store {
	t := &Store{Slots: state.NewSlots(s.config.Spec, values), shards: shardsOf(partition, partitions)}
	t.name = storeName(t.shards)
	s.stores = append(s.stores, t)
	s.done = make(chan snapshot, len(s.stores))
	return t
}

// Stores are the partitions.
func (s *State) Stores() []*Store { return s.stores }

// note is the name of an operator's manifest among the notes of the journal.
func note(operator int) string { return "state/" + strconv.Itoa(operator) }

// Manifest finds the manifest of an operator among the notes of a checkpoint; nil
// if there is none.
func Manifest(operator int, notes map[string][]byte) (*state.Manifest, error) {
	text := notes[note(operator)]
	if len(text) == 0 {
		return nil, nil
	}
	return state.ParseManifest(text)
}

// Forget takes the manifest of an operator out of the notes, with the next append
// to the journal.
func Forget(operator int, j Journal) { j.Note(note(operator), nil) }

// Begin starts with version 0 of a new operator: its manifest goes with the next
// append to the journal.
func (s *State) Begin() { s.config.Journal.Note(note(s.config.Operator), s.manifest.Encode()) }

// Load brings all partitions to a version. The manifest and the deltas are those
// that the journal has kept of this operator.
func (s *State) Load(v state.Version, m *state.Manifest, deltas []checkpoint.Delta) error {
	s.manifest = m
	if err := s.readChain(deltas); err != nil {
		return err
	}
	if err := s.sweep(); err != nil {
		return err
	}
	if s.wantsTier() {
		if err := s.openTier(v); err != nil {
			return err
		}
	}
	return s.restore(v, s.stores)
}

// Save makes what changed since the last version part of the next commit: version
// v. All of it that goes to files is durable when it returns.
func (s *State) Save(v state.Version) error {
	s.used()
	s.takeSnapshots(v)
	s.pending = s.pending[:0]
	for _, t := range s.stores {
		s.pending = append(s.pending, entry{shards: t.shards, version: v, file: s.fileName(v, t.shards, "delta")})
	}
	if err := s.each(func(i int, t *Store) error { return s.saveStore(t, &s.pending[i], v) }); err != nil {
		return err
	}
	for i, t := range s.stores {
		s.config.Journal.Delta(checkpoint.Delta{
			Operator: s.config.Operator, Store: t.name, Version: int64(v), Payload: s.pending[i].encode()})
		t.Clear()
		t.version = v
	}
	if s.tier != nil {
		return s.tier.Seal(v)
	}
	return nil
}

// saveStore makes a partition's delta: a file, or, if it is small, what the journal
// takes.
func (s *State) saveStore(t *Store, e *entry, v state.Version) error {
	f := deltaFile{state: s, name: e.file}
	p, err := t.Delta(state.Header{Operator: s.config.Operator, Version: v, Shards: t.shards}, f.open)
	if err == nil && p.Size() >= checkpoint.MaxDelta {
		e.size, err = f.finish(p)
	}
	if err != nil {
		return f.failed(err)
	}
	t.grown = int64(p.Rows) + int64(p.Deleted)
	if f.to == nil {
		e.file, e.inline = "", p.Bytes()
		e.size = int64(len(e.inline))
	}
	return nil
}

// largeDelta is the number of changes from which the stores are saved beside each
// other. Those above a tier share it, and wait for each other.
const largeDelta = 4096

// each calls do for all stores, beside each other if much is to be saved.
func (s *State) each(do func(i int, t *Store) error) error {
	errs := make([]error, len(s.stores))
	var wg sync.WaitGroup
	for i, t := range s.stores {
		if i < len(s.stores)-1 && s.tier == nil && t.Changed() >= largeDelta {
			wg.Go(func() { errs[i] = do(i, t) })
		} else {
			errs[i] = do(i, t)
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Committed tells that the batch that led to version v is committed.
func (s *State) Committed(v state.Version) {
	s.chain = append(s.chain, s.pending...)
	for i, e := range s.pending {
		since := &s.stores[i].since
		since.versions++
		since.bytes += e.size
		since.rows += s.stores[i].grown
		if e.inline != nil {
			since.inline += e.size
		}
	}
	s.pending = s.pending[:0]
	s.drop(v)
	if s.tier != nil {
		s.tier.Commit() // a failure is found by the next batch, which makes the tier anew
		for _, t := range s.stores {
			t.Settle()
		}
	}
	s.moveOut(v)
	for _, t := range s.stores {
		if s.due(t) {
			s.snapshot(t, v)
		}
	}
}

// Rollback drops what a batch has changed: all partitions are at version v again.
func (s *State) Rollback(v state.Version) error {
	s.pending = s.pending[:0]
	var changed []*Store
	for _, t := range s.stores {
		if t.Touched() || t.version != v {
			changed = append(changed, t)
		}
	}
	return s.restore(v, changed)
}

// Close waits for what runs in the background. A snapshot that no commit has
// named is lost, and missed by nobody.
func (s *State) Close() error {
	s.running.Wait()
	if s.tier == nil {
		return nil
	}
	if err := s.tier.Close(); err != nil {
		s.config.Warn.Warn("The rows of state on disk are not whole; the next start makes them anew.", "dir", s.path(s.manifest.Tier),
			"err", err)
	}
	return nil
}

func (s *State) path(file string) string { return path.Join(s.config.Dir, file) }

// restore brings stores to version v.
func (s *State) restore(v state.Version, stores []*Store) error {
	if s.tier != nil {
		return s.restoreTier(v, stores)
	}
	return s.loadAll(v, -1, stores)
}

// loadAll loads version v into stores, beside each other. Their tier, if there is
// one, is at version from, or at none, -1.
func (s *State) loadAll(v, from state.Version, stores []*Store) error {
	errs := make([]error, len(stores))
	bad := make([][]string, len(stores))
	var wg sync.WaitGroup
	for i, t := range stores {
		wg.Go(func() { bad[i], errs[i] = s.load(t, v, from) })
	}
	wg.Wait()
	for _, t := range stores {
		t.loaded = true
	}
	for _, list := range bad {
		s.measures.repaired += int64(len(list))
		for _, file := range list {
			s.disown(file)
		}
	}
	return errors.Join(errs...)
}
