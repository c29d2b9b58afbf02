package datetime

import "strings"

// Field is a part of a date or time.
type Field uint8

// The fields. NoField is what an unknown name gives.
const (
	NoField Field = iota
	YearField
	YearOfWeekField // of the ISO week
	QuarterField
	MonthField
	WeekField         // of the ISO year
	DayField          // of the month
	DayOfWeekField    // Sunday is 1
	DayOfWeekISOField // Monday is 1
	WeekdayField      // Monday is 0
	DayOfYearField
	HourField
	MinuteField
	SecondField
)

// fieldNames are the names that extract and date_part take.
var fieldNames = map[string]Field{
	"YEAR": YearField, "Y": YearField, "YEARS": YearField, "YR": YearField, "YRS": YearField,
	"YEAROFWEEK": YearOfWeekField, "QUARTER": QuarterField, "QTR": QuarterField,
	"MONTH": MonthField, "MON": MonthField, "MONS": MonthField, "MONTHS": MonthField,
	"WEEK": WeekField, "W": WeekField, "WEEKS": WeekField,
	"DAY": DayField, "D": DayField, "DAYS": DayField,
	"DAYOFWEEK": DayOfWeekField, "DOW": DayOfWeekField, "DAYOFWEEK_ISO": DayOfWeekISOField, "DOW_ISO": DayOfWeekISOField,
	"DOY": DayOfYearField, "HOUR": HourField, "H": HourField, "HOURS": HourField, "HR": HourField, "HRS": HourField,
	"MINUTE": MinuteField, "M": MinuteField, "MIN": MinuteField, "MINS": MinuteField, "MINUTES": MinuteField,
	"SECOND": SecondField, "S": SecondField, "SEC": SecondField, "SECONDS": SecondField, "SECS": SecondField,
}

// ParseField is the field that extract means by a name.
func ParseField(name string) Field { return fieldNames[strings.ToUpper(name)] }

// OfDate is a field of a day; the fields of the time are 0.
func (f Field) OfDate(days int32) int32 {
	switch f {
	case WeekdayField:
		return int32(Weekday(days))
	case DayOfWeekISOField:
		return int32(Weekday(days)) + 1
	case DayOfWeekField:
		return int32(floorMod(int64(days)+4, 7)) + 1
	case WeekField, YearOfWeekField:
		year, week := isoWeek(days)
		if f == WeekField {
			return int32(week)
		}
		return int32(year)
	case HourField, MinuteField, SecondField, NoField:
		return 0
	}
	d := CivilOf(int64(days))
	switch f {
	case YearField:
		return int32(d.Year)
	case QuarterField:
		return int32(d.Month-1)/3 + 1
	case MonthField:
		return int32(d.Month)
	case DayOfYearField:
		return int32(dayOfYear(d))
	default:
		return int32(d.Day)
	}
}

// dayOfYear is 1 on 1 January.
func dayOfYear(d Date) int {
	return int(d.Days()-Date{Year: d.Year, Month: 1, Day: 1}.Days()) + 1
}

// isoWeek is the week that a day lies in and that week's year: weeks begin on
// Monday and belong to the year of their Thursday.
func isoWeek(days int32) (year int64, week int) {
	thursday := CivilOf(int64(days) - int64(Weekday(days)) + 3)
	return thursday.Year, (dayOfYear(thursday)-1)/7 + 1
}

// OfLocal is a field of wall-clock microseconds; seconds are whole.
func (f Field) OfLocal(local int64) int32 {
	switch f {
	case HourField:
		return int32(uint64(floorMod(local, MicrosPerDay)) / uint64(MicrosPerHour))
	case MinuteField:
		return int32(uint64(floorMod(local, MicrosPerHour)) / uint64(MicrosPerMinute))
	case SecondField:
		return int32(uint64(floorMod(local, MicrosPerMinute)) / uint64(MicrosPerSecond))
	}
	return f.OfDate(int32(floorDiv(local, MicrosPerDay)))
}

// SecondsWithFraction is the seconds of the minute with their fraction, in
// microseconds: what extract gives for SECOND, a DECIMAL(8,6).
func SecondsWithFraction(local int64) int64 { return floorMod(local, MicrosPerMinute) }

// OverTimestamps sets to[i] to field f of micros[i] in the zone, for all i. Nulls
// are computed like other rows. The two slices are of one length.
func (f Field) OverTimestamps(to []int32, micros []int64, zone *Zone) {
	offset, fixed := zone.Fixed()
	switch {
	case fixed && (f == HourField || f == MinuteField || f == SecondField):
		f.clockOver(to, micros, offset)
	case f == HourField || f == MinuteField || f == SecondField:
		start, end := int64(0), int64(0)
		for i, v := range micros {
			if v < start || v >= end {
				offset, start, end = zone.Span(v)
			}
			to[i] = f.OfLocal(v + offset)
		}
	default:
		f.dateOver(to, micros, zone)
	}
}

// clockOver is OverTimestamps for a part of the day at a fixed offset.
func (f Field) clockOver(to []int32, micros []int64, offset int64) {
	to = to[:len(micros)]
	switch f {
	case HourField:
		for i, v := range micros {
			v += offset
			day := floorDiv(v, MicrosPerDay)
			to[i] = int32(uint64(v-day*MicrosPerDay) / uint64(MicrosPerHour))
		}
	default:
		for i, v := range micros {
			to[i] = f.OfLocal(v + offset)
		}
	}
}

// dateOver is OverTimestamps for a field of the date: it is computed once for
// rows of one day that follow each other.
func (f Field) dateOver(to []int32, micros []int64, zone *Zone) {
	to = to[:len(micros)]
	var day dayMemo
	value := int32(0)
	for i, v := range micros {
		if !day.holds(v) {
			value = f.OfDate(int32(day.move(v, zone)))
		}
		to[i] = value
	}
}

// OverDates sets to[i] to field f of days[i].
func (f Field) OverDates(to []int32, days []int32) {
	last, value := int32(0), f.OfDate(0)
	for i, d := range days {
		if d != last {
			last, value = d, f.OfDate(d)
		}
		to[i] = value
	}
}

// dayMemo is a stretch of instants that lie on one day of a zone with one
// offset.
type dayMemo struct {
	start, end int64 // instants, end exclusive
	offset     int64
}

func (m *dayMemo) holds(micros int64) bool { return micros >= m.start && micros < m.end }

// move makes the memo the stretch around micros and returns its day.
func (m *dayMemo) move(micros int64, zone *Zone) (day int64) {
	offset, start, end := zone.Span(micros)
	day = floorDiv(micros+offset, MicrosPerDay)
	m.offset = offset
	m.start = max(start, day*MicrosPerDay-offset)
	m.end = min(end, (day+1)*MicrosPerDay-offset)
	return day
}
