package dstream

import (
	"fmt"
	"iter"
	"time"
)

// Time is the time of a batch: whole milliseconds since 1970 began in UTC (D09e). Spans
// of time are a time.Duration of whole milliseconds.
type Time int64

// TimeOf is t without what is smaller than a millisecond.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Time is the same moment as a time.Time in UTC.
func (t Time) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }

// Add is the time d later.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Sub is how much later t is than o.
func (t Time) Sub(o Time) time.Duration { return time.Duration(t-o) * time.Millisecond }

// String is Spark's form, "1234 ms".
func (t Time) String() string { return fmt.Sprintf("%d ms", int64(t)) }

// IsMultipleOf reports whether t lies on the grid of d that 1970 began with.
func (t Time) IsMultipleOf(d time.Duration) bool { return int64(t)%d.Milliseconds() == 0 }

// Floor is the last time up to t on the grid of d through zero.
func (t Time) Floor(d time.Duration, zero Time) Time {
	step := Time(d.Milliseconds())
	n := (t - zero) / step
	if (t-zero)%step < 0 {
		n--
	}
	return zero + n*step
}

// Until yields the times from t, exclusive of end, by step.
func (t Time) Until(end Time, step time.Duration) iter.Seq[Time] {
	return func(yield func(Time) bool) {
		for at := t; at < end; at = at.Add(step) {
			if !yield(at) {
				return
			}
		}
	}
}

// To yields the times from t up to and including end, by step.
func (t Time) To(end Time, step time.Duration) iter.Seq[Time] { return t.Until(end+1, step) }

// Interval is the time from Begin to End. A window over it holds the batches after
// Begin, up to and including End.
type Interval struct{ Begin, End Time }

// Duration is how long the interval is.
func (i Interval) Duration() time.Duration { return i.End.Sub(i.Begin) }

// Shift is the interval d later, or earlier if d is negative.
func (i Interval) Shift(d time.Duration) Interval { return Interval{i.Begin.Add(d), i.End.Add(d)} }

// String is Spark's form, "[1000 ms, 2000 ms]".
func (i Interval) String() string { return fmt.Sprintf("[%v, %v]", i.Begin, i.End) }

// millis prints a span as Spark does, "1000 ms".
func millis(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

// isMultiple reports whether a is a multiple of b, which is not zero.
func isMultiple(a, b time.Duration) bool { return b > 0 && a%b == 0 }
