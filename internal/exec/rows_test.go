package exec

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/aggregate"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/generate"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/internal/fn/math"
	"github.com/weirstream/weir/internal/fn/text"
	"github.com/weirstream/weir/internal/fn/window"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 0, "seed of the random tests; 0 takes the clock's")

func random(t *testing.T) *rand.Rand {
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 3))
}

// rowsOf is an operator that gives batches that lie in memory, each as a batch of
// its own that is poisoned at the next call.
type given struct {
	batches []*batch.Batch
	at      int
	out     *batch.Batch
	opened  int
	closed  bool
}

func (g *given) Open(*Task) error {
	g.at = 0
	g.opened++
	return nil
}

func (g *given) Next(context.Context) (*batch.Batch, error) {
	if g.out != nil {
		g.out.Poison()
	}
	for g.at < len(g.batches) {
		b := g.batches[g.at]
		g.at++
		if b.Len() == 0 {
			continue
		}
		g.out = &batch.Batch{Rows: b.Rows, Sel: b.Sel}
		for _, c := range b.Columns {
			if c.Const {
				g.out.Columns = append(g.out.Columns, c)
				continue
			}
			copied := batch.NewColumn(c.Type, 0)
			copied.Append(c, nil, b.Rows, new(batch.Arena))
			g.out.Columns = append(g.out.Columns, copied)
		}
		return g.out, nil
	}
	return nil, io.EOF
}

func (g *given) Close() error {
	g.closed = true
	return nil
}

// same is an operator that gives the same batches again and again without
// copying, for benchmarks.
type same struct {
	batches []*batch.Batch
	at      int
	out     batch.Batch
}

func (s *same) Open(*Task) error { s.at = 0; return nil }
func (s *same) Close() error     { return nil }
func (s *same) Next(context.Context) (*batch.Batch, error) {
	if s.at == len(s.batches) {
		return nil, io.EOF
	}
	s.out = *s.batches[s.at]
	s.at++
	return &s.out, nil
}

// table is a set of typed columns that expressions can be made over.
type table struct {
	testing.TB
	refs     []*expr.Ref
	registry *expr.Registry
	env      *expr.Env
}

func newTable(t testing.TB, columns ...types.Type) *table {
	r := expr.NewRegistry()
	aggregate.Add(r)
	generate.Add(r)
	window.Add(r)
	r.Add(logic.Functions...)
	r.Add(math.Functions...)
	r.Add(text.Functions...)
	s := &table{TB: t, registry: r, env: &expr.Env{ANSI: true}}
	for i, c := range columns {
		s.refs = append(s.refs, &expr.Ref{Name: string(rune('a' + i)), ID: expr.NewID(), Typ: c, Null: true, Watermark: -1})
	}
	return s
}

func (s *table) compiler() *expr.Compiler {
	return &expr.Compiler{Input: s.refs, Cast: cast.New, Env: s.env}
}

func (s *table) compile(list ...expr.Expr) []expr.Eval {
	s.Helper()
	evals, err := s.compiler().CompileAll(list)
	if err != nil {
		s.Fatal(err)
	}
	return evals
}

func (s *table) call(name string, args ...any) expr.Expr {
	s.Helper()
	var list []expr.Expr
	for _, a := range args {
		if e, ok := a.(expr.Expr); ok {
			list = append(list, e)
		} else {
			list = append(list, expr.Lit(a))
		}
	}
	if f := s.registry.Aggregate(name); f != nil {
		res, err := f.Resolve(&expr.Resolver{ANSI: true}, list)
		if err != nil {
			s.Fatal(err)
		}
		return &expr.AggregateCall{Fn: f, Args: res.Args, Typ: res.Type, Null: res.Nullable, Text: res.Text}
	}
	f := s.registry.Scalar(name)
	res, err := f.Resolve(&expr.Resolver{ANSI: true}, list)
	if err != nil {
		s.Fatal(err)
	}
	return &expr.Call{Fn: f, Args: res.Args, Typ: res.Type, Null: res.Nullable, Text: res.Text}
}

// batch makes a batch of rows of values.
func (s *table) batch(rows ...[]any) *batch.Batch {
	b := &batch.Batch{Rows: len(rows)}
	for i, r := range s.refs {
		c := batch.NewColumn(r.Typ, 0)
		for _, row := range rows {
			expr.AppendValue(c, row[i])
		}
		b.Columns = append(b.Columns, c)
	}
	return b
}

// drain pulls op to its end and gives a line of text for each row.
func drain(t testing.TB, op Operator) []string {
	t.Helper()
	lines, err := tryDrain(op, &Task{Batch: &Run{}})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func tryDrain(op Operator, task *Task) ([]string, error) {
	if err := op.Open(task); err != nil {
		return nil, err
	}
	var lines []string
	for {
		b, err := op.Next(context.Background())
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
		if b.Len() == 0 {
			return lines, fmt.Errorf("a batch without rows")
		}
		lines = append(lines, linesOf(b)...)
		b.Sel = []int32{int32(b.Rows) - 1} // as a consumer may
	}
}

func linesOf(b *batch.Batch) []string {
	var lines []string
	for i := range b.Len() {
		var cells []string
		for _, c := range b.Columns {
			row := b.Row(i)
			if c.Const {
				row = 0
			}
			if c.Null(row) {
				cells = append(cells, "NULL")
			} else {
				cells = append(cells, string(celltext.Append(nil, c, row, nil)))
			}
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	return lines
}
