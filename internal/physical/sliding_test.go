package physical

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/window"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/types"
)

// slid puts sliding windows over a stream of timestamps.
func slid(in plan.Node, width, slide, start int64) *plan.Generate {
	g := window.Generators[0]
	args := []expr.Expr{in.Output()[0], expr.Lit(width), expr.Lit(slide), expr.Lit(start)}
	list, fields, err := g.Resolve(&expr.Resolver{}, args)
	if err != nil {
		panic(err) // a test's own windows
	}
	call := &expr.GeneratorCall{Fn: g, Args: list, Fields: fields}
	column := &expr.Ref{Name: "window", ID: expr.NewID(), Typ: fields[0].Type, Watermark: -1, Window: width}
	return &plan.Generate{Input: in, Generator: call, Columns: []*expr.Ref{column}}
}

// Groups of slices go into the windows that rows would have gone into.
func TestSlidingWindowsBySlices(t *testing.T) {
	for _, test := range []struct {
		width, slide, start int64
		slices              bool
	}{{10, 5, 0, true}, {10, 4, 0, true}, {10, 3, -1, true}, {7, 2, 1, true}, {10, 4, 0, false}} {
		times := numbersStream("n", true)
		times.Columns[0].Typ = types.Of(types.Timestamp)
		g := slid(times, test.width, test.slide, test.start)
		var in plan.Node = &plan.Project{Input: g, Exprs: []expr.Expr{g.Columns[0], times.Columns[0]}}
		if !test.slices { // a filter of windows keeps rows from being grouped by slices
			in = &plan.Filter{Input: in, Condition: expr.Lit(true)}
		}
		a := counted(in, true)
		form, err := aggregationOf(a)
		if err != nil {
			t.Fatal(err)
		}
		if got := form.slicing() != nil; got != test.slices {
			t.Errorf("%+v: by slices: %v", test, got)
		}
		p, tables, err := compiled(t, a, 2, connector.Complete)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{}
		var list []int64
		for v := int64(-12); v < 30; v += 1 + (v&3+4)%4 {
			list = append(list, v)
			for s := int64(-60); s < 60; s++ {
				if (s-test.start)%test.slide == 0 && s <= v && v < s+test.width {
					want[fmt.Sprint([]any{s, s + test.width})]++
				}
			}
		}
		got := batchOf(t, p, list)
		commit(tables)
		if len(got) != len(want) {
			t.Errorf("%+v: %d windows, want %d: %v", test, len(got), len(want), got)
		}
		for w, n := range want {
			found := false
			for _, row := range got {
				found = found || row == fmt.Sprint(n, "×", w)
			}
			if !found {
				t.Errorf("%+v: no %d %s in %v", test, n, w, got)
			}
		}
	}
}

// A function over the window itself needs the rows in their windows.
func TestSlicesNeedWindowsAsKeysOnly(t *testing.T) {
	times := numbersStream("n", true)
	times.Columns[0].Typ = types.Of(types.Timestamp)
	g := slid(times, 10, 5, 0)
	a := counted(g, false)
	a.Grouping = []expr.Expr{g.Columns[0]}
	call := a.Exprs[0].(*expr.Alias).Child.(*expr.AggregateCall)
	for want, arg := range map[bool]expr.Expr{true: times.Columns[0], false: &expr.Field{Child: g.Columns[0]}} {
		call.Args = []expr.Expr{arg}
		form, err := aggregationOf(a)
		if err != nil {
			t.Fatal(err)
		}
		if got := form.slicing() != nil; got != want {
			t.Errorf("over %v by slices: %v", arg, got)
		}
	}
}

// times gives 64 batches of times that rise by a hundred microseconds.
type times struct{}

func (times) Open(context.Context, connector.Split, connector.Scan) (connector.Reader, error) {
	return &timesReader{column: batch.NewColumn(types.Of(types.Timestamp), batch.Size)}, nil
}

type timesReader struct {
	at     int64
	out    batch.Batch
	column *batch.Column
}

func (r *timesReader) Next(context.Context) (*batch.Batch, error) {
	if r.at == 64*batch.Size {
		return nil, io.EOF
	}
	r.column.Resize(batch.Size)
	for i := range batch.Values[int64](r.column) {
		batch.Values[int64](r.column)[i] = (r.at + int64(i)) * 100
	}
	r.at += batch.Size
	r.out = batch.Batch{Columns: []*batch.Column{r.column}, Rows: batch.Size}
	return &r.out, nil
}

func (r *timesReader) Close() error { return nil }

// BenchmarkSlidingWindows measures a batch of half a million rows, of 52 s, in
// windows of an hour: each hour, each minute and each second.
func BenchmarkSlidingWindows(b *testing.B) {
	const second = 1_000_000
	for _, slide := range []int64{3600, 60, 1} {
		b.Run(fmt.Sprint("every ", slide, " s"), func(b *testing.B) {
			in := numbersStream("n", true)
			in.Columns[0].Typ = types.Of(types.Timestamp)
			g := slid(in, 3600*second, slide*second, 0)
			project := &plan.Project{Input: g, Exprs: []expr.Expr{g.Columns[0]}}
			p, err := Compile(counted(project, true), Options{Workers: 1, Mode: connector.Update,
				Env: &expr.Env{}, OpenState: func(_ int, spec keyed.Spec, _, _ int, v keyed.Values) (keyed.Table, error) {
					return state.NewSlots(spec, v), nil
				}})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				p.Streams[0].Input.Set(times{}, []connector.Split{{}})
				err := p.Run(b.Context(), &exec.Run{}, func(context.Context, int, connector.Reader) error { return nil })
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*64*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
