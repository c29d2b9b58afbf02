package datetime

// ParseDate is Spark's cast of text to DATE: [+-]yyyy[-[m]m[-[d]d]] with four to
// seven digits of year, after a whole date anything behind a blank or T. Blanks
// around it do not count. False where s is no date.
func ParseDate(s string) (days int32, ok bool) {
	s = trim(s)
	if len(s) == 10 { // yyyy-MM-dd
		if d, ok := date10(s); ok {
			return int32(d.Days()), d.Valid()
		}
	}
	d, rest, parts := scanDate(s, 7)
	if parts == 0 || rest != "" && (parts < 3 || rest[0] != ' ' && rest[0] != 'T') || !d.Valid() {
		return 0, false
	}
	n := d.Days()
	return int32(n), n == int64(int32(n))
}

// date10 reads yyyy-MM-dd without checking the calendar.
func date10(s string) (Date, bool) {
	_ = s[9]
	y0, y1, y2, y3 := s[0]-'0', s[1]-'0', s[2]-'0', s[3]-'0'
	m0, m1, d0, d1 := s[5]-'0', s[6]-'0', s[8]-'0', s[9]-'0'
	if y0 > 9 || y1 > 9 || y2 > 9 || y3 > 9 || m0 > 9 || m1 > 9 || d0 > 9 || d1 > 9 || s[4] != '-' || s[7] != '-' {
		return Date{}, false
	}
	year := int64(y0)*1000 + int64(y1)*100 + int64(y2)*10 + int64(y3)
	return Date{Year: year, Month: int(m0)*10 + int(m1), Day: int(d0)*10 + int(d1)}, true
}

// scanDate reads [+-]yyyy[-[m]m[-[d]d]], with yearDigits digits of year at most,
// and returns what stands behind it and how many parts there are, 0 for none.
func scanDate(s string, yearDigits int) (d Date, rest string, parts int) {
	d = Date{Month: 1, Day: 1}
	sign := int64(1)
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	year, n := digits(s, yearDigits+1)
	if n < 4 || n > yearDigits {
		return d, s, 0
	}
	d.Year, s = sign*year, s[n:]
	for part, to := range [...]*int{&d.Month, &d.Day} {
		if s == "" || s[0] != '-' {
			return d, s, part + 1
		}
		v, n := digits(s[1:], 3)
		if n < 1 || n > 2 {
			return d, s, 0
		}
		*to, s = int(v), s[1+n:]
	}
	return d, s, 3
}

// digits is the number at the start of s and how many digits it has, limit at
// most.
func digits(s string, limit int) (v int64, n int) {
	for n < len(s) && n < limit && s[n]-'0' <= 9 {
		v = v*10 + int64(s[n]-'0')
		n++
	}
	return v, n
}

// moment is what a timestamp's text says.
type moment struct {
	date     Date
	micros   int64 // of the day
	zone     *Zone // nil: none was written
	zoned    bool
	justTime bool // no date was written
}

// ParseTimestamp is Spark's cast of text to TIMESTAMP. The text is a date as for
// [ParseDate], or only a year or a month, then behind a blank or T [h]h:[m]m,
// :[s]s, a fraction of which six digits count, and a zone as for [LoadZone]. Text
// without a zone is a wall-clock time of zone. today is the day that a time
// without a date falls on; Spark takes the current one.
func ParseTimestamp(s string, zone *Zone, today int32) (micros int64, ok bool) {
	if micros, state := fastTimestamp(s); state != 0 {
		if state == zonedTime {
			return micros, true
		}
		return zone.ToUTC(micros), true
	}
	m, ok := parseMoment(trim(s))
	if !ok {
		return 0, false
	}
	days := int64(today)
	if !m.justTime {
		days = m.date.Days()
	}
	local, ok := join(days, m.micros)
	if !ok {
		return 0, false
	}
	if m.zoned {
		zone = m.zone
	}
	micros = zone.ToUTC(local)
	// The offset may carry the sum over the edge of 64 bits.
	return micros, (micros < 0) == (local < 0) || abs(micros) < 1<<62
}

// ParseTimestampNTZ is Spark's cast of text to TIMESTAMP_NTZ. A zone in the text
// is dropped if allowZone and else makes it fail; so does a missing date.
func ParseTimestampNTZ(s string, allowZone bool) (micros int64, ok bool) {
	if micros, state := fastTimestamp(s); state != 0 {
		return micros, state == localTime || allowZone
	}
	m, ok := parseMoment(trim(s))
	if !ok || m.justTime || m.zoned && !allowZone {
		return 0, false
	}
	return join(m.date.Days(), m.micros)
}

