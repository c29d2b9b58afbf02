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

// Supervisor runs the receiver of one stream: it starts it, restarts it when it fails,
// and stops it when what it buffered is stored (D94, D96).
//
//	Initialized ── Start ──▶ Started ◀── delay ── restarting
//	                           │ └── error, panic, Restart ──▲
//	                           └── Stop, nil ──▶ Stopped
//
// Its methods may be called from any goroutine.
type Supervisor[T any] struct {
	receiver Receiver[T]
	keeper   *Keeper[T]
	tracker  *Tracker
	stream   int
	conf     Config
	clock    clock.Clock
	limiter  *Limiter
	ctx      context.Context // done when what is left is given up
	abort    context.CancelFunc
	stop     chan struct{} // closed by the first Stop
	done     chan struct{}

	mu     sync.Mutex
	state  supervisorState
	last   int64         // number of the newest block
	single *Generator[T] // of rows stored one by one; never changed
}

type supervisorState int

const (
	notStarted supervisorState = iota
	started
	stopped
)

// NewSupervisor makes the supervisor of a stream's receiver and attaches it to the
// tracker under a name such as "SocketReceiver-0".
func NewSupervisor[T any](name string, r Receiver[T], k *Keeper[T], conf Config) (*Supervisor[T], error) {
	if err := conf.Check(); err != nil {
		return nil, err
	}
	conf = conf.withDefaults()
	s := &Supervisor[T]{
		receiver: r, keeper: k, tracker: k.o.Tracker, stream: k.o.Stream, conf: conf, clock: k.o.Clock,
		limiter: NewLimiter(k.o.Clock, conf.MaxRate, conf.InitialRate),
		stop:    make(chan struct{}), done: make(chan struct{}), last: k.o.Tracker.lastNumber(k.o.Stream),
	}
	s.ctx, s.abort = context.WithCancel(context.Background())
	s.single = s.generator(s.ctx, Callbacks[T]{})
	return s, s.tracker.Attach(s.stream, name, s)
}

// generator makes a generator whose blocks are stored in the stream. Rows are added
// until ctx is done.
func (s *Supervisor[T]) generator(ctx context.Context, on Callbacks[T]) *Generator[T] {
	g := &Generator[T]{
		clock: s.clock, interval: s.conf.BlockInterval, limiter: s.limiter, on: on, number: s.next,
		store:  func(id BlockID, rows []T) error { return s.keeper.Store(id, rows, nil) },
		report: func(message string, err error) { s.tracker.ReportError(s.stream, message, err) },
		adding: ctx, ctx: s.ctx, queue: make(chan pending[T], s.conf.BlockQueueSize),
		stop: make(chan struct{}), drained: make(chan struct{}),
	}
	g.room.L = &g.mu
	return g
}

// next names a block whose rows came since a moment.
func (s *Supervisor[T]) next(at time.Time) BlockID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(at.UnixMilli(), s.last+1)
	return BlockID{Stream: s.stream, Number: s.last}
}

// Start runs the receiver on goroutines of its own.
func (s *Supervisor[T]) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != notStarted {
		return
	}
	s.state = started
	s.single.Start()
	go s.run()
}

// Stop ends the receiver once what it buffered is stored. It does not wait; see Done.
func (s *Supervisor[T]) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.state {
	case notStarted:
		close(s.done)
		close(s.stop)
	case started:
		close(s.stop)
	}
	s.state = stopped
}

// Abort lets nothing wait any more: rows that are not stored are lost.
func (s *Supervisor[T]) Abort() {
	s.Stop()
	s.abort()
}

// Done is closed when the receiver has ended and all it had is stored or given up.
func (s *Supervisor[T]) Done() <-chan struct{} { return s.done }

// Limit limits the rows that are stored one by one.
func (s *Supervisor[T]) Limit() *Limiter { return s.limiter }

// run lets the receiver run, again and again.
func (s *Supervisor[T]) run() {
	defer close(s.done)
	defer s.abort()
	for {
		end := s.attempt()
		if end.over {
			s.single.Stop()
			s.tracker.deregister(s.stream, end.message, end.err)
			s.Stop()
			return
		}
		end.message = fmt.Sprintf("Restarting receiver with delay %dms: %s", end.delay.Milliseconds(), end.message)
		s.tracker.deregister(s.stream, end.message, end.err)
		timer := s.clock.NewTimer(end.delay)
		select {
		case <-timer.C():
		case <-s.stop:
			timer.Stop()
			s.single.Stop()
			return
		}
	}
}

// ending says how an attempt ended.
type ending struct {
	over    bool // it is not to be restarted
	message string
	err     error
	delay   time.Duration
}

