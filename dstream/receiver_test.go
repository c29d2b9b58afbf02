package dstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/rdd"
)

// fed is a receiver whose rows a test hands in.
type fed struct {
	in    chan *Intake[string] // one for each run
	trial func(ctx context.Context, in *Intake[string]) error
}

func newFed() *fed { return &fed{in: make(chan *Intake[string], 10)} }

func (f *fed) Receive(ctx context.Context, in *Intake[string]) error {
	f.in <- in
	if f.trial != nil {
		return f.trial(ctx, in)
	}
	<-ctx.Done()
	return nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// blocksOf are the rows of each partition of a stream's RDDs.
func blocksOf(in *Stream[string]) *seen[[]string] { return watch(Glom(in)) }

func TestReceiverStream(t *testing.T) {
	b := newBench(t, Conf{})
	f := newFed()
	got := blocksOf(ReceiverStream(b.ssc, f, rdd.MemoryOnly))
	b.start()
	in := <-f.in
	must(t, in.StoreBlock([]string{"a", "b"}))
	must(t, in.StoreBlock([]string{"c"}))
	batch := b.steps(1)[0]
	if batch.Records() != 3 || len(batch.Inputs) != 1 {
		t.Errorf("the batch reports %+v", batch.Inputs)
	}
	b.steps(1)
	must(t, in.StoreBlock([]string{"d"}))
	b.steps(1)
	must(t, in.Store("e")) // cut when it stops
	stopped := make(chan error)
	go func() { stopped <- b.ssc.Stop(false, true) }()
	tick := ticks(t)
	for {
		select {
		case err := <-stopped:
			must(t, err)
			text, _, _ := strings.Cut(got.text(), "; 5: ") // the clock went on while it stopped
			expect(t, text, "1: [[a b] [c]]; 2: []; 3: [[d]]; 4: [[e]]")
			if r := b.ssc.Receivers(); len(r) != 1 || r[0].Active || r[0].Name != "fed-0" || r[0].LastMessage != "Stopped by driver" {
				t.Errorf("receivers: %+v", r)
			}
			return
		case <-tick:
			b.clock.Advance(10 * time.Millisecond)
		}
	}
}

// ticks let the clock of a bench go ten times as fast as the machine's, and no faster: what
// waits for the machine keeps up.
func ticks(t *testing.T) <-chan time.Time {
	tick := time.NewTicker(time.Millisecond)
	t.Cleanup(tick.Stop)
	return tick.C
}

// TestReceiverEvents: an error and a panic restart the receiver, and listeners are told.
func TestReceiverEvents(t *testing.T) {
	b := newBench(t, Conf{Receiver: ReceiverConf{RestartDelay: 100 * time.Millisecond}})
	f := newFed()
	runs := 0
	f.trial = func(ctx context.Context, in *Intake[string]) error {
		runs++
		switch runs {
		case 1:
			in.ReportError("a hiccup", errors.New("cause"))
			return errors.New("broken")
		case 2:
			panic("oh")
		}
		<-ctx.Done()
		return nil
	}
	watch(ReceiverStream(b.ssc, f, rdd.MemoryOnly))
	events := make(chan string, 100)
	b.ssc.Listen(func(e Event) {
		switch e := e.(type) {
		case ReceiverStarted:
			events <- "started"
		case ReceiverError:
			events <- "error " + e.Receiver.LastMessage
		case ReceiverStopped:
			events <- "stopped " + e.Receiver.LastMessage
		}
	})
	b.start()
	tick := ticks(t)
	for _, want := range []string{"started", "error a hiccup", "stopped Restarting receiver with delay 100ms: broken", "started",
		"stopped Restarting receiver with delay 100ms: the receiver panicked: oh", "started"} {
		for got := ""; got == ""; {
			select {
			case got = <-events:
				expect(t, got, want)
			case <-tick:
				b.clock.Advance(10 * time.Millisecond)
			}
		}
	}
}

func TestUnitedReceivers(t *testing.T) {
	b := newBench(t, Conf{})
	one, two, three := newFed(), newFed(), newFed()
	streams := []*Stream[string]{}
	for _, f := range []*fed{one, two, three} {
		streams = append(streams, ReceiverStream(b.ssc, f, rdd.MemoryAndDiskSer2))
	}
	got := blocksOf(Union(streams[0], streams[1:]...))
	b.start()
	must(t, (<-three.in).StoreBlock([]string{"3"}))
	must(t, (<-one.in).StoreBlock([]string{"1"}))
	must(t, (<-two.in).StoreBlock([]string{"2"}))
	if batch := b.steps(1)[0]; len(batch.Inputs) != 3 || batch.Records() != 3 {
		t.Errorf("the batch reports %+v", batch.Inputs)
	}
	expect(t, got.text(), "1: [[1] [2] [3]]")
}

// TestPanicReadsBlockAgain: a task that panics is tried again over the same rows, also
// when the block has left the memory meanwhile.
func TestPanicReadsBlockAgain(t *testing.T) {
	b := newBench(t, Conf{Receiver: ReceiverConf{Log: WriteAheadLogConf{Enable: true}}, CheckpointDir: t.TempDir()})
	f := newFed()
	var tries atomic.Int32
	got := watch(Map(ReceiverStream(b.ssc, f, rdd.MemoryOnly), func(s string) string {
		if tries.Add(1) == 2 {
			b.c.BlockStore().RemoveRDD(-1)
			panic("out of memory")
		}
		return s
	}))
	b.start()
	must(t, (<-f.in).StoreBlock([]string{"a", "b"}))
	b.steps(1)
	expect(t, got.text(), "1: [a b]")
}

func TestLostBlockFailsTheJob(t *testing.T) {
	b := newBench(t, Conf{})
	f := newFed()
	watch(Map(ReceiverStream(b.ssc, f, rdd.MemoryOnly), func(s string) string {
		b.c.BlockStore().RemoveRDD(-1)
		panic("again")
	}))
	b.start()
	must(t, (<-f.in).StoreBlock([]string{"a"}))
	b.steps(1)
	err := b.ssc.AwaitTermination(t.Context())
	if lost, ok := errors.AsType[*LostBlockError](err); !ok || lost.Rows != 1 || !strings.Contains(err.Error(), "stream 0") {
		t.Errorf("the job failed with %v", err)
	}
}

func TestLogNeedsDirectory(t *testing.T) {
	b := newBench(t, Conf{Receiver: ReceiverConf{Log: WriteAheadLogConf{Enable: true}}})
	watch(ReceiverStream(b.ssc, newFed(), rdd.MemoryOnly))
	if err := b.ssc.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "without checkpoint directory set") {
		t.Errorf("Start returns %v", err)
	}
}

