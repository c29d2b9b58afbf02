package time_test

import (
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/fntest"
	"github.com/weirstream/weir/internal/fn/time"
	"github.com/weirstream/weir/types"
)

var (
	dateType  = types.Of(types.Date)
	stampType = types.Of(types.Timestamp)
	wallType  = types.Of(types.TimestampNTZ)
)

func ts(s string) any {
	if s == "" {
		return nil
	}
	v, ok := datetime.ParseTimestamp(s, datetime.UTC, 0)
	if !ok {
		panic(s)
	}
	return v
}

func day(s string) any {
	if s == "" {
		return nil
	}
	v, ok := datetime.ParseDate(s)
	if !ok {
		panic(s)
	}
	return v
}

// stamps adds a column of instants; an empty text is null.
func stamps(b *fntest.Bench, texts ...string) *expr.Ref {
	values := make([]any, len(texts))
	for i, s := range texts {
		values[i] = ts(s)
	}
	return b.Column(stampType, values...)
}

func days(b *fntest.Bench, texts ...string) *expr.Ref {
	values := make([]any, len(texts))
	for i, s := range texts {
		values[i] = day(s)
	}
	return b.Column(dateType, values...)
}

func bench(t testing.TB) *fntest.Bench { return fntest.New(t, cast.New, time.Functions) }

func stamp(s string) *expr.Literal { return &expr.Literal{Value: ts(s), Typ: stampType} }

func TestFields(t *testing.T) {
	b := bench(t)
	x := stamps(b, "2024-02-29 16:45:59.001", "", "1969-12-31 23:59:59.999999", "2021-01-03 00:00:00")
	b.Expect(b.Call("year", x), "2024", "NULL", "1969", "2021")
	b.Expect(b.Call("quarter", x), "1", "NULL", "4", "1")
	b.Expect(b.Call("month", x), "2", "NULL", "12", "1")
	b.Expect(b.Call("day", x), "29", "NULL", "31", "3")
	b.Expect(b.Call("dayofweek", x), "5", "NULL", "4", "1")
	b.Expect(b.Call("weekday", x), "3", "NULL", "2", "6")
	b.Expect(b.Call("dayofyear", x), "60", "NULL", "365", "3")
	b.Expect(b.Call("weekofyear", x), "9", "NULL", "1", "53")
	b.Expect(b.Call("hour", x), "16", "NULL", "23", "0")
	b.Expect(b.Call("minute", x), "45", "NULL", "59", "0")
	b.Expect(b.Call("second", x), "59", "NULL", "59", "0")
	b.Expect(b.Call("dayname", x), "Thu", "NULL", "Wed", "Sun")
	b.Expect(b.Call("monthname", x), "Feb", "NULL", "Dec", "Jan")
	b.Expect(b.Call("extract", "SECOND", x), "59.001000", "NULL", "59.999999", "0.000000")
	b.Expect(b.Call("date_part", "doy", x), "60", "NULL", "365", "3")
	b.Expect(b.Call("year", "2021-05"), "2021", "2021", "2021", "2021")
	b.Expect(b.Call("hour", expr.Lit(nil)), "NULL", "NULL", "NULL", "NULL")
	if got := b.Call("extract", "WEEK", x).String(); got != "extract(WEEK FROM c0)" {
		t.Error(got)
	}
	b.Fails(fault.InvalidExtractField, "extract", "FOO", x)
	b.Fails(fault.InvalidExtractField, "extract", "HOUR", &expr.Literal{Value: int32(3), Typ: types.Of(types.YearMonthInterval)})
	b.Fails(fault.WrongNumArgs, "hour")
	b.Fails(fault.TypeMismatch, "hour", true)
}

