package datetime

import (
	"strings"
)

// instant is a time made ready to be written.
type instant struct {
	date   Date
	days   int64
	ofDay  int64
	offset int64 // micros
	utc    int64
	zone   *Zone
}

// AppendTimestamp writes an instant in the zone.
func (p *Pattern) AppendTimestamp(to []byte, micros int64, zone *Zone) []byte {
	offset := zone.Offset(micros)
	return p.append(to, micros+offset, offset, zone)
}

// AppendTimestampNTZ writes a wall-clock time; zone letters show UTC.
func (p *Pattern) AppendTimestampNTZ(to []byte, local int64) []byte {
	return p.append(to, local, 0, UTC)
}

// AppendDate writes a day; time letters show midnight.
func (p *Pattern) AppendDate(to []byte, days int32) []byte {
	return p.append(to, int64(days)*MicrosPerDay, 0, UTC)
}

func (p *Pattern) append(to []byte, local, offset int64, zone *Zone) []byte {
	days, ofDay := SplitDay(local)
	t := instant{date: CivilOf(days), days: days, ofDay: ofDay, offset: offset, utc: local - offset, zone: zone}
	return appendPieces(to, p.pieces, &t)
}

func appendPieces(to []byte, pieces []piece, t *instant) []byte {
	for i := range pieces {
		switch p := &pieces[i]; p.letter {
		case 0:
			to = append(to, p.literal...)
		case '[':
			to = appendPieces(to, p.inner, t)
		default:
			to = p.append(to, t)
		}
	}
	return to
}

// append writes the field of one letter.
func (p *piece) append(to []byte, t *instant) []byte {
	switch p.letter {
	case 'G', 'y', 'Q', 'q', 'M', 'L', 'E':
		return p.appendDateText(to, t)
	case 'd':
		return appendPadded(to, int64(t.date.Day), p.count)
	case 'D':
		return appendPadded(to, int64(dayOfYear(t.date)), p.count)
	case 'F':
		return appendPadded(to, int64(t.date.Day-1)%7+1, p.count)
	case 'g': // the modified Julian day
		return appendPadded(to, t.days+40587, p.count)
	case 'a':
		if t.ofDay < 12*MicrosPerHour {
			return append(to, "AM"...)
		}
		return append(to, "PM"...)
	case 'H':
		return appendPadded(to, t.ofDay/MicrosPerHour, p.count)
	case 'k':
		return appendPadded(to, (t.ofDay/MicrosPerHour+23)%24+1, p.count)
	case 'K':
		return appendPadded(to, t.ofDay/MicrosPerHour%12, p.count)
	case 'h':
		return appendPadded(to, (t.ofDay/MicrosPerHour+11)%12+1, p.count)
	case 'm':
		return appendPadded(to, t.ofDay/MicrosPerMinute%60, p.count)
	case 's':
		return appendPadded(to, t.ofDay/MicrosPerSecond%60, p.count)
	case 'S':
		start := len(to)
		return appendPadded(to, t.ofDay%MicrosPerSecond*1000, 9)[:start+p.count]
	}
	return p.appendZone(to, t)
}

// quarterNames are those of QQQQ.
var quarterNames = [...]string{"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"}

// appendDateText writes the letters whose form depends on their count.
func (p *piece) appendDateText(to []byte, t *instant) []byte {
	switch p.letter {
	case 'y':
		return p.appendYear(to, t)
	case 'G':
		short, long := "AD", "Anno Domini"
		if t.date.Year <= 0 {
			short, long = "BC", "Before Christ"
		}
		if p.count == 4 {
			return append(to, long...)
		}
		return append(to, short...)
	case 'E':
		name := dayNames[Weekday(int32(t.days))]
		if p.count < 4 {
			name = name[:3]
		}
		return append(to, name...)
	case 'M', 'L':
		name := monthNames[t.date.Month-1]
		switch p.count {
		case 3:
			return append(to, name[:3]...)
		case 4:
			return append(to, name...)
		}
		return appendPadded(to, int64(t.date.Month), p.count)
	}
	quarter := int64(t.date.Month-1)/3 + 1
	switch p.count {
	case 3:
		return append(to, 'Q', byte('0'+quarter))
	case 4:
		return append(to, quarterNames[quarter-1]...)
	}
	return appendPadded(to, quarter, p.count)
}

// appendYear writes the year of the era: 44 BC is 44.
func (p *piece) appendYear(to []byte, t *instant) []byte {
	year := t.date.Year
	if year <= 0 {
		year = 1 - year
	}
	switch {
	case p.count == 2:
		return appendPadded(to, year%100, 2)
	case p.count >= 4 && year >= power10(p.count):
		to = append(to, '+')
	}
	return appendPadded(to, year, p.count)
}

func power10(n int) int64 {
	v := int64(1)
	for range n {
		v *= 10
	}
	return v
}

// monthNames and dayNames are English; their first three letters are the short
// names.
var (
	monthNames = [...]string{"January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December"}
	dayNames = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
)

// MonthName is the short English name of a month, from 1.
func MonthName(month int) string { return monthNames[month-1][:3] }

// DayName is the short English name of a day of the week, Monday being 0.
func DayName(weekday int) string { return dayNames[weekday][:3] }

// appendZone writes the letters of the zone.
func (p *piece) appendZone(to []byte, t *instant) []byte {
	seconds := t.offset / MicrosPerSecond
	switch p.letter {
	case 'V':
		return append(to, t.zone.String()...)
	case 'z':
		return append(to, zoneName(t, p.count == 4)...)
	case 'O':
		return appendGMT(to, seconds, p.count == 4)
	case 'Z':
		switch p.count {
		case 4:
			return appendGMT(to, seconds, true)
		case 5:
			return appendOffset(to, seconds, 5, "Z")
		}
		return appendOffset(to, seconds, 2, "+0000")
	case 'X':
		return appendOffset(to, seconds, p.count, "Z")
	}
	zero := [...]string{"+00", "+0000", "+00:00", "+0000", "+00:00"}
	return appendOffset(to, seconds, p.count, zero[p.count-1])
}

// appendOffset writes an offset as X to XXXXX do: hours and needed minutes;
// minutes; with a colon; and needed seconds; with colons.
func appendOffset(to []byte, seconds int64, form int, zero string) []byte {
	if seconds == 0 {
		return append(to, zero...)
	}
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	h, m, s := seconds/3600, seconds/60%60, seconds%60
	colon := form == 3 || form == 5
	to = appendPadded(append(to, sign), h, 2)
	if form > 1 || m != 0 {
		if colon {
			to = append(to, ':')
		}
		to = appendPadded(to, m, 2)
	}
	if form > 3 && s != 0 {
		if colon {
			to = append(to, ':')
		}
		to = appendPadded(to, s, 2)
	}
	return to
}

// appendGMT writes an offset as O and OOOO do.
func appendGMT(to []byte, seconds int64, full bool) []byte {
	to = append(to, "GMT"...)
	if seconds == 0 {
		return to
	}
	if full {
		return appendOffset(to, seconds, 5, "")
	}
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	to = appendPadded(append(to, sign), seconds/3600, 1)
	if m := seconds / 60 % 60; m != 0 || seconds%60 != 0 {
		to = appendPadded(append(to, ':'), m, 2)
	}
	if s := seconds % 60; s != 0 {
		to = appendPadded(append(to, ':'), s, 2)
	}
	return to
}

// longZones are the long English names behind the short ones that Go knows.
var longZones = map[string]string{
	"UTC": "Coordinated Universal Time", "GMT": "Greenwich Mean Time", "BST": "British Summer Time",
	"PST": "Pacific Standard Time", "PDT": "Pacific Daylight Time", "MST": "Mountain Standard Time",
	"MDT": "Mountain Daylight Time", "CST": "Central Standard Time", "CDT": "Central Daylight Time",
	"EST": "Eastern Standard Time", "EDT": "Eastern Daylight Time", "AKST": "Alaska Standard Time",
	"AKDT": "Alaska Daylight Time", "HST": "Hawaii-Aleutian Standard Time",
	"CET": "Central European Standard Time", "CEST": "Central European Summer Time",
	"EET": "Eastern European Standard Time", "EEST": "Eastern European Summer Time",
	"WET": "Western European Standard Time", "WEST": "Western European Summer Time",
	"MSK": "Moscow Standard Time", "IST": "India Standard Time", "JST": "Japan Standard Time",
	"KST": "Korean Standard Time", "AEST": "Australian Eastern Standard Time",
	"AEDT": "Australian Eastern Daylight Time", "NZST": "New Zealand Standard Time",
	"NZDT": "New Zealand Daylight Time",
}

// zoneName is what z and zzzz write. Where Go knows no name it is the offset.
func zoneName(t *instant, long bool) string {
	id := t.zone.String()
	switch {
	case id == "Z":
		return "Z"
	case id == "UTC" || id == "GMT" || id == "UT":
		if long && id != "UT" {
			return longZones[id]
		}
		return id
	}
	if _, fixed := t.zone.Fixed(); fixed && !strings.Contains(id, "/") {
		return id
	}
	name := abbreviation(t.utc, t.zone)
	if name == "LMT" { // Java names the time before there were zones as of now
		name = abbreviation(1704067200*MicrosPerSecond, t.zone)
	}
	if name == "" || name[0] == '+' || name[0] == '-' {
		return string(appendGMT(nil, t.offset/MicrosPerSecond, true))
	}
	if full, ok := longZones[name]; ok && long {
		return full
	}
	return name
}

// AppendOffset writes an offset in microseconds as +01:30, with seconds where it
// has them, and Z for none.
func AppendOffset(to []byte, offset int64) []byte {
	return appendOffset(to, offset/MicrosPerSecond, 5, "Z")
}
