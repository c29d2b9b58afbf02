package datetime

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 1, "seed of the random tests")

func random(t testing.TB) *rand.Rand {
	t.Logf("seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 0))
}

func TestCivilAgainstGo(t *testing.T) {
	r := random(t)
	for range 20000 {
		days := r.Int64N(8_000_000) - 4_000_000
		want := time.Unix(days*86400, 0).UTC()
		d := CivilOf(days)
		if d.Year != int64(want.Year()) || d.Month != int(want.Month()) || d.Day != want.Day() || d.Days() != days || !d.Valid() {
			t.Fatalf("day %d is %v, want %v", days, d, want)
		}
		if got := dayOfYear(d); got != want.YearDay() {
			t.Fatalf("%v: day %d of the year, want %d", d, got, want.YearDay())
		}
		if y, w := isoWeek(int32(days)); true {
			if wy, ww := want.ISOWeek(); int(y) != wy || w != ww {
				t.Fatalf("%v: week %d of %d, want %d of %d", d, w, y, ww, wy)
			}
		}
	}
	for _, days := range []int64{-1 << 40, 1 << 40, -1 << 31, 1<<31 - 1} {
		if d := CivilOf(days); d.Days() != days || !d.Valid() {
			t.Errorf("day %d is %v, which is day %d", days, d, d.Days())
		}
	}
}

func TestZoneAgainstGo(t *testing.T) {
	r := random(t)
	for _, id := range []string{"America/Los_Angeles", "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "+05:30", "UTC"} {
		z, err := LoadZone(id)
		if err != nil {
			t.Fatal(err)
		}
		for range 3000 {
			micros := (r.Int64N(10_000_000_000) - 3_000_000_000) * 1_000_000
			_, off := time.UnixMicro(micros).In(z.Location()).Zone()
			if got := z.Offset(micros); got != int64(off)*1_000_000 {
				t.Fatalf("%s at %d: offset %d, want %d", id, micros, got, off)
			}
			offset, start, end := z.Span(micros)
			if micros < start || micros >= end || z.Offset(start) != offset && start > -1<<62 || z.Offset(end-1) != offset {
				t.Fatalf("%s at %d: span [%d, %d) of %d", id, micros, start, end, offset)
			}
			// A local time that exists comes back to its first instant.
			local := z.ToLocal(micros)
			back := z.ToUTC(local)
			if back > micros || z.ToLocal(back) != local {
				t.Fatalf("%s: %d local %d back %d", id, micros, local, back)
			}
		}
	}
}

func TestGapsAndOverlaps(t *testing.T) {
	zone := losAngeles(t)
	check := func(text, want string) {
		t.Helper()
		v, ok := ParseTimestamp(text, zone, 0)
		if got := string(AppendTimestamp(nil, v, UTC)); !ok || got != want {
			t.Errorf("%s in Los Angeles is %s, want %s", text, got, want)
		}
	}
	check("2024-03-10 01:59:59", "2024-03-10 09:59:59")
	check("2024-03-10 02:30:00", "2024-03-10 10:30:00")
	check("2024-03-10 03:00:00", "2024-03-10 10:00:00")
	check("2024-11-03 01:30:00", "2024-11-03 08:30:00")
	check("2024-11-03 02:00:00", "2024-11-03 10:00:00")
	check("2300-03-11 02:30:00", "2300-03-11 10:30:00")
	check("2300-07-01 12:00:00", "2300-07-01 19:00:00")
}

func mustTimestamp(t testing.TB, s string, zone *Zone) int64 {
	t.Helper()
	v, ok := ParseTimestamp(s, zone, 0)
	if !ok {
		t.Fatalf("%q is no timestamp", s)
	}
	return v
}

// What Spark 4.3 gave in the zone America/Los_Angeles.
func TestUnits(t *testing.T) {
	zone := losAngeles(t)
	at := func(s string) int64 { return mustTimestamp(t, s, zone) }
	trunc := func(unit, ts, want string) {
		t.Helper()
		u := ParseUnit(unit)
		got := "NULL"
		if u != NoUnit {
			got = string(AppendTimestamp(nil, Trunc(at(ts), u, zone), zone))
		}
		if got != want {
			t.Errorf("date_trunc(%s, %s) = %s, want %s", unit, ts, got, want)
		}
	}
	trunc("WEEK", "2024-03-10 12:00:00", "2024-03-04 00:00:00")
	trunc("DECADE", "2024-03-10 12:00:00", "NULL")
	trunc("HOUR", "2024-11-03 01:30:00", "2024-11-03 01:00:00")
	trunc("DAY", "2024-03-10 12:00:00", "2024-03-10 00:00:00")
	trunc("MICROSECOND", "2024-03-10 12:00:00.123456", "2024-03-10 12:00:00.123456")
	trunc("MILLISECOND", "1969-12-31 12:00:00.123456", "1969-12-31 12:00:00.123")
	trunc("century", "2024-03-10 12:00:00", "NULL")
	trunc("dd", "2024-03-10 12:00:00", "2024-03-10 00:00:00")
	trunc("mon", "2024-03-10 12:00:00", "2024-03-01 00:00:00")
	trunc("Quarter", "2024-06-10 12:00:00", "2024-04-01 00:00:00")
	trunc("yy", "1935-09-19 02:30:00", "1935-01-01 00:00:00")

	add := func(ts string, months, days int32, micros int64, want string) {
		t.Helper()
		v, ok := AddIntervalAt(at(ts), months, days, micros, zone)
		if got := string(AppendTimestamp(nil, v, zone)); !ok || got != want {
			t.Errorf("%s + %d months %d days %d µs = %s, want %s", ts, months, days, micros, got, want)
		}
	}
	add("2024-01-31 10:00:00", 1, 0, 0, "2024-02-29 10:00:00")
	add("2024-03-09 02:30:00", 0, 0, MicrosPerDay, "2024-03-10 03:30:00")
	add("2024-03-10 01:30:00", 0, 0, MicrosPerHour, "2024-03-10 03:30:00")
	add("2024-03-09 02:30:00", 0, 1, 0, "2024-03-10 03:30:00")
	add("2024-03-09 02:30:00", 0, 1, MicrosPerHour, "2024-03-10 04:30:00")
	if _, ok := AddIntervalAt(1<<63-1, 0, 0, 1, zone); ok {
		t.Error("no overflow")
	}

	between := func(to, from string, roundOff bool, want float64) {
		t.Helper()
		if got := MonthsBetween(mustTimestamp(t, to, UTC), mustTimestamp(t, from, UTC), roundOff); got != want && (got-want > 1e-8 || want-got > 1e-8) {
			t.Errorf("months_between(%s, %s) = %v, want %v", to, from, got, want)
		}
	}
	between("2024-02-29", "2024-01-31", true, 1)
	between("2083-10-09 16:45:59.001", "2053-07-16 12:00:00", false, 362.780599985)
	between("1914-07-26 16:45:59.001", "2000-02-29 10:11:12.123456", true, -1027.08793048)
	between("1911-01-21", "1941-11-16", true, -369.83870968)
}

func day(t testing.TB, s string) int32 {
	t.Helper()
	d, ok := ParseDate(s)
	if !ok {
		t.Fatalf("%q is no date", s)
	}
	return d
}

func TestDates(t *testing.T) {
	date := func(what string, got int32, want string) {
		t.Helper()
		if s := string(AppendDate(nil, got)); s != want {
			t.Errorf("%s = %s, want %s", what, s, want)
		}
	}
	plus := func(d string, n int32) int32 {
		v, _ := AddMonths(day(t, d), n)
		return v
	}
	date("add_months", plus("2024-01-31", 1), "2024-02-29")
	date("add_months", plus("2024-02-29", 12), "2025-02-28")
	date("add_months", plus("0001-01-01", 555), "0047-04-01")
	date("add_months", plus("2000-02-29", 1), "2000-03-29")
	date("trunc", TruncDate(day(t, "1927-02-27"), Week), "1927-02-21")
	date("trunc", TruncDate(day(t, "0001-01-01"), Week), "0001-01-01")
	date("trunc", TruncDate(day(t, "2093-12-19"), Quarter), "2093-10-01")
	date("last_day", LastDay(day(t, "1582-10-15")), "1582-10-31")
	date("next_day", NextDay(day(t, "1933-05-28"), 1), "1933-05-30")
	date("next_day", NextDay(day(t, "1970-01-01"), 1), "1970-01-06")
	date("next_day", NextDay(day(t, "1970-01-01"), 3), "1970-01-08")

	fields := func(d string, want map[string]int32) {
		t.Helper()
		for name, w := range want {
			if got := ParseField(name).OfDate(day(t, d)); got != w {
				t.Errorf("extract(%s from %s) = %d, want %d", name, d, got, w)
			}
		}
	}
	fields("2021-01-03", map[string]int32{"WEEK": 53, "YEAROFWEEK": 2020, "DOW": 1, "DOW_ISO": 7, "YEAR": 2021, "QUARTER": 1,
		"MONTH": 1, "DAY": 3, "DOY": 3, "HOUR": 0})
	fields("-0001-05-05", map[string]int32{"YEAR": -1})
	fields("1900-01-01", map[string]int32{"DOW": 2, "YEAROFWEEK": 1900, "DOY": 1})
	if f := ParseField("fortnight"); f != NoField {
		t.Errorf("fortnight is field %d", f)
	}
}

// The vector forms agree with the single ones.
func TestVectors(t *testing.T) {
	r := random(t)
	micros := make([]int64, 3000)
	for i := range micros {
		micros[i] = int64(1709900000+r.IntN(400000))*MicrosPerSecond + r.Int64N(MicrosPerSecond)
		if i%10 == 0 {
			micros[i] = r.Int64N(1<<55) - 1<<54
		}
	}
	got := make([]int32, len(micros))
	texts := make([]string, len(micros))
	alloc := func(n int) []byte { return make([]byte, n) }
	for _, zone := range []*Zone{nil, losAngeles(t)} {
		for f := YearField; f <= SecondField; f++ {
			f.OverTimestamps(got, micros, zone)
			for i, v := range micros {
				if want := f.OfLocal(zone.ToLocal(v)); got[i] != want {
					t.Fatalf("field %d of %d in %v: %d, want %d", f, v, zone, got[i], want)
				}
			}
		}
		for _, text := range []string{"yyyy-MM-dd", "HH:mm", "yyyy-MM-dd HH:mm:ss", "ss.SSS", "z", "hh a[ mm]", "'x'"} {
			p, err := Compile(text)
			if err != nil {
				t.Fatal(err)
			}
			p.Texts(zone, alloc).Over(texts, micros)
			for i, v := range micros {
				if want := string(p.AppendTimestamp(nil, v, zone)); texts[i] != want {
					t.Fatalf("%s of %d in %v: %s, want %s", text, v, zone, texts[i], want)
				}
			}
		}
	}
}

// Intervals that are written can be read again, the extreme ones too.
func TestIntervalRoundTrip(t *testing.T) {
	r := random(t)
	for range 2000 {
		micros := r.Int64() >> r.IntN(60)
		if r.IntN(2) == 0 {
			micros = -micros - 1
		}
		s := string(AppendDayTime(nil, micros, types.DayField, types.SecondField))
		if got, ok := ParseDayTime(s, types.DayField, types.SecondField); !ok || got != micros {
			t.Fatalf("%s read as %d, %v; want %d", s, got, ok, micros)
		}
		months := int32(micros)
		s = string(AppendYearMonth(nil, months, types.YearField, types.MonthField))
		if got, ok := ParseYearMonth(s, types.YearField, types.MonthField); !ok || got != months {
			t.Fatalf("%s read as %d, %v; want %d", s, got, ok, months)
		}
		v := types.Interval{Months: months, Days: int32(micros >> 20), Micros: micros}
		s = string(AppendInterval(nil, v))
		if got, ok := ParseInterval(s); !ok || got != v {
			t.Fatalf("%s read as %v, %v; want %v", s, got, ok, v)
		}
	}
}

// No text makes the parsers panic, and what is a timestamp is written back to
// itself.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"2024-03-10T12:34:56.789Z", "12:34", "T1:2:3.4 +01:00", "-0001-1-1", "1 month -2 days .5 seconds",
		"INTERVAL -'1 02:03:04.5' DAY TO SECOND"} {
		f.Add(s, "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]")
	}
	f.Fuzz(func(t *testing.T, s, pattern string) {
		if v, ok := ParseTimestamp(s, nil, 0); ok {
			text := string(AppendTimestamp(nil, v, nil))
			if back, ok := ParseTimestamp(text, nil, 0); !ok || back != v {
				t.Errorf("%q is %d, written %s, read %d", s, v, text, back)
			}
		}
		ParseDate(s)
		ParseTime(s)
		ParseInterval(s)
		ParseDayTime(s, types.HourField, types.SecondField)
		ParseYearMonth(s, types.YearField, types.MonthField)
		if p, err := Compile(pattern); err == nil {
			p.ParseTimestamp(s, nil)
			p.AppendTimestamp(nil, int64(len(s))*1e15, nil)
		}
	})
}

func BenchmarkOver(b *testing.B) {
	micros := make([]int64, 8192)
	for i := range micros {
		micros[i] = 1772366400000000 + int64(i)*10
	}
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(len(micros))*float64(b.N)/1e6/b.Elapsed().Seconds(), "Mrows/s")
		})
	}
	to, texts := make([]int32, len(micros)), make([]string, len(micros))
	run("hour", func() { HourField.OverTimestamps(to, micros, nil) })
	run("hour-paris", func() { z, _ := LoadZone("Europe/Paris"); HourField.OverTimestamps(to, micros, z) })
	run("year", func() { YearField.OverTimestamps(to, micros, nil) })
	p, _ := Compile("yyyy-MM-dd HH:mm")
	buf := make([]byte, 64)
	run("date_format", func() {
		p.Texts(nil, func(n int) []byte { return buf[:n] }).Over(texts, micros)
	})
	s := "2026-03-01 12:00:07.123"
	run("parse", func() {
		for range micros {
			if _, ok := ParseTimestamp(s, nil, 0); !ok {
				b.Fatal(s)
			}
		}
	})
}