// A zone with summer time: the fields are those of its clock.
func TestFieldsInZone(t *testing.T) {
	b := bench(t)
	b.SetZone("Europe/Paris")
	x := stamps(b, "2024-03-31 00:59:59", "2024-03-31 01:00:00", "2024-12-31 23:30:00", "")
	b.Expect(b.Call("hour", x), "1", "3", "0", "NULL")
	b.Expect(b.Call("year", x), "2024", "2024", "2025", "NULL")
	b.Expect(b.Call("date_format", x, "yyyy-MM-dd HH"), "2024-03-31 01", "2024-03-31 03", "2025-01-01 00", "NULL")
	b.Expect(b.Call("date_trunc", "day", x), "2024-03-31 00:00:00", "2024-03-31 00:00:00", "2025-01-01 00:00:00", "NULL")
	b.Expect(b.Call("date_trunc", "HOUR", x), "2024-03-31 01:00:00", "2024-03-31 03:00:00", "2025-01-01 00:00:00", "NULL")
	b.Expect(b.Call("unix_timestamp", "2024-03-31 03:00:00"), "1711846800", "1711846800", "1711846800", "1711846800")
	wall := b.Column(wallType, ts("2024-03-31 02:30:00"), nil, ts("2024-03-31 02:30:00"), nil)
	b.Expect(b.Call("hour", wall), "2", "NULL", "2", "NULL")
	b.Expect(b.Call("to_timestamp", wall), "2024-03-31 03:30:00", "NULL", "2024-03-31 03:30:00", "NULL")
}

func TestFormatAndParse(t *testing.T) {
	b := bench(t)
	x := stamps(b, "2024-02-29 16:45:59.001", "2024-02-29 16:45:30", "", "1969-12-31 23:59:59")
	p := b.Column(types.Of(types.String), "yyyy", "MM", "dd", nil)
	b.Expect(b.Call("date_format", x, "yyyy-MM-dd"), "2024-02-29", "2024-02-29", "NULL", "1969-12-31")
	b.Expect(b.Call("date_format", x, "HH:mm"), "16:45", "16:45", "NULL", "23:59")
	b.Expect(b.Call("date_format", x, p), "2024", "02", "NULL", "NULL")
	b.Expect(b.Call("from_unixtime", b.Call("unix_timestamp", x)),
		"2024-02-29 16:45:59", "2024-02-29 16:45:30", "NULL", "1969-12-31 23:59:59")
	s := b.Column(types.Of(types.String), "29/02/2024", "x", nil, "01/12/1999")
	b.Expect(b.Call("try_to_timestamp", s, "dd/MM/yyyy"), "2024-02-29 00:00:00", "NULL", "NULL", "1999-12-01 00:00:00")
	b.Expect(b.Call("try_to_date", s, "dd/MM/yyyy"), "2024-02-29", "NULL", "NULL", "1999-12-01")
	b.Expect(b.Call("try_to_date", s), "NULL", "NULL", "NULL", "NULL")
	b.Expect(b.Call("to_date", x), "2024-02-29", "2024-02-29", "NULL", "1969-12-31")
	b.Fails(fault.CannotParseTimestamp, "to_timestamp", s, "dd/MM/yyyy")
	b.Fails(fault.CannotParseTimestamp, "unix_timestamp", s, "dd/MM/yyyy")
	b.Fails(fault.CastInvalidInput, "to_date", s)
	b.SetANSI(false)
	b.Expect(b.Call("to_timestamp", s, "dd/MM/yyyy"), "2024-02-29 00:00:00", "NULL", "NULL", "1999-12-01 00:00:00")
	b.Expect(b.Call("unix_timestamp", s, "dd/MM/yyyy"), "1709164800", "NULL", "NULL", "944006400")
	if _, err := b.Texts(b.Call("date_format", x, "bbb")); err == nil {
		t.Error("a pattern with an unknown letter is taken")
	}
}

