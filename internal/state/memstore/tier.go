package memstore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/vfs"
)

// Tier says where rows go that memory does not hold, if their operator allows it
// (state.Spec.Pages). The zero value: nowhere, memory holds all.
type Tier struct {
	// Open opens a map in a directory; it is lsmstore.Open. Nil: there is no
	// tier.
	Open func(fsys vfs.FS, dir string) (state.Cold, error)
	// Always puts the tier beneath with the first commit; else it comes when the
	// rows take more than Memory.
	Always bool
	// Memory is how many bytes the rows in memory of all partitions may take
	// together after a batch; 0: any number.
	Memory int64
}

// Limit sets how many bytes the rows in memory may take; see [Tier].
func (s *State) Limit(bytes int64) { s.config.Tier.Memory = bytes }

// tierDir begins the names of the directories with rows; epoch and a number
// follow.
const tierDir = "lsm."

// pages reports whether rows may leave memory.
func (s *State) pages() bool { return s.config.Spec.Pages && s.config.Tier.Open != nil }

// wantsTier reports whether state that is to be loaded goes to a tier. A snapshot
// is compressed; in memory it takes about three times as much.
func (s *State) wantsTier() bool {
	bytes := int64(0)
	for _, f := range s.manifest.Snapshots {
		bytes += 3 * f.Bytes
	}
	t := s.config.Tier
	return s.pages() && (t.Always || s.manifest.Tier != "" || t.Memory > 0 && bytes > t.Memory)
}

// openTier opens the tier that the manifest names, or else makes one of version v.
func (s *State) openTier(v state.Version) error {
	if dir := s.manifest.Tier; dir != "" {
		if err := s.useTier(dir); err == nil {
			s.attach()
			return nil
		} else {
			s.config.Warn.Warn("The rows of state on disk cannot be opened and are made anew.", "dir", s.path(dir), "err", err)
		}
	}
	return s.remake(v)
}

func (s *State) useTier(dir string) error {
	if ok, err := vfs.Exists(s.config.FS, s.path(dir)); !ok {
		return errors.Join(err, errors.New("there is no such directory"))
	}
	return s.openIn(dir)
}

func (s *State) openIn(dir string) error {
	cold, err := s.config.Tier.Open(s.config.FS, s.path(dir))
	if err != nil {
		return err
	}
	t, err := state.NewTier(s.config.Spec, cold)
	if err != nil {
		return errors.Join(err, cold.Close())
	}
	s.tier = t
	return nil
}

// newTier opens an empty tier in place of the one there is. The manifest that
// names it goes with the next append to the journal.
func (s *State) newTier() error {
	s.dropTier()
	s.files++
	dir := fmt.Sprintf("%s%d.%d", tierDir, s.config.Epoch, s.files)
	err := s.makeDir()
	if err == nil {
		err = s.openIn(dir)
	}
	if err != nil {
		return s.unwritable(dir, err)
	}
	s.manifest.Tier = dir
	s.config.Journal.Note(note(s.config.Operator), s.manifest.Encode())
	return nil
}

// dropTier closes and removes the tier there is.
func (s *State) dropTier() {
	if s.tier != nil {
		s.running.Wait()   // snapshots read from it
		_ = s.tier.Close() // what it held is made anew
		s.tier = nil
		for _, t := range s.stores {
			t.Detach()
		}
	}
	if s.manifest.Tier != "" {
		s.removeTier(s.manifest.Tier)
		s.manifest.Tier = ""
		s.config.Journal.Note(note(s.config.Operator), s.manifest.Encode())
	}
}

func (s *State) removeTier(dir string) {
	if err := vfs.RemoveAll(s.config.FS, s.path(dir)); err != nil {
		s.config.Warn.Warn("A directory of state that is not needed any more could not be removed.", "dir", s.path(dir), "err", err)
	}
}

