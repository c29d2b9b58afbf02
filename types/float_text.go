package types

import (
	"math"
	"strconv"
)

// AppendDouble writes v as Java's Double.toString does, and so as Spark shows it.
func AppendDouble(dst []byte, v float64) []byte { return appendFloat(dst, v, 64) }

// AppendFloat writes v as Java's Float.toString does.
func AppendFloat(dst []byte, v float32) []byte { return appendFloat(dst, float64(v), 32) }

// appendFloat writes the shortest digits that give v back: plainly from 10⁻³ up
// to 10⁷, else with an exponent, always with a digit on each side of the point.
func appendFloat(dst []byte, v float64, size int) []byte {
	switch abs := math.Abs(v); {
	case math.IsNaN(v):
		return append(dst, "NaN"...)
	case math.IsInf(v, 0):
		if v < 0 {
			dst = append(dst, '-')
		}
		return append(dst, "Infinity"...)
	case abs == 0 || abs >= 1e-3 && abs < 1e7:
		start := len(dst)
		dst = strconv.AppendFloat(dst, v, 'f', -1, size)
		return pointed(dst, start)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'e', -1, size)
	if size == 64 && math.Abs(v) == math.SmallestNonzeroFloat64 || size == 32 && math.Abs(v) == math.SmallestNonzeroFloat32 {
		// Java asks for two digits where one would do: 4.9E-324, 1.4E-45.
		dst = strconv.AppendFloat(dst[:start], v, 'e', 1, size)
	}
	e := len(dst) - 1
	for dst[e] != 'e' {
		e--
	}
	exponent, _ := strconv.Atoi(string(dst[e+1:]))
	dst = append(pointed(dst[:e], start), 'E')
	return strconv.AppendInt(dst, int64(exponent), 10)
}

// pointed adds ".0" to the number that starts at start if it has no point.
func pointed(dst []byte, start int) []byte {
	for _, b := range dst[start:] {
		if b == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}
