package memstore

import "github.com/weirstream/weir/internal/state"

// measures are counts since the query has started.
type measures struct {
	hits, misses int64 // partitions that a batch found in memory, or that were read from files
	repaired     int64 // snapshots that did not verify and were done without
}

// Measure tells of the store by Spark's names (S193c): those of its store on the
// heap, whose meaning is the same here, and below a tier those of the one on disk.
// Counts are since the query's start, those of the disk since the last call.
func (s *State) Measure(add func(name string, n int64)) {
	bytes := int64(0)
	for _, t := range s.stores {
		bytes += t.Bytes()
	}
	add("stateOnCurrentVersionSizeBytes", bytes)
	add("loadedMapCacheHitCount", s.measures.hits)
	add("loadedMapCacheMissCount", s.measures.misses)
	add("numSnapshotsAutoRepaired", s.measures.repaired)
	if s.tier != nil {
		s.tier.Measure(add)
	}
}

// used counts a batch that has used the stores.
func (s *State) used() {
	for _, t := range s.stores {
		if t.loaded {
			s.measures.misses++
		} else {
			s.measures.hits++
		}
		t.loaded = false
	}
}

var _ state.Measured = (*State)(nil)
