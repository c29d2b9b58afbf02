package weir

import (
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/microbatch"
)

// OutputMode says which rows of a result reach the sink (S50-S55).
type OutputMode = connector.OutputMode

// The output modes: rows that never change again, rows that changed in the batch,
// the whole result each batch.
const (
	Append   = connector.Append
	Update   = connector.Update
	Complete = connector.Complete
)

// Trigger says when batches run. Its zero value runs the next batch as soon as
// the one before is done and there is something to do (S80).
type Trigger struct {
	trigger microbatch.Trigger
	err     error
}

// ProcessingTime runs at most one batch an interval, at multiples of it since
// 1970 (S81). Zero is the default trigger.
func ProcessingTime(interval time.Duration) Trigger {
	t := Trigger{trigger: microbatch.Trigger{Interval: interval}}
	if interval < 0 {
		t.err = fault.New(fault.IllegalArgument, "the interval of trigger should not be negative: %v", interval)
	}
	return t
}

// Continuous is Spark's trigger of continuous processing (S84). The same loop of
// batches serves it: a batch begins as soon as there is a row, within a millisecond,
// and every one is committed, exactly once, whatever the interval of checkpoints. So
// any query may have it.
func Continuous(checkpointInterval time.Duration) Trigger {
	t := Trigger{}
	if checkpointInterval <= 0 {
		t.err = fault.New(fault.IllegalArgument, "the checkpoint interval of a continuous trigger should be positive: %v", checkpointInterval)
	}
	return t
}

// RealTime is Spark's trigger of the real-time mode (S85), with how long one of its
// batches lasts: zero is five minutes, and less than five seconds is refused. The
// loop of batches serves it as it does [Continuous], in every output mode.
func RealTime(batchDuration time.Duration) Trigger {
	t := Trigger{}
	if batchDuration != 0 && batchDuration < 5*time.Second {
		t.err = fault.New(fault.RealTimeTrigger, "a batch of the real-time trigger lasts at least 5 seconds, not %v", batchDuration)
	}
	return t
}

// Interval is that of [ProcessingTime]; zero for all other triggers.
func (t Trigger) Interval() time.Duration { return t.trigger.Interval }

// Ends reports whether a query ends by itself with this trigger.
func (t Trigger) Ends() bool { return t.trigger.Kind != microbatch.ProcessingTime }

// Once runs one batch with everything there is and ends (S83).
func Once() Trigger { return Trigger{trigger: microbatch.Trigger{Kind: microbatch.Once}} }

// AvailableNow runs batches until everything that was there at the start has been
// processed, and ends (S82).
func AvailableNow() Trigger {
	return Trigger{trigger: microbatch.Trigger{Kind: microbatch.AvailableNow}}
}
