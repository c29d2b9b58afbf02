package parquet

import (
	"encoding/binary"
	"math/bits"

	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// newColumn is the reader of a leaf column as the type that is wanted; false
// where the stored type cannot be read as that one.
func newColumn(index int, d *schema.Column, want types.Type) (column, bool) {
	t := target{index, d, want}
	switch d.PhysicalType() {
	case pq.Types.Boolean:
		return leafOf(t, decodes[*file.BooleanColumnChunkReader](plainNothing), direct[bool], want.Kind == types.Boolean)
	case pq.Types.Int32:
		store, ok := fromInt32(d, want)
		return leafOf(t, decodes[*file.Int32ColumnChunkReader](plainInt32), store, ok)
	case pq.Types.Int64:
		store, ok := fromInt64(d, want)
		return leafOf(t, decodes[*file.Int64ColumnChunkReader](plainInt64), store, ok)
	case pq.Types.Int96:
		return leafOf(t, decodes[*file.Int96ColumnChunkReader](plainInt96), fromInt96, want.Kind == types.Timestamp)
	case pq.Types.Float:
		store := direct[float32]
		if want.Kind == types.Double {
			store = cast[float32, float64]
		}
		return leafOf(t, decodes[*file.Float32ColumnChunkReader](plainFloat32), store, want.Fractional())
	case pq.Types.Double:
		return leafOf(t, decodes[*file.Float64ColumnChunkReader](plainFloat64), direct[float64], want.Kind == types.Double)
	case pq.Types.ByteArray:
		store, ok := fromBytes(d, want)
		return leafOf(t, decodesText[*file.ByteArrayColumnChunkReader, pq.ByteArray](plainStrings), store, ok)
	case pq.Types.FixedLenByteArray:
		store, ok := fromBytes(d, want)
		plain := plainFixed(d.TypeLength())
		return leafOf(t, decodesText[*file.FixedLenByteArrayColumnChunkReader, pq.FixedLenByteArray](plain), store, ok)
	}
	return nil, false
}

// decodes is how a column of numbers is decoded that R reads in rare encodings.
func decodes[R pageReader[P], P any](plain func([]P, []byte) ([]byte, error)) kindOf[P] {
	return kindOf[P]{plain: plain, other: func(c file.ColumnChunkReader) chunk[P] {
		return &foreign[R, P, P]{reader: c, convert: copyValues[P]}
	}}
}

// decodesText is the same for strings.
func decodesText[R pageReader[F], F ~[]byte](plain func([]string, []byte) ([]byte, error)) kindOf[string] {
	return kindOf[string]{plain: plain, keep: &texts{}, other: func(c file.ColumnChunkReader) chunk[string] {
		return &foreign[R, F, string]{reader: c, convert: viewStrings[F]}
	}}
}

func leafOf[P any](t target, kind kindOf[P], store func(*batch.Column, []P), ok bool) (column, bool) {
	if !ok {
		return nil, false
	}
	return &leaf[P]{target: t, kind: kind, store: store}, true
}

// direct copies values that are stored as they are wanted.
func direct[P batch.Value](c *batch.Column, values []P) { copy(batch.Values[P](c), values) }

type number interface {
	int8 | int16 | int32 | int64 | float32 | float64
}

// cast converts numbers as Go does.
func cast[P, V number](c *batch.Column, values []P) {
	to := batch.Values[V](c)[:len(values)]
	for i, v := range values {
		to[i] = V(v)
	}
}

func fromInt32(d *schema.Column, want types.Type) (func(*batch.Column, []int32), bool) {
	lt := d.LogicalType()
	_, date := lt.(schema.DateLogicalType)
	_, dec := lt.(schema.DecimalLogicalType)
	integer, annotated := lt.(schema.IntLogicalType)
	unsigned := annotated && !integer.IsSigned() && integer.BitWidth() == 32
	switch {
	case want.Kind == types.Decimal128:
		factor, ok := rescale(d, want, 10)
		return func(c *batch.Column, values []int32) { decimals(c, values, factor) }, ok && !date
	case dec:
		return nil, false
	case want.Kind == types.Date:
		return direct[int32], date || !annotated
	case want.Kind == types.TimestampNTZ && date:
		return func(c *batch.Column, values []int32) { scaled(c, values, 86_400_000_000) }, true
	case date:
		return nil, false
	case want.Kind == types.Long && unsigned:
		return fromUint32, true
	case unsigned:
		return nil, false
	}
	switch want.Kind {
	case types.Int, types.YearMonthInterval:
		return direct[int32], true
	case types.Byte:
		return cast[int32, int8], true
	case types.Short:
		return cast[int32, int16], true
	case types.Long:
		return cast[int32, int64], true
	case types.Double:
		return cast[int32, float64], true
	case types.Time:
		_, millis := lt.(schema.TimeLogicalType)
		return func(c *batch.Column, values []int32) { scaled(c, values, 1_000_000) }, millis
	}
	return nil, false
}

func fromInt64(d *schema.Column, want types.Type) (func(*batch.Column, []int64), bool) {
	lt := d.LogicalType()
	integer, annotated := lt.(schema.IntLogicalType)
	stamp, isStamp := lt.(schema.TimestampLogicalType)
	time, isTime := lt.(schema.TimeLogicalType)
	_, dec := lt.(schema.DecimalLogicalType)
	switch {
	case want.Kind == types.Decimal128 && annotated && !integer.IsSigned():
		return fromUint64, want.Scale == 0 && want.Precision >= 20
	case want.Kind == types.Decimal128:
		factor, ok := rescale(d, want, 20)
		return func(c *batch.Column, values []int64) { decimals(c, values, factor) }, ok && !isStamp && !isTime
	case dec || annotated && !integer.IsSigned():
		return nil, false
	case isTime:
		factor := int64(1)
		if time.TimeUnit() == schema.TimeUnitMicros {
			factor = 1000
		}
		return func(c *batch.Column, values []int64) { scaled(c, values, factor) }, want.Kind == types.Time
	case isStamp:
		// A local time is no instant and an instant no local time, but Spark
		// lets the former be read as the latter, in UTC.
		ok := want.Kind == types.Timestamp || want.Kind == types.TimestampNTZ && !stamp.IsAdjustedToUTC()
		return timestamps(stamp.TimeUnit()), ok
	}
	switch want.Kind {
	case types.Long, types.DayTimeInterval:
		return direct[int64], true
	case types.Timestamp, types.TimestampNTZ, types.Time:
		return nil, false
	}
	return nil, false
}

func timestamps(unit schema.TimeUnitType) func(*batch.Column, []int64) {
	switch unit {
	case schema.TimeUnitMillis:
		return func(c *batch.Column, values []int64) { scaled(c, values, 1000) }
	case schema.TimeUnitNanos:
		return func(c *batch.Column, values []int64) {
			to := batch.Values[int64](c)[:len(values)]
			for i, v := range values {
				to[i] = floorDiv(v, 1000)
			}
		}
	}
	return direct[int64]
}

func floorDiv(v, by int64) int64 {
	q := v / by
	if v%by < 0 {
		q--
	}
	return q
}

func scaled[P int32 | int64](c *batch.Column, values []P, factor int64) {
	to := batch.Values[int64](c)[:len(values)]
	for i, v := range values {
		to[i] = int64(v) * factor
	}
}

func fromUint32(c *batch.Column, values []int32) {
	to := batch.Values[int64](c)[:len(values)]
	for i, v := range values {
		to[i] = int64(uint32(v))
	}
}

func fromUint64(c *batch.Column, values []int64) {
	to := batch.Values[types.Decimal](c)[:len(values)]
	for i, v := range values {
		to[i] = types.Decimal{Lo: uint64(v)}
	}
}

// julianEpoch is the Julian day number of 1970-01-01.
const julianEpoch = 2_440_588

// fromInt96 reads the old form of a timestamp: nanoseconds of a day and the
// Julian day.
func fromInt96(c *batch.Column, values []pq.Int96) {
	to := batch.Values[int64](c)[:len(values)]
	for i := range values {
		nanos := int64(binary.LittleEndian.Uint64(values[i][:8]))
		day := int64(binary.LittleEndian.Uint32(values[i][8:]))
		to[i] = (day-julianEpoch)*86_400_000_000 + floorDiv(nanos, 1000)
	}
}

// fromBytes reads strings as views, and decimals stored as big-endian bytes.
func fromBytes(d *schema.Column, want types.Type) (func(*batch.Column, []string), bool) {
	_, dec := d.LogicalType().(schema.DecimalLogicalType)
	fixed := d.PhysicalType() == pq.Types.FixedLenByteArray
	switch want.Kind {
	case types.Decimal128:
		factor, ok := rescale(d, want, 0)
		return func(c *batch.Column, values []string) {
			to := batch.Values[types.Decimal](c)[:len(values)]
			for i, b := range values {
				to[i] = factor.times(bigEndian(b))
			}
		}, dec && ok
	case types.String:
		return direct[string], !dec && !fixed
	case types.Binary:
		return direct[string], !dec
	}
	return nil, false
}

// scaleFactor is the powers of ten to multiply by, none of them above 10^19.
type scaleFactor []uint64

// rescale is how a stored decimal becomes the wanted one, which must hold every
// value of the stored. A column without the annotation holds whole numbers of
// this many digits.
func rescale(d *schema.Column, want types.Type, digits int) (scaleFactor, bool) {
	precision, scale := digits, 0
	if dec, ok := d.LogicalType().(schema.DecimalLogicalType); ok {
		precision, scale = int(dec.Precision()), int(dec.Scale())
	} else if digits == 0 {
		return nil, false
	}
	up := want.Scale - scale
	if up < 0 || want.Precision-precision < up {
		return nil, false
	}
	var f scaleFactor
	for ; up > 0; up -= 19 {
		f = append(f, powersOfTen[min(up, 19)])
	}
	return f, true
}

var powersOfTen = [...]uint64{
	1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

func (f scaleFactor) times(d types.Decimal) types.Decimal {
	for _, by := range f {
		hi, lo := bits.Mul64(d.Lo, by)
		d.Lo, d.Hi = lo, int64(hi+uint64(d.Hi)*by)
	}
	return d
}

func decimals[P int32 | int64](c *batch.Column, values []P, f scaleFactor) {
	to := batch.Values[types.Decimal](c)[:len(values)]
	for i, v := range values {
		to[i] = f.times(types.Decimal{Lo: uint64(int64(v)), Hi: int64(v) >> 63})
	}
}

// bigEndian is a two's complement number of up to 16 bytes.
func bigEndian(b string) types.Decimal {
	var d types.Decimal
	if len(b) > 0 && b[0]&0x80 != 0 {
		d.Lo, d.Hi = ^uint64(0), -1
	}
	for i := range len(b) {
		d.Hi = d.Hi<<8 | int64(d.Lo>>56)
		d.Lo = d.Lo<<8 | uint64(b[i])
	}
	return d
}
