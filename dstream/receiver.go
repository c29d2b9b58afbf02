package dstream

import (
	"context"
	"errors"
	"fmt"
	"path"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/receiver"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/rdd"
)

// Receiver brings rows into a stream; it is written by users (D90). Receive runs on a
// goroutine of its own for as long as the context runs:
//
//	func (c *client) Receive(ctx context.Context, in *dstream.Intake[string]) error {
//		conn, err := c.connect(ctx)
//		if err != nil {
//			return err // tried again in 2 s
//		}
//		defer conn.Close()
//		defer context.AfterFunc(ctx, func() { conn.Close() })()
//		for {
//			batch, err := conn.Fetch()
//			if err != nil {
//				return err
//			}
//			if err := in.StoreBlock(batch.Rows); err != nil {
//				return err
//			}
//			conn.Acknowledge(batch) // stored: it will be in a batch, whatever happens
//		}
//	}
//
// It returns when ctx is done. An error that it returns, or a panic, restarts it after
// [ReceiverConf].RestartDelay; nil ends it for good. A receiver that stores each
// row with [Intake.Store] is unreliable: the rows of the last block interval are lost
// when the process dies. One that acknowledges after [Intake.StoreBlock], or in
// OnStoreBlock of [BlockCallbacks], is reliable: with the write-ahead log each row that was
// acknowledged is in state once; a row that was stored but whose acknowledgement was
// lost is sent again by its source, and comes twice.
type Receiver[T any] = receiver.Receiver[T]

// ReceiverFunc is a function as a [Receiver].
type ReceiverFunc[T any] = receiver.Func[T]

// Intake is what a [Receiver] hands its rows to and is controlled by (D91 to D93).
type Intake[T any] = receiver.Intake[T]

// BlockCallbacks tell a receiver what becomes of single rows; see [Intake.Generate].
type BlockCallbacks[T any] = receiver.Callbacks[T]

// BlockGenerator gathers single rows into blocks; see [Intake.Generate].
type BlockGenerator[T any] = receiver.Generator[T]

// BlockID names a block, as "input-0-1893456000000".
type BlockID = receiver.BlockID

// LostBlockError is why a job fails whose received rows are nowhere any more.
type LostBlockError = receiver.LostBlockError

// DefaultReceiverLevel is where received blocks are kept if nobody says: serialized, in
// memory or on disk, and a second time in the second directory.
const DefaultReceiverLevel = rdd.MemoryAndDiskSer2

// ReceiverStream is a stream of what a receiver brings in (D18). Its blocks are kept at a
// level until no batch needs them; each is a partition of the batch that it came before.
// Several streams are read at once when they are united (D97).
func ReceiverStream[T any](ssc *Context, r Receiver[T], level rdd.StorageLevel) *Stream[T] {
	name := reflect.TypeOf(r).String()
	name = name[strings.LastIndexByte(name, '.')+1:]
	return receiverStream(ssc, streamKind{"PluggableInputDStream", "receiverStream", strings.TrimSuffix(name, "]")}, r, level)
}

// streamKind names a stream of a receiver: Spark's class, the step, the receiver.
type streamKind struct{ class, op, receiver string }

func receiverStream[T any](ssc *Context, kind streamKind, r Receiver[T], level rdd.StorageLevel) *Stream[T] {
	in := &received[T]{ssc: ssc, receiver: r, level: level, kind: kind}
	s := inputStream(ssc, kind.class, kind.op, in)
	in.id = s.node.id
	if ssc.State() == Initialized {
		ssc.graph.mu.Lock()
		defer ssc.graph.mu.Unlock()
		if ssc.intake == nil {
			ssc.intake = &receivers{ssc: ssc}
		}
		all := ssc.intake.(*receivers)
		all.streams = append(all.streams, in)
	}
	return s
}

// receivers are the receivers of a context: its [intake].
type receivers struct {
	ssc     *Context
	streams []receiving
	tracker *receiver.Tracker
	stopped func() // ends listening for back-pressure
	cleaned Time   // batches before are forgotten; guarded by cleaning
	// held is how long blocks may be kept for one batch before the log is told again;
	// 0: not set yet. Guarded by cleaning.
	held time.Duration
	// cleaning keeps batches that end at once from cleaning together.
	cleaning sync.Mutex
}

// receiving is a stream with a receiver, of any type.
type receiving interface {
	// open makes what keeps the blocks and runs the receiver.
	open(r *receivers) error
	// clean gives back what blocks take that no batch reads any more.
	clean(before Time) error
	// close ends the log.
	close() error
	// number is that of the stream.
	number() int
}

// Directories below that of checkpoints.
const (
	receivedDir = "receivedData"
	trackerDir  = "receivedBlockMetadata"
)

// errNoLogDir is what a context with a write-ahead log and no place for it is refused
// with.
var errNoLogDir = errors.New("Cannot enable receiver write-ahead log without checkpoint directory set. " +
	"Please use streamingContext.checkpoint() to set the checkpoint directory.")

