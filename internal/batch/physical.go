package batch

import "github.com/weirstream/weir/types"

// phys is the Go type that the values of a kind have.
type phys uint8

const (
	physNone phys = iota
	physBool
	physInt8
	physInt16
	physInt32
	physInt64
	physFloat32
	physFloat64
	physDecimal
	physInterval
	physString
)

// physicalOfKind is indexed by types.Kind.
var physicalOfKind = [...]phys{
	types.Null: physNone, types.Boolean: physBool, types.Byte: physInt8, types.Short: physInt16,
	types.Int: physInt32, types.Long: physInt64, types.Float: physFloat32, types.Double: physFloat64,
	types.Decimal128: physDecimal, types.String: physString, types.Binary: physString,
	types.Date: physInt32, types.Time: physInt64, types.Timestamp: physInt64,
	types.TimestampNTZ: physInt64, types.YearMonthInterval: physInt32,
	types.DayTimeInterval: physInt64, types.CalendarInterval: physInterval,
	types.Array: physNone, types.Map: physNone, types.Struct: physNone, types.Variant: physString,
}

// widthOf is the bytes of one value, indexed by phys.
var widthOf = [...]int{0, 1, 1, 2, 4, 8, 4, 8, 16, 16, 16}

func physical(k types.Kind) phys { return physicalOfKind[k] }

func width(k types.Kind) int { return widthOf[physical(k)] }

func physicalOf(v any) phys {
	switch v.(type) {
	case bool:
		return physBool
	case int8:
		return physInt8
	case int16:
		return physInt16
	case int32:
		return physInt32
	case int64:
		return physInt64
	case float32:
		return physFloat32
	case float64:
		return physFloat64
	case types.Decimal:
		return physDecimal
	case types.Interval:
		return physInterval
	default:
		return physString
	}
}