// ParseTime is Spark's cast of text to TIME: [h]h:[m]m with [:[s]s[.fraction]],
// in nanoseconds of the day.
func ParseTime(s string) (nanos int64, ok bool) {
	s = trim(s)
	if s != "" && s[0] == 'T' {
		s = s[1:]
	}
	micros, rest, ok := scanClock(s)
	return micros * 1000, ok && rest == ""
}

// What fastTimestamp found.
const (
	localTime = 1 // no zone
	zonedTime = 2 // Z behind it
)

// fastTimestamp reads yyyy-MM-ddTHH:mm:ss[.SSS|.SSSSSS][Z], T or a blank. state 0
// means that s has another form.
func fastTimestamp(s string) (micros int64, state int) {
	n := len(s)
	if n < 19 {
		return 0, 0
	}
	state = localTime
	if s[n-1] == 'Z' {
		state = zonedTime
		n--
	}
	if n != 19 && n != 23 && n != 26 {
		return 0, 0
	}
	d, ok := date10(s[:10])
	h0, h1, m0, m1, s0, s1 := s[11]-'0', s[12]-'0', s[14]-'0', s[15]-'0', s[17]-'0', s[18]-'0'
	if !ok || !d.Valid() || s[10] != 'T' && s[10] != ' ' || s[13] != ':' || s[16] != ':' ||
		h0 > 9 || h1 > 9 || m0 > 5 || m1 > 9 || s0 > 5 || s1 > 9 || h0*10+h1 > 23 {
		return 0, 0
	}
	seconds := (int64(h0)*10+int64(h1))*3600 + (int64(m0)*10+int64(m1))*60 + int64(s0)*10 + int64(s1)
	micros = d.Days()*MicrosPerDay + seconds*MicrosPerSecond
	if n == 19 {
		return micros, state
	}
	fraction, count := digits(s[20:n], 6)
	if s[19] != '.' || count != n-20 {
		return 0, 0
	}
	if count == 3 {
		fraction *= 1000
	}
	return micros + fraction, state
}

// parseMoment reads all forms of a timestamp.
func parseMoment(s string) (m moment, ok bool) {
	if s == "" {
		return m, false
	}
	if s[0] == 'T' {
		m.justTime = true
		return m, m.clock(s[1:])
	}
	if _, n := digits(s, 3); n > 0 && n < len(s) && s[n] == ':' {
		m.justTime = true
		return m, m.clock(s)
	}
	var rest string
	var parts int
	m.date, rest, parts = scanDate(s, 6)
	if parts == 0 || !m.date.Valid() {
		return m, false
	}
	if rest == "" {
		return m, true
	}
	if parts < 3 || rest[0] != ' ' && rest[0] != 'T' {
		return m, false
	}
	return m, m.clock(rest[1:])
}

// clock reads a time of day and a zone, to the end of s.
func (m *moment) clock(s string) bool {
	micros, rest, ok := scanClock(s)
	m.micros = micros
	if !ok || rest == "" {
		return ok
	}
	m.zone, m.zoned = lookupZone(trim(rest))
	return m.zoned
}

// scanClock reads [h]h[:[m]m[:[s]s[.fraction]]] and returns what stands behind
// it. Only behind seconds may anything stand.
func scanClock(s string) (micros int64, rest string, ok bool) {
	units := [...]int64{MicrosPerHour, MicrosPerMinute, MicrosPerSecond}
	limits := [...]int64{24, 60, 60}
	for i, unit := range units {
		v, n := digits(s, 3)
		if n < 1 || n > 2 || v >= limits[i] {
			return 0, s, false
		}
		micros, s = micros+v*unit, s[n:]
		if i == 2 {
			break
		}
		if s == "" {
			return micros, s, true
		}
		if s[0] != ':' {
			return 0, s, false
		}
		s = s[1:]
	}
	if s == "" || s[0] != '.' {
		return micros, s, true
	}
	s = s[1:]
	unit := MicrosPerSecond / 10
	for s != "" && s[0]-'0' <= 9 {
		micros += int64(s[0]-'0') * unit
		unit /= 10
		s = s[1:]
	}
	return micros, s, true
}

// trim drops white space and control characters on both sides.
func trim(s string) string {
	for s != "" && (s[0] <= ' ' || s[0] == 0x7f) {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] <= ' ' || s[len(s)-1] == 0x7f) {
		s = s[:len(s)-1]
	}
	return s
}

func abs(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}
