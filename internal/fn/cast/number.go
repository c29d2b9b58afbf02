package cast

import (
	"fmt"
	"math"
	"strconv"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

type integer interface{ int8 | int16 | int32 | int64 }

type float interface{ float32 | float64 }

func itoa(n int) string { return strconv.Itoa(n) }

func (c *rules) fromBoolean() expr.Kernel {
	switch c.to.Kind {
	case types.Byte:
		return expr.Unary(number[int8])
	case types.Short:
		return expr.Unary(number[int16])
	case types.Int:
		return expr.Unary(number[int32])
	case types.Long, types.Timestamp:
		return expr.Unary(number[int64])
	case types.Float:
		return expr.Unary(number[float32])
	case types.Double:
		return expr.Unary(number[float64])
	case types.Decimal128:
		return convert(c, func(b bool) (types.Decimal, bool) {
			d, ok := types.DecimalFromInt64(number[int64](b)).Rescale(0, c.to.Scale)
			return d, ok && d.FitsPrecision(c.to.Precision)
		}, func(b bool) error { return c.outOfRange(strconv.FormatBool(b)) })
	default:
		return nil
	}
}

func number[T integer | float](b bool) T {
	if b {
		return 1
	}
	return 0
}

func fromInt[A integer](c *rules) expr.Kernel {
	switch c.to.Kind {
	case types.Boolean:
		return expr.Unary(func(v A) bool { return v != 0 })
	case types.Byte:
		return intToInt[A, int8](c)
	case types.Short:
		return intToInt[A, int16](c)
	case types.Int:
		return intToInt[A, int32](c)
	case types.Long:
		return intToInt[A, int64](c)
	case types.Float:
		return intToFloat[A, float32]
	case types.Double:
		return intToFloat[A, float64]
	case types.Decimal128:
		return intToDecimal[A](c)
	case types.Timestamp:
		return expr.Unary(func(v A) int64 { return saturatedMicros(int64(v)) })
	case types.YearMonthInterval:
		unit := int64(1)
		if c.to.Last == types.YearField {
			unit = 12
		}
		return convert(c, func(v A) (int32, bool) {
			n, ok := multiply(int64(v), unit)
			return int32(n), ok && int64(int32(n)) == n
		}, refuseInt[A](c))
	case types.DayTimeInterval:
		unit := unitMicros(c.to.Last)
		return convert(c, func(v A) (int64, bool) { return multiply(int64(v), unit) }, refuseInt[A](c))
	case types.Binary:
		return bigEndian[A]()
	default:
		return nil
	}
}

func refuseInt[A integer](c *rules) func(A) error {
	return func(v A) error { return c.overflow(strconv.FormatInt(int64(v), 10)) }
}

// intToInt narrows with one check for the whole block, and widens.
func intToInt[A, R integer](c *rules) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, to := expr.ArgOf[A](args[0]), batch.Values[R](out)
		var lost int64
		sel = expr.Rows(rows, sel)
		for _, i := range sel {
			v := a.At(i)
			r := R(v)
			lost |= int64(v) ^ int64(r)
			to[i] = r
		}
		if lost == 0 || c.wrap {
			return nil
		}
		for _, i := range sel {
			if v := a.At(i); int64(v) != int64(R(v)) {
				if c.raise {
					return c.overflow(strconv.FormatInt(int64(v), 10))
				}
				out.SetNull(int(i))
			}
		}
		return nil
	}
}

func intToFloat[A integer, R float](out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	a, to := expr.ArgOf[A](args[0]), batch.Values[R](out)
	for _, i := range expr.Rows(rows, sel) {
		to[i] = R(a.At(i))
	}
	return nil
}

func intToDecimal[A integer](c *rules) expr.Kernel {
	var widest int64 = math.MinInt64 >> (64 - 8*sizeOf[A]())
	least := types.DecimalFromInt64(widest)
	if d, ok := least.Rescale(0, c.to.Scale); ok && d.FitsPrecision(c.to.Precision) && c.to.Scale == 0 {
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			a, to := expr.ArgOf[A](args[0]), batch.Values[types.Decimal](out)
			for _, i := range expr.Rows(rows, sel) {
				v := int64(a.At(i))
				to[i] = types.Decimal{Lo: uint64(v), Hi: v >> 63}
			}
			return nil
		}
	}
	return convert(c, func(v A) (types.Decimal, bool) {
		d, ok := types.DecimalFromInt64(int64(v)).Rescale(0, c.to.Scale)
		return d, ok && d.FitsPrecision(c.to.Precision)
	}, func(v A) error { return c.outOfRange(strconv.FormatInt(int64(v), 10)) })
}

