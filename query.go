package weir

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/progress"
	"github.com/weirstream/weir/internal/query"
)

// Error is a failure with Spark's condition.
type Error = fault.Error

// Progress is what one trigger of a query did (S190); it marshals to Spark's
// JSON.
type Progress = progress.Progress

// Status is what a query is doing (S90).
type Status = progress.Status

// Listener hears of the queries of a session (S195).
type Listener = progress.Listener

// The events that a [Listener] hears of.
type (
	// QueryStarted says that a query has started.
	QueryStarted = progress.Started
	// QueryIdle says that a query had nothing to do for a while.
	QueryIdle = progress.Idle
	// QueryTerminated says that a query has ended.
	QueryTerminated = progress.Terminated
)

// Query is a running stream (S90). Its methods may be called from any goroutine.
type Query struct {
	q    *query.Query
	plan plan.Node

	patience time.Duration // of Stop; 0: without end
	log      *slog.Logger
}

// ID is the query's, kept in its checkpoint over restarts.
func (q *Query) ID() string { return q.q.ID() }

// RunID is that of this run.
func (q *Query) RunID() string { return q.q.RunID() }

// Name is the user's, empty for none.
func (q *Query) Name() string { return q.q.Name() }

// IsActive reports whether the query runs.
func (q *Query) IsActive() bool { return q.q.Active() }

// Status is what the query is doing.
func (q *Query) Status() Status { return q.q.Status() }

// LastProgress is the newest progress, nil before the first batch.
func (q *Query) LastProgress() *Progress { return q.q.Last() }

// RecentProgress are the newest progresses, oldest first (S196).
func (q *Query) RecentProgress() []*Progress { return q.q.Recent() }

// Err is why the query failed, nil while it runs and if it was stopped or is
// done.
func (q *Query) Err() error { return q.q.Err() }

// Explain is the query's plan as text.
func (q *Query) Explain() string { return plan.Text(q.plan) }

// AwaitTermination waits until the query has ended and returns why it failed. It
// ends early with ctx.
func (q *Query) AwaitTermination(ctx context.Context) error {
	select {
	case <-q.q.Done():
		return q.q.Err()
	case <-ctx.Done():
		// A query that was started with the same ctx is stopping: its own end
		// tells more.
		select {
		case <-q.q.Done():
			return q.q.Err()
		default:
			return context.Cause(ctx)
		}
	}
}

// ProcessAllAvailable waits until everything that is in the sources now has been
// processed. It is meant for tests.
func (q *Query) ProcessAllAvailable(ctx context.Context) error { return q.q.ProcessAllAvailable(ctx) }

// Stop ends the query and waits. A running batch is interrupted and will run
// again at the next start; where a source cannot give its rows again, the batch
// is finished (S91). Called by the function of [StreamWriter.ForeachBatch] it does not
// wait: the query ends after the batch.
//
// spark.sql.streaming.stopTimeout bounds the wait. [Query.StopWithin] says whether the
// query has ended in time; here that is a warning.
func (q *Query) Stop() {
	if !q.StopWithin(q.patience) {
		q.log.Warn("The query has not ended in time: something in its batch does not heed its context.",
			"id", q.ID(), "runId", q.RunID(), "waited", q.patience)
	}
}

// StopWithin is [Query.Stop] that waits no longer than d; zero is for ever. False means
// that the query still runs, and ends once the function that holds it up returns.
func (q *Query) StopWithin(d time.Duration) bool { return q.q.StopWithin(d) }

// Queries are the running queries of a session, spark.streams (S92).
type Queries struct {
	session *Session

	mu         sync.Mutex
	starting   map[string]bool // names
	active     []*Query
	closed     bool  // the session is
	terminated error // of the first that failed since ResetTerminated
	ended      chan struct{}
}

func newQueries(s *Session) *Queries {
	return &Queries{session: s, starting: make(map[string]bool), ended: make(chan struct{})}
}

// Active are the running queries, oldest first.
func (m *Queries) Active() []*Query {
	m.mu.Lock()
	defer m.mu.Unlock()
	// One that has just ended may be on the list for a moment.
	return slices.DeleteFunc(slices.Clone(m.active), func(q *Query) bool { return !q.IsActive() })
}

