package keyed

// Measured is the ability of an operator to tell more of a batch than its
// [Counts], by Spark's names (S193c). The numbers of all partitions are summed.
type Measured interface {
	Measure(add func(name string, n int64))
}

// Measure implements [Measured].
func (d *Deduplicate) Measure(add func(name string, n int64)) {
	add("numDroppedDuplicateRows", d.repeated)
}

// Measure implements [Measured]. A state that verifies holds no null in place of a
// row: there is none to skip (S127).
func (j *Join) Measure(add func(name string, n int64)) { add("skippedNullValueCount", 0) }

// Measure implements [Measured].
func (u *UserState) Measure(add func(name string, n int64)) {
	if m, ok := u.calls.(Measured); ok {
		m.Measure(add)
	}
}

// Measure implements [Measured].
func (c *transformCalls) Measure(add func(name string, n int64)) {
	n := c.store.Counts()
	add("numRegisteredTimers", n.Registered)
	add("numDeletedTimers", n.Deleted)
	add("numExpiredTimers", n.Expired)
	add("numValuesRemovedDueToTTLExpiry", n.Outlived)
	add("timerProcessingTimeMs", n.Timing.Milliseconds())
}

var (
	_ Measured = (*Deduplicate)(nil)
	_ Measured = (*Join)(nil)
	_ Measured = (*UserState)(nil)
	_ Measured = (*transformCalls)(nil)
)
