package collection

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// finder looks among the elements from start to the one before end for one that
// equals a row of needles, and gives it, or -1. Null elements equal nothing. The
// needle is not null.
type finder func(elements *batch.Column, start, end int32, needles *batch.Column, row int) int32

// finderOf is the loop for a type.
func finderOf(t types.Type) finder {
	switch t.Kind {
	case types.Boolean:
		return find[bool]
	case types.Byte:
		return find[int8]
	case types.Short:
		return find[int16]
	case types.Int, types.Date, types.YearMonthInterval:
		return find[int32]
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return find[int64]
	case types.String, types.Binary:
		if t.Collation == "" {
			return find[string]
		}
	case types.Decimal128:
		return find[types.Decimal]
	case types.CalendarInterval:
		return find[types.Interval]
	}
	order := expr.OrderOf(t)
	return func(elements *batch.Column, start, end int32, needles *batch.Column, row int) int32 {
		for ; start < end; start++ {
			if !elements.Null(int(start)) && order(elements, int(start), needles, row) == 0 {
				return start
			}
		}
		return -1
	}
}

func find[T bool | int8 | int16 | int32 | int64 | string | types.Decimal | types.Interval](
	elements *batch.Column, start, end int32, needles *batch.Column, row int) int32 {
	values, needle := batch.Values[T](elements), batch.Values[T](needles)[row]
	nulls := elements.HasNulls()
	for i, v := range values[start:end] {
		if v == needle && !(nulls && elements.Null(int(start)+i)) {
			return start + int32(i)
		}
	}
	return -1
}

// anyNull reports whether one of the elements is null.
func anyNull(elements *batch.Column, start, end int32) bool {
	if !elements.HasNulls() {
		return false
	}
	for ; start < end; start++ {
		if elements.Null(int(start)) {
			return true
		}
	}
	return false
}

// rowOf is the row of c that stands for row i: 0 of a constant.
func rowOf(c *batch.Column, i int32) int {
	if c.Const {
		return 0
	}
	return int(i)
}