// Get is the running query with this id, nil if there is none.
func (m *Queries) Get(id string) *Query {
	for _, q := range m.Active() {
		if q.ID() == id {
			return q
		}
	}
	return nil
}

// AwaitAnyTermination waits until a query of the session has ended since the last
// [Queries.ResetTerminated], and returns why it failed.
func (m *Queries) AwaitAnyTermination(ctx context.Context) error {
	m.mu.Lock()
	ended := m.ended
	m.mu.Unlock()
	select {
	case <-ended:
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.terminated
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// AwaitTimeout is AwaitAnyTermination that waits at most this long; false means
// that no query has ended.
func (m *Queries) AwaitTimeout(ctx context.Context, d time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	err := m.AwaitAnyTermination(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil
	}
	return true, err
}

// ResetTerminated forgets the queries that have ended.
func (m *Queries) ResetTerminated() {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-m.ended:
		m.ended, m.terminated = make(chan struct{}), nil
	default:
	}
}

// AddListener adds a listener for all queries of the session.
func (m *Queries) AddListener(l Listener) { m.session.bus.Add(l) }

// RemoveListener takes a listener away; it must be comparable.
func (m *Queries) RemoveListener(l Listener) { m.session.bus.Remove(l) }

// start starts a query under a name that no running one has.
//
// A running query on the same checkpoint is stopped first, if runs says so (S93).
func (m *Queries) start(ctx context.Context, c query.Config, runs runConf) (*Query, error) {
	if err := m.open(); err != nil {
		return nil, err
	}
	if c.Name != "" {
		if err := m.reserve(c.Name); err != nil {
			return nil, err
		}
		defer func() {
			m.mu.Lock()
			delete(m.starting, c.Name)
			m.mu.Unlock()
		}()
	}
	if err := m.replace(c.Checkpoint.Dir, runs.restart); err != nil {
		return nil, err
	}
	inner, err := query.Start(ctx, c)
	if err != nil {
		return nil, err
	}
	q := &Query{q: inner, plan: c.Plan, patience: runs.stopTimeout, log: m.session.log}
	m.mu.Lock()
	closed := m.closed
	m.active = append(m.active, q)
	m.mu.Unlock()
	go m.watch(q)
	if closed {
		q.Stop() // Close did not know of it
		return nil, errSessionClosed
	}
	return q, nil
}

// replace stops the running query on a checkpoint, or refuses to.
func (m *Queries) replace(dir string, restart bool) error {
	for _, q := range m.Active() {
		if q.q.CheckpointDir() != dir {
			continue
		}
		if !restart {
			return fault.New(fault.ConcurrentLogUpdate, "the query with the id %s runs on the checkpoint %s already, and "+
				"spark.sql.streaming.stopActiveRunOnRestart keeps it from being stopped for another run", q.ID(), dir)
		}
		m.session.log.Warn("Stopping the running query, since it is started again.", "id", q.ID(), "runId", q.RunID())
		q.Stop()
	}
	return nil
}

// errSessionClosed is what a query is refused with once its session is closed.
var errSessionClosed = errors.New("the session is closed")

// close keeps queries from starting and stops those that run.
func (m *Queries) close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	for _, q := range m.Active() {
		q.Stop()
	}
}

// open fails once the session is closed.
func (m *Queries) open() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return errSessionClosed
	}
	return nil
}

func (m *Queries) reserve(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.starting[name] || slices.ContainsFunc(m.active, func(q *Query) bool { return q.Name() == name && q.IsActive() })
	if taken {
		return fault.New(fault.IllegalArgument, "Cannot start query with name %s as a query with that name is already active "+
			"in this SparkSession; stop it first, or take another name", name)
	}
	m.starting[name] = true
	return nil
}

// watch takes a query off the list when it has ended.
func (m *Queries) watch(q *Query) {
	<-q.q.Done()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.active = slices.DeleteFunc(m.active, func(x *Query) bool { return x == q })
	select {
	case <-m.ended:
	default:
		m.terminated = q.q.Err()
		close(m.ended)
	}
}

// Done is closed when the query has ended.
func (q *Query) Done() <-chan struct{} { return q.q.Done() }
