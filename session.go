package weir

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/console"
	"github.com/weirstream/weir/connector/file"
	"github.com/weirstream/weir/connector/memory"
	"github.com/weirstream/weir/connector/nexmark"
	"github.com/weirstream/weir/connector/noop"
	"github.com/weirstream/weir/connector/rate"
	"github.com/weirstream/weir/connector/socket"
	"github.com/weirstream/weir/internal/analyze"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/builtin"
	"github.com/weirstream/weir/internal/optimize"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/progress"
	"github.com/weirstream/weir/internal/sql"
	"github.com/weirstream/weir/internal/statesource"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/internal/warehouse"
	"github.com/weirstream/weir/udf"
)

// Session is where DataFrames come from: connectors, functions, temporary views,
// settings and running queries. Its methods may be called from any goroutine.
type Session struct {
	library *udf.Library
	clock   clock.Clock
	fs      vfs.FS
	log     *slog.Logger
	out     io.Writer
	bus     *progress.Bus
	memory  *memory.Format

	catalog catalog
	tables  warehouse.Directory
	queries *Queries
	planIDs atomic.Int64 // of DataFrames, so that their columns can be told apart
	kept    keptFrames

	mu      sync.Mutex
	conf    conf
	initial conf // what RESET gives back

	variables variables
}

// Option changes what [Open] opens.
type Option func(*settings)

type settings struct {
	connectors []connector.Format
	conf       map[string]string
	log        *slog.Logger
	out        io.Writer
	clock      clock.Clock
	fs         vfs.FS
	workers    int
}

// WithConnectors adds formats beside those built in: text, json, csv, parquet, avro,
// arrow, binaryFile, socket, rate, rate-micro-batch, memory, console, noop, nexmark. One
// of the same name replaces a built-in.
func WithConnectors(formats ...connector.Format) Option {
	return func(s *settings) { s.connectors = append(s.connectors, formats...) }
}

// WithConf sets a setting by Spark's name, as SET does.
func WithConf(key, value string) Option { return func(s *settings) { s.conf[key] = value } }

// WithLogger takes the session's warnings; without it they go to slog's default.
func WithLogger(l *slog.Logger) Option { return func(s *settings) { s.log = l } }

// WithOutput is where the console sink and Show print; without it that is
// standard output.
func WithOutput(w io.Writer) Option { return func(s *settings) { s.out = w } }

// WithWorkers bounds how many tasks of a query run at once. Zero, the default, is
// one for each processor.
func WithWorkers(n int) Option { return func(s *settings) { s.workers = n } }

// Simulated puts a session on a clock and a disk that a test moves and loses; the
// disk is that of checkpoints. It is what package weirtest is made with: nobody
// else can make them.
func Simulated(c clock.Clock, disk vfs.FS) Option {
	return func(s *settings) { s.clock, s.fs = c, disk }
}

// Open opens a session of the embedded engine.
func Open(options ...Option) (*Session, error) {
	set := settings{conf: make(map[string]string), log: slog.Default(), out: os.Stdout, clock: clock.System{}, fs: vfs.Disk{}}
	for _, o := range options {
		o(&set)
	}
	s := &Session{library: udf.NewLibrary(builtin.Registry()), clock: set.clock, fs: set.fs, log: set.log, out: set.out,
		bus: progress.NewBus(), memory: new(memory.Format)}
	s.conf = defaultConf()
	s.conf.workers = set.workers
	if set.workers <= 0 {
		s.conf.workers = runtime.GOMAXPROCS(0)
	}
	s.conf.mostWorkers = s.conf.workers
	s.tables = warehouse.Directory{FS: set.fs, Warehouse: func() string { c := s.settings(); return c.warehouse }}
	s.catalog.tables = &s.tables
	s.catalog.init(s.builtin(), set.connectors, s.memory)
	s.queries = newQueries(s)
	var errs []error
	for k, v := range set.conf {
		errs = append(errs, s.Set(k, v))
	}
	s.initial = s.conf
	return s, errors.Join(errs...)
}

