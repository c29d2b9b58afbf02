package datetime

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/types"
)

// ParseYearMonth is Spark's cast of text to a year-month interval with these
// fields, in months: [+|-]y-m, or one number where there is one field, bare or as
// the literal INTERVAL '…' YEAR TO MONTH.
func ParseYearMonth(s string, first, last types.IntervalField) (months int32, ok bool) {
	body, negative, ok := unwrapInterval(trim(s), first, last)
	if !ok {
		return 0, false
	}
	years, rest, ok := leadingNumber(body)
	if !ok {
		return 0, false
	}
	total := years
	switch {
	case first == last:
		if first == types.YearField {
			total *= 12
		}
	case rest == "" || rest[0] != '-':
		return 0, false
	default:
		m, n := digits(rest[1:], 3)
		if n == 0 || n > 2 || m > 11 {
			return 0, false
		}
		total, rest = years*12+m, rest[1+n:]
	}
	if negative {
		total = -total
	}
	return int32(total), rest == "" && total == int64(int32(total))
}

// ParseDayTime is Spark's cast of text to a day-time interval with these fields,
// in microseconds: the fields' numbers as in 1 02:03:04.5, with a sign, bare or
// as the literal INTERVAL '…' DAY TO SECOND.
func ParseDayTime(s string, first, last types.IntervalField) (micros int64, ok bool) {
	body, negative, ok := unwrapInterval(trim(s), first, last)
	if !ok {
		return 0, false
	}
	total := int64(0) // counted downwards: there is one more negative number
	for f := first; f <= last; f++ {
		if f > first {
			mark := byte(':')
			if f == types.HourField {
				mark = ' '
			}
			if body == "" || body[0] != mark {
				return 0, false
			}
			body = body[1:]
		}
		v, n := digits(body, 19)
		if n == 0 || n > 18 || f > first && (n > 2 || v > fieldLimit[f]) {
			return 0, false
		}
		body = body[n:]
		part := v * fieldMicros[f]
		if uint64(v) > 1<<63/uint64(fieldMicros[f]) || total-part > total {
			return 0, false
		}
		total -= part
	}
	if last == types.SecondField && body != "" && body[0] == '.' {
		fraction, n := digits(body[1:], 10)
		if n == 0 || n > 9 {
			return 0, false
		}
		for k := n; k < 9; k++ {
			fraction *= 10
		}
		body = body[1+n:]
		if total-fraction/1000 > total {
			return 0, false
		}
		total -= fraction / 1000
	}
	if !negative {
		if total == -1<<63 {
			return 0, false
		}
		total = -total
	}
	return total, body == ""
}

// fieldMicros and fieldLimit are indexed by types.IntervalField.
var (
	fieldMicros = [...]int64{types.DayField: MicrosPerDay, types.HourField: MicrosPerHour,
		types.MinuteField: MicrosPerMinute, types.SecondField: MicrosPerSecond}
	fieldLimit = [...]int64{types.HourField: 23, types.MinuteField: 59, types.SecondField: 59}
)

// unwrapInterval takes off the literal's words and the signs.
func unwrapInterval(s string, first, last types.IntervalField) (body string, negative, ok bool) {
	if len(s) > 8 && strings.EqualFold(s[:8], "INTERVAL") {
		s = trim(s[8:])
		if s, negative = takeSign(s); s == "" || s[0] != '\'' {
			return "", false, false
		}
		end := strings.IndexByte(s[1:], '\'')
		if end < 0 || !intervalWords(s[end+2:], first, last) {
			return "", false, false
		}
		s = s[1 : end+1]
	}
	body, minus := takeSign(s)
	return body, negative != minus, true
}

func takeSign(s string) (rest string, negative bool) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[1:], s[0] == '-'
	}
	return s, false
}

// intervalWords reports whether s names the fields, as in YEAR TO MONTH.
func intervalWords(s string, first, last types.IntervalField) bool {
	words := strings.Fields(s)
	if first == last {
		return len(words) == 1 && strings.EqualFold(words[0], first.String())
	}
	return len(words) == 3 && strings.EqualFold(words[0], first.String()) && strings.EqualFold(words[1], "TO") &&
		strings.EqualFold(words[2], last.String())
}

func leadingNumber(s string) (v int64, rest string, ok bool) {
	v, n := digits(s, 11)
	return v, s[n:], n > 0 && n <= 10
}

// calendarUnits are the units of a calendar interval, without their s.
var calendarUnits = map[string]struct {
	months, days int32
	micros       int64
}{
	"year": {months: 12}, "month": {months: 1}, "week": {days: 7}, "day": {days: 1},
	"hour": {micros: MicrosPerHour}, "minute": {micros: MicrosPerMinute}, "second": {micros: MicrosPerSecond},
	"millisecond": {micros: MicrosPerMilli}, "microsecond": {micros: 1},
}

// ParseInterval is Spark's cast of text to a calendar interval: numbers with
// units, such as "1 month -2 days 3.5 seconds", with or without INTERVAL before
// them. Only seconds may have a fraction.
func ParseInterval(s string) (v types.Interval, ok bool) {
	s = strings.ToLower(trim(s))
	if rest, found := strings.CutPrefix(s, "interval"); found {
		if rest == "" || rest[0] > ' ' {
			return v, false
		}
		s = rest
	}
	s = trim(s)
	if s == "" {
		return v, false
	}
	for s != "" {
		if s, ok = addPart(&v, s); !ok {
			return v, false
		}
	}
	return v, true
}

