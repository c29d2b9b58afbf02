package dstream

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/vfs"
)

// recovery is what a context goes on from.
type recovery struct {
	snap *snapshot
	dir  string
}

// batches are the batches to make before the one at next: those that were not finished,
// and those that were missed since, in order (D89).
func (r *recovery) batches(next Time, interval time.Duration) []Time {
	var list []Time
	for _, at := range r.snap.Pending {
		if at < next {
			list = append(list, at)
		}
	}
	for at := range r.snap.Time.Add(interval).Until(next, interval) {
		list = append(list, at)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// RecoverConf says more of [GetOrCreate].
type RecoverConf struct {
	// CreateOnError begins anew when there are checkpoints and none can be read.
	CreateOnError bool
}

// GetOrCreate makes a context that goes on from the newest checkpoint in a directory
// that is whole, or begins if there is none (D09). setup makes the context and
// describes its streams in both cases, since functions are not part of a checkpoint;
// what was there is restored into them: the batches that were not finished or were
// missed, the places of sources, the RDDs of streams that keep state. Streams must be
// described alike: a graph of another shape is an error that shows both.
//
// The context writes its checkpoints to the same directory.
func GetOrCreate(dir string, setup func() (*Context, error), conf ...RecoverConf) (*Context, error) {
	snap, err := readCheckpoint(vfs.Disk{}, dir)
	if err != nil && (len(conf) == 0 || !conf[0].CreateOnError) {
		return nil, err
	}
	ssc, err := setup()
	if err != nil {
		return nil, err
	}
	if ssc.checkpointDir() == "" {
		ssc.Checkpoint(dir)
	}
	if snap == nil {
		return ssc, nil
	}
	if err := ssc.Err(); err != nil {
		return nil, err
	}
	if err := sameShape(snap.Shape, ssc.graph.describe()); err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", checkpointName(dir, snap.Time), err)
	}
	ssc.durable.from = &recovery{snap: snap, dir: dir}
	for _, n := range ssc.graph.inputs {
		if r, ok := n.input.(interface{ refusesRecovery() error }); ok {
			if err := r.refusesRecovery(); err != nil {
				return nil, err
			}
		}
	}
	return ssc, nil
}

// GetActiveOrCreate is the context that runs in this process, or what [GetOrCreate]
// makes (D08). Without a directory setup is called.
func GetActiveOrCreate(dir string, setup func() (*Context, error), conf ...RecoverConf) (*Context, error) {
	if ssc := ActiveContext(); ssc != nil {
		return ssc, nil
	}
	if dir == "" {
		return setup()
	}
	return GetOrCreate(dir, setup, conf...)
}

// ShapeError is why a checkpoint does not fit a graph.
type ShapeError struct {
	Checkpoint, Graph []string // a line for each stream
}

// Error shows both graphs; lines that differ are marked.
func (e *ShapeError) Error() string {
	var b strings.Builder
	b.WriteString("the graph differs from the one that the checkpoint was written by; " +
		"describe the streams as they were, or use another checkpoint directory\n")
	draw := func(title string, lines, other []string) {
		b.WriteString(title + ":\n")
		for i, line := range lines {
			mark := "  "
			if i >= len(other) || other[i] != line {
				mark = "! "
			}
			b.WriteString(mark + line + "\n")
		}
	}
	draw("checkpoint", e.Checkpoint, e.Graph)
	draw("graph", e.Graph, e.Checkpoint)
	return strings.TrimSuffix(b.String(), "\n")
}

func sameShape(checkpoint, graph []string) error {
	if slices.Equal(checkpoint, graph) {
		return nil
	}
	return &ShapeError{Checkpoint: checkpoint, Graph: graph}
}

// describe is the shape of the graph: for each stream its number, step, type of rows,
// slide, the length of its window if it has one, and the numbers of its parents.
func (g *graph) describe() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	lines := make([]string, len(g.nodes))
	for i, n := range g.nodes {
		var b strings.Builder
		fmt.Fprintf(&b, "%d %s", n.id, n.op)
		if n.rows != "" {
			b.WriteString(" of " + n.rows)
		}
		fmt.Fprintf(&b, " every %s", millis(n.slide))
		if n.window > 0 {
			fmt.Fprintf(&b, " over %s", millis(n.window))
		}
		for j, p := range n.on {
			sep := ","
			if j == 0 {
				sep = " <-"
			}
			fmt.Fprintf(&b, "%s %d", sep, p.id)
		}
		lines[i] = b.String()
	}
	return lines
}

// restore puts what a checkpoint has into the streams.
func (ssc *Context) restore(r *recovery) error {
	g := &ssc.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	ssc.durable.saved = r.snap.Time
	var errs []error
	for _, record := range r.snap.Streams {
		if record.ID < 0 || record.ID >= len(g.nodes) {
			errs = append(errs, fmt.Errorf("the checkpoint speaks of stream %d, which is not there", record.ID))
			continue
		}
		n := g.nodes[record.ID]
		for at, dir := range record.RDDs {
			if err := n.rdds.restore(at, path.Join(r.dir, dir)); err != nil {
				errs = append(errs, fmt.Errorf("%s at %v: %w", n.site, at, err))
			}
		}
		if in, ok := n.input.(recoverable); ok && record.Input != nil {
			if err := in.restore(record.Input); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", n.site, err))
			}
		}
	}
	return errors.Join(errs...)
}
