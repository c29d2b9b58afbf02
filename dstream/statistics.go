package dstream

import (
	"slices"
	"sync"
	"time"
)

// Statistics are what a context has done (D134d). Averages are over the batches that
// are still remembered ([Conf].RetainedBatches) and nil as long as there are none.
type Statistics struct {
	StartTime     time.Time
	BatchDuration time.Duration

	NumReceivers, NumActiveReceivers, NumInactiveReceivers int
	NumTotalCompletedBatches, NumRetainedCompletedBatches  int64
	NumActiveBatches                                       int64 // waiting and running
	NumProcessedRecords, NumReceivedRecords                int64
	AvgInputRate                                           *float64 // rows a second
	AvgSchedulingDelay, AvgProcessingTime, AvgTotalDelay   *time.Duration
	LastCompleted, LastReceived                            *Batch
	Waiting, Running                                       []Batch // in the order of time
	Completed                                              []Batch // the newest last
}

// statistics follows the events of a context.
type statistics struct {
	ssc    *Context
	retain int

	mu        sync.Mutex
	start     time.Time
	waiting   map[Time]Batch
	running   map[Time]Batch
	completed []Batch
	last      *Batch // the newest submitted
	batches   int64
	received  int64
	processed int64
	receivers map[int]ReceiverState
}

func newStatistics(ssc *Context, retain int) *statistics {
	return &statistics{ssc: ssc, retain: retain, waiting: make(map[Time]Batch), running: make(map[Time]Batch), receivers: make(map[int]ReceiverState)}
}

func (s *statistics) started(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start = at
}

// see takes an event into account.
func (s *statistics) see(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := e.(type) {
	case BatchSubmitted:
		s.waiting[e.Batch.Time] = e.Batch.copied()
		s.newest(e.Batch)
	case BatchStarted:
		delete(s.waiting, e.Batch.Time)
		b := e.Batch.copied()
		s.running[b.Time] = b
		s.received += b.Records()
		s.newest(e.Batch)
	case OutputStarted:
		s.output(e.Output)
	case OutputCompleted:
		s.output(e.Output)
	case BatchCompleted:
		delete(s.waiting, e.Batch.Time)
		delete(s.running, e.Batch.Time)
		s.completed = append(s.completed, e.Batch)
		if n := len(s.completed) - s.retain; n > 0 {
			s.completed = slices.Clone(s.completed[n:])
		}
		s.batches++
		s.processed += e.Batch.Records()
		s.newest(e.Batch)
	case ReceiverStarted:
		s.receivers[e.Receiver.StreamID] = e.Receiver
	case ReceiverError:
		s.receivers[e.Receiver.StreamID] = e.Receiver
	case ReceiverStopped:
		s.receivers[e.Receiver.StreamID] = e.Receiver
	}
}

// newest remembers the newest batch as it is now.
func (s *statistics) newest(b Batch) {
	if s.last == nil || b.Time >= s.last.Time {
		b = b.copied()
		s.last = &b
	}
}

// output puts what is known of an output operation into its batch.
func (s *statistics) output(o Output) {
	b, ok := s.running[o.Batch]
	if !ok {
		return
	}
	for i := range b.Outputs {
		if b.Outputs[i].ID == o.ID {
			b.Outputs[i] = o
		}
	}
}

// Receivers are the receivers that there have been, by their streams.
func (ssc *Context) Receivers() []ReceiverState {
	s := ssc.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]ReceiverState, 0, len(s.receivers))
	for _, r := range s.receivers {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b ReceiverState) int { return a.StreamID - b.StreamID })
	return list
}

// Statistics are what the context has done until now.
func (ssc *Context) Statistics() Statistics {
	s := ssc.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Statistics{
		StartTime: s.start, BatchDuration: ssc.interval, NumReceivers: len(s.receivers),
		NumTotalCompletedBatches: s.batches, NumRetainedCompletedBatches: int64(len(s.completed)),
		NumActiveBatches:    int64(len(s.waiting) + len(s.running)),
		NumProcessedRecords: s.processed, NumReceivedRecords: s.received,
		Waiting: ordered(s.waiting), Running: ordered(s.running), Completed: slices.Clone(s.completed),
	}
	for _, r := range s.receivers {
		if r.Active {
			out.NumActiveReceivers++
		}
	}
	out.NumInactiveReceivers = out.NumReceivers - out.NumActiveReceivers
	if s.last != nil {
		b := *s.last
		out.LastReceived = &b
	}
	if n := len(s.completed); n > 0 {
		b := s.completed[n-1]
		out.LastCompleted = &b
		out.average(s.completed)
	}
	return out
}

// average fills the averages.
func (s *Statistics) average(batches []Batch) {
	var records int64
	var waited, worked, total time.Duration
	for _, b := range batches {
		records += b.Records()
		waited += b.SchedulingDelay()
		worked += b.ProcessingDelay()
		total += b.TotalDelay()
	}
	n := time.Duration(len(batches))
	waited, worked, total = waited/n, worked/n, total/n
	rate := float64(records) / (s.BatchDuration.Seconds() * float64(n))
	s.AvgInputRate, s.AvgSchedulingDelay, s.AvgProcessingTime, s.AvgTotalDelay = &rate, &waited, &worked, &total
}

func ordered(m map[Time]Batch) []Batch {
	list := make([]Batch, 0, len(m))
	for _, b := range m {
		b.Outputs = slices.Clone(b.Outputs)
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b Batch) int { return int(a.Time - b.Time) })
	return list
}
