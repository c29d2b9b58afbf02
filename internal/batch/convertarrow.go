package batch

import (
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirstream/weir/types"
)

// convertArrow takes values that Arrow holds in another width or unit. A value
// that does not fit is an error.
func (c *Column) convertArrow(x *arrowRows) error {
	switch dt := x.dt.(type) {
	case *arrow.TimestampType:
		return scaleArrow[int64](c, x, unitOf[dt.Unit], microseconds)
	case *arrow.DurationType:
		return scaleArrow[int64](c, x, unitOf[dt.Unit], microseconds)
	case *arrow.Time32Type:
		return scaleArrow[int32](c, x, unitOf[dt.Unit], nanoseconds)
	case *arrow.Time64Type:
		return scaleArrow[int64](c, x, unitOf[dt.Unit], nanoseconds)
	case *arrow.Date64Type:
		return mapArrow(c, x, func(v int64) (int32, bool) {
			day := floorDiv(v, 24*60*60*1000)
			return int32(day), int64(int32(day)) == day
		})
	case *arrow.Uint8Type:
		return mapArrow(c, x, func(v uint8) (int16, bool) { return int16(v), true })
	case *arrow.Uint16Type:
		return mapArrow(c, x, func(v uint16) (int32, bool) { return int32(v), true })
	case *arrow.Uint32Type:
		return mapArrow(c, x, func(v uint32) (int64, bool) { return int64(v), true })
	case *arrow.Uint64Type:
		return mapArrow(c, x, func(v uint64) (types.Decimal, bool) { return types.Decimal{Lo: v}, true })
	case *arrow.MonthDayNanoIntervalType:
		return mapArrow(c, x, func(v arrow.MonthDayNanoInterval) (types.Interval, bool) {
			return types.Interval{Months: v.Months, Days: v.Days, Micros: floorDiv(v.Nanoseconds, 1000)}, true
		})
	}
	return fmt.Errorf("the Arrow type %s cannot be read", x.dt)
}

// Units of time, in nanoseconds.
const (
	nanoseconds  = 1
	microseconds = 1000
)

// unitOf is a unit of Arrow's in nanoseconds.
var unitOf = map[arrow.TimeUnit]int64{
	arrow.Second: 1e9, arrow.Millisecond: 1e6, arrow.Microsecond: 1e3, arrow.Nanosecond: 1,
}

// scaleArrow takes times in one unit as int64 in another.
func scaleArrow[T int32 | int64](c *Column, x *arrowRows, from, to int64) error {
	switch {
	case from == to && x.dt.(arrow.FixedWidthDataType).Bytes() == 8:
		return shareArrow[int64](c, x)
	case from >= to:
		by := from / to
		return mapArrow(c, x, func(v T) (int64, bool) {
			return int64(v) * by, int64(v) <= math.MaxInt64/by && int64(v) >= math.MinInt64/by
		})
	default:
		by := to / from
		return mapArrow(c, x, func(v T) (int64, bool) { return floorDiv(int64(v), by), true })
	}
}

// floorDiv is a/b towards minus infinity, for b above 0.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// mapArrow gives c what convert makes of each value. What it makes of a null row
// does not count.
func mapArrow[F any, T Value](c *Column, x *arrowRows, convert func(F) (T, bool)) error {
	from, err := arrowSlice[F](x.buffer(1), x.start, x.n)
	if err != nil {
		return err
	}
	c.Resize(x.n)
	to := Values[T](c)
	for i, v := range from {
		var ok bool
		if to[i], ok = convert(v); !ok && !x.null(i) {
			return fmt.Errorf("row %d: the value %v of the Arrow type %s is out of range", x.first+i, v, x.dt)
		}
	}
	return nil
}

// null reports whether the i-th of the rows is null.
func (x *arrowRows) null(i int) bool {
	b, k := x.buffer(0), x.start+i
	return b != nil && x.d.NullN() != 0 && k>>3 < len(b) && b[k>>3]>>(k&7)&1 == 0
}

// indexesFromArrow reads the indexes of a dictionary. One that no dictionary can
// have becomes -1.
func indexesFromArrow(x *arrowRows, rows []int32) error {
	switch x.dt.ID() {
	case arrow.INT8:
		return indexes[int8](x, rows)
	case arrow.INT16:
		return indexes[int16](x, rows)
	case arrow.INT32:
		return indexes[int32](x, rows)
	case arrow.INT64:
		return indexes[int64](x, rows)
	case arrow.UINT8:
		return indexes[uint8](x, rows)
	case arrow.UINT16:
		return indexes[uint16](x, rows)
	case arrow.UINT32:
		return indexes[uint32](x, rows)
	default:
		return indexes[uint64](x, rows)
	}
}

func indexes[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](x *arrowRows, rows []int32) error {
	from, err := arrowSlice[T](x.buffer(1), x.start, x.n)
	for i, v := range from {
		if rows[i] = int32(v); T(rows[i]) != v || v < 0 {
			rows[i] = -1
		}
	}
	return err
}
