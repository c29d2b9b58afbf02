package physical

import (
	"slices"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/state/cells"
	"github.com/weirstream/weir/internal/watermark"
)

// Stateful is an operator that keeps state, in all its partitions.
type Stateful struct {
	// Name is Spark's name of the operator, as stateStoreSave (S193b).
	Name string
	// Node is the operator in the plan.
	Node plan.Node
	// Number is its place in [Program.Stateful], by which it finds its bounds in
	// a Run.
	Number int
	// First is the number of its first state table; an operator has one for each
	// of Specs, which say what they look like.
	First int
	Specs []keyed.Spec
	// Parts are its partitions.
	Parts []keyed.Operator
	// Output says what it does to the watermark that goes through it, and Hold
	// how long it may hold a row back (S114).
	Output watermark.Output
	Hold   time.Duration
	// IgnoresWatermark: a watermark that moves asks for no batch of its own.
	IgnoresWatermark bool
	// ProcessingTime: the state wants batches at times; see [Program.NextTimer].
	ProcessingTime bool
	// Variables are what a function of the user's keeps; nil: it is none.
	Variables *cells.Catalog
}

// stateful gives an operator its numbers.
func (b *builder) stateful(name string, n plan.Node, specs ...keyed.Spec) *Stateful {
	op := &Stateful{Name: name, Node: n, Number: len(b.program.Stateful), First: b.tables, Specs: specs}
	b.tables += len(specs)
	b.program.Stateful = append(b.program.Stateful, op)
	b.numbered(op)
	return op
}

// openState opens a partition of the operator's state table with this index in
// its Specs. The partitions of a table are opened one after another, from 0.
func (b *builder) openState(op *Stateful, table, partition, partitions int, v keyed.Values) (keyed.Table, error) {
	return b.OpenState(op.First+table, op.Specs[table], partition, partitions, v)
}

// shuffled is an input whose rows are spread over partitions by keys.
type shuffled struct {
	stage   *stage // that gives the rows
	rows    factory
	columns []*expr.Ref
	keys    []expr.Expr
}

// partitioned makes a stage in which task i has partition i of every input, all
// spread alike, and makes there the operator that wrap puts over their readers.
// Where s has other leaves too, or n stands under a union, the rows go on to s
// through an exchange of their own.
func (b *builder) partitioned(n plan.Node, s *stage, partitions int, inputs []shuffled, wrap func(readers []factory) (factory, error)) (factory, error) {
	own, apart := s, len(s.feeds) > 0 || b.underUnion(n)
	if apart {
		own = &stage{}
	}
	var readers []factory
	for _, in := range inputs {
		r, err := b.exchange(in.stage, in.rows, in.columns, in.keys, partitions, own)
		if err != nil {
			return nil, err
		}
		readers = append(readers, r)
	}
	own.partitions = partitions
	made, err := wrap(readers)
	if err != nil || !apart {
		return made, err
	}
	return b.exchange(own, made, n.Output(), nil, 1, s)
}

// underUnion reports whether rows of n come together with others in a union.
func (b *builder) underUnion(n plan.Node) bool {
	return plan.Any(b.program.Root, func(x plan.Node) bool {
		u, ok := x.(*plan.Union)
		return ok && plan.Any(u, func(y plan.Node) bool { return y == n })
	})
}

// TopDown are the operators that keep state in the order in which Spark's progress
// lists them: from the sink to the sources, left inputs first.
func (p *Program) TopDown() []*Stateful {
	var list []*Stateful
	plan.Walk(p.Root, func(n plan.Node) bool {
		for _, op := range p.Stateful {
			if op.Node == n {
				list = append(list, op)
			}
		}
		return true
	})
	return list
}

// Evicts reports whether a moved watermark calls for a batch of its own: wherever a
// watermark meets state in append or update mode, also where the state has no event
// time (seen on 4.3). Deduplication forgets its keys in every mode, a limit never.
func (p *Program) Evicts(mode connector.OutputMode) bool {
	return slices.ContainsFunc(p.Stateful, func(op *Stateful) bool {
		if op.ProcessingTime {
			return true
		}
		if _, limit := op.Node.(*plan.Limit); limit || op.IgnoresWatermark || len(p.Watermarks) == 0 {
			return false
		}
		_, dedup := op.Node.(*plan.Deduplicate)
		return dedup || mode != connector.Complete
	})
}

// flow is a node of the plan as watermarks see it.
type flow struct {
	watermark.Node
	operator *Stateful // nil: it keeps no state
}

// flowOf lists the nodes of a plan in the order of the data.
func flowOf(root plan.Node, operators []*Stateful) []flow {
	var list []flow
	var add func(n plan.Node) int
	add = func(n plan.Node) int {
		f := flow{}
		for _, in := range n.Inputs() {
			f.Inputs = append(f.Inputs, add(in))
		}
		_, f.Defines = n.(*plan.WithWatermark)
		for _, op := range operators {
			if op.Node == n {
				f.operator, f.Output, f.Hold = op, op.Output, op.Hold
			}
		}
		list = append(list, f)
		return len(list) - 1
	}
	add(root)
	return list
}

// bound puts the watermarks that each operator goes by into the run: what of the
// query's comes through the operators upstream.
func (p *Program) bound(run *exec.Run) {
	nodes := make([]watermark.Node, len(p.flow))
	for i, f := range p.flow {
		nodes[i] = f.Node
	}
	late := watermark.Propagate(nodes, time.UnixMicro(run.Watermark.LateBefore))
	evict := watermark.Propagate(nodes, time.UnixMicro(run.Watermark.EvictBefore))
	run.ByOperator = make([]exec.Bounds, len(p.Stateful))
	for i, f := range p.flow {
		if f.operator == nil {
			continue
		}
		at := exec.NoBounds()
		if !late[i].IsZero() {
			at = exec.Bounds{LateBefore: late[i].UnixMicro(), EvictBefore: evict[i].UnixMicro()}
		}
		run.ByOperator[f.operator.Number] = at
	}
}
