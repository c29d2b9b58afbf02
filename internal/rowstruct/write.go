package rowstruct

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Writer makes rows out of values of a Go type: rows of [SchemaOf] the type. It
// has no state: one may be used by many goroutines.
type Writer struct{ fields []writing }

// writing writes one field into one column.
type writing struct {
	put    put
	offset uintptr
	name   string
}

// put writes the Go value at p into row i of a column, which is there.
type put func(c *batch.Column, i int, p unsafe.Pointer) error

// NewWriter writes values of t.
func NewWriter(t reflect.Type) (*Writer, error) { return newWriter(t) }

func newWriter(t reflect.Type) (*Writer, error) {
	list, err := fieldsOf(t)
	if err != nil {
		return nil, err
	}
	w := &Writer{}
	for _, f := range list {
		p, err := putter(f.goType, f.typ)
		if err != nil {
			return nil, fmt.Errorf("field %s of %v: %w", f.goName, t, err)
		}
		w.fields = append(w.fields, writing{p, f.offset, f.name})
	}
	return w, nil
}

// Append adds the Go value at p to the columns as one more row. Strings are views
// of the value's. After an error the columns are not to be used.
func (w *Writer) Append(columns []*batch.Column, p unsafe.Pointer) error {
	for _, c := range columns {
		c.Extend(1)
	}
	return w.put(columns, columns[0].Len()-1, p)
}

func (w *Writer) put(columns []*batch.Column, i int, p unsafe.Pointer) error {
	for k := range w.fields {
		f := &w.fields[k]
		if err := f.put(columns[k], i, unsafe.Add(p, f.offset)); err != nil {
			return fmt.Errorf("field %s: %w", f.name, err)
		}
	}
	return nil
}

// putter is how a Go type gets into a column of a type.
func putter(t reflect.Type, typ types.Type) (put, error) {
	if t.Kind() == reflect.Pointer {
		return pointerPutter(t, typ)
	}
	var p put
	switch t {
	case timeType:
		p = timePutter(typ)
	case durationType:
		p = durationPutter(typ)
	case decimalType:
		if typ.Kind == types.Decimal128 {
			p = putDecimal
		}
	case intervalType:
		if typ.Kind == types.CalendarInterval {
			p = copied[types.Interval]
		}
	case bytesType:
		if typ.Kind == types.Binary || typ.Kind == types.String {
			p = putBytes
		}
	default:
		return kindPutter(t, typ)
	}
	if p == nil {
		return nil, misfit(t, typ)
	}
	return p, nil
}

func kindPutter(t reflect.Type, typ types.Type) (put, error) {
	var p put
	switch t.Kind() {
	case reflect.Bool:
		if typ.Kind == types.Boolean {
			p = copied[bool]
		}
	case reflect.Int8:
		p = integerPutter[int8](typ)
	case reflect.Int16:
		p = integerPutter[int16](typ)
	case reflect.Int32:
		p = integerPutter[int32](typ)
	case reflect.Int, reflect.Int64:
		p = integerPutter[int64](typ)
	case reflect.Uint8:
		p = integerPutter[uint8](typ)
	case reflect.Uint16:
		p = integerPutter[uint16](typ)
	case reflect.Uint32:
		p = integerPutter[uint32](typ)
	case reflect.Float32:
		p = floatPutter[float32](typ)
	case reflect.Float64:
		p = floatPutter[float64](typ)
	case reflect.String:
		if typ.Kind == types.String {
			p = copied[string]
		}
	case reflect.Slice, reflect.Map:
		return listPutter(t, typ)
	case reflect.Struct:
		return structPutter(t, typ)
	}
	if p == nil {
		return nil, misfit(t, typ)
	}
	return p, nil
}

func copied[T batch.Value](c *batch.Column, i int, p unsafe.Pointer) error {
	batch.Values[T](c)[i] = *(*T)(p)
	return nil
}

type whole interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32
}

func integerPutter[F whole](typ types.Type) put {
	switch typ.Kind {
	case types.Byte:
		return fitted[int8, F]
	case types.Short:
		return fitted[int16, F]
	case types.Int, types.Date, types.YearMonthInterval:
		return fitted[int32, F]
	case types.Long, types.Timestamp, types.TimestampNTZ, types.Time, types.DayTimeInterval:
		return fitted[int64, F]
	}
	return nil
}

// fitted writes an integer that the column can hold.
func fitted[T int8 | int16 | int32 | int64, F whole](c *batch.Column, i int, p unsafe.Pointer) error {
	v := *(*F)(p)
	if int64(T(v)) != int64(v) {
		return fmt.Errorf("%d does not fit the type %s", v, c.Type.SQL())
	}
	batch.Values[T](c)[i] = T(v)
	return nil
}

func floatPutter[F float32 | float64](typ types.Type) put {
	var one F
	switch {
	case typ.Kind == types.Double:
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			batch.Values[float64](c)[i] = float64(*(*F)(p))
			return nil
		}
	case typ.Kind == types.Float && unsafe.Sizeof(one) == 4:
		return copied[float32]
	}
	return nil
}

func putBytes(c *batch.Column, i int, p unsafe.Pointer) error {
	b := *(*[]byte)(p)
	if b == nil {
		c.SetNull(i)
		batch.Values[string](c)[i] = ""
		return nil
	}
	batch.Values[string](c)[i] = string(b)
	return nil
}

func putDecimal(c *batch.Column, i int, p unsafe.Pointer) error {
	d := *(*types.Decimal)(p)
	if !d.FitsPrecision(c.Type.Precision) {
		return fmt.Errorf("%s has more digits than the type %s", d.Format(c.Type.Scale), c.Type.SQL())
	}
	batch.Values[types.Decimal](c)[i] = d
	return nil
}

func timePutter(typ types.Type) put {
	switch typ.Kind {
	case types.Timestamp:
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			batch.Values[int64](c)[i] = (*time.Time)(p).UnixMicro()
			return nil
		}
	case types.TimestampNTZ:
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			_, offset := (*time.Time)(p).Zone()
			batch.Values[int64](c)[i] = (*time.Time)(p).UnixMicro() + int64(offset)*1e6
			return nil
		}
	case types.Date:
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			y, m, d := (*time.Time)(p).Date()
			batch.Values[int32](c)[i] = int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
			return nil
		}
	}
	return nil
}

func durationPutter(typ types.Type) put {
	switch typ.Kind {
	case types.DayTimeInterval:
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			batch.Values[int64](c)[i] = (*time.Duration)(p).Microseconds()
			return nil
		}
	case types.Time:
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			v := *(*int64)(p)
			if v < 0 || v >= int64(24*time.Hour) {
				return fmt.Errorf("%v is no time of day", time.Duration(v))
			}
			batch.Values[int64](c)[i] = v
			return nil
		}
	}
	return nil
}
