package datetime

import "strings"

// Unit is a unit to which times are cut, or in which they are counted.
type Unit uint8

// The units. NoUnit is what an unknown name gives.
const (
	NoUnit Unit = iota
	Microsecond
	Millisecond
	Second
	Minute
	Hour
	Day
	Week
	Month
	Quarter
	Year
)

// truncUnits are the names that date_trunc and trunc take.
var truncUnits = map[string]Unit{
	"MICROSECOND": Microsecond, "MILLISECOND": Millisecond, "SECOND": Second, "MINUTE": Minute,
	"HOUR": Hour, "DAY": Day, "DD": Day, "WEEK": Week, "MON": Month, "MONTH": Month, "MM": Month,
	"QUARTER": Quarter, "YEAR": Year, "YYYY": Year, "YY": Year,
}

// ParseUnit is the unit that date_trunc, or, for units of a week and more, trunc
// means by a name; NoUnit for other names.
func ParseUnit(name string) Unit { return truncUnits[strings.ToUpper(name)] }

// unitMicros is the length of the units that have one, by Unit.
var unitMicros = [...]int64{0, 1, MicrosPerMilli, MicrosPerSecond, MicrosPerMinute, MicrosPerHour, MicrosPerDay}

// TruncDate is the first day of the week (a Monday), month, quarter or year that
// a day lies in. Other units are a programmer's error and give the day itself.
func TruncDate(days int32, u Unit) int32 {
	switch u {
	case Week:
		return days - int32(floorMod(int64(days)+3, 7))
	case Month, Quarter, Year:
		d := CivilOf(int64(days))
		d.Day = 1
		if u == Quarter {
			d.Month -= (d.Month - 1) % 3
		} else if u == Year {
			d.Month = 1
		}
		return int32(d.Days())
	}
	return days
}

// TruncLocal cuts wall-clock microseconds to the beginning of their unit.
func TruncLocal(local int64, u Unit) int64 {
	if u <= Day {
		return local - floorMod(local, unitMicros[max(u, Microsecond)])
	}
	return int64(TruncDate(int32(floorDiv(local, MicrosPerDay)), u)) * MicrosPerDay
}

// Trunc cuts an instant to the beginning of its unit in the zone. Units below an
// hour are cut without regard to the zone, as far as its offset is of whole
// minutes.
func Trunc(micros int64, u Unit, zone *Zone) int64 {
	switch {
	case u <= Second:
		return TruncLocal(micros, u)
	case u <= Hour:
		// Within an hour the offset is that of the instant: the second 01:30
		// of an autumn night stays the second 01:00.
		offset := zone.Offset(micros)
		return TruncLocal(micros+offset, u) - offset
	}
	return zone.ToUTC(TruncLocal(zone.ToLocal(micros), u))
}

// AddMonths is the day so many months later, or the last one of that month where
// it is shorter. False where the result is out of range.
func AddMonths(days int32, months int32) (int32, bool) {
	d := addMonths(CivilOf(int64(days)), int64(months))
	n := d.Days()
	return int32(n), n == int64(int32(n))
}

func addMonths(d Date, months int64) Date {
	m := d.Year*12 + int64(d.Month) - 1 + months
	d.Year, d.Month = floorDiv(m, 12), int(floorMod(m, 12))+1
	d.Day = min(d.Day, MonthDays(d.Year, d.Month))
	return d
}

// AddInterval is a wall-clock time plus months, then days, then microseconds.
// False where the result is out of range.
func AddInterval(local int64, months, days int32, micros int64) (int64, bool) {
	day, ofDay := SplitDay(local)
	if months != 0 {
		day = addMonths(CivilOf(day), int64(months)).Days()
	}
	local, ok := join(day+int64(days), ofDay)
	sum := local + micros
	return sum, ok && (sum >= local) == (micros >= 0)
}

// AddIntervalAt is an instant plus months and days of the zone's calendar, then
// microseconds of elapsed time.
func AddIntervalAt(instant int64, months, days int32, micros int64, zone *Zone) (int64, bool) {
	if months != 0 || days != 0 {
		local, ok := AddInterval(zone.ToLocal(instant), months, days, 0)
		if !ok {
			return 0, false
		}
		instant = zone.ToUTC(local)
	}
	sum := instant + micros
	return sum, (sum >= instant) == (micros >= 0)
}

// MonthsBetween is the months from one wall-clock time to another as Spark
// counts them: whole where both are the same day of the month or both the last
// one, else with the rest in months of 31 days. roundOff keeps eight digits.
func MonthsBetween(to, from int64, roundOff bool) float64 {
	toDay, toRest := SplitDay(to)
	fromDay, fromRest := SplitDay(from)
	a, b := CivilOf(toDay), CivilOf(fromDay)
	months := float64((a.Year-b.Year)*12 + int64(a.Month-b.Month))
	lastA, lastB := a.Day == MonthDays(a.Year, a.Month), b.Day == MonthDays(b.Year, b.Month)
	if a.Day == b.Day || lastA && lastB {
		return months
	}
	const secondsPerMonth = 31 * 86400
	seconds := int64(a.Day-b.Day)*86400 + floorDiv(toRest, MicrosPerSecond) - floorDiv(fromRest, MicrosPerSecond)
	diff := months + float64(seconds)/secondsPerMonth
	if roundOff {
		diff = roundHalfUp(diff*1e8) / 1e8
	}
	return diff
}

// roundHalfUp is the whole number nearest to x, of two the larger.
func roundHalfUp(x float64) float64 {
	n := float64(int64(x))
	if n > x {
		n--
	}
	if x-n >= 0.5 {
		n++
	}
	return n
}

// LastDay is the last day of the month that days lies in.
func LastDay(days int32) int32 {
	d := CivilOf(int64(days))
	d.Day = MonthDays(d.Year, d.Month)
	return int32(d.Days())
}

// weekdays are the names that next_day takes, Monday first.
var weekdays = map[string]int{
	"MO": 0, "MON": 0, "MONDAY": 0, "TU": 1, "TUE": 1, "TUESDAY": 1, "WE": 2, "WED": 2, "WEDNESDAY": 2,
	"TH": 3, "THU": 3, "THURSDAY": 3, "FR": 4, "FRI": 4, "FRIDAY": 4, "SA": 5, "SAT": 5, "SATURDAY": 5,
	"SU": 6, "SUN": 6, "SUNDAY": 6,
}

// ParseWeekday is the day of the week, Monday being 0, that a name means.
func ParseWeekday(name string) (weekday int, ok bool) {
	weekday, ok = weekdays[strings.ToUpper(name)]
	return weekday, ok
}

// NextDay is the first such day of the week after days.
func NextDay(days int32, weekday int) int32 {
	return days + 1 + int32(floorMod(int64(weekday)-int64(Weekday(days))-1, 7))
}

// Weekday is the day of the week, Monday being 0.
func Weekday(days int32) int { return int(floorMod(int64(days)+3, 7)) }
