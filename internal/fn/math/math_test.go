package math_test

import (
	"math"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/fntest"
	"github.com/weirstream/weir/internal/fn/logic"
	fnmath "github.com/weirstream/weir/internal/fn/math"
	"github.com/weirstream/weir/types"
)

func bench(t testing.TB) *fntest.Bench {
	return fntest.New(t, cast.New, logic.Functions, fnmath.Functions)
}

func dec(t *testing.T, text string) *expr.Literal {
	t.Helper()
	d, typ, err := types.ParseDecimalExact(text)
	if err != nil {
		t.Fatal(err)
	}
	return &expr.Literal{Value: d, Typ: typ}
}

func TestIntegers(t *testing.T) {
	b := bench(t)
	x := b.Column(types.Of(types.Int), int32(7), int32(-7), nil, int32(math.MaxInt32))
	y := b.Column(types.Of(types.Long), int64(2), int64(2), int64(0), int64(-3))
	b.Expect(b.Call("+", x, y), "9", "-5", "NULL", "2147483644")
	b.Expect(b.Call("*", x, y), "14", "-14", "NULL", "-6442450941")
	b.Expect(b.Call("/", x, b.Call("nullif", y, 0)), "3.5", "-3.5", "NULL", "-7.158278823333334E8")
	b.Expect(b.Call("%", x, y), "1", "-1", "NULL", "1")
	b.Expect(b.Call("pmod", x, y), "1", "1", "NULL", "1")
	b.Expect(b.Call("div", x, y), "3", "-3", "NULL", "-715827882")
	b.Expect(b.Call("-", x), "-7", "7", "NULL", "-2147483647")
	b.Expect(b.Call("try_divide", x, b.Call("-", y, 2)), "NULL", "NULL", "NULL", "-4.294967294E8")
	if got := b.Call("+", x, b.Call("negative", y)).String(); got != "(c0 + negative(c1))" {
		t.Error(got)
	}
}

// Overflow is found in each width, at the last row, and in constants.
func TestOverflow(t *testing.T) {
	b := bench(t)
	one := expr.Int32(1)
	x := b.Column(types.Of(types.Int), int32(1), int32(math.MaxInt32))
	l := b.Column(types.Of(types.Long), int64(1), int64(math.MinInt64))
	s := b.Column(types.Of(types.Byte), int8(1), int8(-128))
	b.Fails(fault.ArithmeticOverflow, "+", x, one)
	b.Fails(fault.ArithmeticOverflow, "*", x, x)
	b.Fails(fault.ArithmeticOverflow, "-", l, 1)
	b.Fails(fault.ArithmeticOverflow, "*", l, -1)
	b.Fails(fault.ArithmeticOverflow, "abs", s)
	b.Fails(fault.ArithmeticOverflow, "div", l, -1)
	b.Fails(fault.DivideByZero, "/", x, 0)
	b.Fails(fault.RemainderByZero, "%", x, 0)
	b.Fails(fault.OperandsDiffer, "+", x, true)
	b.Expect(b.Call("try_add", x, one), "2", "NULL")
	b.Expect(b.Call("try_multiply", l, -1), "-1", "NULL")
	b.SetANSI(false)
	b.Expect(b.Call("+", x, one), "2", "-2147483648")
	b.Expect(b.Call("*", x, x), "1", "1")
	b.Expect(b.Call("%", x, 0), "NULL", "NULL")
}

func TestDecimals(t *testing.T) {
	b := bench(t)
	price := b.Column(types.Of(types.Long), int64(100), nil, int64(-7), int64(math.MaxInt64))
	product := b.Call("*", dec(t, "0.908"), price)
	if got := product.Type().String(); got != "decimal(24,3)" {
		t.Error(got)
	}
	b.Expect(product, "90.800", "NULL", "-6.356", "8374821809464136432.756")
	b.Expect(b.Call(">", product, expr.Int32(90)), "true", "NULL", "false", "true")
	b.Expect(b.Call("/", dec(t, "10.0"), expr.CastTo(price, types.DecimalOf(20, 0))),
		"0.1000000000000000000000", "NULL", "-1.4285714285714285714286", "0.0000000000000000010842")
	b.Expect(b.Call("+", dec(t, "0.05"), expr.Int32(1)), "1.05", "1.05", "1.05", "1.05")
	big := dec(t, "99999999999999999999999999999999999999")
	b.Fails(fault.NumericOutOfRange, "*", big, big)
	b.Expect(b.Call("try_add", big, big), "NULL", "NULL", "NULL", "NULL")
}