// Texts of one batch must not be overwritten by the next ones of another Eval,
// and a second batch must not see the first one's texts.
func TestFormatTwice(t *testing.T) {
	b := bench(t)
	c := batch.NewColumn(stampType, 0)
	for range 3 {
		expr.AppendValue(c, ts("2024-02-29 16:45:59"))
	}
	x := b.Add(c)
	eval, err := b.Compile(b.Call("date_format", x, "yyyy-MM-dd"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2024-02-29", "1970-01-01", "2024-02-29"} {
		v := batch.Values[int64](c)
		for i := range v {
			v[i] = ts(want).(int64)
		}
		out, err := eval.Eval(&b.Batch, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range batch.Values[string](out) {
			if got != want {
				t.Errorf("row %d is %q, want %q", i, got, want)
			}
		}
	}
}

func TestTrunc(t *testing.T) {
	b := bench(t)
	x := stamps(b, "2024-05-29 16:45:59.001234", "", "1969-12-31 23:59:59")
	u := b.Column(types.Of(types.String), "MINUTE", "DAY", "decade")
	b.Expect(b.Call("date_trunc", "quarter", x), "2024-04-01 00:00:00", "NULL", "1969-10-01 00:00:00")
	b.Expect(b.Call("date_trunc", "week", x), "2024-05-27 00:00:00", "NULL", "1969-12-29 00:00:00")
	b.Expect(b.Call("date_trunc", "MILLISECOND", x), "2024-05-29 16:45:59.001", "NULL", "1969-12-31 23:59:59")
	b.Expect(b.Call("date_trunc", u, x), "2024-05-29 16:45:00", "NULL", "NULL")
	b.Expect(b.Call("date_trunc", "decade", x), "NULL", "NULL", "NULL")
	next := stamps(b, "2024-05-29 16:45:59", "2024-05-30 01:00:00", "2024-05-29 00:00:00")
	b.Expect(b.Call("date_trunc", "day", next), "2024-05-29 00:00:00", "2024-05-30 00:00:00", "2024-05-29 00:00:00")
	b.Expect(b.Call("trunc", x, "yy"), "2024-01-01", "NULL", "1969-01-01")
	b.Expect(b.Call("trunc", x, "day"), "NULL", "NULL", "NULL")
}

func TestShift(t *testing.T) {
	b := bench(t)
	d := days(b, "2024-01-31", "", "2023-12-31")
	n := b.Column(types.Of(types.Int), int32(1), int32(2), int32(-1))
	b.Expect(b.Call("date_add", d, n), "2024-02-01", "NULL", "2023-12-30")
	b.Expect(b.Call("date_sub", d, n), "2024-01-30", "NULL", "2024-01-01")
	b.Expect(b.Call("add_months", d, n), "2024-02-29", "NULL", "2023-11-30")
	b.Expect(b.Call("last_day", d), "2024-01-31", "NULL", "2023-12-31")
	b.Expect(b.Call("next_day", d, "TU"), "2024-02-06", "NULL", "2024-01-02")
	b.Expect(b.Call("datediff", d, "2024-01-01"), "30", "NULL", "-1")
	b.Expect(b.Call("months_between", d, "2024-02-29"), "-1.0", "NULL", "-2.0")
	b.Expect(b.Call("timestampadd", "MONTH", n, d), "2024-02-29 00:00:00", "NULL", "2023-11-30 00:00:00")
	b.Expect(b.Call("timestampadd", "HOUR", n, d), "2024-01-31 01:00:00", "NULL", "2023-12-30 23:00:00")
	b.Expect(b.Call("timestampdiff", "MONTH", d, stamp("2024-02-28 23:59:59")), "0", "NULL", "1")
	b.Expect(b.Call("timestampdiff", "HOUR", stamp("2024-01-31 00:59:59"), d), "0", "NULL", "-744")
	noon := stamps(b, "2024-01-15 12:00:00", "2024-02-15 11:00:00", "2024-02-15 12:00:00")
	b.Expect(b.Call("timestampdiff", "MONTH", noon, stamp("2024-02-15 11:00:00")), "0", "0", "0")
	b.Expect(b.Call("timestampdiff", "MONTH", noon, stamp("2024-01-15 12:00:00")), "0", "0", "-1")
	b.Fails(fault.IllegalDayOfWeek, "next_day", d, "xx")
	b.Fails(fault.InvalidDatetimeUnit, "timestampadd", "EON", n, d)
	b.Fails(fault.DatetimeOverflow, "timestampadd", "YEAR", 1<<40, d)
	b.Fails(fault.TypeMismatch, "date_add", d, int64(1))
	if got := b.Call("months_between", d, d).String(); got != "months_between(c0, c0, true)" {
		t.Error(got)
	}
}

func TestMake(t *testing.T) {
	b := bench(t)
	m := b.Column(types.Of(types.Int), int32(2), nil, int32(12))
	b.Expect(b.Call("make_date", expr.Int32(2024), m, expr.Int32(29)), "2024-02-29", "NULL", "2024-12-29")
	args := []any{expr.Int32(2024), m, expr.Int32(29), expr.Int32(23), expr.Int32(59), expr.Int32(60)}
	b.Expect(b.Call("make_timestamp", args...), "2024-03-01 00:00:00", "NULL", "2024-12-30 00:00:00")
	b.Expect(b.Call("make_timestamp", append(args, "Asia/Tokyo")...), "2024-02-29 15:00:00", "NULL", "2024-12-29 15:00:00")
	b.Fails(fault.InvalidDatetimeBare, "make_date", expr.Int32(2023), m, expr.Int32(29))
	args[5] = expr.Lit(60.5)
	b.Fails(fault.InvalidFractionOfSec, "make_timestamp", args...)
	b.Expect(b.Call("try_make_timestamp", args...), "NULL", "NULL", "NULL")
	b.Expect(b.Call("make_interval", m, m), "2 years 2 months", "NULL", "13 years")
	b.Expect(b.Call("make_ym_interval", m), "INTERVAL '2-0' YEAR TO MONTH", "NULL", "INTERVAL '12-0' YEAR TO MONTH")
	b.Expect(b.Call("make_dt_interval", m, m, m, 1.5), "INTERVAL '2 02:02:01.5' DAY TO SECOND", "NULL",
		"INTERVAL '12 12:12:01.5' DAY TO SECOND")
	b.Fails(fault.IntervalOverflow, "make_ym_interval", expr.Int32(1<<30), m)
	b.Expect(b.Call("timestamp_seconds", m), "1970-01-01 00:00:02", "NULL", "1970-01-01 00:00:12")
	b.Expect(b.Call("timestamp_millis", m), "1970-01-01 00:00:00.002", "NULL", "1970-01-01 00:00:00.012")
	b.Fails(fault.DatetimeOverflow, "timestamp_millis", int64(1<<60))
	b.Expect(b.Call("date_from_unix_date", m), "1970-01-03", "NULL", "1970-01-13")
}

func TestZones(t *testing.T) {
	b := bench(t)
	x := stamps(b, "2024-07-01 12:00:00", "", "2024-01-01 12:00:00")
	z := b.Column(types.Of(types.String), "Europe/Paris", "UTC", "+05:30")
	b.Expect(b.Call("from_utc_timestamp", x, z), "2024-07-01 14:00:00", "NULL", "2024-01-01 17:30:00")
	b.Expect(b.Call("to_utc_timestamp", x, "Europe/Paris"), "2024-07-01 10:00:00", "NULL", "2024-01-01 11:00:00")
	b.Expect(b.Call("convert_timezone", "Asia/Tokyo", x), "2024-07-01 21:00:00", "NULL", "2024-01-01 21:00:00")
	if got := b.Call("convert_timezone", "Asia/Tokyo", x).String(); got != "convert_timezone(current_timezone(), Asia/Tokyo, c0)" {
		t.Error(got)
	}
	if _, err := b.Texts(b.Call("from_utc_timestamp", x, "Mars")); err == nil {
		t.Error("a zone on Mars is taken")
	}
}

// The present is the batch's, and a constant within it.
func TestCurrent(t *testing.T) {
	b := bench(t)
	b.SetZone("Asia/Tokyo")
	x := b.Column(types.Of(types.Int), int32(1), int32(2))
	_ = x
	for _, now := range []string{"2024-02-29 20:00:00", "2024-03-01 01:02:03.5"} {
		b.Env.Now = ts(now).(int64)
		want := string(datetime.AppendTimestamp(nil, b.Env.Now, datetime.NewZone(b.Env.Zone())))
		b.Expect(b.Call("current_timestamp"), want, want)
		b.Expect(b.Call("now"), want, want)
		b.Expect(b.Call("localtimestamp"), want, want)
		b.Expect(b.Call("current_date"), "2024-03-01", "2024-03-01")
	}
	b.Expect(b.Call("current_timezone"), "Asia/Tokyo", "Asia/Tokyo")
	b.Expect(b.Call("unix_timestamp"), "1709254923", "1709254923")
	if !expr.Volatile(b.Call("unix_timestamp")) || expr.Volatile(b.Call("current_timezone")) {
		t.Error("what is volatile is folded, or the other way round")
	}
	if got := b.Call("curdate").String(); got != "current_date()" {
		t.Error(got)
	}
}

// operate resolves a op b by the theme's operators.
func operate(b *fntest.Bench, op string, args ...expr.Expr) (expr.Expr, error) {
	fn := time.Operator(op, args)
	res, err := fn.Resolve(&b.Resolver, args)
	if err != nil {
		return nil, err
	}
	c := &expr.Call{Fn: fn, Args: res.Args, Typ: res.Type, Null: res.Nullable, Text: res.Text}
	if again := time.Operator(op, res.Args); again == nil || again.Name != fn.Name {
		return c, fault.New(fault.IllegalState, "resolved, %s is another operator", fn.Name)
	}
	return c, nil
}

func TestOperators(t *testing.T) {
	b := bench(t)
	b.SetZone("Europe/Paris")
	x := stamps(b, "2024-03-30 12:00:00", "", "2024-01-31 00:00:00")
	d := days(b, "2024-03-30", "", "2024-01-31")
	null := expr.Lit(nil)
	dt := &expr.Literal{Value: int64(86400e6 + 1e6), Typ: types.Of(types.DayTimeInterval)}
	whole := &expr.Literal{Value: int64(2 * 86400e6),
		Typ: types.Type{Kind: types.DayTimeInterval, First: types.DayField, Last: types.DayField}}
	ym := &expr.Literal{Value: int32(1), Typ: types.Of(types.YearMonthInterval)}
	cal := &expr.Literal{Value: types.Interval{Months: 1, Days: 1}, Typ: types.Of(types.CalendarInterval)}
	tests := []struct {
		op   string
		a, b expr.Expr
		text string
		want []string
	}{
		{"+", x, dt, "c0 + INTERVAL '1 00:00:01' DAY TO SECOND", []string{"2024-03-31 13:00:01", "NULL", "2024-02-01 01:00:01"}},
		{"-", x, dt, "c0 - INTERVAL '1 00:00:01' DAY TO SECOND", []string{"2024-03-29 12:59:59", "NULL", "2024-01-30 00:59:59"}},
		{"+", ym, x, "c0 + INTERVAL '0-1' YEAR TO MONTH", []string{"2024-04-30 13:00:00", "NULL", "2024-02-29 01:00:00"}},
		{"-", x, cal, "c0 - INTERVAL '1 months 1 days'", []string{"2024-02-28 13:00:00", "NULL", "2023-12-30 01:00:00"}},
		{"+", d, expr.Int32(1), "date_add(c1, 1)", []string{"2024-03-31", "NULL", "2024-02-01"}},
		{"+", expr.Int32(1), d, "date_add(c1, 1)", []string{"2024-03-31", "NULL", "2024-02-01"}},
		{"-", d, expr.Int32(1), "date_sub(c1, 1)", []string{"2024-03-29", "NULL", "2024-01-30"}},
		{"+", d, ym, "c1 + INTERVAL '0-1' YEAR TO MONTH", []string{"2024-04-30", "NULL", "2024-02-29"}},
		{"+", d, cal, "c1 + INTERVAL '1 months 1 days'", []string{"2024-05-01", "NULL", "2024-03-01"}},
		{"+", d, whole, "date_add(c1, extractansiintervaldays(INTERVAL '2' DAY))", []string{"2024-04-01", "NULL", "2024-02-02"}},
		{"+", d, dt, "c1 + INTERVAL '1 00:00:01' DAY TO SECOND", []string{"2024-03-31 00:00:01", "NULL", "2024-02-01 00:00:01"}},
		{"+", d, null, "c1 + NULL", []string{"NULL", "NULL", "NULL"}},
		{"-", d, d, "(c1 - c1)", []string{"INTERVAL '0' DAY", "NULL", "INTERVAL '0' DAY"}},
		{"-", x, d, "(c0 - c1)", []string{"INTERVAL '0 13:00:00' DAY TO SECOND", "NULL", "INTERVAL '0 01:00:00' DAY TO SECOND"}},
		{"-", stamp("2024-04-01 12:00:00"), x, "(TIMESTAMP '2024-04-01 12:00:00' - c0)",
			[]string{"INTERVAL '2 01:00:00' DAY TO SECOND", "NULL", "INTERVAL '61 13:00:00' DAY TO SECOND"}},
		{"*", dt, expr.Lit(2.5), "(INTERVAL '1 00:00:01' DAY TO SECOND * 2.5)", []string{"INTERVAL '2 12:00:02.5' DAY TO SECOND"}},
		{"*", expr.Int32(3), ym, "(3 * INTERVAL '0-1' YEAR TO MONTH)", []string{"INTERVAL '0-3' YEAR TO MONTH"}},
		{"/", dt, expr.Int32(2), "(INTERVAL '1 00:00:01' DAY TO SECOND / 2)", []string{"INTERVAL '0 12:00:00.5' DAY TO SECOND"}},
		{"/", ym, expr.Int32(2), "(INTERVAL '0-1' YEAR TO MONTH / 2)", []string{"INTERVAL '0-1' YEAR TO MONTH"}},
		{"/", ym, expr.Int32(-3), "(INTERVAL '0-1' YEAR TO MONTH / -3)", []string{"INTERVAL '0-0' YEAR TO MONTH"}},
		{"/", cal, expr.Int32(2), "(INTERVAL '1 months 1 days' / 2)", []string{"12 hours"}},
		{"+", dt, whole, "(INTERVAL '1 00:00:01' DAY TO SECOND + INTERVAL '2' DAY)", []string{"INTERVAL '3 00:00:01' DAY TO SECOND"}},
		{"-", cal, cal, "(INTERVAL '1 months 1 days' - INTERVAL '1 months 1 days')", []string{"0 seconds"}},
	}
	for _, tt := range tests {
		e, err := operate(b, tt.op, tt.a, tt.b)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if e.String() != tt.text {
			t.Errorf("got the name %s, want %s", e, tt.text)
		}
		for len(tt.want) < 3 {
			tt.want = append(tt.want, tt.want[0])
		}
		b.Expect(e, tt.want...)
	}
	for _, f := range []struct {
		op   string
		a, b expr.Expr
		want fault.Condition
	}{
		{"/", dt, expr.Int32(0), fault.IntervalDividedBy},
		{"/", ym, expr.Lit(0.0), fault.IntervalDividedBy},
		{"*", dt, expr.Lit(int64(1 << 60)), fault.IntervalOverflow},
		{"+", d, &expr.Literal{Value: types.Interval{Micros: 1}, Typ: types.Of(types.CalendarInterval)}, fault.MicrosAddedToDate},
		{"+", x, &expr.Literal{Value: int64(1<<63 - 1), Typ: types.Of(types.DayTimeInterval)}, fault.DatetimeOverflow},
	} {
		e, err := operate(b, f.op, f.a, f.b)
		if err == nil {
			_, err = b.Texts(e)
		}
		if !fault.Is(err, f.want) {
			t.Errorf("%v %s %v: got %v, want %s", f.a, f.op, f.b, err, f.want.Name)
		}
	}
	if time.Operator("+", []expr.Expr{expr.Int32(1), expr.Int32(2)}) != nil {
		t.Error("1 + 2 is taken for an operator on times")
	}
}

// stream is a column of instants as a stream has them: rising, 10,000 a second.
func stream(b *fntest.Bench) *expr.Ref {
	c := batch.NewColumn(stampType, batch.Size)
	c.Resize(batch.Size)
	v := batch.Values[int64](c)
	for i := range v {
		v[i] = ts("2024-02-29 16:45:00").(int64) + int64(i)*100
	}
	return b.Add(c)
}

func benchmark(b *testing.B, name string, args ...any) {
	w := bench(b)
	x := stream(w)
	for i, a := range args {
		if a == nil {
			args[i] = x
		}
	}
	eval, err := w.Compile(w.Call(name, args...))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := eval.Eval(&w.Batch, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*batch.Size/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func BenchmarkHour(b *testing.B)        { benchmark(b, "hour", nil) }
func BenchmarkMinute(b *testing.B)      { benchmark(b, "minute", nil) }
func BenchmarkYear(b *testing.B)        { benchmark(b, "year", nil) }
func BenchmarkFormatDay(b *testing.B)   { benchmark(b, "date_format", nil, "yyyy-MM-dd") }
func BenchmarkFormatClock(b *testing.B) { benchmark(b, "date_format", nil, "HH:mm") }
func BenchmarkTruncHour(b *testing.B)   { benchmark(b, "date_trunc", "HOUR", nil) }
func BenchmarkTruncDay(b *testing.B)    { benchmark(b, "date_trunc", "DAY", nil) }
func BenchmarkUnixSeconds(b *testing.B) { benchmark(b, "unix_seconds", nil) }
func BenchmarkExtractHour(b *testing.B) { benchmark(b, "extract", "HOUR", nil) }
func BenchmarkExtractYear(b *testing.B) { benchmark(b, "extract", "YEAR", nil) }
func BenchmarkTruncMonth(b *testing.B)  { benchmark(b, "date_trunc", "MONTH", nil) }
