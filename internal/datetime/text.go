package datetime

import "unsafe"

// AppendDate writes days as Spark's cast of a date to text: yyyy-MM-dd, with a
// sign and more digits where the year has them.
func AppendDate(to []byte, days int32) []byte { return appendCivil(to, CivilOf(int64(days))) }

func appendCivil(to []byte, d Date) []byte {
	if d.Year >= 0 && d.Year <= 9999 {
		hi, lo := d.Year/100, d.Year%100
		return append(to, byte('0'+hi/10), byte('0'+hi%10), byte('0'+lo/10), byte('0'+lo%10), '-',
			byte('0'+d.Month/10), byte('0'+d.Month%10), '-', byte('0'+d.Day/10), byte('0'+d.Day%10))
	}
	to = appendYear(to, d.Year)
	return append(to, '-', byte('0'+d.Month/10), byte('0'+d.Month%10), '-', byte('0'+d.Day/10), byte('0'+d.Day%10))
}

// appendYear writes a year in four digits, in more with a sign.
func appendYear(to []byte, year int64) []byte {
	switch {
	case year > 9999:
		to = append(to, '+')
	case year < 0:
		to, year = append(to, '-'), -year
	}
	return appendPadded(to, year, 4)
}

// appendPadded writes a number that is not negative in width digits at least.
func appendPadded(to []byte, v int64, width int) []byte {
	var buf [20]byte
	i := len(buf)
	for v > 0 || width > 0 {
		i--
		width--
		buf[i] = byte('0' + v%10)
		v /= 10
	}
	return append(to, buf[i:]...)
}

// AppendTimestamp writes an instant as Spark's cast of a timestamp to text, in
// the zone: yyyy-MM-dd HH:mm:ss, and a fraction without trailing zeros.
func AppendTimestamp(to []byte, micros int64, zone *Zone) []byte {
	return AppendTimestampNTZ(to, zone.ToLocal(micros))
}

// AppendTimestampNTZ writes wall-clock microseconds as [AppendTimestamp] does.
func AppendTimestampNTZ(to []byte, micros int64) []byte {
	days, ofDay := SplitDay(micros)
	to = append(appendCivil(to, CivilOf(days)), ' ')
	to = appendClock(to, ofDay)
	return appendFraction(to, ofDay%MicrosPerSecond*1000)
}

// AppendTime writes nanoseconds of the day: HH:mm:ss and a fraction without
// trailing zeros.
func AppendTime(to []byte, nanos int64) []byte {
	return appendFraction(appendClock(to, nanos/1000), nanos%1_000_000_000)
}

// appendClock writes HH:mm:ss.
func appendClock(to []byte, ofDay int64) []byte {
	seconds := uint32(ofDay / MicrosPerSecond)
	h, m, s := seconds/3600, seconds/60%60, seconds%60
	return append(to, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':',
		byte('0'+s/10), byte('0'+s%10))
}

// appendFraction writes . and the digits of nanos, without trailing zeros;
// nothing for 0.
func appendFraction(to []byte, nanos int64) []byte {
	if nanos == 0 {
		return to
	}
	to = appendPadded(append(to, '.'), nanos, 9)
	for to[len(to)-1] == '0' {
		to = to[:len(to)-1]
	}
	return to
}

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
