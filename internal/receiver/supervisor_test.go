package receiver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/blockstore"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
)

var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bench is a stream with everything around it.
type bench struct {
	t       *testing.T
	fs      vfs.FS
	clock   *clock.Manual
	tracker *Tracker
	keeper  *Keeper[string]
	blocks  *blockstore.Store

	mu     sync.Mutex
	events []string
	told   chan struct{} // after each event
}

// setting changes a bench before it is made.
type setting struct {
	fs      vfs.FS
	level   blockstore.Level
	memory  int64
	log     bool
	recover bool
}

func newBench(t *testing.T, s setting) *bench {
	t.Helper()
	b := &bench{t: t, fs: s.fs, clock: clock.NewManual(noon), told: make(chan struct{}, 100)}
	if b.fs == nil {
		b.fs = new(vfs.Memory)
	}
	if s.memory == 0 {
		s.memory = 1 << 20
	}
	if s.level == (blockstore.Level{}) {
		s.level = blockstore.Level{Memory: true, Replicas: 1}
	}
	b.blocks = blockstore.New(b.fs, s.memory, "blocks", "replicas")
	var err error
	b.tracker, err = OpenTracker(TrackerOptions{FS: b.fs, Dir: "ck/receivedBlockMetadata", Clock: b.clock, Listen: b.listen, Recover: s.recover})
	must(t, err)
	o := KeeperOptions{Blocks: b.blocks, Level: s.level, Tracker: b.tracker, Clock: b.clock}
	if s.log {
		o.Log, err = OpenLog(b.fs, "ck/receivedData/0", b.clock, LogConfig{})
		must(t, err)
	}
	b.keeper = NewKeeper[string](o)
	return b
}

func (b *bench) listen(e Event) {
	b.mu.Lock()
	b.events = append(b.events, strings.TrimSuffix(fmt.Sprintf("%v %s", [...]string{"started", "error", "stopped"}[e.Kind],
		e.Status.LastErrorMessage), " "))
	b.mu.Unlock()
	b.told <- struct{}{}
}

func (b *bench) eventually(want ...string) {
	b.t.Helper()
	for {
		b.mu.Lock()
		got := slices.Clone(b.events)
		b.mu.Unlock()
		if slices.Equal(got, want) {
			return
		}
		if len(got) >= len(want) {
			b.t.Fatalf("events are %q, want %q", got, want)
		}
		<-b.told
	}
}

// start runs a receiver.
func (b *bench) start(conf Config, r Func[string]) *Supervisor[string] {
	b.t.Helper()
	s, err := NewSupervisor("TestReceiver-0", r, b.keeper, conf)
	must(b.t, err)
	b.tracker.Start()
	return s
}

// batch allocates a batch and reads its blocks.
func (b *bench) batch() (blocks [][]string) {
	b.t.Helper()
	at := b.clock.Now()
	must(b.t, b.tracker.AllocateBlocksToBatch(at))
	for _, block := range b.tracker.BlocksOf(at, 0) {
		rows, err := b.keeper.Read(block)
		must(b.t, err)
		if len(rows) != int(block.Rows) {
			b.t.Errorf("%v has %d rows, not %d", block.ID, len(rows), block.Rows)
		}
		blocks = append(blocks, rows)
	}
	return blocks
}

func TestStopStoresWhatIsBuffered(t *testing.T) {
	b := newBench(t, setting{})
	stored := make(chan struct{})
	b.start(Config{}, func(ctx context.Context, in *Intake[string]) error {
		must(t, in.Store("a"))
		must(t, in.StoreEach([]string{"b", "c"}))
		close(stored)
		<-ctx.Done()
		return nil
	})
	<-stored
	must(t, b.tracker.Stop(true))
	if got := fmt.Sprint(b.batch()); got != "[[a b c]]" {
		t.Errorf("got %s", got)
	}
	b.eventually("started", "stopped Stopped by driver")
}

func TestRestarts(t *testing.T) {
	b := newBench(t, setting{})
	runs := 0
	b.start(Config{}, func(ctx context.Context, in *Intake[string]) error {
		runs++
		must(t, in.Store(fmt.Sprint(runs)))
		switch runs {
		case 1:
			return errors.New("no route")
		case 2:
			panic("out of luck")
		case 3:
			in.RestartAfter("try again", nil, time.Hour)
			<-ctx.Done()
			return errors.New("not told")
		}
		return nil
	})
	for _, delay := range []time.Duration{2 * time.Second, 2 * time.Second, time.Hour} {
		<-b.clock.AwaitTimers(2) // the restart's and the generator's
		b.clock.Advance(delay)
	}
	b.eventually("started", "stopped Restarting receiver with delay 2000ms: no route",
		"started", "stopped Restarting receiver with delay 2000ms: the receiver panicked: out of luck",
		"started", "stopped Restarting receiver with delay 3600000ms: try again", "started", "stopped The receiver has ended")
	must(t, b.tracker.Stop(true))
	if got := fmt.Sprint(b.batch()); !strings.Contains(strings.Trim(got, "[]"), "4") {
		t.Errorf("got %s", got)
	}
}
