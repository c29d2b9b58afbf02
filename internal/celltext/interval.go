package celltext

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/types"
)

// AppendYearMonth writes a number of months as the literal of its type, such as
// INTERVAL '1-2' YEAR TO MONTH.
func AppendYearMonth(dst []byte, months int32, t types.Type) []byte {
	n := int64(months)
	dst = append(dst, "INTERVAL '"...)
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	switch {
	case t.First == types.MonthField:
		dst = strconv.AppendInt(dst, n, 10)
	case t.Last == types.YearField:
		dst = strconv.AppendInt(dst, n/12, 10)
	default:
		dst = append(strconv.AppendInt(dst, n/12, 10), '-')
		dst = strconv.AppendInt(dst, n%12, 10)
	}
	return appendFields(append(dst, "' "...), t)
}

// AppendDayTime writes microseconds as the literal of their type, such as
// INTERVAL '1 02:03:04.5' DAY TO SECOND.
func AppendDayTime(dst []byte, micros int64, t types.Type) []byte {
	dst = append(dst, "INTERVAL '"...)
	n := uint64(micros)
	if micros < 0 {
		dst, n = append(dst, '-'), -n
	}
	for field := t.First; field <= t.Last; field++ {
		unit := unitOf(field)
		value := n / unit
		n %= unit
		switch {
		case field == types.DayField:
			dst = strconv.AppendUint(dst, value, 10)
			continue
		case field == types.HourField && field > t.First:
			dst = append(dst, ' ')
		case field > t.First:
			dst = append(dst, ':')
		}
		if value < 10 {
			dst = append(dst, '0')
		}
		dst = strconv.AppendUint(dst, value, 10)
		if field == types.SecondField {
			dst = appendFraction(dst, int64(n), 6)
		}
	}
	return appendFields(append(dst, "' "...), t)
}

// unitOf is the microseconds in one of a field.
func unitOf(f types.IntervalField) uint64 {
	switch f {
	case types.DayField:
		return 86400e6
	case types.HourField:
		return 3600e6
	case types.MinuteField:
		return 60e6
	default:
		return 1e6
	}
}

// appendFields writes YEAR, or YEAR TO MONTH.
func appendFields(dst []byte, t types.Type) []byte {
	dst = append(dst, strings.ToUpper(t.First.String())...)
	if t.Last != t.First {
		dst = append(dst, " TO "...)
		dst = append(dst, strings.ToUpper(t.Last.String())...)
	}
	return dst
}

// AppendCalendar writes the parts that are not zero, such as 1 years 2 days, or
// 0 seconds.
func AppendCalendar(dst []byte, v types.Interval) []byte {
	start := len(dst)
	part := func(n int64, unit string) {
		if n == 0 {
			return
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		dst = strconv.AppendInt(dst, n, 10)
		dst = append(dst, unit...)
	}
	part(int64(v.Months/12), " years")
	part(int64(v.Months%12), " months")
	part(int64(v.Days), " days")
	part(v.Micros/3600e6, " hours")
	part(v.Micros/60e6%60, " minutes")
	if rest := v.Micros % 60e6; rest != 0 {
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		if rest < 0 {
			dst, rest = append(dst, '-'), -rest
		}
		dst = strconv.AppendInt(dst, rest/1e6, 10)
		dst = append(appendFraction(dst, rest%1e6, 6), " seconds"...)
	}
	if len(dst) == start {
		return append(dst, "0 seconds"...)
	}
	return dst
}
