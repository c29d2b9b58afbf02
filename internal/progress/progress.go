package progress

import (
	"math"
	"time"
)

// Progress is what one trigger of a query did (S190). The zero value is an empty
// first batch of a query without a name.
type Progress struct {
	// ID and RunID are the UUIDs of the query and of its run.
	ID, RunID string

	// Name is the name the user gave; empty for none.
	Name string

	// Timestamp is when the trigger began.
	Timestamp time.Time

	// Batch is the batch that ran, or the next one if none did.
	Batch int64

	// BatchDuration is what the trigger took as a whole.
	BatchDuration time.Duration

	// Durations is what its phases took.
	Durations Durations

	// EventTime is nil for a query without a watermark.
	EventTime *EventTime

	// StateOperators are the operators that keep state, in plan order.
	StateOperators []StateOperator

	// Sources are the sources, in plan order.
	Sources []Source

	// Sink is where the rows went.
	Sink Sink

	// Observed holds, by the name of an observation, its row as a JSON object.
	Observed map[string][]byte
}

// EventTime is the span of event times that a batch saw, and the watermark it
// ran with (S192).
type EventTime struct {
	// Max, Min and Avg are zero if the batch saw no event time.
	Max, Min, Avg time.Time

	// Watermark evicts in the batch.
	Watermark time.Time
}

// StateOperator is what one operator did to its state (S193). Counts are over
// all partitions, times are summed over them.
type StateOperator struct {
	// Name is Spark's name of the operator, as stateStoreSave (S193b).
	Name string

	// RowsTotal is the number of rows in the state after the batch.
	RowsTotal int64

	// RowsUpdated and RowsRemoved are the rows that the batch changed.
	RowsUpdated, RowsRemoved int64

	// RowsDropped is the number of late rows that were dropped (S113).
	RowsDropped int64

	// Updates, Removals and Commit are the time spent on each.
	Updates, Removals, Commit time.Duration

	// MemoryBytes is the memory that the state takes.
	MemoryBytes int64

	// Partitions and Stores are how many parts the state has, and how many
	// stores hold them.
	Partitions, Stores int64

	// Custom are metrics of the store's own (S193c).
	Custom map[string]int64
}

// Source is what one source gave (S194).
type Source struct {
	// Description names the source.
	Description string

	// Start, End and Latest are offsets as JSON: before the first row, at the
	// last row, and at the last row that the source could have given. Nil is
	// none.
	Start, End, Latest []byte

	// InputRows is the number of rows read.
	InputRows int64

	// InputRate and ProcessedRate are rows per second, by arrival and by the
	// time spent; see [Progress.SetRates].
	InputRate, ProcessedRate float64

	// Metrics are the source's own.
	Metrics map[string]string
}

// Sink is what a sink took (S194b).
type Sink struct {
	// Description names the sink.
	Description string

	// OutputRows is the number of rows written, -1 if the sink does not say.
	OutputRows int64

	// Metrics are the sink's own.
	Metrics map[string]string
}

// Phase is a part of a trigger (S191).
type Phase uint8

// The phases, in the order of their names in Spark's JSON.
const (
	AddBatch         Phase = iota // run the batch and write it to the sink
	CommitOffsets                 // write the commit
	GetBatch                      // ask the sources for the rows of the range
	LatestOffset                  // ask the sources how far there is
	QueryPlanning                 // make the plan of the batch
	TriggerExecution              // the whole trigger
	WalCommit                     // write the plan of the batch to the journal
	phases
)

// String is the name of the phase in Spark's JSON.
func (p Phase) String() string {
	return [...]string{
		"addBatch", "commitOffsets", "getBatch", "latestOffset", "queryPlanning", "triggerExecution", "walCommit", "",
	}[min(p, phases)]
}

// Durations are the times spent on the phases of one trigger. The zero value has
// none.
type Durations struct {
	spent [phases]time.Duration
	has   [phases]bool
}

// Add adds to the time spent on a phase; the phase appears from then on, even
// with a time of zero.
func (d *Durations) Add(p Phase, spent time.Duration) {
	d.spent[p] += spent
	d.has[p] = true
}

// Get is the time spent on a phase, zero if the trigger did not come to it.
func (d *Durations) Get(p Phase) time.Duration { return d.spent[p] }

// InputRows is the number of rows read from all sources.
func (p *Progress) InputRows() int64 {
	var n int64
	for i := range p.Sources {
		n += p.Sources[i].InputRows
	}
	return n
}

// InputRate is the rows per second that arrived at all sources.
func (p *Progress) InputRate() float64 {
	var rate float64
	for i := range p.Sources {
		rate += p.Sources[i].InputRate
	}
	return tenth(rate)
}

// ProcessedRate is the rows per second that all sources were worked off at.
func (p *Progress) ProcessedRate() float64 {
	var rate float64
	for i := range p.Sources {
		rate += p.Sources[i].ProcessedRate
	}
	return tenth(rate)
}

// SetRates sets the rates of all sources and the batch's duration. The rows
// arrived since the last trigger began, zero if there was none, and took spent.
func (p *Progress) SetRates(since, spent time.Duration) {
	p.BatchDuration = spent
	for i := range p.Sources {
		s := &p.Sources[i]
		s.InputRate, s.ProcessedRate = rate(s.InputRows, since), rate(s.InputRows, spent)
	}
}

// rate is rows per second with one digit after the point, as Spark 4.3 gives it;
// zero if no time has passed.
func rate(rows int64, over time.Duration) float64 {
	if over <= 0 {
		return 0
	}
	return tenth(float64(rows) / over.Seconds())
}

func tenth(v float64) float64 { return math.Floor(v*10+0.5) / 10 }