// builtin are the formats that every session has.
func (s *Session) builtin() []connector.Format {
	formats := []connector.Format{socket.Format{}, noop.Format{}, console.Format{}, s.memory, nexmark.Format{},
		rate.Format{}, rate.MicroBatch{}, statesource.Rows{FS: s.fs}, statesource.Operators{FS: s.fs}}
	return append(formats, file.Formats(nil)...)
}

// Close stops all queries of the session; none can be started any more.
func (s *Session) Close() error {
	s.queries.close()
	s.bus.Flush()
	return nil
}

// Streams are the session's running queries (S92).
func (s *Session) Streams() *Queries { return s.queries }

// Register makes Go functions known by their names, to SQL and to
// [functions.Call] (S41). One takes the place of another of its name; the name of
// a built-in function is refused. Queries that run keep what they were started with.
func (s *Session) Register(list ...*udf.Function) error { return s.library.Add(list...) }

// settings is a copy of the settings as they are now: a query that starts keeps
// them (S95).
func (s *Session) settings() conf {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conf
}

// connectorEnv is what the session lends to connectors.
func (s *Session) connectorEnv(c *conf) connector.Env {
	return connector.Env{Location: c.location, Now: s.clock.Now, Warn: s.log, Out: s.out, Defaults: c.files.options}
}

// analyze resolves a plan with the present settings.
func (s *Session) analyze(ctx context.Context, n plan.Node, c *conf) (plan.Node, error) {
	a := &analyze.Analyzer{Registry: s.library.Known(), Catalog: &s.catalog, Env: s.connectorEnv(c),
		Resolver: expr.Resolver{ANSI: c.ansi, Location: c.location}, Variables: s.variables.lookUp, Settle: s.settle}
	return a.Analyze(ctx, n)
}

// optimized resolves and rewrites a plan.
func (s *Session) optimized(ctx context.Context, n plan.Node, c *conf) (plan.Node, error) {
	ctx = context.WithValue(ctx, runs{}, true)
	resolved, err := s.analyze(ctx, n, c)
	if err != nil {
		return nil, err
	}
	env := c.env()
	env.Now = s.clock.Now().UnixMicro()
	return optimize.Optimize(resolved, &env)
}

// Table is a temporary view or a table as a DataFrame; a name of the form
// json.`/path` reads files.
func (s *Session) Table(name string) *DataFrame {
	n, err := sql.ParseQuery("SELECT * FROM " + name)
	return s.frame(n, err)
}

// Range is the numbers from start to end, exclusive, by step, in a column id.
func (s *Session) Range(start, end, step int64) *DataFrame {
	return s.frame(&plan.TableFunction{Origin: plan.Origin{Site: callSite(), PlanID: s.planIDs.Add(1)}, Name: "range",
		Args: []expr.Expr{expr.Lit(start), expr.Lit(end), expr.Lit(step)}}, nil)
}

// parser reads texts in the session's time zone, which is that of its literals.
func (s *Session) parser() sql.Parser {
	c := s.settings()
	zone, _ := datetime.LoadZone(c.zone) // it was loaded when it was set
	return sql.Parser{Zone: zone}
}

// SQL is a query, or the empty result of a statement, which is run at once. A
// statement that starts a query, CREATE STREAMING TABLE, is run by [Session.Run].
func (s *Session) SQL(text string) *DataFrame {
	statements, err := s.parser().ParseStatements(text)
	return s.one(statements, err)
}

// one is the result of a text of one statement.
func (s *Session) one(statements []plan.Statement, err error) *DataFrame {
	if err != nil {
		return s.frame(nil, err)
	}
	if err := sql.One(statements); err != nil {
		return s.frame(nil, err)
	}
	if statements[0].Command == nil {
		return s.frame(statements[0].Query, nil)
	}
	result, err := s.command(context.Background(), statements[0].Command)
	if err != nil {
		return s.frame(nil, err)
	}
	return result
}

// Set changes a setting, by Spark's name.
func (s *Session) Set(key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conf.set(strings.TrimSpace(key), strings.TrimSpace(value))
}

// Get is a setting's value; false if there is no such setting.
func (s *Session) Get(key string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conf.get(key)
}

// clockNow is the engine's time.
func (s *Session) clockNow() time.Time { return s.clock.Now() }
