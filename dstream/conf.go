package dstream

import (
	"io"
	"log/slog"
	"time"

	"github.com/weirstream/weir/internal/clock"
)

// Conf are the settings of a [Context], Spark's spark.streaming.* (1.20), typed. The
// zero Conf has Spark's defaults. [ParseConf] reads them by Spark's names.
type Conf struct {
	// Clock is what batches are timed by; nil: the machine's.
	Clock clock.Clock
	// Log is where warnings go; nil: slog.Default.
	Log *slog.Logger
	// Out is where Print prints; nil: standard output.
	Out io.Writer
	// ConcurrentJobs is how many output operations run at once; 0: 1. With more than
	// 1 neither outputs nor batches keep their order (concurrentJobs).
	ConcurrentJobs int
	// KeepRDDs leaves old RDDs where they are persisted until nobody refers to them
	// any more (unpersist=false).
	KeepRDDs bool
	// GracefulStopTimeout bounds how long a graceful stop waits for received rows to
	// get into a batch; 0: 10 batch intervals.
	GracefulStopTimeout time.Duration
	// StopGracefullyOnShutdown makes the end of Start's context a graceful stop.
	StopGracefullyOnShutdown bool
	// CheckpointDir is where checkpoints go; empty: nowhere, unless
	// [Context.Checkpoint] says where (checkpoint.directory).
	CheckpointDir string
	// MinRememberDuration is how old a file may be to be new to a stream of files;
	// 0: 60 s (fileStream.minRememberDuration).
	MinRememberDuration time.Duration
	// RetainedBatches is how many finished batches statistics look at; 0: 1000
	// (ui.retainedBatches).
	RetainedBatches int
	// Receiver are the settings of receivers.
	Receiver ReceiverConf
	// Backpressure are the settings of rate control.
	Backpressure BackpressureConf
}

// ReceiverConf are the settings of receivers.
type ReceiverConf struct {
	// BlockInterval is how often what was received is cut into a block; 0: 200 ms.
	BlockInterval time.Duration
	// BlockQueueSize is how many cut blocks may wait to be stored; 0: 10.
	BlockQueueSize int
	// MaxRate is how many rows a receiver may store in a second; 0: no limit.
	MaxRate int64
	// BlockStoreTimeout bounds how long storing a block may take; 0: 30 s.
	BlockStoreTimeout time.Duration
	// RestartDelay is how long a receiver rests before it is restarted; 0: 2 s
	// (receiverRestartDelay).
	RestartDelay time.Duration
	// Log is the write-ahead log of received rows.
	Log WriteAheadLogConf
	// TrackerLog is the write-ahead log of what became of blocks.
	TrackerLog WriteAheadLogConf
}

// WriteAheadLogConf are the settings of a write-ahead log.
type WriteAheadLogConf struct {
	// Enable turns the log of a receiver on. The log of the tracker is on whenever
	// there is a checkpoint directory.
	Enable bool
	// Rolling is how long a file is written to; 0: 60 s (rollingIntervalSecs).
	Rolling time.Duration
	// MaxFailures is how often a write may fail before the log gives up; 0: 3.
	MaxFailures int
	// CloseAfterWrite begins a new file with each write (closeFileAfterWrite).
	CloseAfterWrite bool
	// OneByOne writes each event alone, rather than all that wait at once
	// (driver.writeAheadLog.allowBatching=false).
	OneByOne bool
	// BatchingTimeout bounds how long an event waits to be written; 0: 5 s.
	BatchingTimeout time.Duration
}

// BackpressureConf are the settings of rate control (D103).
type BackpressureConf struct {
	// Enable lets the rate of receivers follow what batches can take.
	Enable bool
	// InitialRate is the limit of the first batch, in rows a second; 0: none.
	InitialRate int64
	// Proportional, Integral and Derived are the weights of the estimator; nil: 1.0,
	// 0.2 and 0.0.
	Proportional, Integral, Derived *float64
	// MinRate is the least rate that is estimated, in rows a second; 0: 100.
	MinRate float64
}
