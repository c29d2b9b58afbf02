package physical

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/optimize"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/schedule"
	"github.com/weirstream/weir/types"
)

// Options say how a plan is to run.
type Options struct {
	// Workers is how many tasks run at once, and how many partitions keyed
	// operators have; less than 1 counts as 1.
	Workers int
	// Mode is the output mode of a streaming query.
	Mode connector.OutputMode
	// Env holds the session's mode and zone; the program sets its Now.
	Env *expr.Env
	// Late collects the rows that operators with state drop because they are late; nil:
	// nobody wants them.
	Late *exec.LateRows
	// Tap may put an operator over that of a node, in each of its chains, to watch it;
	// scans are not shown to it. Nil: nobody watches.
	Tap func(n plan.Node, op exec.Operator) exec.Operator
	// Salt is what functions of chance without a seed draw from, the same for all
	// runs of a query; 0: something else for each program.
	Salt uint64
	// OpenState opens the partition of a state table. Tables are numbered through
	// the plan: an operator may have several. It is nil for a plan without streams.
	OpenState func(table int, spec keyed.Spec, partition, partitions int, v keyed.Values) (keyed.Table, error)
}

// Compile makes a program of an optimized plan.
func Compile(root plan.Node, o Options) (*Program, error) { return compileWithin(root, o, nil) }

// compileWithin is Compile for a plan that may stand within recursions.
func compileWithin(root plan.Node, o Options, levels map[int64]*level) (*Program, error) {
	o.Workers = max(o.Workers, 1)
	b := &builder{Options: o, levels: levels,
		program: &Program{Root: root, pool: schedule.Pool{Workers: o.Workers}, env: o.Env}}
	b.lateInputs(root)
	last := &stage{}
	made, err := b.node(root, last)
	if err != nil {
		return nil, err
	}
	last.make = made
	if err := b.finish(last); err != nil {
		return nil, err
	}
	b.program.flow = flowOf(root, b.program.Stateful)
	b.program.share()
	for _, r := range root.Output() {
		b.program.schema.Fields = append(b.program.schema.Fields,
			types.Field{Name: r.Name, Type: r.Typ, Nullable: r.Null, Metadata: r.Metadata})
	}
	return b.program, nil
}

type builder struct {
	Options
	program *Program
	tables  int                  // state tables numbered
	draws   map[plan.Node]uint64 // the nodes with functions of chance, by their place
	lates   map[plan.Node]*lateInput
	// levels hold the rows that came last of the recursions around, by ID.
	levels map[int64]*level
}

// finish makes the chains of a stage and puts it into the program.
func (b *builder) finish(s *stage) error {
	chains := b.Workers
	if s.partitions > 0 {
		chains = s.partitions
	}
	for i := range chains {
		op, err := s.make(i)
		if err != nil {
			return err
		}
		s.chains = append(s.chains, op)
		if s.exchange != nil {
			keys, err := b.compiler(s.input).CompileAll(s.keys)
			if err != nil {
				return err
			}
			s.writers = append(s.writers, exec.NewExchangeWriter(s.exchange, keys))
		}
	}
	b.program.stages = append(b.program.stages, s)
	return nil
}

func (b *builder) compiler(input []*expr.Ref) *expr.Compiler { return b.compilerIn(input, b.Env) }

func (b *builder) compilerIn(input []*expr.Ref, env *expr.Env) *expr.Compiler {
	return &expr.Compiler{Input: input, Cast: cast.New, Env: env}
}

// node adds to s the leaves beneath n and gives the chain that makes n's rows.
func (b *builder) node(n plan.Node, s *stage) (factory, error) {
	made, err := b.operator(n, s)
	if err != nil {
		return nil, err
	}
	if _, scan := n.(*plan.Scan); b.Tap != nil && !scan {
		made = over(made, func(op exec.Operator, _ int) (exec.Operator, error) { return b.Tap(n, op), nil })
	}
	return b.watched(n, made), nil
}

