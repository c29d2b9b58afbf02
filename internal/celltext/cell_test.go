package celltext

import (
	"math"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// The wanted texts are what Spark 4.3 printed (connector/console/testdata/show.py).

func interval(k types.Kind, first, last types.IntervalField) types.Type {
	return types.Type{Kind: k, First: first, Last: last}
}

func TestCast(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip(err)
	}
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04:05", text, newYork)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	ym := func(first, last types.IntervalField) types.Type {
		return interval(types.YearMonthInterval, first, last)
	}
	dt := func(first, last types.IntervalField) types.Type {
		return interval(types.DayTimeInterval, first, last)
	}
	day := 24 * time.Hour
	clock := func(h, m int, s float64) time.Duration {
		return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s*1e6)*time.Microsecond
	}
	const yr, mo, dy, hr, mi, se = types.YearField, types.MonthField, types.DayField, types.HourField, types.MinuteField, types.SecondField
	tests := []struct {
		t     types.Type
		value any
		want  string
	}{
		{types.Of(types.Timestamp), at("2024-02-29 12:34:56").Add(789 * time.Millisecond), "2024-02-29 12:34:56.789"},
		{types.Of(types.Timestamp), at("2024-02-29 12:34:56").Add(time.Microsecond), "2024-02-29 12:34:56.000001"},
		{types.Of(types.Timestamp), at("1883-11-18 12:00:00"), "1883-11-18 12:00:00"},
		{types.Of(types.TimestampNTZ), time.Date(12345, 6, 7, 1, 2, 3, 5e8, time.UTC), "+12345-06-07 01:02:03.5"},
		{types.Of(types.TimestampNTZ), int64(-1), "1969-12-31 23:59:59.999999"},
		{types.Of(types.Date), time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), "2024-02-29"},
		{types.Of(types.Date), time.Date(-45, 3, 15, 0, 0, 0, 0, time.UTC), "-0045-03-15"},
		{types.Of(types.Date), time.Date(12345, 6, 7, 0, 0, 0, 0, time.UTC), "+12345-06-07"},
		{types.Of(types.Time), clock(1, 2, 3.123456), "01:02:03.123456"},
		{types.Of(types.Time), clock(23, 59, 59), "23:59:59"},
		{types.Of(types.Double), 1e10, "1.0E10"},
		{types.Of(types.Double), 1e-3, "0.001"},
		{types.Of(types.Double), 9.999999e6, "9999999.0"},
		{types.Of(types.Double), 1e7, "1.0E7"},
		{types.Of(types.Double), 0.00099, "9.9E-4"},
		{types.Of(types.Double), math.NaN(), "NaN"},
		{types.Of(types.Double), math.Inf(-1), "-Infinity"},
		{types.Of(types.Double), math.Copysign(0, -1), "-0.0"},
		{types.Of(types.Double), 123456.789, "123456.789"},
		{types.Of(types.Double), 4.9e-324, "4.9E-324"},
		{types.Of(types.Double), 100.0, "100.0"},
		{types.Of(types.Float), float32(1.1), "1.1"},
		{types.Of(types.Float), float32(3.4028235e38), "3.4028235E38"},
		{types.Of(types.Float), float32(16777216), "1.6777216E7"},
		{types.DecimalOf(10, 3), types.Decimal{Lo: 1500}, "1.500"},
		{types.DecimalOf(20, 10), types.Decimal{Lo: 1000}, "0.0000001000"},
		{types.DecimalOf(10, 0), types.Decimal{}, "0"},
		{types.DecimalOf(10, 2), types.Decimal{Lo: ^uint64(4), Hi: -1}, "-0.05"},
		{types.DecimalOf(38, 9), types.Decimal{Lo: 4302749291864629483, Hi: -669260594276348692}, "-12345678901234567890123456789.123456789"},
		{types.DecimalOf(38, 0), types.Decimal{Lo: 0, Hi: math.MinInt64}, "-170141183460469231731687303715884105728"},
		{types.DecimalOf(38, 0), types.Decimal{Lo: 1e19, Hi: 0}, "10000000000000000000"},
		{types.DecimalOf(38, 0), types.Decimal{Lo: 7766279631452241920, Hi: 5}, "100000000000000000000"},
		{types.Of(types.Boolean), true, "true"},
		{types.Of(types.Byte), 127, "127"},
		{types.Of(types.Binary), "ab", "ab"},
		{ym(yr, mo), 14, "INTERVAL '1-2' YEAR TO MONTH"},
		{ym(yr, mo), -14, "INTERVAL '-1-2' YEAR TO MONTH"},
		{ym(yr, yr), 36, "INTERVAL '3' YEAR"},
		{ym(mo, mo), 5, "INTERVAL '5' MONTH"},
		{dt(dy, se), day + clock(2, 3, 4.5), "INTERVAL '1 02:03:04.5' DAY TO SECOND"},
		{dt(dy, se), -day - clock(2, 3, 4), "INTERVAL '-1 02:03:04' DAY TO SECOND"},
		{dt(dy, dy), 7 * day, "INTERVAL '7' DAY"},
		{dt(dy, hr), day + clock(2, 0, 0), "INTERVAL '1 02' DAY TO HOUR"},
		{dt(dy, mi), day + clock(2, 3, 0), "INTERVAL '1 02:03' DAY TO MINUTE"},
		{dt(hr, hr), clock(26, 0, 0), "INTERVAL '26' HOUR"},
		{dt(hr, mi), clock(26, 3, 0), "INTERVAL '26:03' HOUR TO MINUTE"},
		{dt(hr, se), clock(26, 3, 4.000001), "INTERVAL '26:03:04.000001' HOUR TO SECOND"},
		{dt(mi, mi), clock(0, 75, 0), "INTERVAL '75' MINUTE"},
		{dt(mi, se), clock(0, 75, 1), "INTERVAL '75:01' MINUTE TO SECOND"},
		{dt(se, se), clock(0, 0, 61.25), "INTERVAL '61.25' SECOND"},
		{dt(se, se), -clock(0, 0, 0.5), "INTERVAL '-00.5' SECOND"},
		{types.Of(types.CalendarInterval), types.Interval{Months: 14, Days: 25, Micros: clock(5, 6, 7.5).Microseconds()},
			"1 years 2 months 25 days 5 hours 6 minutes 7.5 seconds"},
		{types.Of(types.CalendarInterval), types.Interval{}, "0 seconds"},
		{types.Of(types.CalendarInterval), types.Interval{Months: -14, Days: -4, Micros: -clock(5, 6, 0.000001).Microseconds()},
			"-1 years -2 months -4 days -5 hours -6 minutes -0.000001 seconds"},
		{types.ArrayOf(types.Of(types.Int)), []any{1, 2, nil}, "[1, 2, null]"},
		{types.MapOf(types.Of(types.String), types.Of(types.Double)), []rowvalue.Pair{{Key: "k", Value: 1.5}, {Key: "l"}}, "{k -> 1.5, l -> null}"},
		{types.StructOf(types.Field{Type: types.Of(types.Binary)}, types.Field{Type: types.Of(types.Int)}), []any{"A", nil}, "{A, null}"},
	}
	for _, tt := range tests {
		c := batch.NewColumn(tt.t, 0)
		if err := rowvalue.Append(c, tt.value); err != nil {
			t.Fatal(err)
		}
		if got := string(Append([]byte(">"), c, 0, newYork)); got != ">"+tt.want {
			t.Errorf("%v: got %s, want >%s", tt.value, got, tt.want)
		}
	}
}

// The calendar is compared with the standard library's, day by day around the
// borders of its cycles and over the whole range of a timestamp.
func TestDays(t *testing.T) {
	check := func(days int32) {
		d := time.Unix(int64(days)*86400, 0).UTC()
		want := d.Format("2006-01-02")
		if y := d.Year(); y < 0 || y > 9999 {
			return
		}
		if got := string(AppendDate(nil, days)); got != want {
			t.Fatalf("day %d: got %s, want %s", days, got, want)
		}
	}
	for days := int32(-719528 + 366); days < 2932896; days += 13 {
		check(days)
	}
	for days := int32(-1000); days < 40000; days++ {
		check(days)
	}
}