// attempt lets the receiver run until it ends or is told to.
func (s *Supervisor[T]) attempt() ending {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, s.single.wake)()
	in := &Intake[T]{supervisor: s, ctx: ctx, asked: make(chan ending, 1)}
	s.tracker.register(s.stream)
	returned := make(chan ending, 1)
	go func() { returned <- s.receive(ctx, in) }()
	var end ending
	select {
	case end = <-returned:
		select {
		case end = <-in.asked: // what it asked for before it returned
		default:
		}
		s.stopAttempt(in)
		return end
	case end = <-in.asked:
	case <-s.stop:
		end.over, end.message = true, "Stopped by driver"
	}
	cancel()
	select {
	case <-returned:
	case <-s.ctx.Done():
	}
	s.stopAttempt(in)
	return end
}

// receive calls the receiver.
func (s *Supervisor[T]) receive(ctx context.Context, in *Intake[T]) (end ending) {
	end.delay = s.conf.RestartDelay
	defer func() {
		if v := recover(); v != nil {
			end.over = false
			end.message, end.err = fmt.Sprintf("the receiver panicked: %v", v), errors.New(string(debug.Stack()))
		}
	}()
	err := s.receiver.Receive(ctx, in)
	if err != nil {
		end.message, end.err = err.Error(), err
		return end
	}
	end.over, end.message = true, "The receiver has ended"
	return end
}

// stopAttempt ends the generators that the receiver has made in this attempt.
func (s *Supervisor[T]) stopAttempt(in *Intake[T]) {
	in.mu.Lock()
	made := in.made
	in.made, in.ended = nil, true
	in.mu.Unlock()
	for _, g := range made {
		g.Stop()
	}
}

// Intake is what a receiver hands its rows to and is controlled by (D91 to D93). It is
// good for one run of Receive. Its methods may be called from any goroutine.
type Intake[T any] struct {
	supervisor *Supervisor[T]
	ctx        context.Context
	asked      chan ending // of one

	mu    sync.Mutex
	made  []*Generator[T]
	ended bool
}

// Store stores one row, sometime soon: it is buffered, and lost if the process dies
// before its block is stored. It waits for the rate limit and when blocks cannot be
// stored as fast as rows come. The error is [ErrStopped].
func (in *Intake[T]) Store(row T) error { return in.supervisor.single.add(in.ctx, row) }

// StoreEach is Store of each row, but quicker. The slice may be used again.
func (in *Intake[T]) StoreEach(rows []T) error { return in.supervisor.single.addEach(in.ctx, rows) }

// StoreBlock stores rows as one block and returns when they are stored, replicated or
// logged as the stream asks for, and sure to be in a batch. A reliable receiver then
// acknowledges them to its source. The slice must not be changed afterwards. No rate
// limit holds it back.
func (in *Intake[T]) StoreBlock(rows []T) error { return in.StoreBlockWith(nil, rows) }

// StoreBlockWith is StoreBlock of rows and what belongs to them, such as offsets; it is
// kept with the block.
func (in *Intake[T]) StoreBlockWith(metadata []byte, rows []T) error {
	if in.Stopped() {
		return ErrStopped
	}
	s := in.supervisor
	return s.keeper.Store(s.next(s.clock.Now()), rows, metadata)
}

// StoreEncoded is StoreBlock of rows that [EncodeBlock] has written, perhaps elsewhere; they
// are decoded by the tasks of their batch, which fail if that cannot be done.
func (in *Intake[T]) StoreEncoded(block []byte) error {
	if in.Stopped() {
		return ErrStopped
	}
	s := in.supervisor
	return s.keeper.storeEncoded(s.next(s.clock.Now()), block)
}

// Generate makes a generator of blocks that tells what becomes of the rows. It is
// started, and stopped when Receive has returned; what it has buffered is stored then.
func (in *Intake[T]) Generate(on Callbacks[T]) *Generator[T] {
	g := in.supervisor.generator(in.ctx, on)
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.ended {
		g.Stop()
		return g
	}
	context.AfterFunc(in.ctx, g.wake)
	g.Start()
	in.made = append(in.made, g)
	return g
}

// ReportError tells listeners and the log of an error. The receiver goes on.
func (in *Intake[T]) ReportError(message string, err error) {
	in.supervisor.tracker.ReportError(in.supervisor.stream, message, err)
}

// Restart lets this run of Receive end, waits for the delay of the settings, and starts
// the next. It returns at once.
func (in *Intake[T]) Restart(message string, err error) {
	in.RestartAfter(message, err, in.supervisor.conf.RestartDelay)
}

// RestartAfter is Restart with a delay of its own.
func (in *Intake[T]) RestartAfter(message string, err error, delay time.Duration) {
	in.ask(ending{message: message, err: err, delay: delay})
}

// Stop lets this run of Receive end for good. It returns at once.
func (in *Intake[T]) Stop(message string, err error) {
	in.ask(ending{over: true, message: message, err: err})
}

// ask asks the supervisor to end the attempt; the first word counts.
func (in *Intake[T]) ask(e ending) {
	select {
	case in.asked <- e:
	default:
	}
}

// Stopped reports whether this run of Receive is to end.
func (in *Intake[T]) Stopped() bool { return in.ctx.Err() != nil }

// Stream is the number of the stream.
func (in *Intake[T]) Stream() int { return in.supervisor.stream }
