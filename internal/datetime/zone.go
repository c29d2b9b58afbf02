package datetime

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a static binary carries its zones

	"github.com/weirstream/weir/internal/fault"
)

// Zone is a time zone: the offsets from UTC over time. A Zone never changes and
// may be used by many goroutines. The nil *Zone is UTC.
type Zone struct {
	id       string
	location *time.Location
	fixed    bool  // one offset for all time
	offset   int64 // micros, of a fixed zone
	// The spans between transitions, oldest first, up to the year tableEnd;
	// after that the location is asked.
	spans []span
}

// span is a stretch of time with one offset.
type span struct {
	start  int64 // UTC micros
	local  int64 // wall-clock micros from which local times count as this span's
	offset int64 // micros east of UTC
}

// UTC is the zone without offset.
var UTC = &Zone{id: "UTC", location: time.UTC, fixed: true}

// tableEnd is the UTC second from which offsets are asked of the location,
// 2200-01-01. Tables begin with all time before the first transition.
const tableEnd = 7258118400

// NewZone is the zone of a Go location.
func NewZone(l *time.Location) *Zone {
	if l == nil || l == time.UTC {
		return UTC
	}
	z := &Zone{id: l.String(), location: l}
	at := time.Unix(-1<<40, 0).In(l)
	_, off := at.Zone()
	z.spans = []span{{start: -1 << 63, local: -1 << 63, offset: int64(off) * MicrosPerSecond}}
	for {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.Unix() >= tableEnd {
			break
		}
		if !end.After(at) { // at the end of a leap year Go says that it ends now
			end = at.Add(24 * time.Hour)
		}
		at = end
		_, off := at.Zone()
		z.addSpan(at.Unix()*MicrosPerSecond, int64(off)*MicrosPerSecond)
	}
	if _, end := at.ZoneBounds(); end.IsZero() && len(z.spans) == 1 {
		z.fixed, z.offset = true, z.spans[0].offset
	}
	return z
}

// addSpan adds a span behind the others. A local time belongs to the earlier
// span until both offsets have passed it: that moves gaps forward and takes the
// first of two.
func (z *Zone) addSpan(start, offset int64) {
	before := z.spans[len(z.spans)-1].offset
	if before == offset {
		return
	}
	z.spans = append(z.spans, span{start: start, local: start + max(before, offset), offset: offset})
}

// String is the zone's id as it was given.
func (z *Zone) String() string {
	if z == nil {
		return "UTC"
	}
	return z.id
}

// Location is the zone as Go knows it.
func (z *Zone) Location() *time.Location {
	if z == nil {
		return time.UTC
	}
	return z.location
}

// Fixed reports whether the zone has one offset for all time, and that offset
// in microseconds.
func (z *Zone) Fixed() (offset int64, ok bool) {
	if z == nil {
		return 0, true
	}
	return z.offset, z.fixed
}

// Offset is the offset at an instant, both in microseconds.
func (z *Zone) Offset(micros int64) int64 {
	if z == nil || z.fixed {
		return z.fixedOffset()
	}
	offset, _, _ := z.Span(micros)
	return offset
}

func (z *Zone) fixedOffset() int64 {
	if z == nil {
		return 0
	}
	return z.offset
}

// Span is the offset at an instant and the instants between which it holds, the
// end exclusive, in microseconds. A loop over near instants asks once.
func (z *Zone) Span(micros int64) (offset, start, end int64) {
	if z == nil || z.fixed {
		return z.fixedOffset(), -1 << 63, 1<<63 - 1
	}
	if micros >= tableEnd*MicrosPerSecond {
		return z.ask(micros)
	}
	i, _ := slices.BinarySearchFunc(z.spans, micros, func(s span, at int64) int {
		if s.start <= at {
			return -1
		}
		return 1
	})
	end = tableEnd * MicrosPerSecond
	if i < len(z.spans) {
		end = z.spans[i].start
	}
	return z.spans[i-1].offset, z.spans[i-1].start, end
}

// ask is Span beyond the table.
func (z *Zone) ask(micros int64) (offset, start, end int64) {
	t := time.UnixMicro(micros).In(z.location)
	_, off := t.Zone()
	from, to := t.ZoneBounds()
	start, end = tableEnd*MicrosPerSecond, 1<<63-1
	if !from.IsZero() && from.Unix() > tableEnd {
		start = from.UnixMicro()
	}
	if !to.IsZero() {
		end = to.UnixMicro()
	}
	return int64(off) * MicrosPerSecond, start, end
}

// ToLocal is what the wall clock shows at an instant.
func (z *Zone) ToLocal(micros int64) int64 { return micros + z.Offset(micros) }

// ToUTC is the instant at which the wall clock shows local. A time that the
// clock skips moves forward by what was skipped; of two instants it is the
// first.
func (z *Zone) ToUTC(local int64) int64 {
	if z == nil || z.fixed {
		return local - z.fixedOffset()
	}
	if local >= tableEnd*MicrosPerSecond {
		return z.askLocal(local)
	}
	i, _ := slices.BinarySearchFunc(z.spans, local, func(s span, at int64) int {
		if s.local <= at {
			return -1
		}
		return 1
	})
	return local - z.spans[i-1].offset
}

func (z *Zone) askLocal(local int64) int64 {
	early, _, end := z.ask(local - 24*MicrosPerHour)
	if late, _, _ := z.ask(end); local >= end+max(early, late) {
		return local - late
	}
	return local - early
}

