package aggregate

import (
	"fmt"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/types"
)

// bench runs aggregate functions over one batch of columns.
type bench struct {
	testing.TB
	env      expr.Env
	resolver expr.Resolver
	refs     []*expr.Ref
	batch    batch.Batch
}

func newBench(t testing.TB, columns ...*batch.Column) *bench {
	b := &bench{TB: t, env: expr.Env{ANSI: true}, resolver: expr.Resolver{ANSI: true}}
	for _, c := range columns {
		b.batch.Columns = append(b.batch.Columns, c)
		b.batch.Rows = max(b.batch.Rows, c.Len())
		b.refs = append(b.refs, &expr.Ref{Name: fmt.Sprintf("c%d", len(b.refs)+1), ID: expr.NewID(), Typ: c.Type,
			Null: true, Watermark: -1})
	}
	return b
}

// column is a column of these values.
func column(t types.Type, values ...any) *batch.Column {
	c := batch.NewColumn(t, len(values))
	for _, v := range values {
		expr.AppendValue(c, v)
	}
	return c
}

// call resolves a call over the first columns, with further literals.
func (b *bench) call(name string, n int, literals ...any) (*expr.AggregateCall, error) {
	var args []expr.Expr
	for _, r := range b.refs[:n] {
		args = append(args, r)
	}
	for _, l := range literals {
		if e, ok := l.(expr.Expr); ok {
			args = append(args, e)
		} else {
			args = append(args, expr.Lit(l))
		}
	}
	r := expr.NewRegistry()
	Add(r)
	fn := r.Aggregate(name)
	if fn == nil {
		return nil, fmt.Errorf("no function %s", name)
	}
	res, err := fn.Resolve(&b.resolver, args)
	return &expr.AggregateCall{Fn: fn, Args: res.Args, Typ: res.Type, Null: res.Nullable, Text: res.Text}, err
}

// args evaluates the arguments of a call.
func (b *bench) args(c *expr.AggregateCall) []*batch.Column {
	b.Helper()
	cols, err := b.tryArgs(c)
	if err != nil {
		b.Fatal(err)
	}
	return cols
}

// tryArgs is args where a cast may fail.
func (b *bench) tryArgs(c *expr.AggregateCall) ([]*batch.Column, error) {
	b.Helper()
	compiler := expr.Compiler{Input: b.refs, Cast: cast.New, Env: &b.env}
	evals, err := compiler.CompileAll(c.Args)
	if err != nil {
		b.Fatal(err)
	}
	var cols []*batch.Column
	for _, e := range evals {
		col, err := e.Eval(&b.batch, nil)
		if err != nil {
			return nil, err
		}
		cols = append(cols, col)
	}
	return cols, nil
}

func (b *bench) accumulator(c *expr.AggregateCall) expr.Accumulator {
	b.Helper()
	acc, err := c.Fn.New(c, &b.env)
	if err != nil {
		b.Fatal(err)
	}
	return acc
}

// texts are the results of groups.
func (b *bench) texts(c *expr.AggregateCall, acc expr.Accumulator, groups []int32) ([]string, error) {
	out := batch.NewColumn(c.Typ, 0)
	if err := acc.Result(groups, out); err != nil {
		return nil, err
	}
	if out.Len() != len(groups) {
		b.Errorf("%s: %d results for %d groups", c, out.Len(), len(groups))
	}
	return textsOf(out), nil
}

func textsOf(c *batch.Column) []string {
	var out []string
	for i := range c.Len() {
		if c.Null(i) {
			out = append(out, "NULL")
		} else {
			out = append(out, string(celltext.Append(nil, c, i, nil)))
		}
	}
	return out
}

// saved are new columns with the states of groups.
func (b *bench) saved(c *expr.AggregateCall, acc expr.Accumulator, groups []int32) []*batch.Column {
	b.Helper()
	var cols []*batch.Column
	for _, t := range c.Fn.Partial(c) {
		cols = append(cols, batch.NewColumn(t, 0))
	}
	if err := acc.Save(groups, cols); err != nil {
		b.Fatal(err)
	}
	for _, col := range cols {
		if col.Len() != len(groups) {
			b.Fatalf("%s: %d states for %d groups", c, col.Len(), len(groups))
		}
	}
	return cols
}
