package dstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/rdd"
)

// node is what the graph knows of a stream: nothing of the type of its rows.
//
// All streams of a context share the lock of its graph: RDDs are made, looked up and
// forgotten under it.
type node struct {
	ssc   *Context
	id    int    // in the order in which streams were made; part of the shape
	class string // the name of Spark's class, for messages and for the shape
	op    string // the step as users call it
	site  string // where in the user's program: "map at main.go:12"
	slide time.Duration
	on    []*node

	level rdd.StorageLevel
	// stateful streams must be checkpointed.
	stateful bool
	// every is how often RDDs are checkpointed; 0: never, or usual for stateful streams.
	every, usual time.Duration
	// remember is how long RDDs are kept.
	remember time.Duration
	// window is how much longer than its own RDDs a stream needs those of its parents.
	window time.Duration
	began  bool

	rows string // the type of the rows; part of the shape
	rdds roster
	// input is what feeds an input stream, nil for all others.
	input source
	// drop, if it is set, forgets what an input keeps of the batches up to a time.
	drop func(upTo Time)
	// settler saves what the stream keeps outside RDDs; nil: the RDDs are all.
	settler settler
	// saves is the stream that is checkpointed in the place of this one; nil: itself.
	saves *node
}

// settler is called after a batch whose jobs have all succeeded; wait waits for what it
// does in the background.
type settler interface {
	settle(ctx context.Context, at Time)
	wait()
	// needed is the batch up to which all that is saved lets inputs forget: as though it
	// were the newest.
	needed() Time
}

// roster is what a graph does with the RDDs that a stream has made.
type roster interface {
	// forget drops the RDDs up to a time, but knows where those were saved from which
	// the batches are made that may run again.
	forget(upTo Time, again []Time)
	// saved are the directories of those that are checkpointed.
	saved() map[Time]string
	// restore takes an RDD from a directory.
	restore(at Time, dir string) error
}

// source feeds an input stream. start and stop may return nil at once.
type source interface {
	start(ctx context.Context) error
	stop() error
}

// output is an output operation.
type output struct {
	id   int
	node *node // its only parent is the stream
	// job makes what is to be done for a batch; nil: nothing.
	job func(at Time) (func(ctx context.Context) error, error)
}

// graph is all streams and outputs of a context.
type graph struct {
	mu       sync.Mutex
	nodes    []*node
	inputs   []*node
	outputs  []*output
	zero     Time // one interval before the first batch
	remember time.Duration
	shape    []string // what describe says, once the context has started
	// err is what was wrong when streams were made.
	err error
}

// fail notes what is wrong with the graph.
func (g *graph) fail(err error) {
	if err != nil {
		g.err = errors.Join(g.err, err)
	}
}

func illegalArgument(format string, args ...any) error {
	return fault.New(fault.IllegalArgument, format, args...)
}

func illegalState(format string, args ...any) error {
	return fault.New(fault.IllegalState, format, args...)
}

