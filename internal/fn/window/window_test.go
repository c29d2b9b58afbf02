package window

import (
	"fmt"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/fntest"
	"github.com/weirstream/weir/types"
)

const second = 1_000_000

func TestTumbling(t *testing.T) {
	b := fntest.New(t, cast.New, Functions)
	times := b.Column(types.Of(types.Timestamp), int64(0), int64(3*second), nil, int64(10*second), int64(-1), int64(-10*second))
	b.Expect(b.Call("window", times, "10 seconds"),
		"{1970-01-01 00:00:00, 1970-01-01 00:00:10}", "{1970-01-01 00:00:00, 1970-01-01 00:00:10}", "NULL",
		"{1970-01-01 00:00:10, 1970-01-01 00:00:20}", "{1969-12-31 23:59:50, 1970-01-01 00:00:00}",
		"{1969-12-31 23:59:50, 1970-01-01 00:00:00}")
	b.Expect(b.Call("window", times, "10 seconds", "10 seconds", "3 seconds"),
		"{1969-12-31 23:59:53, 1970-01-01 00:00:03}", "{1970-01-01 00:00:03, 1970-01-01 00:00:13}", "NULL",
		"{1970-01-01 00:00:03, 1970-01-01 00:00:13}", "{1969-12-31 23:59:53, 1970-01-01 00:00:03}",
		"{1969-12-31 23:59:43, 1969-12-31 23:59:53}")
	w := b.Call("window", times, int64(10*second))
	if w.String() != "window" || w.Nullable() {
		t.Errorf("a window is called %s, nullable %v", w, w.Nullable())
	}
	b.Expect(b.Call("window_time", w), "1970-01-01 00:00:09.999999", "1970-01-01 00:00:09.999999", "NULL",
		"1970-01-01 00:00:19.999999", "1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999")
	b.Expect(b.Call("window", w, "20 seconds"), "{1970-01-01 00:00:00, 1970-01-01 00:00:20}",
		"{1970-01-01 00:00:00, 1970-01-01 00:00:20}", "NULL", "{1970-01-01 00:00:00, 1970-01-01 00:00:20}",
		"{1969-12-31 23:59:40, 1970-01-01 00:00:00}", "{1969-12-31 23:59:40, 1970-01-01 00:00:00}")
}

func TestConstantTime(t *testing.T) {
	b := fntest.New(t, cast.New, Functions)
	w := b.Call("window", "2024-01-01 00:00:07", "10 seconds")
	b.Expect(w, "{2024-01-01 00:00:00, 2024-01-01 00:00:10}")
	b.Expect(b.Call("window_time", w), "2024-01-01 00:00:09.999999")
}

func TestRefused(t *testing.T) {
	b := fntest.New(t, cast.New, Functions)
	time := b.Column(types.Of(types.Timestamp), int64(0))
	b.Fails(fault.WrongNumArgs, "window", time)
	b.Fails(fault.TypeMismatch, "window", 5, "10 seconds")
	b.Fails(fault.ValueOutOfRange, "window", time, "0 seconds")
	b.Fails(fault.ValueOutOfRange, "window", time, "-10 seconds")
	b.Fails(fault.IllegalArgument, "window", time, "1 month")
	b.Fails(fault.CannotParseInterval, "window", time, "1 NULL")
	b.Fails(fault.ConstraintViolation, "window", time, "10 seconds", "20 seconds")
	b.Fails(fault.ConstraintViolation, "window", time, "10 seconds", "5 seconds", "-7 seconds")
	b.Fails(fault.NonFoldable, "window", time, time)
	b.Fails(fault.UnsupportedFeature, "window", time, "10 seconds", "5 seconds")
	b.Fails(fault.TypeMismatch, "window_time", time)
	b.Fails(fault.SessionGapType, "session_window", time, 5)
	b.Fails(fault.SessionGapType, "session_window", time, time)
	b.Fails(fault.WrongNumArgs, "session_window", time)
}