// LocalSpan is the offset of a local time and the local times between which it
// is the same; see [Zone.Span].
func (z *Zone) LocalSpan(local int64) (offset, start, end int64) {
	if z == nil || z.fixed {
		return z.fixedOffset(), -1 << 63, 1<<63 - 1
	}
	if local >= tableEnd*MicrosPerSecond {
		return local - z.askLocal(local), local, local + 1
	}
	i, _ := slices.BinarySearchFunc(z.spans, local, func(s span, at int64) int { return cmp.Compare(s.local, at+1) })
	end = tableEnd * MicrosPerSecond
	if i < len(z.spans) {
		end = z.spans[i].local
	}
	return z.spans[i-1].offset, z.spans[i-1].local, end
}

// fixedZone is a zone of one offset, in seconds.
func fixedZone(id string, seconds int) *Zone {
	if seconds == 0 && id == "UTC" {
		return UTC
	}
	return &Zone{id: id, location: time.FixedZone(id, seconds), fixed: true, offset: int64(seconds) * MicrosPerSecond}
}

// shortZones are the three-letter ids that Java keeps for old times' sake.
var shortZones = map[string]string{
	"ACT": "Australia/Darwin", "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires",
	"ART": "Africa/Cairo", "AST": "America/Anchorage", "BET": "America/Sao_Paulo",
	"BST": "Asia/Dhaka", "CAT": "Africa/Harare", "CNT": "America/St_Johns",
	"CST": "America/Chicago", "CTT": "Asia/Shanghai", "EAT": "Africa/Addis_Ababa",
	"ECT": "Europe/Paris", "IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata",
	"JST": "Asia/Tokyo", "MIT": "Pacific/Apia", "NET": "Asia/Yerevan", "NST": "Pacific/Auckland",
	"PLT": "Asia/Karachi", "PNT": "America/Phoenix", "PRT": "America/Puerto_Rico",
	"PST": "America/Los_Angeles", "SST": "Pacific/Guadalcanal", "VST": "Asia/Ho_Chi_Minh",
	"EST": "-05:00", "MST": "-07:00", "HST": "-10:00",
}

// zones are the regions loaded so far, *Zone by id: a table filled on demand.
var zones sync.Map

// LoadZone is the zone of a Spark zone id: a region ("Europe/Paris"), Z, UTC, GMT
// or UT alone or with an offset behind it, an offset of up to 18 hours (+1,
// +01:30, -0800, +01:30:15), or one of Java's short ids ("PST"). An unknown id is
// INVALID_TIMEZONE.
func LoadZone(id string) (*Zone, error) {
	if z, ok := lookupZone(id); ok {
		return z, nil
	}
	return nil, fault.New(fault.Condition{Name: "INVALID_TIMEZONE", SQLState: "22009"},
		"%q is not a time zone; give a region such as Europe/Paris, or an offset such as +01:00", id).
		With("timeZone", id)
}

func lookupZone(id string) (*Zone, bool) {
	if z, ok := zones.Load(id); ok {
		return z.(*Zone), true
	}
	z, ok := parseZone(id)
	if ok {
		zones.Store(strings.Clone(id), z)
	}
	return z, ok
}

func parseZone(id string) (*Zone, bool) {
	if long, ok := shortZones[id]; ok {
		id = long
	}
	switch {
	case id == "":
		return nil, false
	case id == "Z":
		return fixedZone("Z", 0), true
	case id == "UTC" || id == "GMT" || id == "UT":
		return fixedZone(id, 0), true
	case id[0] == '+' || id[0] == '-':
		seconds, ok := parseOffset(id)
		return fixedZone(strings.Clone(id), seconds), ok
	}
	for _, prefix := range [...]string{"UTC", "GMT", "UT"} {
		if rest, ok := strings.CutPrefix(id, prefix); ok && (rest[0] == '+' || rest[0] == '-') {
			seconds, ok := parseOffset(rest)
			return fixedZone(strings.Clone(id), seconds), ok
		}
	}
	if id == "Local" || strings.ContainsAny(id, "\\") || id[0] == '/' {
		return nil, false
	}
	location, err := time.LoadLocation(id)
	if err != nil {
		return nil, false
	}
	return NewZone(location), true
}

// parseOffset reads a signed offset in seconds: +h, +hh, +hhmm, +hhmmss, and
// with colons, where hours and a last part of minutes may have one digit.
func parseOffset(s string) (seconds int, ok bool) {
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	parts, body := [3]int{}, s[1:]
	if strings.Contains(body, ":") {
		fields := strings.Split(body, ":")
		if len(fields) > 3 {
			return 0, false
		}
		for i, f := range fields {
			last := i == 1 && len(fields) == 2
			if len(f) == 0 || len(f) > 2 || len(f) == 1 && i > 0 && !last || !allDigits(f) {
				return 0, false
			}
			parts[i] = atoi(f)
		}
	} else {
		if n := len(body); !allDigits(body) || n == 0 || n == 3 || n > 6 || n == 5 {
			return 0, false
		}
		if len(body) == 1 {
			body = "0" + body
		}
		for i := 0; i*2 < len(body); i++ {
			parts[i] = atoi(body[2*i : 2*i+2])
		}
	}
	total := parts[0]*3600 + parts[1]*60 + parts[2]
	return sign * total, parts[1] < 60 && parts[2] < 60 && total <= 18*3600
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// atoi is the number of a few digits.
func atoi(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