// TestFullDiskIsNotAcknowledged: a receiver is told that its block is not stored, and the
// context goes on.
func TestFullDiskIsNotAcknowledged(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir(), Receiver: ReceiverConf{Log: WriteAheadLogConf{Enable: true, MaxFailures: 1}}})
	var err error
	b.ssc.durable.fs, err = vfs.NewInject(b.ssc.durable.fs, "ENOSPC on write of receivedData/0/* #1", "ENOSPC on write of receivedBlockMetadata/* #1")
	must(t, err)
	b.ssc.conf.Receiver.TrackerLog.MaxFailures = 1
	f := newFed()
	got := blocksOf(ReceiverStream(b.ssc, f, rdd.MemoryOnly))
	b.start()
	in := <-f.in
	for _, where := range []string{"receivedData", "receivedBlockMetadata"} {
		if err := in.StoreBlock([]string{where}); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), where) {
			t.Errorf("with a full disk beneath %s a block was stored: %v", where, err)
		}
	}
	must(t, in.StoreBlock([]string{"there is room again"}))
	b.steps(1)
	expect(t, got.text(), "1: [[there is room again]]")
}

// TestReceiverRecovery ends a context at several moments and goes on from its checkpoint:
// every row that was acknowledged is in state once.
func TestReceiverRecovery(t *testing.T) {
	dir := t.TempDir()
	b := &bench{t: t, c: rdds(t)}
	first := newBench(t, Conf{})
	b.clock = first.clock
	var state *seen[rdd.Pair[string, int]]
	var f *fed
	conf := Conf{CheckpointDir: dir, Receiver: ReceiverConf{Log: WriteAheadLogConf{Enable: true}}}
	begin := func() *Intake[string] {
		b.c = rdds(t) // nothing is left in memory
		ssc, err := GetOrCreate(dir, func() (*Context, error) {
			ssc := b.context(conf)
			f = newFed()
			pairs := MapToPair(ReceiverStream(ssc, f, rdd.MemoryOnly), func(s string) (string, int) { return s, 1 })
			state = watch(UpdateStateByKey(pairs, func(values []int, old rdd.Option[int]) rdd.Option[int] {
				return rdd.Some(old.Value + len(values))
			}, UpdateConf[string, int]{}))
			return ssc, nil
		})
		must(t, err)
		must(t, ssc.Start(context.Background()))
		return <-f.in
	}
	last := func() string {
		state.mu.Lock()
		defer state.mu.Unlock()
		rows := slices.Clone(state.rows[state.times[len(state.times)-1]])
		slices.SortFunc(rows, func(a, b rdd.Pair[string, int]) int { return strings.Compare(a.Key, b.Key) })
		return fmt.Sprint(rows)
	}
	stop := func() { must(t, b.ssc.Stop(false, false)) }

	in := begin()
	must(t, in.StoreBlock([]string{"a", "b"}))
	stop() // before the first batch
	in = begin()
	b.steps(1)
	expect(t, last(), "[(a,1) (b,1)]")
	must(t, in.StoreBlock([]string{"a"}))
	b.steps(1)
	expect(t, last(), "[(a,2) (b,1)]")
	must(t, in.StoreBlock([]string{"c"}))
	stop() // with a block that no batch has
	b.clock.Advance(3 * time.Second)
	in = begin()
	for range 3 {
		<-b.done // the batches that were missed
	}
	expect(t, last(), "[(a,2) (b,1) (c,1)]")
	// On until the state was checkpointed and the first blocks are forgotten.
	for range 45 {
		must(t, in.StoreBlock([]string{"d"}))
		b.steps(1)
	}
	expect(t, last(), "[(a,2) (b,1) (c,1) (d,45)]")
	// Checkpoints are written beside the batches, and what they need is kept until then.
	tracker := b.ssc.intake.(*receivers).tracker
	for tries := 0; len(tracker.Batches()) > 35; tries++ {
		if tries == 1000 {
			t.Fatalf("%d batches are remembered", len(tracker.Batches()))
		}
		b.steps(1)
	}
	stop()
	in = begin()
	must(t, in.StoreBlock([]string{"e"}))
	b.steps(1)
	expect(t, last(), "[(a,2) (b,1) (c,1) (d,45) (e,1)]")
	stop()
	// The log may be turned off: what it holds is read.
	in = begin()
	must(t, in.StoreBlock([]string{"f"}))
	stop()
	conf.Receiver.Log.Enable = false
	begin()
	b.steps(1)
	expect(t, last(), "[(a,2) (b,1) (c,1) (d,45) (e,1) (f,1)]")
}

