package types

import (
	"errors"
	"flag"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

var seed = flag.Uint64("seed", 0, "seed of the random tests; 0 takes a new one")

// random is a generator whose seed is printed, so that a failure can be had
// again with -seed.
func random(t testing.TB) *rand.Rand {
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 1))
}

func toBig(d Decimal) *big.Int {
	v := new(big.Int).Lsh(big.NewInt(d.Hi), 64)
	return v.Add(v, new(big.Int).SetUint64(d.Lo))
}

func fromBig(v *big.Int) (Decimal, bool) {
	if v.BitLen() > 127 {
		return Decimal{}, false
	}
	low := new(big.Int).And(v, new(big.Int).SetUint64(math.MaxUint64))
	return Decimal{low.Uint64(), new(big.Int).Rsh(v, 64).Int64()}, true
}

func bigPower(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// halfUp is a/b rounded half away from zero.
func halfUp(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Abs(r).Lsh(r, 1).CmpAbs(b) >= 0 {
		q.Add(q, big.NewInt(int64(a.Sign()*b.Sign())))
	}
	return q
}

// someDecimal is a decimal of any number of digits up to 38, often near a power
// of two or ten.
func someDecimal(r *rand.Rand) Decimal {
	var v *big.Int
	switch r.IntN(4) {
	case 0:
		v = bigPower(r.IntN(38))
		v.Add(v, big.NewInt(r.Int64N(3)-1))
	case 1:
		v = new(big.Int).Lsh(big.NewInt(1), uint(r.IntN(126)))
		v.Add(v, big.NewInt(r.Int64N(3)-1))
	default:
		v = new(big.Int).Lsh(new(big.Int).SetUint64(r.Uint64()), 64)
		v.Add(v, new(big.Int).SetUint64(r.Uint64()))
		v.Rem(v, bigPower(1+r.IntN(38)))
	}
	v.Rem(v, bigPower(38))
	if r.IntN(2) == 0 {
		v.Neg(v)
	}
	d, _ := fromBig(v)
	return d
}

func TestDecimalArithmeticEqualsBig(t *testing.T) {
	r := random(t)
	same := func(op string, a, b, got Decimal, ok bool, want *big.Int) {
		t.Helper()
		w, fits := fromBig(want)
		if ok != fits || ok && got != w {
			t.Fatalf("%v %s %v = %v, %t; want %v", a, op, b, got, ok, want)
		}
	}
	for range 20000 {
		a, b := someDecimal(r), someDecimal(r)
		x, y := toBig(a), toBig(b)
		if r.IntN(8) == 0 { // values beyond 38 digits
			a, b = Decimal{r.Uint64(), r.Int64()}, Decimal{r.Uint64(), int64(r.Uint64())}
			x, y = toBig(a), toBig(b)
		}
		got, ok := a.Add(b)
		same("+", a, b, got, ok, new(big.Int).Add(x, y))
		got, ok = a.Sub(b)
		same("-", a, b, got, ok, new(big.Int).Sub(x, y))
		got, ok = a.Mul(b)
		same("*", a, b, got, ok, new(big.Int).Mul(x, y))
		same("neg", a, b, a.Neg(), true, new(big.Int).Neg(x))
		if got, want := a.Cmp(b), x.Cmp(y); got != want || a.Less(b) != (want < 0) {
			t.Fatalf("%v cmp %v = %d, want %d", a, b, got, want)
		}
		if a.Sign() != x.Sign() || a.String() != x.String() || a.Precision() != len(new(big.Int).Abs(x).String()) {
			t.Fatalf("%v: sign %d, precision %d", a, a.Sign(), a.Precision())
		}
		if !b.IsZero() {
			q, rest := a.QuoRem(b)
			wq, wr := new(big.Int).QuoRem(x, y, new(big.Int))
			same("div", a, b, q, true, wq)
			same("%", a, b, rest, true, wr)
		}
	}
}

func TestDecimalMulRoundEqualsBig(t *testing.T) {
	r := random(t)
	for range 10000 {
		a, b, drop := someDecimal(r), someDecimal(r), r.IntN(50)-2
		p := new(big.Int).Mul(toBig(a), toBig(b))
		if drop >= 0 {
			p = halfUp(p, bigPower(drop))
		} else {
			p.Mul(p, bigPower(-drop))
		}
		want, fits := fromBig(p)
		if got, ok := a.MulRound(b, drop); ok != fits || ok && got != want {
			t.Fatalf("%v * %v drop %d = %v, %t; want %v", a, b, drop, got, ok, p)
		}
	}
}

func TestDecimalQuoEqualsBig(t *testing.T) {
	r := random(t)
	for range 10000 {
		a, b := someDecimal(r), someDecimal(r)
		sd, so, scale := r.IntN(39), r.IntN(39), r.IntN(39)
		if b.IsZero() {
			continue
		}
		want := halfUp(new(big.Int).Mul(toBig(a), bigPower(max(scale-sd+so, 0))),
			new(big.Int).Mul(toBig(b), bigPower(max(sd-so-scale, 0))))
		w, fits := fromBig(want)
		if got, ok := a.Quo(b, scale-sd+so); ok != fits || ok && got != w {
			t.Fatalf("%v e-%d / %v e-%d to %d = %v, %t; want %v", a, sd, b, so, scale, got, ok, want)
		}
		sum := new(big.Int).Add(new(big.Int).Mul(toBig(a), bigPower(38-sd)), new(big.Int).Mul(toBig(b), bigPower(38-so)))
		want = halfUp(sum, bigPower(38-scale))
		w, fits = fromBig(want)
		if got, ok := a.AddRound(b, sd, so, scale); ok != fits || ok && got != w {
			t.Fatalf("%v e-%d + %v e-%d to %d = %v, %t; want %v", a, sd, b, so, scale, got, ok, want)
		}
	}
}

func TestDecimalRoundsOnceAsSpark(t *testing.T) {
	tests := []struct {
		name   string
		a, b   string
		sa, sb int
		scale  int
		want   string
		op     func(a, b Decimal, shift int) (Decimal, bool)
		shift  int
	}{
		{"a product of 40 digits", "9000000000.0000000005", "9000000000.0000000099", 10, 10, 17,
			"81000000000000000093.60000000000000000", Decimal.MulRound, 20 - 17},
		{"a quotient of 38 digits", "30000000000000000000000000000003", "1.7", 6, 1, 6,
			"17647058823529411764705882352942.941176", Decimal.Quo, 6 - 6 + 1},
		{"a quotient that ends far behind", "0.04999999999999999999999999999999999999", "100000", 38, 32, 6,
			"0.000000", Decimal.Quo, 6 - 38 + 32},
	}
	for _, tt := range tests {
		a, err := ParseDecimal(tt.a, 38, tt.sa)
		b, err2 := ParseDecimal(tt.b, 38, tt.sb)
		got, ok := tt.op(a, b, tt.shift)
		if err != nil || err2 != nil || !ok || got.Format(tt.scale) != tt.want {
			t.Errorf("%s: %s, %t, want %s", tt.name, got.Format(tt.scale), ok, tt.want)
		}
	}
}

func TestDecimalRescaleEqualsBig(t *testing.T) {
	r := random(t)
	for range 10000 {
		d, from, to := someDecimal(r), r.IntN(45), r.IntN(45)
		x := toBig(d)
		for _, mode := range []Rounding{HalfUp, HalfEven, Down, Floor, Ceiling} {
			var want *big.Int
			if to >= from {
				want = new(big.Int).Mul(x, bigPower(to-from))
			} else {
				want = roundBig(x, bigPower(from-to), mode)
			}
			w, fits := fromBig(want)
			if got, ok := d.RescaleBy(from, to, mode); ok != fits || ok && got != w {
				t.Fatalf("%v from %d to %d mode %d = %v, %t; want %v", d, from, to, mode, got, ok, want)
			}
		}
		for p := range 39 {
			if got, want := d.FitsPrecision(p), x.CmpAbs(bigPower(p)) < 0; got != want {
				t.Fatalf("%v fits %d digits: %t", d, p, got)
			}
		}
	}
}

func roundBig(x, by *big.Int, mode Rounding) *big.Int {
	floor := new(big.Int).Div(x, by) // by is positive: Euclid's division is the floor
	rest := new(big.Int).Sub(x, new(big.Int).Mul(floor, by))
	up := new(big.Int).Add(floor, big.NewInt(1))
	half := new(big.Int).Lsh(rest, 1).Cmp(by)
	switch {
	case rest.Sign() == 0 || mode == Floor || mode == Down && x.Sign() > 0:
		return floor
	case mode == Ceiling || mode == Down:
		return up
	case half != 0:
		if half > 0 {
			return up
		}
		return floor
	case mode == HalfEven:
		if floor.Bit(0) == 0 {
			return floor
		}
		return up
	case x.Sign() < 0:
		return floor
	default:
		return up
	}
}

func TestDecimalText(t *testing.T) {
	tests := []struct {
		unscaled int64
		scale    int
		want     string
	}{
		{0, 0, "0"}, {0, 10, "0.0000000000"}, {5, 1, "0.5"}, {-50, 2, "-0.50"}, {12345, 2, "123.45"},
		{-12345, 5, "-0.12345"}, {12, -2, "1200"}, {0, -2, "0"},
	}
	for _, tt := range tests {
		if got := DecimalFromInt64(tt.unscaled).Format(tt.scale); got != tt.want {
			t.Errorf("%d with scale %d: %q, want %q", tt.unscaled, tt.scale, got, tt.want)
		}
	}
}

func TestParseDecimalAsSparkCasts(t *testing.T) {
	nines := strings.Repeat("9", 38)
	tests := []struct {
		text             string
		precision, scale int
		want             string // empty: not a number; "range": too large
	}{
		{"1.5e3", 10, 2, "1500.00"}, {" 12.345 ", 10, 2, "12.35"}, {"+.5", 10, 2, "0.50"},
		{"5.", 10, 2, "5.00"}, {"１２", 10, 2, "12.00"}, {"1e-400", 10, 2, "0.00"}, {"-0.005", 10, 2, "-0.01"},
		{"-0.00499", 10, 2, "0.00"}, {"00000000000000000000000000000000000000000001", 10, 2, "1.00"},
		{nines, 38, 0, nines}, {nines + ".49", 38, 0, nines}, {"0." + nines + "9", 38, 37, "1." + strings.Repeat("0", 37)},
		{"1" + strings.Repeat("0", 40) + "e-40", 10, 2, "1.00"},
		{"0." + strings.Repeat("0", 60) + "1e61", 5, 1, "1.0"},
		{"", 10, 2, ""}, {".", 10, 2, ""}, {"1_0", 10, 2, ""}, {"1e", 10, 2, ""}, {"1d", 10, 2, ""}, {"1 2", 10, 2, ""},
		{"--1", 10, 2, ""}, {"1.2.3", 10, 2, ""}, {"NaN", 10, 2, ""}, {"e5", 10, 2, ""},
		{"1E400", 10, 2, "range"}, {"100", 4, 2, "range"}, {"99.995", 4, 2, "range"}, {nines + ".5", 38, 0, "range"},
		{"1" + nines, 38, 0, "range"}, {"1e99999999999999999999", 38, 0, "range"},
	}
	for _, tt := range tests {
		d, err := ParseDecimal(tt.text, tt.precision, tt.scale)
		got := d.Format(tt.scale)
		switch {
		case errors.Is(err, ErrDecimalSyntax):
			got = ""
		case errors.Is(err, ErrDecimalRange):
			got = "range"
		}
		if got != tt.want {
			t.Errorf("%q as decimal(%d,%d): %q, want %q", tt.text, tt.precision, tt.scale, got, tt.want)
		}
	}
}

func TestParseDecimalExact(t *testing.T) {
	tests := []struct{ text, want string }{
		{"1.50", "decimal(3,2) 1.50"}, {"0.001", "decimal(3,3) 0.001"}, {"1e3", "decimal(4,0) 1000"},
		{"0", "decimal(1,0) 0"}, {"00.10", "decimal(2,2) 0.10"}, {"-1.5e-2", "decimal(3,3) -0.015"},
		{"1e39", "decimal number out of range"}, {"1." + strings.Repeat("0", 40), "decimal number out of range"},
		{"x", "not a decimal number"}, {" 1", "not a decimal number"},
	}
	for _, tt := range tests {
		d, typ, err := ParseDecimalExact(tt.text)
		got := typ.String() + " " + d.Format(typ.Scale)
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%q: %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestDecimalTextRoundTrip(t *testing.T) {
	r := random(t)
	for range 5000 {
		d, scale := someDecimal(r), r.IntN(39)
		got, err := ParseDecimal(d.Format(scale), 38, scale)
		if err != nil || got != d {
			t.Fatalf("%s came back as %v, %v", d.Format(scale), got, err)
		}
	}
}

func TestDecimalAndFloats(t *testing.T) {
	tests := []struct {
		f                float64
		precision, scale int
		want             string
	}{
		{0.1, 38, 20, "0.10000000000000000000"}, {1.005, 10, 2, "1.01"}, {1e22, 38, 0, "10000000000000000000000"},
		{123456789.987654321, 20, 8, "123456789.98765433"}, {float64(float32(0.1)), 20, 18, "0.100000001490116120"},
		{-2.5, 2, 0, "-3"}, {math.Copysign(0, -1), 2, 0, "0"},
		{1e39, 38, 0, "no"}, {99.5, 2, 0, "no"}, {math.NaN(), 38, 0, "no"}, {math.Inf(1), 38, 0, "no"},
	}
	for _, tt := range tests {
		d, ok := DecimalFromFloat64(tt.f, tt.precision, tt.scale)
		got := d.Format(tt.scale)
		if !ok {
			got = "no"
		}
		if got != tt.want {
			t.Errorf("%g as decimal(%d,%d): %s, want %s", tt.f, tt.precision, tt.scale, got, tt.want)
		}
	}
	r := random(t)
	for range 5000 {
		d, scale := someDecimal(r), r.IntN(39)
		want, _ := strconv.ParseFloat(d.Format(scale), 64)
		if got := d.Float64(scale); got != want {
			t.Fatalf("%s as float64: %g, want %g", d.Format(scale), got, want)
		}
	}
}

func TestDecimalDoesNotAllocate(t *testing.T) {
	a, b := Decimal{12345678901234567890, 54321}, Decimal{987654321, 12}
	var buf [64]byte
	var sink Decimal
	n := testing.AllocsPerRun(100, func() {
		sink, _ = a.MulRound(b, 30)
		sink, _ = a.Quo(b, 6)
		sink, _ = a.Quo(b, 30)
		sink, _ = a.Rescale(10, 2)
		sink, _ = a.AddRound(b, 3, 38, 10)
		sink, _ = DecimalFromFloat64(1.005, 10, 2)
		sink, _ = ParseDecimal(" -1234567890.12345 ", 38, 4)
		_ = a.Float64(30)
		_ = sink.Append(buf[:0], 3)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecimalAdd(b *testing.B) {
	x, y := DecimalFromInt64(123456), DecimalFromInt64(987)
	b.ReportAllocs()
	for b.Loop() {
		x, _ = x.Add(y)
	}
}

func BenchmarkDecimalMulRound(b *testing.B) {
	x, y := DecimalFromInt64(123456), DecimalFromInt64(987)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = x.MulRound(y, 2)
	}
}

func BenchmarkDecimalParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = ParseDecimal("12345.67", 10, 2)
	}
}