// operator is the switch from plan node to operator.
func (b *builder) operator(n plan.Node, s *stage) (factory, error) {
	switch n := n.(type) {
	case *plan.Scan:
		return b.scan(n, s)
	case *plan.LocalRelation:
		return b.local(n, s)
	case *plan.OneRow, *plan.Range:
		return b.rows(n, s)
	case *plan.Filter:
		return b.filter(n, s)
	case *plan.Project:
		return b.project(n, s)
	case *plan.Generate:
		return b.generate(n, s)
	case *plan.WithWatermark:
		return b.watermark(n, s)
	case *plan.Union:
		return b.union(n, s)
	case *plan.Aggregate:
		return b.aggregate(n, s)
	case *plan.Sort:
		return b.sort(n, s, -1)
	case *plan.Limit:
		return b.limit(n, s)
	case *plan.Offset:
		return b.offset(n, s)
	case *plan.Deduplicate:
		return b.deduplicate(n, s)
	case *plan.Join:
		return b.join(n, s)
	case *plan.Window:
		return b.window(n, s)
	case *plan.Expand:
		return b.expand(n, s)
	case *plan.AtMostOne:
		return b.atMostOne(n, s)
	case *plan.Sample:
		return b.sample(n, s)
	case *plan.Tail:
		return b.tail(n, s)
	case *plan.Recursion:
		return b.recursion(n, s)
	case *plan.RecursionRef:
		return b.lastLevel(n, s)
	case *plan.UserState:
		return b.userState(n, s)
	case *plan.Observe:
		return b.observe(n, s)
	default:
		return nil, fault.New(fault.UnsupportedFeature, "%s is not supported by this version of weir",
			strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan."))
	}
}

func (b *builder) filter(n *plan.Filter, s *stage) (factory, error) {
	below, err := b.node(n.Input, s)
	if err != nil {
		return nil, err
	}
	pushed, rest := readTerms(n)
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) {
		if len(pushed) > 0 {
			p, err := b.compiler(n.Input.Output()).CompileTerms(pushed)
			if err != nil {
				return nil, err
			}
			op.(*exec.Scan).Keep(p)
		}
		if len(rest) == 0 {
			return op, nil
		}
		env := b.chance(n, rest)
		p, err := b.compilerIn(n.Input.Output(), env).CompileTerms(rest)
		if err != nil {
			return nil, err
		}
		return b.drawing(exec.NewFilter(op, p), env), nil
	}), nil
}

// readTerms are the terms of a filter that belong to the scan beneath it. Spark's
// readers of text formats test simple terms row by row, so that rows which fail
// them do not count as input (S194); those of other formats do not.
func readTerms(n *plan.Filter) (pushed, rest []expr.Expr) {
	terms := expr.Conjuncts(n.Condition)
	scan, ok := n.Input.(*plan.Scan)
	if !ok || scan.Name != "json" && scan.Name != "csv" {
		return nil, terms
	}
	for _, t := range terms {
		if optimize.Simple(t) {
			pushed = append(pushed, t)
		} else {
			rest = append(rest, t)
		}
	}
	return pushed, rest
}

// over makes an operator over each chain.
func over(below factory, wrap func(op exec.Operator, index int) (exec.Operator, error)) factory {
	return func(index int) (exec.Operator, error) {
		op, err := below(index)
		if err != nil {
			return nil, err
		}
		return wrap(op, index)
	}
}

func (b *builder) project(n *plan.Project, s *stage) (factory, error) {
	below, err := b.node(n.Input, s)
	if err != nil || passes(n) {
		return below, err
	}
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) {
		env := b.chance(n, n.Exprs)
		evals, err := b.compilerIn(n.Input.Output(), env).CompileRow(n.Exprs)
		if err != nil {
			return nil, err
		}
		return b.drawing(exec.NewProject(op, evals), env), nil
	}), nil
}

// passes reports whether a projection gives its input's columns as they are.
func passes(n *plan.Project) bool {
	in := n.Input.Output()
	if len(in) != len(n.Exprs) {
		return false
	}
	for i, e := range n.Exprs {
		r, ok := e.(*expr.Ref)
		if !ok || r.ID != in[i].ID {
			return false
		}
	}
	return true
}

