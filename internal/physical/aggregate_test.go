package physical

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/aggregate"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/types"
)

// numbersStream is a stream, or a table, of one column.
func numbersStream(name string, streaming bool) *plan.Scan {
	return &plan.Scan{Name: name, Streaming: streaming, Columns: []*expr.Ref{
		{Name: name, ID: expr.NewID(), Typ: types.Of(types.Long), Watermark: -1}}}
}

// counted counts the rows of a node by its first column, or all of them. The
// count stands before the key, so that the columns must be put in order.
func counted(in plan.Node, byKey bool) *plan.Aggregate {
	count := aggregate.Functions[slices.IndexFunc(aggregate.Functions, func(f *expr.Aggregate) bool { return f.Name == "count" })]
	call := &expr.AggregateCall{Fn: count, Args: []expr.Expr{expr.Lit(int64(1))}, Typ: types.Of(types.Long)}
	a := &plan.Aggregate{Input: in, Exprs: []expr.Expr{&expr.Alias{Child: call, Names: []string{"n"}, ID: expr.NewID()}}}
	if byKey {
		a.Grouping = []expr.Expr{in.Output()[0]}
		a.Exprs = append(a.Exprs, in.Output()[0])
	}
	return a
}

// compiled compiles a plan whose state lies in memory.
func compiled(t *testing.T, n plan.Node, workers int, mode connector.OutputMode) (p *Program, tables []*state.Slots, err error) {
	t.Helper()
	p, err = Compile(n, Options{Workers: workers, Mode: mode, Env: &expr.Env{ANSI: true},
		OpenState: func(_ int, spec keyed.Spec, partition, partitions int, v keyed.Values) (keyed.Table, error) {
			if partition >= partitions {
				t.Errorf("partition %d of %d", partition, partitions)
			}
			tables = append(tables, state.NewSlots(spec, v))
			return tables[len(tables)-1], nil
		}})
	return p, tables, err
}

// commit lets the state forget what has changed, as a commit does.
func commit(tables []*state.Slots) {
	for _, t := range tables {
		t.Clear()
	}
}

// batchOf runs a batch in which each stream has the numbers given, one split each,
// and gives the rows, sorted.
func batchOf(t *testing.T, p *Program, streams ...[]int64) []string {
	t.Helper()
	for i, numbers := range streams {
		var splits []connector.Split
		for range numbers {
			splits = append(splits, connector.Split{})
		}
		for k := range splits {
			splits[k].Label = fmt.Sprint(numbers[k])
		}
		p.Streams[i].Input.Set(labels{}, splits)
	}
	var mu sync.Mutex
	var rows []string
	err := p.Run(context.Background(), &exec.Run{}, func(ctx context.Context, _ int, r connector.Reader) error {
		for {
			b, err := r.Next(ctx)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			for i := range b.Len() {
				var row []string
				for _, c := range b.Columns {
					row = append(row, fmt.Sprint(expr.ValueAt(c, b.Row(i))))
				}
				rows = append(rows, strings.Join(row, "×"))
			}
			mu.Unlock()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(rows)
	return rows
}

// labels gives of each split its label as a number.
type labels struct{}

func (labels) Open(_ context.Context, s connector.Split, _ connector.Scan) (connector.Reader, error) {
	var n int64
	if _, err := fmt.Sscan(s.Label, &n); err != nil {
		return nil, err
	}
	return &heldReader{from: &batch.Batch{Rows: 1, Columns: []*batch.Column{batch.Wrap(types.Of(types.Long), []int64{n}, nil)}}}, nil
}

func TestAggregateOfAStream(t *testing.T) {
	for _, workers := range []int{1, 2, 5} {
		p, tables, err := compiled(t, counted(numbersStream("a", true), true), workers, connector.Update)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := batchOf(t, p, []int64{7, 8, 7, 9}), []string{"1×8", "1×9", "2×7"}; !slices.Equal(got, want) {
			t.Errorf("%d workers: got %v, want %v", workers, got, want)
		}
		commit(tables)
		if got, want := batchOf(t, p, []int64{9, 10}), []string{"1×10", "2×9"}; !slices.Equal(got, want) {
			t.Errorf("%d workers, second batch: got %v, want %v", workers, got, want)
		}
		if n := len(p.Stateful); n != 1 || len(p.Stateful[0].Parts) != workers {
			t.Errorf("%d workers: %d operators keep state", workers, n)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Without keys there is one group, also in a batch without rows.
func TestCountOfAStream(t *testing.T) {
	p, _, err := compiled(t, counted(numbersStream("a", true), false), 4, connector.Complete)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		rows []int64
		want string
	}{{nil, "0"}, {[]int64{1, 2, 3}, "3"}, {nil, "3"}} {
		if got := batchOf(t, p, step.rows); !slices.Equal(got, []string{step.want}) {
			t.Errorf("after %v got %v, want %s", step.rows, got, step.want)
		}
	}
}

// Partitions of state stand in a stage of their own where other rows join them.
func TestAggregateUnderUnion(t *testing.T) {
	for _, aggregateFirst := range []bool{true, false} {
		left, right := plan.Node(counted(numbersStream("a", true), true)), numbersStream("b", true)
		two := &plan.Project{Input: right, Exprs: []expr.Expr{right.Columns[0],
			&expr.Alias{Child: right.Columns[0], Names: []string{"again"}, ID: expr.NewID()}}}
		u := &plan.Union{All: []plan.Node{left, two}}
		rows := [][]int64{{4, 4, 5}, {1}}
		if !aggregateFirst {
			u.All[0], u.All[1] = u.All[1], u.All[0]
			rows[0], rows[1] = rows[1], rows[0]
		}
		p, _, err := compiled(t, u, 3, connector.Update)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := batchOf(t, p, rows...), []string{"1×1", "1×5", "2×4"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

// An aggregate over an aggregate sees its groups in the batch in which they come
// out, and Spark's progress lists it first.
func TestAggregateOfAggregate(t *testing.T) {
	outer := counted(counted(numbersStream("a", true), true), true)
	p, _, err := compiled(t, outer, 2, connector.Complete)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := batchOf(t, p, []int64{1, 1, 2}), []string{"1×1", "1×2"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if down := p.TopDown(); len(down) != 2 || down[0].Node != outer || down[1].Number != 0 {
		t.Errorf("from the top: %v", down)
	}
}

// An aggregate of constants has no state and may stand over another.
func TestAggregateWithoutStream(t *testing.T) {
	n := &plan.Range{Start: 0, End: 10, Step: 1, Column: &expr.Ref{Name: "id", ID: expr.NewID(), Typ: types.Of(types.Long), Watermark: -1}}
	p, _, err := compiled(t, counted(counted(n, true), true), 3, connector.Complete)
	if err != nil {
		t.Fatal(err)
	}
	if got := batchOf(t, p); !slices.Equal(got, []string{"10×1"}) {
		t.Errorf("got %v, want ten keys that are there once", got)
	}
	if len(p.Stateful) > 0 {
		t.Error("an aggregate of a table keeps state")
	}
}

// A sink that reads none of the rows loses nothing of the state.
func TestSinkThatStopsReading(t *testing.T) {
	p, tables, err := compiled(t, counted(numbersStream("a", true), true), 1, connector.Complete)
	if err != nil {
		t.Fatal(err)
	}
	p.Streams[0].Input.Set(labels{}, []connector.Split{{Label: "7"}})
	err = p.Run(t.Context(), &exec.Run{}, func(context.Context, int, connector.Reader) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	commit(tables)
	if got, want := batchOf(t, p, []int64{7}), []string{"2×7"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
