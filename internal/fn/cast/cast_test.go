package cast_test

import (
	"math"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/fntest"
	"github.com/weirstream/weir/types"
)

func to(e expr.Expr, t types.Type, mode expr.CastMode) expr.Expr {
	return &expr.Cast{Child: e, To: t, Mode: mode}
}

func TestTextToOthers(t *testing.T) {
	b := fntest.New(t, cast.New)
	s := b.Column(types.Of(types.String), " 12 ", nil, "1.5", "t", "2024-02-29 01:02", "-1e3", "x", "nan", "1d")
	for _, c := range []struct {
		to   types.Type
		want []string
	}{
		{types.Of(types.Byte), []string{"12", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL"}},
		{types.Of(types.Double), []string{"12.0", "NULL", "1.5", "NULL", "NULL", "-1000.0", "NULL", "NaN", "1.0"}},
		{types.DecimalOf(5, 1), []string{"12.0", "NULL", "1.5", "NULL", "NULL", "-1000.0", "NULL", "NULL", "NULL"}},
		{types.Of(types.Boolean), []string{"NULL", "NULL", "NULL", "true", "NULL", "NULL", "NULL", "NULL", "NULL"}},
		{types.Of(types.Date), []string{"NULL", "NULL", "NULL", "NULL", "2024-02-29", "NULL", "NULL", "NULL", "NULL"}},
		{types.Of(types.Timestamp), []string{"NULL", "NULL", "NULL", "NULL", "2024-02-29 01:02:00", "NULL", "NULL", "NULL", "NULL"}},
	} {
		b.Expect(to(s, c.to, expr.CastTry), c.want...)
		if _, err := b.Texts(to(s, c.to, expr.CastDefault)); !fault.Is(err, fault.CastInvalidInput) {
			t.Errorf("cast to %s: %v", c.to, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	b := fntest.New(t, cast.New)
	long, double := types.Of(types.Long), types.Of(types.Double)
	n := b.Column(long, int64(1), int64(-129), nil, int64(math.MaxInt64), int64(0))
	d := b.Column(double, 1.9, -1.9, nil, math.NaN(), 1e300)
	b.Expect(to(n, types.Of(types.Byte), expr.CastTry), "1", "NULL", "NULL", "NULL", "0")
	b.Expect(to(n, types.Of(types.Boolean), expr.CastDefault), "true", "true", "NULL", "true", "false")
	b.Expect(to(n, types.DecimalOf(20, 1), expr.CastTry), "1.0", "-129.0", "NULL", "9223372036854775807.0", "0.0")
	b.Expect(to(d, types.Of(types.Int), expr.CastTry), "1", "-1", "NULL", "NULL", "NULL")
	b.Expect(to(d, types.DecimalOf(2, 1), expr.CastTry), "1.9", "-1.9", "NULL", "NULL", "NULL")
	for _, e := range []expr.Expr{to(n, types.Of(types.Byte), 0), to(d, types.Of(types.Long), 0)} {
		if _, err := b.Texts(e); !fault.Is(err, fault.CastOverflow) {
			t.Errorf("%s: %v", e, err)
		}
	}
	b.SetANSI(false)
	b.Expect(to(n, types.Of(types.Byte), 0), "1", "127", "NULL", "-1", "0")
	b.Expect(to(d, types.Of(types.Int), 0), "1", "-1", "NULL", "0", "2147483647")
}

// Only the rows that are asked for may fail.
func TestUnselectedRowsDoNotFail(t *testing.T) {
	b := fntest.New(t, cast.New)
	s := b.Column(types.Of(types.String), "1", "bad")
	eval, err := b.Compile(to(s, types.Of(types.Int), 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := eval.Eval(&b.Batch, []int32{0}); err != nil {
		t.Error(err)
	}
	if _, err := eval.Eval(&b.Batch, []int32{1}); !fault.Is(err, fault.CastInvalidInput) {
		t.Error(err)
	}
}

func TestNested(t *testing.T) {
	b := fntest.New(t, cast.New)
	ints, texts := types.ArrayOf(types.Of(types.Int)), types.ArrayOf(types.Of(types.String))
	a := b.Column(texts, []any{"1", nil}, nil, []any{}, []any{"7"})
	b.Expect(to(a, ints, 0), "[1, null]", "NULL", "[]", "[7]")
	st := types.StructOf(types.Field{Name: "a", Type: texts, Nullable: true}, types.Field{Name: "b", Type: types.Of(types.Int), Nullable: true})
	to2 := types.StructOf(types.Field{Name: "x", Type: ints, Nullable: true}, types.Field{Name: "y", Type: types.Of(types.Double), Nullable: true})
	s := b.Column(st, []any{[]any{"5"}, int32(1)}, nil, []any{nil, nil}, []any{[]any{"6", "7"}, int32(2)})
	b.Expect(to(s, to2, 0), "{[5], 1.0}", "NULL", "{null, null}", "{[6, 7], 2.0}")
}

func TestZones(t *testing.T) {
	b := fntest.New(t, cast.New)
	b.SetZone("America/New_York")
	s := b.Column(types.Of(types.String), "2024-07-01 00:00:00", "2024-01-01T00:00:00Z")
	ts := to(s, types.Of(types.Timestamp), 0)
	b.Expect(to(ts, types.Of(types.Long), 0), "1719806400", "1704067200")
	b.Expect(to(ts, types.Of(types.Date), 0), "2024-07-01", "2023-12-31")
	b.Expect(to(to(ts, types.Of(types.Date), 0), types.Of(types.Timestamp), 0), "2024-07-01 00:00:00", "2023-12-31 00:00:00")
	b.Expect(to(ts, types.Of(types.TimestampNTZ), 0), "2024-07-01 00:00:00", "2023-12-31 19:00:00")
}

func TestLegality(t *testing.T) {
	at := func(k types.Kind) expr.Expr { return &expr.Ref{Name: "c", Typ: types.Of(k)} }
	for _, c := range []struct {
		from, to types.Kind
		want     *fault.Condition
	}{
		{types.Int, types.String, nil},
		{types.Int, types.Date, &fault.CastWithFunction},
		{types.Boolean, types.Timestamp, &fault.CastWithConf},
		{types.Binary, types.Int, &fault.CastWithoutSuggest},
		{types.TimestampNTZ, types.Long, &fault.CastWithoutSuggest},
	} {
		err := cast.Check(at(c.from), types.Of(c.to), true)
		if (c.want == nil) != (err == nil) || c.want != nil && !fault.Is(err, *c.want) {
			t.Errorf("%v to %v: %v", c.from, c.to, err)
		}
	}
}

func BenchmarkLongToDecimal(b *testing.B) {
	bench := fntest.New(b, cast.New)
	c := batch.NewColumn(types.Of(types.Long), batch.Size)
	c.Resize(batch.Size)
	for i := range batch.Values[int64](c) {
		batch.Values[int64](c)[i] = int64(i)
	}
	eval, err := bench.Compile(to(bench.Add(c), types.DecimalOf(20, 0), 0))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := eval.Eval(&bench.Batch, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
