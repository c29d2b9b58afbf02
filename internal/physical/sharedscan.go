package physical

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// sharing is a stage that reads the same files as others, and may read them for
// those, too. Whether it does is seen in each batch: the sources, which are each for
// itself, must have admitted the same.
type sharing struct {
	stages  []*stage // the first is the one that reads
	streams []*Stream
	columns [][]exec.SharedColumn
	scan    connector.Scan
}

// share finds the stages that may read together: each reads one stream from files, in
// the same way, and nothing that one of them needs is made between them.
func (p *Program) share() {
	for i, s := range p.stages {
		first := p.streamOf(s)
		if first == nil || s.shared != nil || s.follows {
			continue
		}
		g := &sharing{stages: []*stage{s}, streams: []*Stream{first}}
		for _, other := range p.stages[i+1:] {
			if other.build != nil {
				break // a later stage may look things up there
			}
			if t := p.streamOf(other); t != nil && !other.follows && sameFiles(first.Node, t.Node) {
				g.stages, g.streams = append(g.stages, other), append(g.streams, t)
			}
		}
		if len(g.stages) == 1 || !g.unite() {
			continue
		}
		s.shared = g
		for _, other := range g.stages[1:] {
			other.follows = true
		}
	}
}

// streamOf is the stream that a stage reads, if that is all it reads.
func (p *Program) streamOf(s *stage) *Stream {
	if len(s.feeds) != 1 || s.partitions > 0 || s.exchange == nil || s.first {
		return nil
	}
	for _, t := range p.Streams {
		if s.feeds[0] == &t.Input.Feed && len(t.scans) == len(s.chains) {
			return t
		}
	}
	return nil
}

// sameFiles reports whether two streams are the same files, read with the same options.
func sameFiles(a, b *plan.Scan) bool {
	return a.Name == b.Name && slices.Equal(a.Spec.Paths, b.Spec.Paths) &&
		reflect.TypeOf(a.Source) == reflect.TypeOf(b.Source) &&
		reflect.DeepEqual(a.Spec.Options, b.Spec.Options) && reflect.DeepEqual(a.Spec.Schema, b.Spec.Schema) &&
		reflect.DeepEqual(a.Spec.Env.Defaults, b.Spec.Env.Defaults) && a.Spec.Env.Location == b.Spec.Env.Location
}

// unite makes one scan of all; false if the rows of one would be others then.
func (g *sharing) unite() bool {
	alike := true
	for _, t := range g.streams[1:] {
		alike = alike && reflect.DeepEqual(t.Scan, g.streams[0].Scan)
	}
	if !alike && !g.fieldByField() {
		return false
	}
	for _, t := range g.streams {
		columns := []exec.SharedColumn{}
		for _, f := range t.Scan.Schema.Fields {
			c, ok := g.add(f)
			if !ok {
				return false
			}
			columns = append(columns, c)
		}
		g.columns = append(g.columns, columns)
	}
	// Who has all of a struct's fields, in their order, has the column.
	for i, t := range g.streams {
		for k, f := range t.Scan.Schema.Fields {
			if c := &g.columns[i][k]; f.Type.Equal(g.scan.Schema.Fields[c.Place].Type) {
				c.Fields = nil
			}
		}
	}
	g.scan.Predicates = g.predicates()
	return true
}

// fieldByField reports whether what a row's fields are does not depend on which fields
// are read: JSON whose malformed records are not dropped and not kept as texts.
func (g *sharing) fieldByField() bool {
	options := g.streams[0].Node.Spec.Options
	mode, _ := options.Get("mode")
	corrupt, given := options.Get("columnNameOfCorruptRecord")
	if !given {
		corrupt = "_corrupt_record"
	}
	for _, t := range g.streams {
		if slices.ContainsFunc(t.Scan.Schema.Fields, func(f types.Field) bool { return f.Name == corrupt }) {
			return false
		}
	}
	return g.streams[0].Node.Name == "json" && !strings.EqualFold(mode, "DROPMALFORMED")
}