// TestBackpressure: a receiver is slowed down to what batches work off.
func TestBackpressure(t *testing.T) {
	least := 1.0
	b := newBench(t, Conf{Receiver: ReceiverConf{MaxRate: 1000}, Backpressure: BackpressureConf{Enable: true, InitialRate: 500, MinRate: least}})
	f := newFed()
	watch(Map(ReceiverStream(b.ssc, f, rdd.MemoryOnly), func(s string) string {
		b.clock.Advance(100 * time.Millisecond) // ten rows a second
		return s
	}))
	b.start()
	in := <-f.in
	rate := func() float64 { return b.ssc.intake.(*receivers).tracker.Rate(0) }
	if rate() != 500 {
		t.Errorf("it begins with %v", rate())
	}
	tick := ticks(t)
	for range 3 {
		must(t, in.StoreBlock([]string{"a", "b", "c", "d", "e"}))
		for rows := int64(0); rows == 0; {
			select {
			case batch := <-b.done:
				rows = batch.Records()
			case <-tick:
				b.clock.Advance(10 * time.Millisecond)
			}
		}
		b.ssc.FlushEvents()
	}
	if r := rate(); r > 15 || r < 1 {
		t.Errorf("the rate is %v", r)
	}
}

// What was received since a batch that has failed is kept for it, and the log says so: not
// at once, and not for every batch.
func TestBlocksKeptForFailedBatch(t *testing.T) {
	b := newBench(t, Conf{})
	var log bytes.Buffer
	ssc := NewContext(b.c, second, Conf{Clock: b.clock, Log: slog.New(slog.NewTextHandler(&log, nil)), CheckpointDir: t.TempDir(),
		Receiver: ReceiverConf{Log: WriteAheadLogConf{Enable: true}}})
	b.use(ssc)
	f := newFed()
	fail := true
	ForeachRDD(ReceiverStream(ssc, f, rdd.MemoryOnly), func(context.Context, *rdd.RDD[string], Time) error {
		if fail {
			return errors.New("no")
		}
		return nil
	})
	b.start()
	in := <-f.in
	must(t, in.StoreBlock([]string{"a"}))
	b.steps(1)
	fail = false
	b.steps(90)
	if strings.Contains(log.String(), "is kept for it") {
		t.Error("the log tells of a batch that has just failed")
	}
	b.steps(60)
	must(t, ssc.Stop(false, false))
	if n := strings.Count(log.String(), "is kept for it"); n != 1 {
		t.Errorf("the log tells %d times that blocks are kept:\n%s", n, log.String())
	}
	if n := len(ssc.intake.(*receivers).tracker.Batches()); n == 0 {
		t.Error("the blocks of the batch that failed are forgotten")
	}
}