// A row's session goes from its time to its time and the gap, months and days by
// the calendar; a gap that is none gives NULL.
func TestSession(t *testing.T) {
	b := fntest.New(t, cast.New, Functions)
	times := b.Column(types.Of(types.Timestamp), int64(0), int64(3*second), nil)
	b.Expect(b.Call("session_window", times, "5 seconds"), "{1970-01-01 00:00:00, 1970-01-01 00:00:05}",
		"{1970-01-01 00:00:03, 1970-01-01 00:00:08}", "NULL")
	b.Expect(b.Call("session_window", times, "1 month 1 day"), "{1970-01-01 00:00:00, 1970-02-02 00:00:00}",
		"{1970-01-01 00:00:03, 1970-02-02 00:00:03}", "NULL")
	b.Expect(b.Call("session_window", times, "soon"), "NULL", "NULL", "NULL")
	gap := b.Column(types.Of(types.String), "1 second", "soon", "1 second")
	b.Expect(b.Call("session_window", times, gap), "{1970-01-01 00:00:00, 1970-01-01 00:00:01}", "NULL", "NULL")
}

// The windows and their order are Spark's.
func TestSliding(t *testing.T) {
	times := batch.NewColumn(types.Of(types.TimestampNTZ), 0)
	for _, v := range []any{int64(3 * second), nil, int64(-3 * second), int64(5 * second)} {
		expr.AppendValue(times, v)
	}
	ref := &expr.Ref{Typ: times.Type}
	for _, test := range []struct {
		args []any
		sel  []int32
		want string
	}{
		{[]any{"10 seconds", "5 seconds"}, nil, "[0:0-10 0:-5-5 2:-5-5 2:-10-0 3:5-15 3:0-10]"},
		{[]any{"10 seconds", "4 seconds"}, nil, "[0:0-10 0:-4-6 2:-4-6 2:-8-2 2:-12--2 3:4-14 3:0-10 3:-4-6]"},
		{[]any{"10 seconds", "5 seconds", "1 second"}, []int32{1, 3}, "[3:1-11 3:-4-6]"},
	} {
		args := []expr.Expr{ref}
		for _, a := range test.args {
			args = append(args, expr.Lit(a))
		}
		list, fields, err := sliding.Resolve(&expr.Resolver{}, args)
		if err != nil {
			t.Fatal(err)
		}
		fn, err := sliding.New(&expr.GeneratorCall{Fn: sliding, Args: list, Fields: fields}, &expr.Env{})
		if err != nil {
			t.Fatal(err)
		}
		out := []*batch.Column{batch.NewColumn(fields[0].Type, 0)}
		parents, err := fn(out, []*batch.Column{times}, 4, test.sel, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, p := range parents {
			got = append(got, fmt.Sprintf("%d:%d-%d", p, batch.Values[int64](out[0].Children[0])[i]/second,
				batch.Values[int64](out[0].Children[1])[i]/second))
		}
		if fmt.Sprint(got) != test.want {
			t.Errorf("window%v over rows %v\n got %v\nwant %s", test.args, test.sel, got, test.want)
		}
	}
}

// BenchmarkTumbling measures times that rise, and times without order.
func BenchmarkTumbling(b *testing.B) {
	for _, order := range []string{"rising", "random"} {
		b.Run(order, func(b *testing.B) {
			times := batch.NewColumn(types.Of(types.Timestamp), 0)
			for i := range batch.Size {
				v := int64(1_700_000_000*second) + int64(i)*1000
				if order == "random" {
					v += int64(i*7919%batch.Size) * 10 * second
				}
				expr.AppendValue(times, v)
			}
			s := shape{width: 10 * second, slide: 10 * second}
			out := batch.NewColumn(structOf(times.Type), batch.Size)
			out.Resize(batch.Size)
			for b.Loop() {
				if err := s.tumble(out, []*batch.Column{times}, batch.Size, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
