package state

// Earliest is the earliest time at which a key expires, in microseconds; false:
// none does. It is for operators that want a batch when the time has come.
func (s *Slots) Earliest() (int64, bool) { return s.expiry.earliest() }

func (e *expiry) earliest() (int64, bool) {
	e.flush()
	for len(e.times) > 0 && e.heads[e.times[0]] < 0 {
		delete(e.heads, e.times[0])
		e.pop()
	}
	if len(e.times) == 0 {
		return 0, false
	}
	return e.times[0], true
}
