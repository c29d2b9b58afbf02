package receiver

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/blockstore"
	"github.com/weirstream/weir/internal/vfs"
)

// idle is a receiver that hands its intake out and waits.
func idle(out chan<- *Intake[string]) Func[string] {
	return func(ctx context.Context, in *Intake[string]) error {
		out <- in
		<-ctx.Done()
		return nil
	}
}

// TestBlocksAreCutByTime: blocks are named by the beginning of their interval, and an
// interval without rows makes none.
func TestBlocksAreCutByTime(t *testing.T) {
	b := newBench(t, setting{})
	ins := make(chan *Intake[string], 1)
	b.start(Config{BlockInterval: 100 * time.Millisecond}, idle(ins))
	in := <-ins
	stored := make(chan BlockID, 10)
	g := in.Generate(Callbacks[string]{OnStoreBlock: func(id BlockID, _ []string) { stored <- id }})
	tick := func() {
		<-b.clock.AwaitTimers(2) // of both generators
		b.clock.Advance(100 * time.Millisecond)
	}
	must(t, g.Add("a"))
	must(t, g.Add("b"))
	tick()
	if id := <-stored; id.String() != fmt.Sprintf("input-0-%d", noon.UnixMilli()) {
		t.Errorf("the first block is %v", id)
	}
	tick()
	tick()
	<-b.clock.AwaitTimers(2)
	must(t, g.Add("c"))
	tick()
	if id := <-stored; id.Number != noon.UnixMilli()+300 {
		t.Errorf("the second block is %v", id)
	}
	must(t, b.tracker.Stop(true))
	if got := fmt.Sprint(b.batch()); got != "[[a b] [c]]" {
		t.Errorf("got %s", got)
	}
	if err := in.Store("late"); !errors.Is(err, ErrStopped) {
		t.Errorf("a row after the stop: %v", err)
	}
	if err := g.Add("late"); !errors.Is(err, ErrStopped) {
		t.Errorf("a row after the stop: %v", err)
	}
	if err := in.StoreBlock([]string{"late"}); !errors.Is(err, ErrStopped) {
		t.Errorf("a block after the stop: %v", err)
	}
}

// TestIntervalsCountFrom1970, as those of batches do.
func TestIntervalsCountFrom1970(t *testing.T) {
	g := &Generator[string]{interval: 7 * time.Second}
	if got := g.floor(noon); got.Unix()%7 != 0 || noon.Sub(got) >= 7*time.Second || got.After(noon) {
		t.Errorf("the interval of %v begins at %v", noon, got)
	}
}

// TestCallbacks: what OnAddData was called with before OnGenerateBlock is in the block,
// and nothing else, however adding and cutting meet.
func TestCallbacks(t *testing.T) {
	b := newBench(t, setting{})
	ins := make(chan *Intake[string], 1)
	b.start(Config{BlockInterval: time.Millisecond}, idle(ins))
	in := <-ins
	var since []string             // since the last block
	cut := map[BlockID][]string{}  // by what OnAddData said
	pushed := map[BlockID]string{} // by what OnPushBlock was given
	var mu sync.Mutex
	failed := ""
	g := in.Generate(Callbacks[string]{
		OnAddData: func(rows []string, metadata any) {
			if fmt.Sprint(len(rows)) != metadata {
				failed = fmt.Sprintf("%q came with %v", rows, metadata)
			}
			since = append(since, rows...)
		},
		OnGenerateBlock: func(id BlockID) {
			mu.Lock()
			defer mu.Unlock()
			cut[id], since = since, nil
		},
		OnPushBlock: func(id BlockID, rows []string) {
			mu.Lock()
			defer mu.Unlock()
			pushed[id] = fmt.Sprint(rows)
		},
		OnStoreBlock: func(id BlockID, rows []string) {
			mu.Lock()
			defer mu.Unlock()
			if fmt.Sprint(cut[id]) != fmt.Sprint(rows) || pushed[id] != fmt.Sprint(rows) {
				failed = fmt.Sprintf("%v holds %q, its rows were %q", id, rows, cut[id])
			}
		},
	})
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				g.mu.Lock()
				g.settle(true)
				g.mu.Unlock()
			}
		}
	}()
	for i := range 400 {
		must(t, g.AddWith("2", fmt.Sprint(i), "x"))
		runtime.Gosched()
	}
	close(stop)
	<-stopped
	must(t, b.tracker.Stop(true))
	if failed != "" {
		t.Error(failed)
	}
	total := 0
	for _, block := range b.batch() {
		total += len(block)
	}
	if total != 800 || len(cut) < 2 {
		t.Errorf("%d rows in %d blocks", total, len(cut))
	}
}