// newNode adds a stream to the graph of its first parent.
func newNode(ssc *Context, class, op string, on ...*node) *node {
	n := &node{ssc: ssc, class: class, op: op, site: callSite(op), slide: ssc.interval, on: on}
	g := &ssc.graph
	switch ssc.State() {
	case Active:
		ssc.refuse(illegalState("Adding new inputs, transformations, and output operations after starting a context is not supported"))
		return n
	case Stopped:
		ssc.refuse(illegalState("Adding new inputs, transformations, and output operations after stopping a context is not supported"))
		return n
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, p := range on {
		if p.ssc != ssc {
			g.fail(illegalArgument("Some of the DStreams have different contexts"))
		}
		if i == 0 {
			n.slide = p.slide
		}
	}
	n.id = len(g.nodes)
	g.nodes = append(g.nodes, n)
	return n
}

// callSite is where in the user's program a step stands: "map at main.go:12".
func callSite(op string) string {
	const module = "github.com/weirstream/weir/"
	var pc [16]uintptr
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc[:])])
	for {
		f, more := frames.Next()
		ours := strings.HasPrefix(f.Function, module+"dstream.")
		if f.Function != "" && (!ours || strings.HasSuffix(f.File, "_test.go")) {
			return fmt.Sprintf("%s at %s:%d", op, path.Base(strings.ReplaceAll(f.File, `\`, "/")), f.Line)
		}
		if !more {
			return op
		}
	}
}

// String names a stream in messages.
func (n *node) String() string { return n.class }

// valid reports whether the stream has an RDD at a time.
func (n *node) valid(at Time) (bool, error) {
	if !n.began {
		return false, notInitialized(n)
	}
	zero := n.ssc.graph.zero
	return at > zero && isMultiple(at.Sub(zero), n.slide), nil
}

func notInitialized(n *node) error {
	return fmt.Errorf("%v has not been initialized", n)
}

// begin fixes how long RDDs are kept and how often they are checkpointed.
func (n *node) begin() {
	if n.began {
		return
	}
	n.began = true
	if n.stateful && n.every == 0 {
		const usual = 10 * time.Second
		if n.every = n.usual; n.every == 0 {
			n.every = n.slide * max((usual+n.slide-1)/n.slide, 1)
		}
	}
	least := n.slide
	if n.every > 0 && least <= n.every {
		least = 2 * n.every
	}
	n.remember = max(n.remember, least)
	for _, p := range n.on {
		p.begin()
	}
}

// keep makes the stream keep its RDDs for at least d, and its parents for what they
// are needed.
func (n *node) keep(d time.Duration) {
	n.remember = max(n.remember, d)
	for _, p := range n.on {
		p.keep(n.remember + n.window)
	}
}

// check reports what keeps a stream from being started, in Spark's words (D87).
func (n *node) check() error {
	var errs []error
	if n.slide <= 0 || n.remember <= 0 {
		errs = append(errs, illegalArgument("%v: the slide duration is %s", n, millis(n.slide)))
	}
	if n.every > 0 && n.ssc.checkpointDir() == "" || n.stateful && n.ssc.checkpointDir() == "" {
		errs = append(errs, illegalArgument("The checkpoint directory has not been set. Please set it by StreamingContext.checkpoint()."))
	}
	if n.every > 0 {
		if n.every < n.slide {
			errs = append(errs, illegalArgument("The checkpoint interval for %v has been set to %s which is lower than its slide time (%s). Please set it to at least %s.",
				n, millis(n.every), millis(n.slide), millis(n.slide)))
		} else if !isMultiple(n.every, n.slide) {
			errs = append(errs, illegalArgument("The checkpoint interval for %v has been set to %s which not a multiple of its slide time (%s). Please set it to a multiple of %s.",
				n, millis(n.every), millis(n.slide), millis(n.slide)))
		}
		if n.remember <= n.every {
			errs = append(errs, illegalArgument("The remember duration for %v has been set to %s which is not more than the checkpoint interval (%s). Please set it to a value higher than %s.",
				n, millis(n.remember), millis(n.every), millis(n.every)))
		}
	}
	return errors.Join(errs...)
}

// start fixes the grid of times and checks all streams that outputs need.
func (g *graph) start(zero Time) error {
	shape := g.describe()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.zero, g.shape = zero, shape
	for _, o := range g.outputs {
		o.node.begin()
	}
	for _, in := range g.inputs {
		in.begin()
	}
	for _, o := range g.outputs {
		o.node.keep(max(g.remember, o.node.remember))
	}
	for _, n := range g.nodes {
		if n.began {
			if err := n.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// jobs makes the jobs of a batch, in the order in which outputs were defined.
func (g *graph) jobs(at Time) (list []*job, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, o := range g.outputs {
		run, err := guarded(func() (func(ctx context.Context) error, error) { return o.job(at) })
		if err != nil {
			return nil, err
		}
		if run != nil {
			list = append(list, &job{at: at, output: o, run: run})
		}
	}
	return list, nil
}

// forget drops the RDDs that nobody needs any more after the batch at a time, all before
// which have ended; again are those that have failed and run again after a restart.
func (g *graph) forget(at Time, again ...Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	made := slices.Min(append(again, min(at, g.saved())))
	for _, n := range g.nodes {
		if n.began && n.rdds != nil {
			n.rdds.forget(at.Add(-n.remember), again)
		}
		if n.began && n.drop != nil {
			n.drop(made.Add(-n.remember))
		}
	}
}

// saved is up to which batch inputs may forget because of what is saved of states; the
// lock is held.
func (g *graph) saved() Time {
	at := Time(math.MaxInt64)
	for _, n := range g.nodes {
		if n.began && n.settler != nil {
			at = min(at, n.settler.needed())
		}
	}
	return at
}

// wanted reports whether what was saved at a time is what a batch is made from that may
// run again: none of the others that are saved is nearer before it.
func wanted(at Time, saved iter.Seq[Time], again []Time) bool {
	for _, batch := range again {
		nearest := at
		for other := range saved {
			if other <= batch {
				nearest = max(nearest, other)
			}
		}
		if at <= batch && nearest == at {
			return true
		}
	}
	return false
}

// settlers are the streams that keep something outside RDDs.
func (g *graph) settlers() (list []settler) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, n := range g.nodes {
		if n.began && n.settler != nil {
			list = append(list, n.settler)
		}
	}
	return list
}

// longest is how long any input must be remembered, and saved what [graph.saved] says.
func (g *graph) longest() (d time.Duration, saved Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, in := range g.inputs {
		d = max(d, in.remember)
	}
	return d, g.saved()
}