// addPart adds a number with its unit to v.
func addPart(v *types.Interval, s string) (rest string, ok bool) {
	s, negative := takeSign(s)
	s = trim(s)
	end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end <= 0 || s[end] > ' ' {
		return s, false
	}
	number := s[:end]
	s = trim(s[end:])
	end = strings.IndexFunc(s, func(r rune) bool { return r <= ' ' })
	if end < 0 {
		end = len(s)
	}
	name := strings.TrimSuffix(s[:end], "s")
	unit, known := calendarUnits[name]
	whole, fraction, dotted := strings.Cut(number, ".")
	if !known || dotted && name != "second" || !allDigits(whole) || !allDigits(fraction) || len(fraction) > 9 ||
		whole == "" && fraction == "" {
		return s, false
	}
	n := int64(0)
	if whole != "" {
		var err error
		if n, err = strconv.ParseInt(whole, 10, 64); err != nil {
			return s, false
		}
	}
	micros := int64(0)
	if dotted {
		micros = int64(atoi((fraction + "000000")[:6]))
	}
	if negative {
		n, micros = -n, -micros
	}
	ok = addChecked32(&v.Months, n, unit.months) && addChecked32(&v.Days, n, unit.days) &&
		addChecked64(&v.Micros, n, unit.micros) && addChecked64(&v.Micros, micros, 1)
	return trim(s[end:]), ok
}

func addChecked32(to *int32, n int64, unit int32) bool {
	if unit == 0 {
		return true
	}
	if n != int64(int32(n)) {
		return false
	}
	sum := int64(*to) + n*int64(unit)
	*to = int32(sum)
	return sum == int64(*to)
}

func addChecked64(to *int64, n, unit int64) bool {
	if unit == 0 || n == 0 {
		return true
	}
	part := n * unit
	sum := *to + part
	ok := part/unit == n && (sum >= *to) == (part >= 0)
	*to = sum
	return ok
}

// AppendInterval writes a calendar interval as Spark's cast to text: its units
// with their numbers, "0 seconds" for none.
func AppendInterval(to []byte, v types.Interval) []byte {
	start := len(to)
	put := func(n int64, unit string) {
		if n == 0 {
			return
		}
		if len(to) > start {
			to = append(to, ' ')
		}
		to = append(strconv.AppendInt(to, n, 10), unit...)
	}
	put(int64(v.Months/12), " years")
	put(int64(v.Months%12), " months")
	put(int64(v.Days), " days")
	put(v.Micros/MicrosPerHour, " hours")
	put(v.Micros%MicrosPerHour/MicrosPerMinute, " minutes")
	if rest := v.Micros % MicrosPerMinute; rest != 0 {
		if len(to) > start {
			to = append(to, ' ')
		}
		if rest < 0 {
			to, rest = append(to, '-'), -rest
		}
		to = strconv.AppendInt(to, rest/MicrosPerSecond, 10)
		to = append(appendFraction(to, rest%MicrosPerSecond*1000), " seconds"...)
	}
	if len(to) == start {
		to = append(to, "0 seconds"...)
	}
	return to
}

// AppendYearMonth writes a year-month interval as Spark does:
// INTERVAL '1-2' YEAR TO MONTH.
func AppendYearMonth(to []byte, months int32, first, last types.IntervalField) []byte {
	to = append(to, "INTERVAL '"...)
	n := int64(months)
	if n < 0 {
		to, n = append(to, '-'), -n
	}
	switch {
	case first == types.MonthField:
		to = strconv.AppendInt(to, n, 10)
	case last == types.YearField:
		to = strconv.AppendInt(to, n/12, 10)
	default:
		to = strconv.AppendInt(to, n/12, 10)
		to = strconv.AppendInt(append(to, '-'), n%12, 10)
	}
	return appendIntervalWords(to, first, last)
}

// AppendDayTime writes a day-time interval as Spark does:
// INTERVAL '1 02:03:04.5' DAY TO SECOND.
func AppendDayTime(to []byte, micros int64, first, last types.IntervalField) []byte {
	to = append(to, "INTERVAL '"...)
	rest := uint64(micros)
	if micros < 0 {
		to, rest = append(to, '-'), -rest
	}
	for f := first; f <= last; f++ {
		unit := uint64(fieldMicros[f])
		width := 2
		if f == types.DayField {
			width = 1
		}
		switch {
		case f == first:
		case f == types.HourField:
			to = append(to, ' ')
		default:
			to = append(to, ':')
		}
		to = appendPadded(to, int64(rest/unit), width)
		rest %= unit
	}
	if last == types.SecondField {
		to = appendFraction(to, int64(rest)*1000)
	}
	return appendIntervalWords(to, first, last)
}

func appendIntervalWords(to []byte, first, last types.IntervalField) []byte {
	to = append(to, "' "...)
	to = append(to, strings.ToUpper(first.String())...)
	if last != first {
		to = append(to, " TO "...)
		to = append(to, strings.ToUpper(last.String())...)
	}
	return to
}
