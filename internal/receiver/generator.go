package receiver

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/clock"
)

// ErrStopped is what storing rows reports before a receiver has started and after
// it has stopped.
var ErrStopped = errors.New("Cannot add data as BlockGenerator has not been started or has been stopped")

// Callbacks tell a reliable receiver what becomes of its rows, so that it can
// acknowledge them when they are stored. Each may be nil.
//
//	AddWith ─▶ OnAddData ─▶ … ─▶ OnGenerateBlock ─▶ OnPushBlock ─▶ stored ─▶ OnStoreBlock
//	           └─── nothing comes between ──┘
type Callbacks[T any] struct {
	// OnAddData is called when rows were added with metadata. No block is cut between
	// the rows and the call. rows are good during the call.
	OnAddData func(rows []T, metadata any)
	// OnGenerateBlock is called when a block was cut; what OnAddData was called with
	// since the last one is in it, and nothing else. It must not add rows.
	OnGenerateBlock func(id BlockID)
	// OnPushBlock is called before a block is stored.
	OnPushBlock func(id BlockID, rows []T)
	// OnStoreBlock is called when a block is stored, logged and known to the tracker,
	// in order of the blocks: its rows may be acknowledged.
	OnStoreBlock func(id BlockID, rows []T)
}

// Generator gathers single rows and cuts them into blocks by time (D98).
//
//	Add ─▶ buffer ── every block interval ──▶ queue ──▶ store, one after another
//
// While the queue is full and the time to cut has come, Add waits: a receiver that is
// faster than the disk is held back and nothing is dropped. A block that cannot be
// stored is tried again until it can; meanwhile nothing behind it is stored.
//
// Its methods may be called from any goroutine; rows of one goroutine stay in order.
type Generator[T any] struct {
	clock    clock.Clock
	interval time.Duration
	limiter  *Limiter
	on       Callbacks[T]
	number   func(at time.Time) BlockID
	store    func(id BlockID, rows []T) error
	report   func(message string, err error)

	adding context.Context // done when no more is to be added
	ctx    context.Context // done when what is left is given up

	mu      sync.Mutex
	room    sync.Cond // full has become false, or adding has stopped
	rows    []T
	began   time.Time // of the interval in which rows are gathered
	full    bool      // a cut is due and the queue has no room
	state   generatorState
	queue   chan pending[T] // sent to with mu held, if it has room
	stop    chan struct{}   // closed when no more is added
	drained chan struct{}   // closed when all is stored or given up
}

// pending is a block that waits to be stored.
type pending[T any] struct {
	id   BlockID
	rows []T
}

type generatorState int

const (
	initialized generatorState = iota
	active
	stoppedAdding
	stoppedGenerating // the queue is closed
)

const (
	// largestBlock is how many rows are cut before their time has come.
	largestBlock = 1 << 18
	// storeRetry is how long a block waits that could not be stored.
	storeRetry = time.Second
	// lastTries is how often each block is tried once the generator stops.
	lastTries = 3
)

// Start lets rows be added.
func (g *Generator[T]) Start() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state != initialized {
		return
	}
	g.state = active
	g.began = g.clock.Now()
	go g.cutByTime()
	go g.push()
}

// Add adds one row. It waits for the rate limit and while the queue is full.
func (g *Generator[T]) Add(row T) error { return g.add(g.adding, row) }

// add is Add until ctx is done.
func (g *Generator[T]) add(ctx context.Context, row T) error {
	if err := g.limiter.Wait(ctx, 1); err != nil {
		return ErrStopped
	}
	g.mu.Lock()
	if g.full || g.state != active {
		if !g.await(ctx) {
			g.mu.Unlock()
			return ErrStopped
		}
	}
	g.rows = append(g.rows, row)
	if len(g.rows) >= largestBlock {
		g.settle(true)
	}
	g.mu.Unlock()
	return nil
}

// AddEach adds rows as Add does each of them, but quicker. The slice may be used again.
func (g *Generator[T]) AddEach(rows []T) error { return g.addEach(g.adding, rows) }

