package stateful

import "time"

// Timeout says by which clock the timeouts of a group function run (S133).
type Timeout uint8

// The kinds of timeouts.
const (
	// NoTimeout: a key is called only when it has rows.
	NoTimeout Timeout = iota
	// ProcessingTimeTimeout: a key is called in the first batch whose time is
	// later than its timeout, if it has no rows in it.
	ProcessingTimeTimeout
	// EventTimeTimeout: a key is called once the watermark is later than its
	// timeout. The input must have a watermark.
	EventTimeTimeout
)

// String is Spark's name.
func (t Timeout) String() string {
	return [...]string{"NoTimeout", "ProcessingTimeTimeout", "EventTimeTimeout"}[t]
}

// TimeMode says by which clock the timers of a processor run (S146).
type TimeMode uint8

// The time modes.
const (
	// NoTime: there are no timers and no TTL.
	NoTime TimeMode = iota
	// ProcessingTime: timers and TTL go by the time of the batch.
	ProcessingTime
	// EventTime: timers go by the watermark. The input must have one.
	EventTime
)

// String is Spark's name.
func (m TimeMode) String() string {
	return [...]string{"None", "ProcessingTime", "EventTime"}[m]
}

// milli is the time of milliseconds since 1970.
func milli(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