// config is the settings in the form of package receiver.
func (c Conf) config() receiver.Config {
	log := func(w WriteAheadLogConf) receiver.LogConfig {
		return receiver.LogConfig{Roll: w.Rolling, MaxFailures: w.MaxFailures, CloseAfterWrite: w.CloseAfterWrite, OneByOne: w.OneByOne}
	}
	conf := receiver.Config{
		BlockInterval: c.Receiver.BlockInterval, BlockQueueSize: c.Receiver.BlockQueueSize, RestartDelay: c.Receiver.RestartDelay,
		StoreTimeout: c.Receiver.BlockStoreTimeout, MaxRate: float64(c.Receiver.MaxRate), InitialRate: float64(c.Backpressure.InitialRate),
		Backpressure: c.Backpressure.Enable, WriteAheadLog: c.Receiver.Log.Enable, ReceivedLog: log(c.Receiver.Log),
		TrackerLog: log(c.Receiver.TrackerLog),
		PID:        receiver.PID{Proportional: c.Backpressure.Proportional, Integral: c.Backpressure.Integral, Derived: c.Backpressure.Derived},
	}
	if c.Backpressure.MinRate != 0 {
		conf.PID.MinRate = &c.Backpressure.MinRate
	}
	return conf
}

func (r *receivers) start(context.Context) (err error) {
	ssc := r.ssc
	conf, dir := ssc.conf.config(), ssc.checkpointDir()
	if conf.WriteAheadLog && dir == "" {
		return errNoLogDir
	}
	if cores := ssc.rdd.Cores(); len(r.streams) >= cores {
		ssc.log.Warn("spark.master should be set as local[n], n > 1 in local mode if you have receivers to get data, otherwise Spark jobs will "+
			"not get resources to process the received data. Receivers and jobs share the cores here", "receivers", len(r.streams), "cores", cores)
	}
	o := receiver.TrackerOptions{FS: ssc.durable.fs, Recover: ssc.durable.from != nil, Clock: ssc.clock, Log: conf.TrackerLog, Listen: r.told,
		Warn: func(message string) { ssc.log.Warn(message) }}
	if dir != "" {
		o.Dir = path.Join(dir, trackerDir)
	}
	if r.tracker, err = receiver.OpenTracker(o); err != nil {
		return err
	}
	for _, s := range r.streams {
		if err := s.open(r); err != nil {
			return errors.Join(err, r.Close())
		}
	}
	if err := r.followRates(conf); err != nil {
		return errors.Join(err, r.Close())
	}
	if err := r.firstCheckpoint(); err != nil {
		return errors.Join(err, r.Close())
	}
	r.tracker.Start()
	return nil
}

// firstCheckpoint makes sure that a restart finds a checkpoint, and with it what was
// acknowledged before the first batch.
func (r *receivers) firstCheckpoint() error {
	ssc := r.ssc
	if ssc.durable.saver == nil || ssc.durable.from != nil {
		return nil
	}
	snap, err := ssc.snapshot(ssc.graph.zero)
	if err != nil {
		return err
	}
	return ssc.durable.saver.write(snap) // nobody has handed it another one yet
}

// told passes on what happens to receivers.
func (r *receivers) told(e receiver.Event) {
	s := e.Status
	state := ReceiverState{StreamID: s.Stream, Name: s.Name, Active: s.Active, Location: s.Location, LastMessage: s.LastErrorMessage,
		LastError: s.LastError, LastErrorTime: s.LastErrorTime}
	switch e.Kind {
	case receiver.Started:
		r.ssc.tell(ReceiverStarted{state})
	case receiver.Failed:
		r.ssc.tell(ReceiverError{state})
	case receiver.Stopped:
		r.ssc.tell(ReceiverStopped{state})
	}
}

// followRates limits receivers by what the batches work off (D103).
func (r *receivers) followRates(conf receiver.Config) error {
	if !conf.Backpressure {
		return conf.Check()
	}
	rates := make(map[int]*receiver.Estimator)
	for _, s := range r.streams {
		e, err := receiver.NewEstimator("pid", conf.PID, r.ssc.interval)
		if err != nil {
			return err
		}
		rates[s.number()] = e
	}
	r.stopped = r.ssc.Listen(func(e Event) {
		done, ok := e.(BatchCompleted)
		if !ok {
			return
		}
		b := done.Batch
		for _, in := range b.Inputs {
			estimator := rates[in.StreamID]
			if estimator == nil {
				continue
			}
			if rate, ok := estimator.Completed(b.Ended, in.Records, b.ProcessingDelay(), b.SchedulingDelay()); ok {
				r.tracker.UpdateRate(in.StreamID, float64(int64(rate)))
			}
		}
	})
	return nil
}

func (r *receivers) stop(gracefully bool) error { return r.tracker.Stop(gracefully) }

func (r *receivers) allocate(at Time) error { return r.tracker.AllocateBlocksToBatch(at.Time()) }

