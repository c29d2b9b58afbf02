package schedule

import (
	"cmp"
	"math"
)

// choose is the stage whose turn it is, nil if none has a task left. The lock is
// held.
func (s *Scheduler) choose() *stageRun {
	if !s.Fair {
		return oldest(s.sets, func(*stageRun) bool { return true })
	}
	running := make(map[string]int)
	waiting := make(map[string]bool)
	for _, r := range s.sets {
		running[r.Pool] += r.running
		waiting[r.Pool] = waiting[r.Pool] || len(r.pending) > 0
	}
	var best string
	found := false
	for name := range waiting {
		if waiting[name] && (!found || s.before(name, best, running)) {
			best, found = name, true
		}
	}
	if !found {
		return nil
	}
	in := func(r *stageRun) bool { return r.Pool == best }
	if p := s.pools[best]; p != nil && p.Fair {
		return leastServed(s.sets, in)
	}
	return oldest(s.sets, in)
}

// before reports whether pool a is served before pool b: those below their
// minimum first, by how far they are below it, then by workers per weight.
func (s *Scheduler) before(a, b string, running map[string]int) bool {
	pa, pb := s.pool(a), s.pool(b)
	ra, rb := float64(running[a]), float64(running[b])
	needyA, needyB := running[a] < pa.MinShare, running[b] < pb.MinShare
	if needyA != needyB {
		return needyA
	}
	var order int
	if needyA {
		order = cmp.Compare(ra/math.Max(float64(pa.MinShare), 1), rb/math.Max(float64(pb.MinShare), 1))
	} else {
		order = cmp.Compare(ra/float64(max(pa.Weight, 1)), rb/float64(max(pb.Weight, 1)))
	}
	if order == 0 {
		order = cmp.Compare(a, b)
	}
	return order < 0
}

func (s *Scheduler) pool(name string) FairPool {
	if p := s.pools[name]; p != nil {
		return *p
	}
	return FairPool{}
}

// oldest is the stage of the lowest job, then of the lowest number, that has
// tasks left.
func oldest(sets []*stageRun, in func(*stageRun) bool) *stageRun {
	var best *stageRun
	for _, r := range sets {
		if len(r.pending) == 0 || !in(r) {
			continue
		}
		if best == nil || r.Job < best.Job || r.Job == best.Job && r.ID < best.ID {
			best = r
		}
	}
	return best
}

// leastServed is the stage with the fewest tasks running, the oldest of them.
func leastServed(sets []*stageRun, in func(*stageRun) bool) *stageRun {
	var best *stageRun
	for _, r := range sets {
		if len(r.pending) > 0 && in(r) && (best == nil || r.running < best.running) {
			best = r
		}
	}
	return best
}
