package state

import "math"

// Earliest is the earliest time at which a key expires, in microseconds; false:
// none does. It is for operators that want a batch when the time has come.
func (s *Slots) Earliest() (int64, bool) {
	time, found := s.expiry.earliest()
	if s.tier != nil {
		if t, ok := s.tier.earliest(); ok && (!found || t < time) {
			return t, true
		}
	}
	return time, found
}

func (e *expiry) earliest() (time int64, found bool) {
	e.clean()
	if len(e.spans) == 0 {
		return 0, false
	}
	time = math.MaxInt64
	for _, s := range e.lists[e.heads[e.spans[0]]].slots {
		time = min(time, e.times[s])
	}
	return time, true
}