func (r *receivers) pending() bool { return r.tracker.Unallocated() > 0 }

// clean keeps what batches may read that failed, or that a restart from the newest
// checkpoint would make again, and whatever they are made from.
func (r *receivers) clean(before Time) error {
	r.cleaning.Lock()
	defer r.cleaning.Unlock()
	wanted := before
	for _, at := range r.ssc.jobs.unfinished() {
		before = min(before, at)
	}
	r.keptFor(before, wanted.Sub(before))
	if saver := r.ssc.durable.saver; saver != nil {
		longest, _ := r.ssc.graph.longest()
		before = min(before, Time(saver.oldest.Load()).Add(-longest))
	}
	if before < r.cleaned.Add(time.Second) && r.cleaned > 0 {
		return nil // short batches need not each write what is forgotten
	}
	r.cleaned = before
	err := r.tracker.Clean(before.Time())
	for _, s := range r.streams {
		err = errors.Join(err, s.clean(before))
	}
	return err
}

// keptFor tells the log when blocks are kept for long because a batch has failed or does
// not end: after 100 intervals, and then each time the time has doubled. Spark forgets
// them by the clock, and cannot run the batch again.
func (r *receivers) keptFor(batch Time, long time.Duration) {
	if r.held == 0 {
		r.held = 100 * r.ssc.interval
	}
	if long < r.held {
		return
	}
	r.held = 2 * long
	r.ssc.log.Warn("a batch has failed, or does not end: all that was received since is kept for it, and the files of the write-ahead "+
		"log with it, until it has succeeded. It runs again when the context goes on from its checkpoint", "batch", batch, "kept", long)
}

// Close ends the logs, once no job reads them any more.
func (r *receivers) Close() (err error) {
	if r.stopped != nil {
		r.stopped()
	}
	for _, s := range r.streams {
		err = errors.Join(err, s.close())
	}
	return errors.Join(err, r.tracker.Close())
}

// received is the input of a stream with a receiver.
type received[T any] struct {
	still
	ssc      *Context
	id       int
	kind     streamKind
	receiver Receiver[T]
	level    rdd.StorageLevel

	tracker *receiver.Tracker
	keeper  *receiver.Keeper[T]
	warn    sync.Once
}

func (in *received[T]) number() int { return in.id }

func (in *received[T]) open(r *receivers) error {
	ssc := in.ssc
	conf := ssc.conf.config()
	o := receiver.KeeperOptions{Stream: in.id, Blocks: ssc.rdd.BlockStore(), Level: in.level.Places(), Tracker: r.tracker, Clock: ssc.clock,
		Timeout: conf.StoreTimeout, Warn: func(message string) { ssc.log.Warn(message) }}
	// A log that was on before is read, even if none is written now.
	dir := path.Join(ssc.checkpointDir(), receivedDir, fmt.Sprint(in.id))
	there := false
	if !conf.WriteAheadLog && ssc.durable.from != nil {
		var err error
		if there, err = vfs.Exists(ssc.durable.fs, dir); err != nil {
			return err
		}
	}
	if conf.WriteAheadLog || there {
		log, err := receiver.OpenLog(ssc.durable.fs, dir, ssc.clock, conf.ReceivedLog)
		if err != nil {
			return err
		}
		o.Log, o.ReadOnly = log, !conf.WriteAheadLog
	}
	in.tracker, in.keeper = r.tracker, receiver.NewKeeper[T](o)
	_, err := receiver.NewSupervisor(fmt.Sprintf("%s-%d", in.kind.receiver, in.id), in.receiver, in.keeper, conf)
	return err
}

func (in *received[T]) clean(before Time) error { return in.keeper.Clean(before.Time()) }

func (in *received[T]) close() error {
	if in.keeper == nil {
		return nil
	}
	return in.keeper.Close()
}

// Compute makes the RDD of the blocks of a batch (D113).
func (in *received[T]) Compute(at Time, report func(int64, map[string]any)) (*rdd.RDD[T], error) {
	var rows int64
	var blocks []receiver.Block
	for _, b := range in.tracker.BlocksOf(at.Time(), in.id) {
		rows += b.Rows
		if in.keeper.Has(b) {
			blocks = append(blocks, b)
			continue
		}
		in.warn.Do(func() {
			in.ssc.log.Warn("Some blocks could not be recovered as they were not found in memory. To prevent such data loss, enable Write Ahead Log",
				"stream", in.id, "first", b.ID.String(), "setting", "spark.streaming.receiver.writeAheadLog.enable")
		})
	}
	report(rows, nil)
	class := "BlockRDD"
	if in.ssc.conf.Receiver.Log.Enable {
		class = "WriteAheadLogBackedBlockRDD"
	}
	keeper := in.keeper // not the input, which leads to the context
	return rdd.Blocks(in.ssc.rdd, class, in.kind.op, len(blocks), func(part int) ([]T, error) { return keeper.Read(blocks[part]) }), nil
}