// TestFullDiskHoldsBack: while blocks cannot be stored the receiver waits, and no row is
// lost when the disk has room again.
func TestFullDiskHoldsBack(t *testing.T) {
	var full []string // for six writes: two times a log's tries
	for range 6 {
		full = append(full, "ENOSPC on write of receivedData/0/* #1")
	}
	faulty, err := vfs.NewInject(new(vfs.Memory), full...)
	must(t, err)
	b := newBench(t, setting{fs: faulty, log: true})
	ins := make(chan *Intake[string], 1)
	b.start(Config{BlockQueueSize: 2, BlockInterval: 10 * time.Millisecond}, idle(ins))
	in := <-ins
	if err := in.StoreBlock([]string{"reliable"}); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Fatalf("a block was acknowledged that is not in the log: %v", err)
	}
	var added atomic.Int64
	done := make(chan error, 1)
	go func() {
		for i := range 1000 {
			if err := in.Store(fmt.Sprint(i)); err != nil {
				done <- err
				return
			}
			added.Add(1)
		}
		done <- nil
	}()
	// The first block fails; the clock goes on until its second try is due.
	for len(done) == 0 || len(b.told) < 2 {
		b.clock.Advance(10 * time.Millisecond)
		runtime.Gosched()
	}
	must(t, <-done)
	go func() {
		for b.tracker.all()[0].runner.(*Supervisor[string]).ctx.Err() == nil {
			b.clock.Advance(10 * time.Millisecond)
		}
	}()
	must(t, b.tracker.Stop(true))
	b.eventually("started", "error Error in block pushing thread", "stopped Stopped by driver")
	n := 0
	for _, block := range b.batch() {
		for _, row := range block {
			if row != fmt.Sprint(n) {
				t.Fatalf("row %d is %s", n, row)
			}
			n++
		}
	}
	if n != 1000 {
		t.Errorf("%d rows of 1000", n)
	}
}

// TestFloodIsHeldBack: a receiver that is faster than batches are worked off waits once
// memory and queue are full, and goes on when a batch is done.
func TestFloodIsHeldBack(t *testing.T) {
	b := newBench(t, setting{memory: 1000}) // one block of ten rows fits
	ins := make(chan *Intake[string], 1)
	s := b.start(Config{BlockQueueSize: 3, BlockInterval: time.Hour, StoreTimeout: 1000 * time.Hour}, idle(ins))
	in := <-ins
	var added atomic.Int64
	done := make(chan error, 1)
	go func() {
		for i := range 200 {
			if err := in.Store(fmt.Sprintf("%50d", i)); err != nil {
				done <- err
				return
			}
			if added.Add(1)%10 == 0 { // as if the interval were over
				s.single.mu.Lock()
				s.single.settle(true)
				s.single.mu.Unlock()
			}
		}
		done <- nil
	}()
	n, ahead := 0, 0
	for n < 200 {
		b.clock.Advance(time.Millisecond)
		for _, block := range b.batch() {
			for _, row := range block {
				if strings.TrimSpace(row) != fmt.Sprint(n) {
					t.Fatalf("row %d is %s", n, row)
				}
				n++
			}
		}
		ahead = max(ahead, int(added.Load())-n)
		must(t, b.tracker.Clean(b.clock.Now().Add(time.Hour)))
		must(t, b.keeper.Clean(b.clock.Now().Add(time.Hour)))
		b.clock.Advance(roomRetry)
	}
	must(t, <-done)
	must(t, b.tracker.Stop(true))
	// Stored, being stored, three in the queue, and one in the buffer.
	if ahead > 60 {
		t.Errorf("the receiver was %d rows ahead", ahead)
	}
}

// TestLevels reads blocks back from each place they may be in.
func TestLevels(t *testing.T) {
	rows := []string{"a", "b"}
	for name, c := range map[string]struct {
		s     setting
		spoil func(b *bench) // takes the nearest places away
	}{
		"memory":     {setting{level: blockstore.Level{Memory: true, Replicas: 1}}, func(*bench) {}},
		"serialized": {setting{level: blockstore.Level{Memory: true, Serialized: true, Replicas: 1}}, func(*bench) {}},
		"disk":       {setting{level: blockstore.Level{Disk: true, Serialized: true, Replicas: 1}}, func(*bench) {}},
		"replica": {setting{level: blockstore.Level{Disk: true, Serialized: true, Replicas: 2}},
			func(b *bench) { must(b.t, vfs.RemoveAll(b.fs, "blocks")) }},
		"log": {setting{log: true, level: blockstore.Level{Memory: true, Disk: true, Replicas: 2}},
			func(b *bench) { b.blocks.RemoveRDD(-1) }},
		"no room, but a log": {setting{log: true, memory: 1}, func(*bench) {}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.s)
			must(t, b.keeper.Store(BlockID{0, 5}, rows, []byte("meta")))
			c.spoil(b)
			at := b.clock.Now()
			must(t, b.tracker.AllocateBlocksToBatch(at))
			block := b.tracker.BlocksOf(at, 0)[0]
			got, err := b.keeper.Read(block)
			must(t, err)
			if fmt.Sprint(got) != "[a b]" || string(block.Metadata) != "meta" || !b.keeper.Has(block) {
				t.Errorf("got %q of %+v", got, block)
			}
			// A batch that is forgotten takes its blocks along.
			must(t, b.tracker.Clean(at.Add(time.Millisecond)))
			must(t, b.keeper.Clean(at))
			if b.blocks.Has(b.keeper.id(5)) {
				t.Error("the block is still there")
			}
			must(t, b.keeper.Store(BlockID{0, 6}, rows, nil))
			must(t, b.keeper.Close())
			if b.blocks.Has(b.keeper.id(6)) {
				t.Error("a block outlives its stream")
			}
		})
	}
}