func (b *builder) generate(n *plan.Generate, s *stage) (factory, error) {
	below, err := b.node(n.Input, s)
	if err != nil {
		return nil, err
	}
	call := n.Generator.(*expr.GeneratorCall)
	in := n.Input.Output()
	kept := n.Needed
	if kept == nil {
		kept = in
	}
	places := columnsOf(in, kept)
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) {
		args, err := b.compiler(in).CompileAll(call.Args)
		if err != nil {
			return nil, err
		}
		fn, err := call.Fn.New(call, b.Env)
		if err != nil {
			return nil, err
		}
		return exec.NewGenerate(op, args, fn, places, call.Fields, n.Outer), nil
	}), nil
}

func (b *builder) watermark(n *plan.WithWatermark, s *stage) (factory, error) {
	below, err := b.node(n.Input, s)
	if err != nil {
		return nil, err
	}
	w := &Watermark{ID: n.ID, Delay: n.Delay, Column: n.Column.String()}
	b.program.Watermarks = append(b.program.Watermarks, w)
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) {
		column, err := b.compiler(n.Input.Output()).Compile(n.Column)
		if err != nil {
			return nil, err
		}
		o := exec.NewWatermark(op, column)
		w.observers = append(w.observers, o)
		return o, nil
	}), nil
}

func (b *builder) union(n *plan.Union, s *stage) (factory, error) {
	var inputs []factory
	var feeds [][]*exec.Feed
	for _, in := range n.All {
		before := len(s.feeds)
		f, err := b.node(in, s)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, f)
		feeds = append(feeds, s.feeds[before:len(s.feeds):len(s.feeds)])
	}
	return func(index int) (exec.Operator, error) {
		ops := make([]exec.Operator, len(inputs))
		for i, f := range inputs {
			var err error
			if ops[i], err = f(index); err != nil {
				return nil, err
			}
		}
		return exec.NewUnion(ops, feeds), nil
	}, nil
}

// gather brings all rows of n to one partition, in order of the tasks.
func (b *builder) gather(n plan.Node, s *stage) (factory, error) {
	below := &stage{}
	made, err := b.node(n, below)
	if err != nil {
		return nil, err
	}
	return b.exchange(below, made, n.Output(), nil, 1, s)
}

// exchange ends the stage below at an exchange and begins s with its reader.
func (b *builder) exchange(below *stage, made factory, columns []*expr.Ref, keys []expr.Expr, partitions int, s *stage) (factory, error) {
	kinds := make([]types.Type, len(columns))
	for i, c := range columns {
		kinds[i] = c.Typ
	}
	below.make, below.keys, below.input = made, keys, columns
	below.exchange = exec.NewExchange(kinds, partitions)
	if below.paged {
		below.exchange.InPages()
	}
	if err := b.finish(below); err != nil {
		return nil, err
	}
	s.feeds = append(s.feeds, &below.exchange.Feed)
	return func(int) (exec.Operator, error) { return exec.NewExchangeReader(below.exchange), nil }, nil
}

func (b *builder) sort(n *plan.Sort, s *stage, limit int64) (factory, error) {
	below, err := b.gather(n.Input, s)
	if err != nil {
		return nil, err
	}
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) {
		keys := make([]exec.SortKey, len(n.Orders))
		for i, o := range n.Orders {
			e, err := b.compiler(n.Input.Output()).Compile(o.Child)
			if err != nil {
				return nil, err
			}
			keys[i] = exec.SortKey{Eval: e, Descending: o.Descending, NullsFirst: o.NullsFirst}
		}
		return exec.NewSort(op, refTypes(n.Input.Output()), keys, limit), nil
	}), nil
}

func refTypes(refs []*expr.Ref) []types.Type {
	list := make([]types.Type, len(refs))
	for i, r := range refs {
		list[i] = r.Typ
	}
	return list
}

func (b *builder) offset(n *plan.Offset, s *stage) (factory, error) {
	below, err := b.gather(n.Input, s)
	if err != nil {
		return nil, err
	}
	skip := n.Count.(*expr.Literal).Value.(int64)
	return over(below, func(op exec.Operator, _ int) (exec.Operator, error) { return exec.NewLimit(op, skip, -1), nil }), nil
}
