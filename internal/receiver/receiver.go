package receiver

import (
	"context"
	"fmt"
	"time"
)

// Receiver brings rows in from somewhere. It is written by users (D90).
//
// Receive runs on a goroutine of its own. It hands what it receives to the intake
// and returns when ctx is done, which happens when the stream stops and when the
// receiver is restarted. An error that it returns, or a panic, restarts it after
// the delay for restarts; nil says that no more will come, and the receiver stops.
type Receiver[T any] interface {
	Receive(ctx context.Context, in *Intake[T]) error
}

// Func is a function as a [Receiver].
type Func[T any] func(ctx context.Context, in *Intake[T]) error

// Receive calls the function.
func (f Func[T]) Receive(ctx context.Context, in *Intake[T]) error { return f(ctx, in) }

// BlockID names a block: the number is greater than that of every earlier block of
// its stream, also over restarts, and for blocks cut by time it is the millisecond
// at which their interval began.
type BlockID struct {
	Stream int
	Number int64
}

// String is Spark's form, input-<stream>-<number>.
func (id BlockID) String() string { return fmt.Sprintf("input-%d-%d", id.Stream, id.Number) }

// Block is what the tracker knows of rows that were received: where they are, not
// what they are.
type Block struct {
	ID   BlockID
	Rows int64
	// Segment is where the write-ahead log has the rows; zero where there is none.
	Segment Segment
	// Metadata is what the receiver gave along with the rows; nil for nothing.
	Metadata []byte
}

// Config is the settings spark.streaming.* that concern receivers. Its zero value
// has Spark's defaults.
type Config struct {
	// BlockInterval is how often single rows are cut into a block; 0: 200 ms.
	BlockInterval time.Duration
	// BlockQueueSize is how many blocks may wait to be stored; 0: 10.
	BlockQueueSize int
	// RestartDelay is how long a receiver that is restarted waits; 0: 2 s.
	RestartDelay time.Duration
	// StoreTimeout is how long storing one block may take; 0: 30 s.
	StoreTimeout time.Duration
	// MaxRate is how many rows a second one receiver may store one by one; 0 or less:
	// as many as come.
	MaxRate float64
	// InitialRate is the limit before back-pressure has seen a batch; 0: MaxRate.
	InitialRate float64
	// Backpressure adapts the rate to what the batches can work off.
	Backpressure bool
	// PID are the constants of back-pressure.
	PID PID
	// WriteAheadLog writes received rows to a log before they are acknowledged.
	WriteAheadLog bool
	// ReceivedLog is how that log is kept.
	ReceivedLog LogConfig
	// TrackerLog is how the log of the tracker is kept.
	TrackerLog LogConfig
}

func (c Config) withDefaults() Config {
	if c.BlockInterval == 0 {
		c.BlockInterval = 200 * time.Millisecond
	}
	if c.BlockQueueSize <= 0 {
		c.BlockQueueSize = 10
	}
	if c.RestartDelay <= 0 {
		c.RestartDelay = 2 * time.Second
	}
	if c.StoreTimeout <= 0 {
		c.StoreTimeout = 30 * time.Second
	}
	return c
}

// Check reports what is wrong with the settings.
func (c Config) Check() error {
	if c.BlockInterval < 0 {
		return fmt.Errorf("'spark.streaming.blockInterval' should be a positive value, not %v", c.BlockInterval)
	}
	return c.PID.check()
}
