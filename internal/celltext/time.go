package celltext

import (
	"strconv"
	"time"
)

const (
	microsPerSecond = int64(1e6)
	secondsPerDay   = int64(86400)
)

// AppendDate writes days since 1970-01-01 as yyyy-MM-dd.
func AppendDate(dst []byte, days int32) []byte { return appendDay(dst, int64(days)) }

// AppendTimestamp writes microseconds since the epoch as the wall clock shows
// them in loc, with a fraction where there is one. A nil loc is UTC, and right
// for timestamps without a zone.
func AppendTimestamp(dst []byte, micros int64, loc *time.Location) []byte {
	seconds, fraction := floorDiv(micros, microsPerSecond)
	if loc != nil && loc != time.UTC {
		_, offset := time.Unix(seconds, 0).In(loc).Zone()
		seconds += int64(offset)
	}
	days, second := floorDiv(seconds, secondsPerDay)
	dst = append(appendDay(dst, days), ' ')
	return appendFraction(appendClock(dst, second), fraction, 6)
}

// AppendTime writes nanoseconds since midnight as HH:mm:ss and a fraction.
func AppendTime(dst []byte, nanos int64) []byte {
	return appendFraction(appendClock(dst, nanos/1e9), nanos%1e9, 9)
}

// floorDiv is the quotient rounded down, and the remainder, which is not
// negative.
func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

// appendDay writes days since 1970-01-01. The calendar is counted in eras of 400
// years that begin on the first of March, so that a leap day is the last of its
// year.
func appendDay(dst []byte, days int64) []byte {
	const era = 146097
	n, day := floorDiv(days+719468, era)
	year := (day - day/1460 + day/36524 - day/(era-1)) / 365
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / 153
	day -= (153*month+2)/5 - 1
	year += n * 400
	if month += 3; month > 12 {
		month, year = month-12, year+1
	}
	dst = appendYear(dst, year)
	dst = two(append(dst, '-'), month)
	return two(append(dst, '-'), day)
}

// appendYear writes at least four digits, and a sign where four are too few.
func appendYear(dst []byte, year int64) []byte {
	switch {
	case year < 0:
		dst, year = append(dst, '-'), -year
	case year > 9999:
		dst = append(dst, '+')
	}
	if year > 9999 {
		return strconv.AppendInt(dst, year, 10)
	}
	return two(two(dst, year/100), year%100)
}

func appendClock(dst []byte, second int64) []byte {
	dst = append(two(dst, second/3600), ':')
	dst = append(two(dst, second/60%60), ':')
	return two(dst, second%60)
}

// appendFraction writes a point and the fraction, of so many digits, without its
// trailing zeros; nothing for zero.
func appendFraction(dst []byte, fraction int64, digits int) []byte {
	if fraction == 0 {
		return dst
	}
	for fraction%10 == 0 {
		fraction, digits = fraction/10, digits-1
	}
	dst = append(dst, '.')
	start := len(dst)
	for range digits {
		dst = append(dst, '0')
	}
	for k := len(dst) - 1; k >= start; k-- {
		dst[k], fraction = byte('0'+fraction%10), fraction/10
	}
	return dst
}

// two writes n, from 0 to 99, with two digits.
func two(dst []byte, n int64) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }
