package datetime

import (
	"strings"
	"time"
)

// abbreviation is Go's short name of the zone at an instant.
func abbreviation(utc int64, zone *Zone) string {
	name, _ := time.UnixMicro(utc).In(zone.Location()).Zone()
	return name
}

// What a pattern can read from a text.
type slot uint8

const (
	eraSlot slot = iota
	yearSlot
	monthSlot
	daySlot
	dayOfYearSlot
	halfSlot   // AM or PM
	hourSlot   // 0-23
	clockSlot  // 1-24
	hour12Slot // 0-11
	clock12Slot
	minuteSlot
	secondSlot
	nanoSlot
	julianSlot
	slots
)

// reading is what has been read so far.
type reading struct {
	values [slots]int64
	met    uint32 // bit s: slot s has a value
	zone   *Zone
}

func (r *reading) has(s slot) bool { return r.met>>s&1 == 1 }

// set stores a value; false where there is another one already.
func (r *reading) set(s slot, v int64) bool {
	if r.has(s) {
		return r.values[s] == v
	}
	r.values[s] = v
	r.met |= 1 << s
	return true
}

func (r *reading) get(s slot, fallback int64) int64 {
	if r.has(s) {
		return r.values[s]
	}
	return fallback
}

// ParseTimestamp reads the whole of s as an instant. A text without zone is of
// the given one; fields that the pattern does not have are those of 1970-01-01
// 00:00:00.
func (p *Pattern) ParseTimestamp(s string, zone *Zone) (micros int64, ok bool) {
	local, written, ok := p.parse(s)
	if !ok {
		return 0, false
	}
	if written != nil {
		zone = written
	}
	return zone.ToUTC(local), true
}

// ParseTimestampNTZ reads the whole of s as a wall-clock time. A zone in it makes
// it fail.
func (p *Pattern) ParseTimestampNTZ(s string) (local int64, ok bool) {
	local, zone, ok := p.parse(s)
	return local, ok && zone == nil
}

// ParseLocal is ParseTimestampNTZ, but drops a zone.
func (p *Pattern) ParseLocal(s string) (local int64, ok bool) {
	local, _, ok = p.parse(s)
	return local, ok
}

// ParseDate reads the whole of s as a day.
func (p *Pattern) ParseDate(s string) (days int32, ok bool) {
	local, _, ok := p.parse(s)
	d := floorDiv(local, MicrosPerDay)
	return int32(d), ok
}

func (p *Pattern) parse(s string) (local int64, zone *Zone, ok bool) {
	if p.parses != nil {
		return 0, nil, false
	}
	var r reading
	rest, ok := r.pieces(p.pieces, s)
	if !ok || rest != "" {
		return 0, nil, false
	}
	local, ok = r.resolve()
	return local, r.zone, ok
}

// pieces reads a sequence and returns what is left.
func (r *reading) pieces(pieces []piece, s string) (rest string, ok bool) {
	for i := range pieces {
		p := &pieces[i]
		switch p.letter {
		case 0:
			if len(s) < len(p.literal) || !strings.EqualFold(s[:len(p.literal)], p.literal) {
				return s, false
			}
			s = s[len(p.literal):]
		case '[':
			try := *r
			if rest, ok := try.pieces(p.inner, s); ok {
				*r, s = try, rest
			}
		default:
			if s, ok = r.letter(p, s); !ok {
				return s, false
			}
		}
	}
	return s, true
}

// letterSlots are the numbers of one or two digits, and what they mean.
var letterSlots = map[byte]slot{
	'd': daySlot, 'h': clock12Slot, 'k': clockSlot, 'K': hour12Slot, 'H': hourSlot, 'm': minuteSlot, 's': secondSlot,
	'M': monthSlot, 'L': monthSlot,
}

// letter reads the field of one letter.
func (r *reading) letter(p *piece, s string) (rest string, ok bool) {
	switch p.letter {
	case 'y':
		return r.year(p, s)
	case 'G':
		if p.count == 4 {
			return r.word(eraSlot, s, []string{"Before Christ", "Anno Domini"}, 0, 0)
		}
		return r.word(eraSlot, s, []string{"BC", "AD"}, 0, 0)
	case 'a':
		return r.word(halfSlot, s, []string{"AM", "PM"}, 0, 0)
	case 'M', 'L':
		if p.count == 3 {
			return r.word(monthSlot, s, monthNames[:], 3, 1)
		} else if p.count == 4 {
			return r.word(monthSlot, s, monthNames[:], 0, 1)
		}
	case 'D':
		v, n := number(s, p.count, 3, p.reserve)
		return s[n:], n > 0 && r.set(dayOfYearSlot, v)
	case 'g':
		v, n := number(s, p.count, 18, p.reserve)
		return s[n:], n > 0 && r.set(julianSlot, v)
	case 'S':
		v, n := digits(s, p.count)
		for k := n; k < 9; k++ {
			v *= 10
		}
		return s[n:], n > 0 && r.set(nanoSlot, v)
	case 'V', 'z', 'O', 'X', 'x', 'Z':
		return r.zoneLetter(p, s)
	}
	most := 2
	if p.count == 1 {
		most = 18
	}
	v, n := number(s, p.count, most, p.reserve)
	return s[n:], n > 0 && r.set(letterSlots[p.letter], v)
}

// number reads a number of least to most digits but leaves reserve digits to
// those behind it; n is 0 where that does not work.
func number(s string, least, most, reserve int) (v int64, n int) {
	run := 0
	for run < len(s) && run < most+reserve && s[run]-'0' <= 9 {
		run++
	}
	n = min(most, max(least, run-reserve))
	if n > run || n == 0 {
		return 0, 0
	}
	v, _ = digits(s, n)
	return v, n
}

// year reads y to yyyyyy: two digits are of this century, four and more may have
// a sign, and must have one where there are more digits than letters.
func (r *reading) year(p *piece, s string) (rest string, ok bool) {
	if p.count == 2 {
		v, n := number(s, 2, 2, p.reserve)
		return s[n:], n > 0 && r.set(yearSlot, 2000+v)
	}
	sign := byte(0)
	if s != "" && (s[0] == '+' || s[0] == '-') {
		sign, s = s[0], s[1:]
	}
	v, n := number(s, p.count, 18, p.reserve)
	switch {
	case n == 0 || p.count < 4 && sign == '+':
		return s, false
	case p.count >= 4 && (sign == 0 && n > p.count || sign == '+' && n <= p.count):
		return s, false
	case sign == '-':
		v = -v
	}
	return s[n:], r.set(yearSlot, v)
}

// word reads one of some words, or of their first short letters, and stores its
// index plus base.
func (r *reading) word(to slot, s string, words []string, short int, base int64) (rest string, ok bool) {
	best := -1
	length := 0
	for i, w := range words {
		if short > 0 {
			w = w[:short]
		}
		if len(w) > length && len(s) >= len(w) && strings.EqualFold(s[:len(w)], w) {
			best, length = i, len(w)
		}
	}
	return s[length:], best >= 0 && r.set(to, int64(best)+base)
}

// zoneLetter reads a zone: an id, a name or an offset.
func (r *reading) zoneLetter(p *piece, s string) (rest string, ok bool) {
	n := 0
	switch {
	case p.letter == 'z' && p.count == 4:
		for short, long := range longZones {
			if strings.HasPrefix(s, long) {
				return r.setZone(shortNames[short], short, s, len(long))
			}
		}
		return s, false
	case p.letter == 'V' || p.letter == 'z':
		for n < len(s) && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || s[n]-'0' <= 9 || strings.IndexByte("/_+-:~.", s[n]) >= 0) {
			n++
		}
		if id, ok := shortNames[s[:n]]; ok && p.letter == 'z' {
			return r.setZone(id, "", s, n)
		}
		return r.setZone(s[:n], "", s, n)
	case p.letter == 'O' || p.letter == 'Z' && p.count == 4:
		if !strings.HasPrefix(s, "GMT") {
			return s, false
		}
		n = 3
		if len(s) == n || s[n] != '+' && s[n] != '-' {
			return r.setZone("UTC", "", s, n)
		}
	case s != "" && s[0] == 'Z' && (p.letter == 'X' || p.letter == 'Z' && p.count == 5):
		return r.setZone("Z", "", s, 1)
	}
	start := n
	if n < len(s) && (s[n] == '+' || s[n] == '-') {
		n++
	}
	for n < len(s) && n < start+9 && (s[n]-'0' <= 9 || s[n] == ':') {
		n++
	}
	return r.setZone(s[start:n], "", s, n)
}

// shortNames are zones whose short name is no id.
var shortNames = map[string]string{
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MDT": "America/Denver", "MST": "America/Denver",
	"CST": "America/Chicago", "CDT": "America/Chicago", "EST": "America/New_York", "EDT": "America/New_York",
	"BST": "Europe/London", "CET": "Europe/Paris", "CEST": "Europe/Paris", "EEST": "Europe/Bucharest",
	"JST": "Asia/Tokyo", "IST": "Asia/Kolkata", "MSK": "Europe/Moscow", "UTC": "UTC", "GMT": "GMT",
	"AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "KST": "Asia/Seoul",
}

// setZone stores the zone with this id, or, where that is empty, the other one,
// and goes n bytes on.
func (r *reading) setZone(id, or, s string, n int) (rest string, ok bool) {
	if id == "" {
		id = or
	}
	r.zone, ok = lookupZone(id)
	return s[n:], ok
}

// limits are the largest values of slots; the smallest is 0, or 1 for those in
// fromOne.
var (
	limits = [slots]int64{eraSlot: 1, yearSlot: 999999999, monthSlot: 12, daySlot: 31, dayOfYearSlot: 366, halfSlot: 1,
		hourSlot: 23, clockSlot: 24, hour12Slot: 11, clock12Slot: 12, minuteSlot: 59, secondSlot: 59, nanoSlot: 999999999,
		julianSlot: 1 << 40}
	fromOne = uint32(1<<monthSlot | 1<<daySlot | 1<<dayOfYearSlot | 1<<clockSlot | 1<<clock12Slot)
)

// resolve makes wall-clock microseconds of what has been read.
func (r *reading) resolve() (local int64, ok bool) {
	for s := range slots {
		least := int64(fromOne >> s & 1)
		if s == yearSlot {
			least = -limits[s]
		}
		if r.has(s) && (r.values[s] < least || r.values[s] > limits[s]) {
			return 0, false
		}
	}
	days, ok := r.resolveDate()
	if !ok {
		return 0, false
	}
	micros, ok := r.resolveTime()
	if !ok {
		return 0, false
	}
	return join(days, micros)
}

func (r *reading) resolveDate() (days int64, ok bool) {
	year := r.get(yearSlot, 1970)
	if r.has(eraSlot) {
		if year <= 0 {
			return 0, false
		}
		if r.values[eraSlot] == 0 {
			year = 1 - year
		}
	}
	d := Date{Year: year, Month: int(r.get(monthSlot, 1)), Day: int(r.get(daySlot, 1))}
	switch {
	case r.has(julianSlot):
		return r.values[julianSlot] - 40587, true
	case r.has(dayOfYearSlot):
		n := r.values[dayOfYearSlot]
		days = Date{Year: year, Month: 1, Day: 1}.Days() + n - 1
		at := CivilOf(days)
		return days, at.Year == year && (!r.has(monthSlot) || at.Month == d.Month) && (!r.has(daySlot) || at.Day == d.Day)
	}
	return d.Days(), d.Valid()
}

func (r *reading) resolveTime() (micros int64, ok bool) {
	hour, known := int64(0), false
	put := func(h int64) bool {
		same := !known || hour == h
		hour, known = h, true
		return same
	}
	ok = true
	half := r.get(halfSlot, 0) * 12
	for _, s := range [...]slot{hourSlot, clockSlot, hour12Slot, clock12Slot} {
		if !r.has(s) {
			continue
		}
		h := r.values[s]
		switch s {
		case clockSlot:
			h %= 24
		case hour12Slot:
			h += half
		case clock12Slot:
			h = h%12 + half
		}
		ok = ok && put(h)
	}
	if !known {
		hour = half
	} else if r.has(halfSlot) && hour/12 != r.values[halfSlot] {
		return 0, false
	}
	return hour*MicrosPerHour + r.get(minuteSlot, 0)*MicrosPerMinute + r.get(secondSlot, 0)*MicrosPerSecond +
		r.get(nanoSlot, 0)/1000, ok
}