func (s *State) attach() {
	for _, t := range s.stores {
		t.Reset()
		t.Attach(s.tier, t.shards)
	}
}

// restoreTier brings tier and stores to version v: with the deltas since its own
// version, or, where that is not to be had, anew.
func (s *State) restoreTier(v state.Version, stores []*Store) error {
	s.tier.Rollback()
	if s.tier.Version() != v || s.tier.Err() != nil {
		err := errors.New("it is of a later version")
		switch at := s.tier.Version(); {
		case at < 0:
			err = errors.New("it is of no version")
		case at <= v && s.tier.Err() == nil:
			err = s.catchUp(v)
		}
		if err != nil {
			s.config.Warn.Warn("The rows of state on disk cannot be used and are made anew.", "dir", s.path(s.manifest.Tier),
				"err", errors.Join(err, s.tier.Err()))
			if err := s.remake(v); err != nil {
				return err
			}
		}
		stores = s.stores
	}
	for _, t := range stores {
		t.Reset()
		t.Clear()
		t.version, t.since = v, growth{}
	}
	return nil
}

// remake makes an empty tier version v.
func (s *State) remake(v state.Version) error {
	if err := s.newTier(); err != nil {
		return err
	}
	s.attach()
	return s.catchUp(v)
}

// catchUp loads into the tier what lies between its version and v.
func (s *State) catchUp(v state.Version) error {
	from := s.tier.Version()
	if err := s.tier.Unversion(); err != nil {
		return err
	}
	if err := s.loadAll(v, from, s.stores); err != nil {
		return err
	}
	return s.seal(v)
}

// seal says that the tier holds version v.
func (s *State) seal(v state.Version) error {
	err := s.tier.Seal(v)
	if err == nil {
		err = s.tier.Commit()
	}
	return err
}

// moveOut puts a tier beneath once the rows take more than memory may hold, and
// lets rows go from memory that are not in use. It is called when nothing has
// changed since version v was committed.
func (s *State) moveOut(v state.Version) {
	tier := s.config.Tier
	if !s.pages() && (tier.Memory <= 0 || s.warned) {
		return
	}
	taken := int64(0)
	for _, t := range s.stores {
		taken += t.Bytes()
	}
	if !s.pages() {
		if s.warned = taken > tier.Memory; s.warned {
			s.config.Warn.Warn("State takes more memory than it may, and cannot be moved to disk: joins of streams, sessions and "+
				"dropDuplicatesWithinWatermark keep all of it in memory. A narrower condition of time or a shorter watermark makes it less.",
				"operator", s.config.Operator, "bytes", taken, "limit", tier.Memory)
		}
		return
	}
	if s.tier == nil {
		if !tier.Always && (tier.Memory <= 0 || taken <= tier.Memory) || taken < s.stay {
			return
		}
		if err := s.spill(v); err != nil {
			s.stay = 2 * taken
			s.dropTier()
			s.config.Warn.Warn("State that takes more memory than it may could not be moved to disk, and stays in memory.",
				"operator", s.config.Operator, "bytes", taken, "err", err)
			return
		}
	}
	if tier.Memory <= 0 {
		return
	}
	for _, t := range s.stores {
		t.Evict(tier.Memory / int64(len(s.stores)))
	}
}

// spill writes all rows to a new tier.
func (s *State) spill(v state.Version) error {
	if err := s.newTier(); err != nil {
		return err
	}
	for _, t := range s.stores {
		if err := t.Spill(s.tier, t.shards); err != nil {
			return err
		}
	}
	return s.seal(v)
}

// sweepTiers removes the directories that the manifest does not name.
func (s *State) sweepTiers(names []string) {
	for _, name := range names {
		if strings.HasPrefix(name, tierDir) && name != s.manifest.Tier {
			s.removeTier(name)
		}
	}
	if s.manifest.Tier != "" && (!s.pages() || !slices.Contains(names, s.manifest.Tier)) {
		s.dropTier()
	}
}
