package rdd

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weirstream/weir/internal/blockstore"
	"github.com/weirstream/weir/internal/schedule"
	"github.com/weirstream/weir/internal/shuffle"
	"github.com/weirstream/weir/internal/vfs"
)

// Config says what a [Context] may use. The zero Config is a good one.
type Config struct {
	// Cores is how many tasks run at once; 0: as many as there are processors.
	Cores int
	// DefaultParallelism is how many partitions an RDD gets whose maker does not
	// say; 0: Cores (spark.default.parallelism). Only when it is set does it decide
	// over the partitions of shuffles, too.
	DefaultParallelism int
	// Memory is the budget for persisted partitions, shuffles and sorting, in
	// bytes; 0: 1 GiB. What does not fit goes to disk or is computed again.
	Memory int64
	// MaxFailures is how often a task may fail before its job does; 0: 4
	// (spark.task.maxFailures).
	MaxFailures int
	// Fair shares the cores between pools; otherwise the oldest job goes first
	// (spark.scheduler.mode).
	Fair bool
	// LocalDirs are directories for spilled and persisted partitions; a new one in
	// the system's place for temporary files if there is none. Replicas of
	// partitions go to the second (spark.local.dir).
	LocalDirs []string
}

// Context is where RDDs come from: it owns the cores, the memory, the files and
// the jobs. Its methods may be called from any goroutine.
type Context struct {
	config  Config
	fs      vfs.FS
	tasks   *schedule.Scheduler
	blocks  *blockstore.Store
	space   *shuffle.Space
	bus     bus
	dirs    []string
	places  places
	reserve reserve
	nextRDD atomic.Int64

	nextShuffle, nextStage, nextJob atomic.Int64
	// marked is how many RDDs wait to be checkpointed by the next job over them.
	marked atomic.Int64
	// barriers is how many RDDs were made whose tasks start together.
	barriers atomic.Int64

	mu         sync.Mutex
	checkpoint string // directory; empty: none
	jobs       map[int]*activeJob
	persisted  map[int]string // ids of persisted RDDs, and their names
	closed     bool
}

// ErrClosed is what actions report after [Context.Close].
var ErrClosed = errors.New("the context was closed")

// NewContext makes a context.
func NewContext(config Config) (*Context, error) {
	if config.Cores <= 0 {
		config.Cores = runtime.GOMAXPROCS(0)
	}
	if config.Memory <= 0 {
		config.Memory = 1 << 30
	}
	if config.MaxFailures <= 0 {
		config.MaxFailures = 4
	}
	c := &Context{config: config, fs: vfs.Disk{}, jobs: make(map[int]*activeJob), persisted: make(map[int]string)}
	if err := c.settle(config.LocalDirs); err != nil {
		return nil, err
	}
	c.tasks = &schedule.Scheduler{Workers: config.Cores, Fair: config.Fair}
	var blocks []string
	for i, d := range c.dirs {
		blocks = append(blocks, path.Join(d, fmt.Sprint("blocks", i)))
	}
	if len(blocks) == 1 {
		blocks = append(blocks, path.Join(c.dirs[0], "replicas"))
	}
	c.blocks = blockstore.New(c.fs, config.Memory, blocks...)
	c.space = &shuffle.Space{FS: c.fs, Dir: path.Join(c.dirs[0], "shuffle"), Memory: c.blocks}
	return c, nil
}

// Close cancels all jobs and removes the files of the context. Checkpoints stay.
func (c *Context) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel(ErrClosed, func(*activeJob) bool { return true })
	c.bus.flush()
	return c.leave()
}

// Cores is how many tasks run at once.
func (c *Context) Cores() int { return c.config.Cores }

// DefaultParallelism is how many partitions an RDD gets whose maker does not say.
func (c *Context) DefaultParallelism() int {
	if c.config.DefaultParallelism > 0 {
		return c.config.DefaultParallelism
	}
	return c.config.Cores
}

// DescribePool sets what a pool may claim when the context is fair. A pool that
// nobody described has weight 1, no minimum, and serves its oldest job first.
func (c *Context) DescribePool(name string, weight, minShare int, fair bool) {
	c.tasks.Describe(name, schedule.FairPool{Weight: weight, MinShare: minShare, Fair: fair})
}

// SetCheckpointDir sets where checkpoints go; the directory is made if need be.
func (c *Context) SetCheckpointDir(dir string) error {
	dir = filepath.ToSlash(dir)
	if err := c.fs.MkdirAll(dir); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checkpoint = dir
	return nil
}

// CheckpointDir is where checkpoints go; empty if nobody has said.
func (c *Context) CheckpointDir() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.checkpoint
}

// Usage is what a context holds.
type Usage struct {
	Execution int64 // bytes of memory that tasks and shuffles hold
	Storage   int64 // bytes of memory that persisted partitions hold
	Spilled   int64 // bytes that shuffles and sorting have written to disk so far
}

// Usage is what the context holds now.
func (c *Context) Usage() Usage {
	e, s := c.blocks.Used()
	return Usage{Execution: e, Storage: s, Spilled: c.space.Spilled()}
}

// PersistentRDDs are the ids of the persisted RDDs, in order (R18).
func (c *Context) PersistentRDDs() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := make([]int, 0, len(c.persisted))
	for id := range c.persisted {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// jobKey is the key of [properties] in a context.Context.
type jobKey struct{}

// properties are what a context.Context says of the jobs started with it. Spark
// keeps them for each thread; Go has no such thing.
type properties struct {
	group, description, pool string
	tags                     []string
}

func propertiesOf(ctx context.Context) properties {
	p, _ := ctx.Value(jobKey{}).(properties)
	return p
}

// WithJobGroup puts the jobs started with the outcome into a group, which
// [Context.CancelJobGroup] cancels. The description stands in events.
func WithJobGroup(ctx context.Context, group, description string) context.Context {
	p := propertiesOf(ctx)
	p.group, p.description = group, description
	return context.WithValue(ctx, jobKey{}, p)
}

// WithJobTag gives the jobs started with the outcome one more tag.
func WithJobTag(ctx context.Context, tag string) context.Context {
	p := propertiesOf(ctx)
	p.tags = append(slices.Clip(p.tags), tag)
	return context.WithValue(ctx, jobKey{}, p)
}

// WithPool lets the jobs started with the outcome share the cores as a pool; see
// Config.Fair (spark.scheduler.pool).
func WithPool(ctx context.Context, pool string) context.Context {
	p := propertiesOf(ctx)
	p.pool = pool
	return context.WithValue(ctx, jobKey{}, p)
}
