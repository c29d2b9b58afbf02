package jsontext

import (
	"math"
	"strconv"
)

// appendFloat writes a number as Java writes a float (bits 32) or double: the
// shortest digits that read back as the same number, with a point, and with an
// exponent outside of 10^-3 to 10^7.
func appendFloat(to []byte, v float64, bits int) []byte {
	switch {
	case math.IsNaN(v):
		return append(to, "NaN"...)
	case math.IsInf(v, 1):
		return append(to, "Infinity"...)
	case math.IsInf(v, -1):
		return append(to, "-Infinity"...)
	}
	if a := math.Abs(v); a == 0 || a >= 1e-3 && a < 1e7 {
		start := len(to)
		to = strconv.AppendFloat(to, v, 'f', -1, bits)
		for _, c := range to[start:] {
			if c == '.' {
				return to
			}
		}
		return append(to, ".0"...)
	}
	var buf [32]byte
	e := strconv.AppendFloat(buf[:0], v, 'e', -1, bits)
	if e[1] == 'e' || e[2] == 'e' {
		// Java gives two digits at least, and of those the nearest.
		two := strconv.AppendFloat(buf[:0], v, 'e', 1, bits)
		if x, _ := strconv.ParseFloat(string(two), bits); x == v {
			e = two
		} else {
			e = strconv.AppendFloat(buf[:0], v, 'e', -1, bits)
		}
	}
	at := len(e) - 1
	for e[at] != 'e' {
		at--
	}
	point := false
	for _, c := range e[:at] {
		point = point || c == '.'
	}
	to = append(to, e[:at]...)
	if !point {
		to = append(to, ".0"...)
	}
	to = append(to, 'E')
	exponent := e[at+1:]
	if exponent[0] == '-' {
		to = append(to, '-')
	}
	exponent = exponent[1:]
	for len(exponent) > 1 && exponent[0] == '0' {
		exponent = exponent[1:]
	}
	return append(to, exponent...)
}