func TestRounding(t *testing.T) {
	b := bench(t)
	x := b.Column(types.Of(types.Double), 2.5, -2.5, 1.005, nil, 1e300, 123456.789)
	b.Expect(b.Call("round", x), "3.0", "-3.0", "1.0", "NULL", "1.0E300", "123457.0")
	b.Expect(b.Call("bround", x), "2.0", "-2.0", "1.0", "NULL", "1.0E300", "123457.0")
	b.Expect(b.Call("round", x, expr.Int32(2)), "2.5", "-2.5", "1.01", "NULL", "1.0E300", "123456.79")
	b.Expect(b.Call("round", x, expr.Int32(-3)), "0.0", "0.0", "0.0", "NULL", "1.0E300", "123000.0")
	b.Expect(b.Call("ceil", dec(t, "-1.5")), "-1", "-1", "-1", "-1", "-1", "-1")
	b.Expect(b.Call("floor", dec(t, "-1.55"), expr.Int32(1)), "-1.6", "-1.6", "-1.6", "-1.6", "-1.6", "-1.6")
	b.Fails(fault.ArithmeticOverflow, "floor", x)
	b.Fails(fault.NonFoldable, "round", x, x)
}

func TestBitsAndBases(t *testing.T) {
	b := bench(t)
	x := b.Column(types.Of(types.Long), int64(10), int64(-1), nil)
	b.Expect(b.Call("hex", x), "A", "FFFFFFFFFFFFFFFF", "NULL")
	b.Expect(b.Call("bin", x), "1010", "1111111111111111111111111111111111111111111111111111111111111111", "NULL")
	b.Expect(b.Call(">>>", x, expr.Int32(60)), "0", "15", "NULL")
	b.Expect(b.Call("^", x, 3), "9", "-4", "NULL")
	b.Expect(b.Call("conv", b.Call("hex", x), expr.Int32(16), expr.Int32(10)), "10", "18446744073709551615", "NULL")
	b.Expect(b.Call("ln", x), "2.302585092994046", "NULL", "NULL")
}

func measure(b *testing.B, t *fntest.Bench, e expr.Expr) {
	eval, err := t.Compile(e)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := eval.Eval(&t.Batch, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func prices(t *fntest.Bench) *expr.Ref {
	c := batch.NewColumn(types.Of(types.Long), batch.Size)
	c.Resize(batch.Size)
	for i := range batch.Values[int64](c) {
		batch.Values[int64](c)[i] = int64(i * 997)
	}
	return t.Add(c)
}

func BenchmarkAddLongs(b *testing.B) {
	t := bench(b)
	x := prices(t)
	measure(b, t, t.Call("+", x, x))
}

// Nexmark q1: cast(0.908 * price as decimal(23, 3)).
func BenchmarkEuros(b *testing.B) {
	t := bench(b)
	rate := &expr.Literal{Value: types.DecimalFromInt64(908), Typ: types.DecimalOf(3, 3)}
	measure(b, t, &expr.Cast{Child: t.Call("*", rate, prices(t)), To: types.DecimalOf(23, 3)})
}

// Nexmark q14: 0.908 * price > 1000000.
func BenchmarkEurosCompared(b *testing.B) {
	t := bench(b)
	rate := &expr.Literal{Value: types.DecimalFromInt64(908), Typ: types.DecimalOf(3, 3)}
	measure(b, t, t.Call(">", t.Call("*", rate, prices(t)), expr.Int32(1000000)))
}
