package file

import (
	"math"
	"path"

	"github.com/zeebo/xxh3"
)

// seenFiles remembers which files were admitted to a batch, by the hash of
// their path: 24 bytes a file.
//
// What is older than the newest file by more than the greatest age is forgotten,
// and files as old as that are not admitted any more: so memory and the log stay
// bounded (maxFileAge, S10). Before the first purge everything is admitted.
type seenFiles struct {
	maxAge   int64 // milliseconds; negative: no bound
	nameOnly bool  // identity is the name without its directories
	times    map[xxh3.Uint128]int64
	newest   int64 // milliseconds since the epoch
	purged   int64 // files before this are forgotten
}

func newSeenFiles(maxAge int64, nameOnly bool) *seenFiles {
	return &seenFiles{maxAge: maxAge, nameOnly: nameOnly, times: make(map[xxh3.Uint128]int64), purged: math.MinInt64}
}

func (s *seenFiles) key(p string) xxh3.Uint128 {
	if s.nameOnly {
		p = path.Base(p)
	}
	return xxh3.HashString128(p)
}

// has reports whether a path was added and not forgotten.
func (s *seenFiles) has(p string) bool {
	_, ok := s.times[s.key(p)]
	return ok
}

// tooOld reports whether a file is from a time that is forgotten.
func (s *seenFiles) tooOld(modified int64) bool { return modified < s.purged }

func (s *seenFiles) add(p string, modified int64) {
	s.times[s.key(p)] = modified
	s.newest = max(s.newest, modified)
}

// purge forgets what has become too old.
func (s *seenFiles) purge() {
	if s.maxAge < 0 || len(s.times) == 0 {
		return
	}
	bound := s.newest - s.maxAge
	if bound <= s.purged {
		return
	}
	s.purged = bound
	for k, t := range s.times {
		if t < bound {
			delete(s.times, k)
		}
	}
}
