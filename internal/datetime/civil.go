package datetime

// Units of time, in microseconds.
const (
	MicrosPerMilli  int64 = 1_000
	MicrosPerSecond int64 = 1_000_000
	MicrosPerMinute int64 = 60 * MicrosPerSecond
	MicrosPerHour   int64 = 60 * MicrosPerMinute
	MicrosPerDay    int64 = 24 * MicrosPerHour
)

// Date is a day of the proleptic Gregorian calendar. Year 0 is 1 BC.
type Date struct {
	Year       int64
	Month, Day int // from 1
}

// Days is the number of days from 1970-01-01 to d, negative before it. Month
// must be 1 to 12; the day may be any number and is counted on.
func (d Date) Days() int64 {
	y, m := d.Year, int64(d.Month)
	if m <= 2 { // the year begins in March, so that the leap day is its last
		y--
		m += 12
	}
	era := floorDiv(y, 400)
	ofEra := y - era*400
	ofYear := (153*(m-3)+2)/5 + int64(d.Day) - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}

// CivilOf is the day that lies days after 1970-01-01.
func CivilOf(days int64) Date {
	z := days + 719468
	var era int64
	if uint64(z) < 1<<31 {
		era = int64(uint32(z) / 146097)
	} else {
		era = floorDiv(z, 146097)
	}
	day := uint32(z - era*146097)
	year := (day - day/1460 + day/36524 - day/146096) / 365
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / 153
	d := Date{Year: era*400 + int64(year), Month: int(month) + 3, Day: int(day-(153*month+2)/5) + 1}
	if d.Month > 12 {
		d.Month -= 12
		d.Year++
	}
	return d
}

// LeapYear reports whether the year has a 29 February.
func LeapYear(year int64) bool { return year&3 == 0 && (year%100 != 0 || year%400 == 0) }

// monthDays is indexed by month.
var monthDays = [13]int8{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// MonthDays is the number of days in a month, 1 to 12.
func MonthDays(year int64, month int) int {
	if month == 2 && LeapYear(year) {
		return 29
	}
	return int(monthDays[month])
}

// Valid reports whether d is a day of the calendar.
func (d Date) Valid() bool {
	return d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && (d.Day <= 28 || d.Day <= MonthDays(d.Year, d.Month))
}

// floorDiv is a/b rounded down; b is positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// floorMod is what floorDiv leaves, never negative.
func floorMod(a, b int64) int64 {
	r := a % b
	if r < 0 {
		r += b
	}
	return r
}

// SplitDay cuts wall-clock microseconds into the day and the microseconds within
// it, 0 up to [MicrosPerDay].
func SplitDay(micros int64) (days, ofDay int64) {
	days = floorDiv(micros, MicrosPerDay)
	return days, micros - days*MicrosPerDay
}

// join is the microseconds of a day and a time of day; false where they do not
// fit 64 bits.
func join(days, ofDay int64) (int64, bool) {
	const limit = int64(1<<63-1) / MicrosPerDay
	switch {
	case days < -limit-1 || days > limit:
		return 0, false
	case days == limit:
		micros := days * MicrosPerDay
		return micros + ofDay, micros+ofDay >= micros
	case days == -limit-1:
		// The whole day does not fit below; the part of it that does, may.
		micros := (days+1)*MicrosPerDay + (ofDay - MicrosPerDay)
		return micros, micros < 0
	}
	return days*MicrosPerDay + ofDay, true
}
