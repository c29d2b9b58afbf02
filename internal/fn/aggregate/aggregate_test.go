package aggregate

import (
	"math"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

func dec(v int64) types.Decimal { return types.DecimalFromInt64(v) }

// Each line is what Spark gives for one group.
func TestResultsAreSparks(t *testing.T) {
	ints := column(types.Of(types.Int), int32(3), nil, int32(-1), int32(3), int32(10))
	longs := column(types.Of(types.Long), int64(5), int64(7), nil, int64(5), int64(-2))
	floats := column(types.Of(types.Double), 1.5, math.NaN(), nil, -2.25, 0.5)
	numbers := column(types.Of(types.Double), 4.0, 7.5, nil, -2.25, 0.5)
	others := column(types.Of(types.Double), 1.0, 3.0, 9.0, -1.0, nil)
	texts := column(types.Of(types.String), "b", nil, "", "abc", "b")
	bools := column(types.Of(types.Boolean), true, nil, false, true, true)
	decs := column(types.DecimalOf(6, 2), dec(150), dec(-25), nil, dec(333), dec(1))
	months := column(types.Of(types.YearMonthInterval), int32(14), nil, int32(-3), int32(1), int32(1))
	structs := column(types.StructOf(types.Field{Name: "a", Type: types.Of(types.Int), Nullable: true},
		types.Field{Name: "b", Type: types.Of(types.String), Nullable: true}),
		[]any{int32(1), "z"}, []any{nil, "a"}, nil, []any{int32(1), "y"}, []any{int32(0), nil})
	void := column(types.Of(types.Null), nil, nil, nil, nil, nil)
	half := &expr.Literal{Value: dec(5), Typ: types.DecimalOf(1, 1)}

	for _, test := range []struct {
		name     string
		columns  []*batch.Column
		literals []any
		want     string
		text     string
	}{
		{"count", []*batch.Column{ints}, nil, "4", "count(c1)"},
		{"count", nil, []any{expr.Int32(1)}, "5", "count(1)"},
		{"count", []*batch.Column{ints, texts}, nil, "4", "count(c1, c2)"},
		{"count", []*batch.Column{ints, longs}, nil, "3", "count(c1, c2)"},
		{"count", []*batch.Column{void}, nil, "0", ""},
		{"count_if", []*batch.Column{bools}, nil, "3", "count_if(c1)"},
		{"sum", []*batch.Column{ints}, nil, "15", "sum(c1)"},
		{"sum", []*batch.Column{longs}, nil, "15", ""},
		{"sum", []*batch.Column{floats}, nil, "NaN", ""},
		{"sum", []*batch.Column{decs}, nil, "4.59", ""},
		{"sum", []*batch.Column{months}, nil, "INTERVAL '1-1' YEAR TO MONTH", ""},
		{"sum", []*batch.Column{void}, nil, "NULL", ""},
		{"sum", nil, []any{int64(2)}, "10", ""},
		{"try_sum", []*batch.Column{longs}, nil, "15", "try_sum(c1)"},
		{"avg", []*batch.Column{ints}, nil, "3.75", "avg(c1)"},
		{"mean", []*batch.Column{ints}, nil, "3.75", "mean(c1)"},
		{"avg", []*batch.Column{decs}, nil, "1.147500", ""},
		{"avg", []*batch.Column{months}, nil, "INTERVAL '0-3' YEAR TO MONTH", ""},
		{"avg", []*batch.Column{numbers}, nil, "2.4375", ""},
		{"min", []*batch.Column{ints}, nil, "-1", "min(c1)"},
		{"max", []*batch.Column{ints}, nil, "10", "max(c1)"},
		{"min", []*batch.Column{floats}, nil, "-2.25", ""},
		{"max", []*batch.Column{floats}, nil, "NaN", ""},
		{"min", []*batch.Column{texts}, nil, "", ""},
		{"max", []*batch.Column{texts}, nil, "b", ""},
		{"min", []*batch.Column{bools}, nil, "false", ""},
		{"max", []*batch.Column{bools}, nil, "true", ""},
		{"min", []*batch.Column{decs}, nil, "-0.25", ""},
		{"max", []*batch.Column{decs}, nil, "3.33", ""},
		{"min", []*batch.Column{structs}, nil, "{null, a}", ""},
		{"max", []*batch.Column{structs}, nil, "{1, z}", ""},
		{"max", []*batch.Column{void}, nil, "NULL", ""},
		{"max", nil, []any{"x"}, "x", ""},
		{"bool_and", []*batch.Column{bools}, nil, "false", "bool_and(c1)"},
		{"every", []*batch.Column{bools}, nil, "false", "every(c1)"},
		{"bool_or", []*batch.Column{bools}, nil, "true", "bool_or(c1)"},
		{"some", []*batch.Column{bools}, nil, "true", "some(c1)"},
		{"bit_and", []*batch.Column{ints}, nil, "2", "bit_and(c1)"},
		{"bit_or", []*batch.Column{ints}, nil, "-1", ""},
		{"bit_xor", []*batch.Column{ints}, nil, "-11", ""},
		{"first", []*batch.Column{texts}, nil, "b", "first(c1)"},
		{"first_value", []*batch.Column{texts}, nil, "b", "first_value(c1)"},
		{"last", []*batch.Column{texts}, nil, "b", "last(c1)"},
		{"last", []*batch.Column{numbers}, nil, "0.5", ""},
		{"any_value", []*batch.Column{numbers}, []any{true}, "4.0", "any_value(c1)"},
		{"max_by", []*batch.Column{texts, ints}, nil, "b", "max_by(c1, c2)"},
		{"max_by", []*batch.Column{texts, longs}, nil, "NULL", ""},
		{"min_by", []*batch.Column{texts, longs}, nil, "b", ""},
		{"max_by", []*batch.Column{longs, ints}, nil, "-2", ""},
		{"max_by", []*batch.Column{ints, longs}, nil, "NULL", ""},
		{"max_by", []*batch.Column{ints, texts}, nil, "10", ""},
		{"max_by", []*batch.Column{ints, structs}, nil, "3", ""},
		{"min_by", []*batch.Column{ints, floats}, nil, "3", ""},
		{"max_by", []*batch.Column{ints, floats}, nil, "NULL", ""},
		{"max_by", []*batch.Column{ints}, []any{int64(1)}, "10", ""},
		{"collect_list", []*batch.Column{texts}, nil, "[b, , abc, b]", "collect_list(c1)"},
		{"array_agg", []*batch.Column{ints}, nil, "[3, -1, 3, 10]", "collect_list(c1)"},
		{"collect_set", []*batch.Column{ints}, nil, "[3, -1, 10]", "collect_set(c1)"},
		{"collect_set", []*batch.Column{texts}, nil, "[b, , abc]", ""},
		{"collect_set", []*batch.Column{structs}, nil, "[{1, z}, {null, a}, {1, y}, {0, null}]", ""},
		{"mode", []*batch.Column{ints}, nil, "3", "mode(c1)"},
		{"mode", []*batch.Column{texts}, []any{true}, "b", "mode() WITHIN GROUP (ORDER BY c1 DESC)"},
		{"approx_count_distinct", []*batch.Column{ints}, nil, "3", "approx_count_distinct(c1)"},
		{"approx_count_distinct", []*batch.Column{texts}, []any{0.1}, "3", "approx_count_distinct(c1)"},
		{"percentile", []*batch.Column{ints}, []any{half}, "3.0", "percentile(c1, 0.5, 1)"},
		{"percentile", []*batch.Column{numbers}, []any{0.25}, "-0.1875", ""},
		{"median", []*batch.Column{decs}, nil, "0.755", "median(c1)"},
		{"median", []*batch.Column{months}, nil, "INTERVAL '0-1' YEAR TO MONTH", ""},
		{"percentile_approx", []*batch.Column{ints}, []any{half}, "3", "percentile_approx(c1, 0.5, 10000)"},
		{"approx_percentile", []*batch.Column{ints}, []any{1.0}, "10", ""},
		{"approx_percentile", []*batch.Column{ints}, []any{&expr.Literal{Typ: types.ArrayOf(types.Of(types.Double)),
			Value: []any{0.0, 0.25, 0.26}}}, "[-1, -1, 3]", ""},
		{"stddev", []*batch.Column{numbers}, nil, "4.234653665492217", "stddev(c1)"},
		{"stddev_pop", []*batch.Column{numbers}, nil, "3.6673176505451504", ""},
		{"var_samp", []*batch.Column{numbers}, nil, "17.932291666666668", ""},
		{"var_pop", []*batch.Column{numbers}, nil, "13.449218750000002", ""},
		{"skewness", []*batch.Column{numbers}, nil, "0.11805458240737422", ""},
		{"kurtosis", []*batch.Column{numbers}, nil, "-1.397167715980994", ""},
		{"corr", []*batch.Column{numbers, others}, nil, "0.9869991784743984", "corr(c1, c2)"},
		{"covar_pop", []*batch.Column{numbers, others}, nil, "6.5", ""},
		{"covar_samp", []*batch.Column{numbers, others}, nil, "9.75", ""},
		{"regr_count", []*batch.Column{numbers, others}, nil, "3", "regr_count(c1, c2)"},
		{"regr_slope", []*batch.Column{numbers, others}, nil, "2.4375", ""},
		{"regr_intercept", []*batch.Column{numbers, others}, nil, "0.6458333333333335", ""},
		{"regr_r2", []*batch.Column{numbers, others}, nil, "0.9741673783091374", ""},
		{"regr_avgx", []*batch.Column{numbers, others}, nil, "1.0", ""},
		{"regr_avgy", []*batch.Column{numbers, others}, nil, "3.0833333333333335", ""},
	} {
		columns := test.columns
		if len(columns) == 0 {
			columns = []*batch.Column{ints} // for its number of rows
		}
		b := newBench(t, columns...)
		c, err := b.call(test.name, len(test.columns), test.literals...)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if test.text != "" && c.String() != test.text {
			t.Errorf("%s is called %s, want %s", test.name, c, test.text)
		}
		acc := b.accumulator(c)
		acc.Reset(0, 2)
		if err := acc.Update([]int32{1, 1, 1, 1, 1}, b.args(c), nil); err != nil {
			t.Errorf("%s: %v", c, err)
			continue
		}
		got, err := b.texts(c, acc, []int32{1, 0})
		if err != nil {
			t.Errorf("%s: %v", c, err)
			continue
		}
		if got[0] != test.want {
			t.Errorf("%s = %s, want %s", c, got[0], test.want)
		}
		empty := "NULL"
		switch {
		case c.Fn.ZeroIfEmpty:
			empty = "0"
		case strings.HasPrefix(c.Fn.Name, "collect"):
			empty = "[]"
		}
		if got[1] != empty {
			t.Errorf("%s of no rows = %s, want %s", c, got[1], empty)
		}
	}
}

// The figures are those of Spark 4.3 over range(n).
func TestApproxCountDistinctIsSparks(t *testing.T) {
	for _, test := range []struct {
		n                            int
		longs, texts, fine, ints, ds int64
	}{
		{3, 3, 3, 3, 3, 3}, {50, 52, 49, 50, 50, 52}, {300, 296, 296, 301, 295, 304},
		{400, 397, 397, 401, 399, 414}, {500, 484, 492, 500, 494, 538}, {700, 698, 675, 697, 698, 760},
		{1000, 1026, 1034, 996, 1026, 1065}, {2000, 1947, 1937, 2013, 2023, 1981},
		{2500, 2378, 2425, 2495, 2518, 2531}, {3000, 2770, 2788, 2991, 2963, 3051},
		{5000, 4671, 4632, 4957, 4956, 5118}, {20000, 19522, 18604, 19867, 18595, 19175},
	} {
		longs, ints := batch.NewColumn(types.Of(types.Long), 0), batch.NewColumn(types.Of(types.Int), 0)
		texts, doubles := batch.NewColumn(types.Of(types.String), 0), batch.NewColumn(types.Of(types.Double), 0)
		for i := range test.n {
			expr.AppendValue(longs, int64(i))
			expr.AppendValue(ints, int32(i))
			expr.AppendValue(texts, dec(int64(i)).String())
			expr.AppendValue(doubles, float64(i)/3)
		}
		check := func(c *batch.Column, want int64, literals ...any) {
			t.Helper()
			b := newBench(t, c)
			call, err := b.call("approx_count_distinct", 1, literals...)
			if err != nil {
				t.Fatal(err)
			}
			acc := b.accumulator(call)
			acc.Reset(0, 1)
			if err := acc.Update(make([]int32, test.n), b.args(call), nil); err != nil {
				t.Fatal(err)
			}
			if got, _ := b.texts(call, acc, []int32{0}); got[0] != dec(want).String() {
				t.Errorf("%s of %d %s = %s, want %d", call, test.n, c.Type, got[0], want)
			}
		}
		check(longs, test.longs)
		check(longs, test.fine, 0.01)
		check(ints, test.ints)
		check(texts, test.texts)
		check(doubles, test.ds)
	}
}

// The hashes are those of Spark's xxhash64.
func TestHashesAreSparks(t *testing.T) {
	array := types.ArrayOf(types.Of(types.Int))
	for _, test := range []struct {
		t    types.Type
		v    any
		want int64
	}{
		{types.Of(types.Int), int32(1), -6698625589789238999},
		{types.Of(types.Boolean), true, -6698625589789238999},
		{types.Of(types.Long), int64(1), -7001672635703045582},
		{types.Of(types.String), "abc", 1423657621850124518},
		{types.Of(types.String), "the quick brown fox jumps over the lazy dog", -2856755173023931444},
		{types.Of(types.Double), 1.5, 7738255526519901366},
		{types.DecimalOf(38, 2), dec(1234), 804797035677707363},
		{types.DecimalOf(10, 2), dec(-1234), -1614697014534150208},
		{types.DecimalOf(38, 0), dec(-129), -6459515886037897956},
		{array, []any{int32(1), nil, int32(3)}, -3383274367486667931},
		{types.Of(types.DayTimeInterval), int64(86400000000), 5650310968337874586},
	} {
		var out [1]uint64
		hashRows(out[:], column(test.t, test.v), []int32{0})
		if int64(out[0]) != test.want {
			t.Errorf("%s %v: %d, want %d", test.t, test.v, int64(out[0]), test.want)
		}
	}
}

func TestOverflow(t *testing.T) {
	longs := column(types.Of(types.Long), int64(math.MaxInt64), int64(1))
	decimals := column(types.DecimalOf(38, 0), types.PowerOfTen(37), types.PowerOfTen(37), types.PowerOfTen(37),
		types.PowerOfTen(37), types.PowerOfTen(37), types.PowerOfTen(37), types.PowerOfTen(37), types.PowerOfTen(37),
		types.PowerOfTen(37), types.PowerOfTen(37))
	months := column(types.Of(types.YearMonthInterval), int32(math.MaxInt32), int32(1))
	for _, test := range []struct {
		name   string
		column *batch.Column
		ansi   bool
		want   string
		fails  fault.Condition
	}{
		{"sum", longs, true, "", fault.ArithmeticOverflow},
		{"sum", longs, false, "-9223372036854775808", fault.Condition{}},
		{"try_sum", longs, true, "NULL", fault.Condition{}},
		{"sum", decimals, true, "", fault.ArithmeticOverflow},
		{"sum", decimals, false, "NULL", fault.Condition{}},
		{"try_sum", decimals, true, "NULL", fault.Condition{}},
		{"avg", decimals, true, "", fault.ArithmeticOverflow},
		{"try_avg", decimals, true, "NULL", fault.Condition{}},
		{"sum", months, false, "", fault.IntervalSumOverflow},
		{"avg", longs, true, "4.611686018427388E18", fault.Condition{}},
	} {
		b := newBench(t, test.column)
		b.env.ANSI = test.ansi
		c, err := b.call(test.name, 1)
		if err != nil {
			t.Fatal(err)
		}
		acc := b.accumulator(c)
		acc.Reset(0, 1)
		err = acc.Update(make([]int32, b.batch.Rows), b.args(c), nil)
		got := []string{""}
		if err == nil {
			got, err = b.texts(c, acc, []int32{0})
		}
		switch {
		case test.fails != fault.Condition{}:
			if !fault.Is(err, test.fails) {
				t.Errorf("%s of %s: %v, want %s", c, test.column.Type, err, test.fails.Name)
			}
		case err != nil || got[0] != test.want:
			t.Errorf("%s of %s = %s (%v), want %s", c, test.column.Type, got, err, test.want)
		}
	}
}

func TestWrongArguments(t *testing.T) {
	m := types.MapOf(types.Of(types.String), types.Of(types.Int))
	b := newBench(t, column(types.Of(types.Boolean), true), column(m, nil))
	b.refs[0], b.refs[1] = b.refs[1], b.refs[0] // the map first
	for _, test := range []struct {
		name     string
		n        int
		literals []any
		want     fault.Condition
	}{
		{"sum", 1, nil, fault.TypeMismatch},
		{"sum", 0, []any{true}, fault.TypeMismatch},
		{"sum", 0, nil, fault.WrongNumArgs},
		{"count", 0, nil, fault.WrongNumArgs},
		{"max", 1, nil, fault.InvalidOrdering},
		{"collect_set", 1, nil, fault.UnsupportedInput},
		{"bit_and", 0, []any{1.5}, fault.TypeMismatch},
		{"first", 0, []any{1, 2}, fault.TypeMismatch},
		{"percentile_approx", 0, []any{1.0, 1.5}, fault.ValueOutOfRange},
		{"approx_count_distinct", 0, []any{1.0, 0.9}, fault.FailedFunctionCall},
		{"stddev", 1, nil, fault.TypeMismatch},
	} {
		if _, err := b.call(test.name, test.n, test.literals...); !fault.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want.Name)
		}
	}
}