// TestBlocksOfAnyType are read as they were written; what is no block is an error.
func TestBlocksOfAnyType(t *testing.T) {
	type row struct{ A, B string }
	examineBlock(t, []string{"", "a", "bc"})
	examineBlock(t, []struct{}{{}, {}, {}})
	examineBlock(t, []int{1, -5})
	examineBlock(t, []row{{"a", "b"}, {"", "c"}})
}

func examineBlock[T any](t *testing.T, rows []T) {
	t.Helper()
	b, err := EncodeBlock(rows)
	must(t, err)
	c := codecOf[T]()
	got, err := c.Decode(b)
	must(t, err)
	if fmt.Sprint(got) != fmt.Sprint(rows) {
		t.Errorf("%v came back as %v", rows, got)
	}
	for n := range len(b) - 1 {
		if _, err := c.Decode(b[:n]); err == nil {
			t.Errorf("%d bytes of the block of %v are read", n, rows)
		}
	}
	if len(b) == 1 {
		return // rows of no bytes
	}
	if _, err := c.Decode([]byte{255, 255, 255, 255, 15, 1}); err == nil {
		t.Error("a block of four milliards of rows is read")
	}
}

// TestLostBlock names the block, the stream and what would have helped.
func TestLostBlock(t *testing.T) {
	b := newBench(t, setting{})
	must(t, b.keeper.Store(BlockID{0, 5}, []string{"a"}, nil))
	b.blocks.RemoveRDD(-1)
	must(t, b.tracker.AllocateBlocksToBatch(noon))
	_, err := b.keeper.Read(b.tracker.BlocksOf(noon, 0)[0])
	lost, ok := errors.AsType[*LostBlockError](err)
	if !ok || lost.Block != (BlockID{0, 5}) || !strings.Contains(err.Error(), "block input-0-5 not found") ||
		!strings.Contains(err.Error(), "stream 0") || !strings.Contains(err.Error(), "spark.streaming.receiver.writeAheadLog.enable") {
		t.Errorf("%v", err)
	}
}

// TestDamagedLog tells the file and the byte of a block whose record is damaged.
func TestDamagedLog(t *testing.T) {
	faulty, err := vfs.NewInject(new(vfs.Memory), "FLIP on read of receivedData/0/log-*")
	must(t, err)
	b := newBench(t, setting{fs: faulty, log: true})
	must(t, b.keeper.Store(BlockID{0, 5}, []string{"a"}, nil))
	b.blocks.RemoveRDD(-1)
	must(t, b.tracker.AllocateBlocksToBatch(noon))
	_, err = b.keeper.Read(b.tracker.BlocksOf(noon, 0)[0])
	if err == nil || !strings.Contains(err.Error(), "receivedData/0/log-") || !strings.Contains(err.Error(), "byte 0: the checksum") {
		t.Errorf("%v", err)
	}
}

// TestReceiversAreKnown: the statuses that a UI shows.
func TestReceiversAreKnown(t *testing.T) {
	b := newBench(t, setting{})
	ins := make(chan *Intake[string], 1)
	b.start(Config{MaxRate: 50}, idle(ins))
	in := <-ins
	in.ReportError("a hiccup", errors.New("cause"))
	st := b.tracker.Statuses()[0]
	if !st.Active || st.Name != "TestReceiver-0" || st.LastErrorMessage != "a hiccup" || st.LastError != "cause" || !st.LastErrorTime.Equal(noon) {
		t.Errorf("%+v", st)
	}
	b.tracker.UpdateRate(0, 20)
	b.tracker.UpdateRate(7, 20) // nobody
	if r := b.tracker.Rate(0); r != 20 {
		t.Errorf("the rate is %v", r)
	}
	if _, err := NewSupervisor("Second-0", idle(ins), b.keeper, Config{}); err == nil {
		t.Error("a stream has two receivers")
	}
	must(t, b.tracker.Stop(true))
	if b.tracker.Statuses()[0].Active {
		t.Error("it is active after the stop")
	}
}

// BenchmarkStore is the way of single rows up to their block.
func BenchmarkStore(b *testing.B) {
	bench := newBench(&testing.T{}, setting{memory: 1 << 30, level: blockstore.Level{Memory: true, Replicas: 1}})
	bench.keeper.o.Blocks = blockstore.New(new(vfs.Memory), 0, "x") // keeps nothing
	s, err := NewSupervisor("Bench-0", Func[string](func(ctx context.Context, _ *Intake[string]) error { <-ctx.Done(); return nil }), bench.keeper, Config{})
	must(b, err)
	s.single.store = func(BlockID, []string) error { return nil }
	s.single.Start()
	b.ReportAllocs()
	for b.Loop() {
		_ = s.single.Add("a line of text")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
