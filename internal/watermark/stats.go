package watermark

import "time"

// Stats sums up the event times that one operator has seen in one batch, in
// microseconds since 1970. The zero value has seen none.
//
// Each partition keeps its own and the batch merges them, so that counting
// needs no lock; the outcome does not depend on the order of the partitions,
// save for the last digits of the mean.
type Stats struct {
	// Count is the number of rows with an event time that is not null.
	Count int64

	// Min and Max are the least and greatest event time; zero if Count is.
	Min, Max int64

	// mean is the running mean, which cannot overflow as a sum can.
	mean float64
}

// Add takes one event time in.
func (s *Stats) Add(micros int64) {
	if s.Count == 0 {
		s.Min, s.Max = micros, micros
	}
	s.Min, s.Max = min(s.Min, micros), max(s.Max, micros)
	s.Count++
	s.mean += (float64(micros) - s.mean) / float64(s.Count)
}

// AddAll takes in event times, each made less by so many microseconds: as Add of
// each, but for the last digits of the mean.
func (s *Stats) AddAll(micros []int64, less int64) {
	if len(micros) == 0 {
		return
	}
	o := Stats{Count: int64(len(micros)), Min: micros[0], Max: micros[0]}
	first, sum := float64(micros[0]), 0.0
	for _, t := range micros {
		o.Min, o.Max = min(o.Min, t), max(o.Max, t)
		sum += float64(t) - first
	}
	o.mean = first + sum/float64(len(micros)) - float64(less)
	o.Min, o.Max = o.Min-less, o.Max-less
	s.Merge(o)
}

// Merge takes all event times of o in.
func (s *Stats) Merge(o Stats) {
	switch {
	case o.Count == 0:
		return
	case s.Count == 0:
		*s = o
		return
	}
	s.Min, s.Max = min(s.Min, o.Min), max(s.Max, o.Max)
	s.Count += o.Count
	s.mean += (o.mean - s.mean) * float64(o.Count) / float64(s.Count)
}

// Least is the least event time; it has no meaning if Count is zero.
func (s *Stats) Least() time.Time { return time.UnixMicro(s.Min).UTC() }

// Greatest is the greatest event time; it has no meaning if Count is zero.
func (s *Stats) Greatest() time.Time { return time.UnixMicro(s.Max).UTC() }

// Mean is the mean event time in whole milliseconds; it has no meaning if
// Count is zero.
func (s *Stats) Mean() time.Time { return time.UnixMilli(int64(s.mean / 1000)).UTC() }
