package progress

import (
	"slices"
	"sync"
)

// Recent keeps the newest progresses of a query. Its methods may be called by
// many goroutines at once.
type Recent struct {
	mu   sync.Mutex
	keep int
	ring []*Progress // oldest at next once it is full
	next int
}

// NewRecent returns a Recent with the given numRecentProgressUpdates. It keeps
// one progress less, as Spark does (S196), but at least one.
func NewRecent(updates int) *Recent { return &Recent{keep: max(updates-1, 1)} }

// Add takes in a progress, which must not change any more.
func (r *Recent) Add(p *Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ring) < r.keep {
		r.ring = append(r.ring, p)
		return
	}
	r.ring[r.next] = p
	r.next = (r.next + 1) % r.keep
}

// All are the progresses kept, oldest first.
func (r *Recent) All() []*Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Concat(r.ring[r.next:], r.ring[:r.next])
}

// Last is the newest progress, nil if there is none.
func (r *Recent) Last() *Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ring) == 0 {
		return nil
	}
	return r.ring[(r.next+len(r.ring)-1)%len(r.ring)]
}