func sizeOf[A integer]() int {
	var a A
	switch any(a).(type) {
	case int8:
		return 1
	case int16:
		return 2
	case int32:
		return 4
	default:
		return 8
	}
}

// bigEndian is the cast of an integer to its bytes, outside ANSI mode.
func bigEndian[A integer]() expr.Kernel {
	var arena batch.Arena
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		arena.Reset()
		a, to, size := expr.ArgOf[A](args[0]), batch.Values[string](out), sizeOf[A]()
		for _, i := range expr.Rows(rows, sel) {
			b, v := arena.Alloc(size), int64(a.At(i))
			for k := size - 1; k >= 0; k-- {
				b[k] = byte(v)
				v >>= 8
			}
			to[i] = batch.View(b)
		}
		return nil
	}
}

func fromFloat[A float](c *rules) expr.Kernel {
	switch c.to.Kind {
	case types.Boolean:
		return expr.Unary(func(v A) bool { return v != 0 && v == v })
	case types.Byte:
		return floatToInt[A, int8](c)
	case types.Short:
		return floatToInt[A, int16](c)
	case types.Int:
		return floatToInt[A, int32](c)
	case types.Long:
		return floatToInt[A, int64](c)
	case types.Float:
		return expr.Unary(func(v A) float32 { return float32(v) })
	case types.Double:
		return expr.Unary(func(v A) float64 { return float64(v) })
	case types.Decimal128:
		return floatToDecimal[A](c)
	case types.Timestamp:
		return convert(c, func(v A) (int64, bool) {
			f := float64(v)
			if math.IsNaN(f) || math.IsInf(f, 0) {
				return 0, false
			}
			return SaturateInt64(f * 1e6), true
		}, func(v A) error { return c.invalid(fmt.Sprint(v)) })
	default:
		return nil
	}
}

// floatToDecimal gives null for what is no number, in every mode.
func floatToDecimal[A float](c *rules) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, to := expr.ArgOf[A](args[0]), batch.Values[types.Decimal](out)
		for _, i := range expr.Rows(rows, sel) {
			f := float64(a.At(i))
			d, ok := types.DecimalFromFloat64(f, c.to.Precision, c.to.Scale)
			if !ok {
				if c.raise && !math.IsNaN(f) && !math.IsInf(f, 0) {
					return c.outOfRange(fmt.Sprint(f))
				}
				out.SetNull(int(i))
			}
			to[i] = d
		}
		return nil
	}
}

// floatToInt cuts the fraction off. Outside ANSI mode it does as Java: it
// saturates at the limits of int or long, and then wraps to the smaller types.
func floatToInt[A float, R integer](c *rules) expr.Kernel {
	bits := 8*sizeOf[R]() - 1
	low, high := -math.Ldexp(1, bits), math.Ldexp(1, bits) // [low, high)
	if c.wrap {
		return expr.Unary(func(v A) R {
			if bits == 63 {
				return R(SaturateInt64(float64(v)))
			}
			return R(int32(min(max(SaturateInt64(float64(v)), math.MinInt32), math.MaxInt32)))
		})
	}
	return convert(c, func(v A) (R, bool) {
		f := math.Trunc(float64(v))
		if !(f >= low && f < high) {
			return 0, false
		}
		return R(f), true
	}, func(v A) error { return c.overflow(fmt.Sprint(v)) })
}

// SaturateInt64 is f cut to an int64 as Java does it: NaN is 0, and what is too
// large becomes the largest.
func SaturateInt64(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= 1<<63:
		return math.MaxInt64
	case f < -1<<63:
		return math.MinInt64
	default:
		return int64(f)
	}
}