func (g *Generator[T]) addEach(ctx context.Context, rows []T) error {
	for len(rows) > 0 {
		n := min(len(rows), largestBlock/4)
		if g.limiter.limited.Load() {
			n = 1
		}
		if err := g.addTogether(ctx, rows[:n], nil); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// AddWith adds rows that come together, into one block, and calls OnAddData. The slice
// may be used again.
func (g *Generator[T]) AddWith(metadata any, rows ...T) error {
	return g.addTogether(g.adding, rows, func(added []T) {
		if g.on.OnAddData != nil {
			g.on.OnAddData(added, metadata)
		}
	})
}

func (g *Generator[T]) addTogether(ctx context.Context, rows []T, then func(added []T)) error {
	if err := g.limiter.Wait(ctx, len(rows)); err != nil {
		return ErrStopped
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.await(ctx) {
		return ErrStopped
	}
	before := len(g.rows)
	g.rows = append(g.rows, rows...)
	if then != nil {
		then(g.rows[before:])
	}
	if len(g.rows) >= largestBlock {
		g.settle(true)
	}
	return nil
}

// await waits for room; false if no more may be added. The lock is held.
func (g *Generator[T]) await(ctx context.Context) bool {
	for g.full && g.state == active && ctx.Err() == nil {
		g.room.Wait()
	}
	return g.state == active && !g.full
}

// wake lets those look again who wait for room with a context that is done.
func (g *Generator[T]) wake() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.room.Broadcast()
}

// cutByTime cuts at the multiples of the interval.
func (g *Generator[T]) cutByTime() {
	for {
		now := g.clock.Now()
		timer := g.clock.NewTimer(g.floor(now).Add(g.interval).Sub(now))
		select {
		case <-timer.C():
		case <-g.stop:
			timer.Stop()
			return
		}
		g.mu.Lock()
		g.settle(true)
		g.mu.Unlock()
	}
}

// floor is the multiple of the interval since 1970 that is not after t.
func (g *Generator[T]) floor(t time.Time) time.Time {
	ns := t.UnixNano()
	return time.Unix(0, ns-ns%int64(g.interval))
}

// settle cuts if that is due and the queue has room, and closes the queue behind the
// last block. The lock is held.
func (g *Generator[T]) settle(due bool) {
	due = due || g.full || g.state == stoppedAdding
	if len(g.rows) > 0 && due && len(g.queue) < cap(g.queue) {
		id := g.number(g.began)
		if g.on.OnGenerateBlock != nil {
			g.on.OnGenerateBlock(id)
		}
		n := len(g.rows)
		g.queue <- pending[T]{id, g.rows}
		g.rows = make([]T, 0, min(n+n/8, largestBlock))
	}
	if due && len(g.rows) == 0 {
		g.began = g.floor(g.clock.Now())
	}
	full := due && len(g.rows) > 0
	if g.full && !full {
		g.room.Broadcast()
	}
	g.full = full
	if g.state == stoppedAdding && len(g.rows) == 0 {
		g.state = stoppedGenerating
		close(g.queue)
	}
}

// push stores the blocks, one after another.
func (g *Generator[T]) push() {
	defer close(g.drained)
	for p := range g.queue {
		g.mu.Lock()
		if g.full || g.state == stoppedAdding {
			g.settle(false)
		}
		g.mu.Unlock()
		g.storeOne(p)
	}
}

// storeOne stores a block, again and again if need be.
func (g *Generator[T]) storeOne(p pending[T]) {
	for tries := 1; ; tries++ {
		err := g.tryOne(p)
		if err == nil {
			return
		}
		g.report("Error in block pushing thread", fmt.Errorf("%v: %w", p.id, err))
		stopping := false
		select {
		case <-g.stop:
			stopping = true
		default:
		}
		if g.ctx.Err() != nil || stopping && tries >= lastTries {
			g.report("A block is lost", fmt.Errorf("the %d rows of %v could not be stored before the receiver stopped", len(p.rows), p.id))
			return
		}
		timer := g.clock.NewTimer(storeRetry)
		select {
		case <-timer.C():
		case <-g.ctx.Done():
			timer.Stop()
		}
	}
}

// tryOne stores a block. A callback that panics is an error.
func (g *Generator[T]) tryOne(p pending[T]) (err error) {
	stored := false
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
		if stored && err != nil {
			g.report("Error after a block was stored", err)
			err = nil
		}
	}()
	if g.on.OnPushBlock != nil {
		g.on.OnPushBlock(p.id, p.rows)
	}
	if err := g.store(p.id, p.rows); err != nil {
		return err
	}
	stored = true
	if g.on.OnStoreBlock != nil {
		g.on.OnStoreBlock(p.id, p.rows)
	}
	return nil
}

// Stop ends the adding and cuts what is buffered. It waits until all is stored.
func (g *Generator[T]) Stop() {
	g.mu.Lock()
	switch g.state {
	case initialized:
		g.state = stoppedGenerating
		close(g.drained)
		close(g.stop)
	case active:
		g.state = stoppedAdding
		close(g.stop)
		g.settle(true)
		g.room.Broadcast()
	}
	g.mu.Unlock()
	<-g.drained
}