// add makes a column one of those that are read, and says where it is. Structs are
// united field by field.
func (g *sharing) add(f types.Field) (exec.SharedColumn, bool) {
	list := &g.scan.Schema.Fields
	at := slices.IndexFunc(*list, func(o types.Field) bool { return o.Name == f.Name })
	if at < 0 {
		at = len(*list)
		*list = append(*list, f)
	}
	c := exec.SharedColumn{Place: at}
	have := &(*list)[at]
	if f.Type.Kind != types.Struct || have.Type.Kind != types.Struct {
		return c, have.Type.Equal(f.Type)
	}
	fields := slices.Clone(have.Type.Fields)
	c.Fields = []int{}
	for _, inner := range f.Type.Fields {
		k := slices.IndexFunc(fields, func(o types.Field) bool { return o.Name == inner.Name })
		if k < 0 {
			k = len(fields)
			fields = append(fields, inner)
		} else if !fields[k].Type.Equal(inner.Type) {
			return c, false
		}
		c.Fields = append(c.Fields, k)
	}
	have.Type = types.StructOf(fields...)
	return c, true
}

// predicates rule out what none of the streams wants: of the tests of a column that all
// have, the values of all. Each tests its rows again.
func (g *sharing) predicates() []connector.Predicate {
	first := g.streams[0].Scan.Predicates
	if !slices.ContainsFunc(g.streams, func(t *Stream) bool { return !reflect.DeepEqual(t.Scan.Predicates, first) }) {
		return first
	}
	var out []connector.Predicate
	for _, p := range first {
		if len(p.Path) != 1 || p.Op != connector.Equal && p.Op != connector.In {
			continue
		}
		all := connector.Predicate{Path: p.Path, Op: connector.In}
		for _, t := range g.streams {
			k := slices.IndexFunc(t.Scan.Predicates, func(o connector.Predicate) bool {
				return slices.Equal(o.Path, p.Path) && (o.Op == connector.Equal || o.Op == connector.In)
			})
			if k < 0 {
				all.Values = nil
				break
			}
			all.Values = append(all.Values, t.Scan.Predicates[k].Values...)
		}
		if len(all.Values) > 0 {
			out = append(out, all)
		}
	}
	return out
}

// agrees reports whether the sources have admitted the same files to the batch.
func (g *sharing) agrees() bool {
	if g == nil {
		return false
	}
	first := g.streams[0].Input
	files, ok := first.From.(connector.Comparer)
	if !ok || len(first.Splits) == 0 {
		return false
	}
	for _, t := range g.streams[1:] {
		if len(t.Input.Splits) != len(first.Splits) {
			return false
		}
		for i, s := range t.Input.Splits {
			if !files.SameRows(first.Splits[i], s) {
				return false
			}
		}
	}
	return true
}

// runShared runs stages that read the same, as one.
func (p *Program) runShared(ctx context.Context, g *sharing, run *exec.Run) error {
	tasks := 0
	for _, s := range g.stages {
		s.done = true
		tasks = s.tasks()
		s.exchange.Begin(tasks)
	}
	input := g.streams[0].Input
	return p.pool.Run(ctx, tasks, func(ctx context.Context, worker, number int) error {
		scan := exec.SharedScan{From: input.From, Split: input.Splits[number], Scan: g.scan}
		for i, s := range g.stages {
			op, err := s.chain(worker)
			if err != nil {
				return err
			}
			if err := op.Open(&exec.Task{Number: number, Worker: worker, Batch: run}); err != nil {
				return err
			}
			scan.Branches = append(scan.Branches, exec.SharedBranch{Scan: g.streams[i].scans[worker], Columns: g.columns[i],
				Run: func() error { return s.writers[worker].Write(ctx, number, op) }})
		}
		return scan.Run(ctx)
	})
}