func (c *rules) fromDecimal() expr.Kernel {
	scale := c.from.Scale
	refuse := func(d types.Decimal) error { return c.overflow(d.Format(scale)) }
	switch c.to.Kind {
	case types.Boolean:
		return expr.Unary(func(d types.Decimal) bool { return !d.IsZero() })
	case types.Byte:
		return convert(c, decimalToInt[int8](c), refuse)
	case types.Short:
		return convert(c, decimalToInt[int16](c), refuse)
	case types.Int:
		return convert(c, decimalToInt[int32](c), refuse)
	case types.Long:
		return convert(c, decimalToInt[int64](c), refuse)
	case types.Float:
		return expr.Unary(func(d types.Decimal) float32 { return float32(d.Float64(scale)) })
	case types.Double:
		return expr.Unary(func(d types.Decimal) float64 { return d.Float64(scale) })
	case types.Decimal128:
		return c.decimalToDecimal()
	case types.Timestamp:
		return convert(c, func(d types.Decimal) (int64, bool) {
			m, ok := d.RescaleBy(scale, 6, types.Down)
			v, fits := m.Int64()
			return v, ok && fits
		}, refuse)
	case types.YearMonthInterval:
		unit := types.DecimalFromInt64(1)
		if c.to.Last == types.YearField {
			unit = types.DecimalFromInt64(12)
		}
		return convert(c, func(d types.Decimal) (int32, bool) {
			v, ok := scaledInt(d, unit, scale)
			return int32(v), ok && int64(int32(v)) == v
		}, refuse)
	case types.DayTimeInterval:
		unit := types.DecimalFromInt64(unitMicros(c.to.Last))
		return convert(c, func(d types.Decimal) (int64, bool) { return scaledInt(d, unit, scale) }, refuse)
	default:
		return nil
	}
}

// scaledInt is d*unit as an integer, rounded half up.
func scaledInt(d, unit types.Decimal, scale int) (int64, bool) {
	m, ok := d.MulRound(unit, scale)
	v, fits := m.Int64()
	return v, ok && fits
}

func decimalToInt[R integer](c *rules) func(types.Decimal) (R, bool) {
	scale := c.from.Scale
	return func(d types.Decimal) (R, bool) {
		whole, ok := d.RescaleBy(scale, 0, types.Down)
		v, fits := whole.Int64()
		if c.wrap {
			return R(whole.Lo), ok
		}
		return R(v), ok && fits && int64(R(v)) == v
	}
}

func (c *rules) decimalToDecimal() expr.Kernel {
	from, to := c.from, c.to
	refuse := func(d types.Decimal) error { return c.outOfRange(d.Format(from.Scale)) }
	switch {
	case from.Scale == to.Scale && from.Precision <= to.Precision:
		return share
	case from.Scale == to.Scale:
		return c.narrower()
	default:
		return convert(c, func(d types.Decimal) (types.Decimal, bool) {
			r, ok := d.Rescale(from.Scale, to.Scale)
			return r, ok && r.FitsPrecision(to.Precision)
		}, refuse)
	}
}

// narrower is the cast to fewer digits at the same scale: values are copied and
// only compared with the limit.
func (c *rules) narrower() expr.Kernel {
	limit := types.PowerOfTen(c.to.Precision)
	low := limit.Neg()
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, mask := expr.ArgOf[types.Decimal](args[0]).Raw()
		to := batch.Values[types.Decimal](out)
		for _, i := range expr.Rows(rows, sel) {
			d := a[i&mask]
			to[i] = d
			if !d.Less(limit) || !low.Less(d) {
				if c.raise {
					return c.outOfRange(d.Format(c.from.Scale))
				}
				out.SetNull(int(i))
			}
		}
		return nil
	}
}

// multiply is a*b and whether it fits.
func multiply(a, b int64) (int64, bool) {
	p := a * b
	return p, b == 0 || p/b == a && !(a == math.MinInt64 && b == -1)
}

// saturatedMicros is seconds in microseconds; what is too large becomes the
// largest, as in Java.
func saturatedMicros(seconds int64) int64 {
	if m, ok := multiply(seconds, 1_000_000); ok {
		return m
	}
	if seconds < 0 {
		return math.MinInt64
	}
	return math.MaxInt64
}
