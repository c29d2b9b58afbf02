package rowstruct

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Reader makes values of a Go type out of rows. It belongs to one goroutine.
type Reader struct {
	texts  texts
	fields []reading
}

// reading reads one column into one field.
type reading struct {
	get    get
	column int
	offset uintptr
	name   string
	null   bool
}

// get reads row i of a column, which is not null, into the Go value at p.
type get func(c *batch.Column, i int, p unsafe.Pointer) error

// NewReader reads rows of these columns into t. Every field of t must have its
// column, of a type that it can hold.
func NewReader(t reflect.Type, columns []types.Field) (*Reader, error) {
	return newReader(t, columns, false)
}

// NewLenientReader is NewReader, but a field whose column is not there is left as
// it is.
func NewLenientReader(t reflect.Type, columns []types.Field) (*Reader, error) {
	return newReader(t, columns, true)
}

func newReader(t reflect.Type, columns []types.Field, lenient bool) (*Reader, error) {
	list, err := fieldsOf(t)
	if err != nil {
		return nil, err
	}
	r := &Reader{}
	r.texts.lenient = lenient
	if !isRow(t) && len(columns) != 1 {
		return nil, fmt.Errorf("a row of %d columns, %s, does not fit the Go type %v; use a struct with a field for each", len(columns),
			names(columns), t)
	}
	for _, f := range list {
		at := slices.IndexFunc(columns, func(c types.Field) bool { return strings.EqualFold(c.Name, f.name) })
		if !isRow(t) {
			at = 0
		}
		if at < 0 && lenient {
			continue
		}
		if at < 0 {
			return nil, fmt.Errorf("the field %s of %v has no column %s; there are %s. Name the column in the field's tag, `weir:\"name\"`, "+
				"or leave the field out with `weir:\"-\"`", f.goName, t, f.name, names(columns))
		}
		g, err := getter(f.goType, columns[at].Type, &r.texts)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", columns[at].Name, err)
		}
		r.fields = append(r.fields, reading{g, at, f.offset, columns[at].Name, f.null})
	}
	return r, nil
}

func names(columns []types.Field) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return strings.Join(list, ", ")
}

// Read makes the Go value at p that of a row. The value is p's own: strings are
// copied.
func (r *Reader) Read(columns []*batch.Column, row int, p unsafe.Pointer) error {
	for i := range r.fields {
		f := &r.fields[i]
		c := columns[f.column]
		at := row
		if c.Const {
			at = 0
		}
		if c.Null(at) {
			if !f.null {
				return nullError(f.name)
			}
			continue // p is zero, and so is null
		}
		if err := f.get(c, at, unsafe.Add(p, f.offset)); err != nil {
			return fmt.Errorf("column %s: %w", f.name, err)
		}
	}
	return nil
}

func nullError(column string) error {
	return fault.New(fault.NotNullAssert, "a null in column %s meets a Go field that cannot hold one; make the field a pointer, or filter "+
		"the nulls out", column).With("walkedTypePath", column)
}

// getter is how a value of a type gets into a Go type.
func getter(t reflect.Type, typ types.Type, s *texts) (get, error) {
	if t.Kind() == reflect.Pointer {
		return pointerGetter(t, typ, s)
	}
	var g get
	switch t {
	case timeType:
		g = timeGetter(typ)
	case durationType:
		g = durationGetter(typ)
	case decimalType:
		if typ.Kind == types.Decimal128 {
			g = same[types.Decimal]
		}
	case intervalType:
		if typ.Kind == types.CalendarInterval {
			g = same[types.Interval]
		}
	case bytesType:
		if typ.Kind == types.Binary || typ.Kind == types.String {
			g = getBytes
		}
	default:
		return kindGetter(t, typ, s)
	}
	if g == nil {
		return nil, misfit(t, typ)
	}
	return g, nil
}

func misfit(t reflect.Type, typ types.Type) error {
	return fmt.Errorf("its type %s does not fit the Go type %v", typ.SQL(), t)
}

// kindGetter is getter for what the kind of the Go type decides.
func kindGetter(t reflect.Type, typ types.Type, s *texts) (get, error) {
	var g get
	switch t.Kind() {
	case reflect.Bool:
		if typ.Kind == types.Boolean {
			g = same[bool]
		}
	case reflect.Int8:
		g = integer[int8](typ, 1)
	case reflect.Int16, reflect.Uint8:
		g = integer[int16](typ, 2)
		if t.Kind() == reflect.Uint8 {
			g = narrowed[uint8](g)
		}
	case reflect.Int32, reflect.Uint16:
		g = integer[int32](typ, 4)
		if t.Kind() == reflect.Uint16 {
			g = narrowed[uint16](g)
		}
	case reflect.Int, reflect.Int64, reflect.Uint32:
		g = integer[int64](typ, 8)
		if t.Kind() == reflect.Uint32 {
			g = narrowed[uint32](g)
		}
	case reflect.Float32:
		g = float[float32](typ)
	case reflect.Float64:
		g = float[float64](typ)
	case reflect.String:
		if typ.Kind == types.String {
			g = func(c *batch.Column, i int, p unsafe.Pointer) error {
				*(*string)(p) = s.copy(batch.Values[string](c)[i])
				return nil
			}
		}
	case reflect.Slice, reflect.Map:
		return listGetter(t, typ, s)
	case reflect.Struct:
		return structGetter(t, typ, s)
	}
	if g == nil {
		return nil, misfit(t, typ)
	}
	return g, nil
}

// same reads a value whose Go type is that of the column.
func same[T batch.Value](c *batch.Column, i int, p unsafe.Pointer) error {
	*(*T)(p) = batch.Values[T](c)[i]
	return nil
}

// integer reads integers of at most so many bytes, and the types that are integers
// beneath.
func integer[T int8 | int16 | int32 | int64](typ types.Type, bytes int) get {
	switch {
	case typ.Kind == types.Byte:
		return widened[T, int8]
	case typ.Kind == types.Short && bytes >= 2:
		return widened[T, int16]
	case (typ.Kind == types.Int || typ.Kind == types.Date || typ.Kind == types.YearMonthInterval) && bytes >= 4:
		return widened[T, int32]
	case bytes < 8:
		return nil
	}
	switch typ.Kind {
	case types.Long, types.Timestamp, types.TimestampNTZ, types.Time, types.DayTimeInterval:
		return widened[T, int64]
	}
	return nil
}

func widened[T, F int8 | int16 | int32 | int64](c *batch.Column, i int, p unsafe.Pointer) error {
	*(*T)(p) = T(batch.Values[F](c)[i])
	return nil
}

// narrowed reads unsigned integers through signed ones of twice the width.
func narrowed[T uint8 | uint16 | uint32](g get) get {
	if g == nil {
		return nil
	}
	return func(c *batch.Column, i int, p unsafe.Pointer) error {
		var wide int64
		if err := g(c, i, unsafe.Pointer(&wide)); err != nil {
			return err
		}
		*(*T)(p) = T(wide)
		if int64(*(*T)(p)) != wide {
			return fmt.Errorf("%d does not fit the Go type %T", wide, *(*T)(p))
		}
		return nil
	}
}

// float reads numbers that a floating-point one holds exactly.
func float[T float32 | float64](typ types.Type) get {
	var one T
	double := unsafe.Sizeof(one) == 8
	switch typ.Kind {
	case types.Byte:
		return floated[T, int8]
	case types.Short:
		return floated[T, int16]
	case types.Float:
		return floated[T, float32]
	}
	switch {
	case typ.Kind == types.Int && double:
		return floated[T, int32]
	case typ.Kind == types.Double && double:
		return floated[T, float64]
	}
	return nil
}

func floated[T float32 | float64, F int8 | int16 | int32 | float32 | float64](c *batch.Column, i int, p unsafe.Pointer) error {
	*(*T)(p) = T(batch.Values[F](c)[i])
	return nil
}

func getBytes(c *batch.Column, i int, p unsafe.Pointer) error {
	*(*[]byte)(p) = []byte(batch.Values[string](c)[i])
	return nil
}

// timeGetter reads instants in UTC, and what has no zone as if it were in UTC.
func timeGetter(typ types.Type) get {
	switch typ.Kind {
	case types.Timestamp, types.TimestampNTZ:
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			*(*time.Time)(p) = time.UnixMicro(batch.Values[int64](c)[i]).UTC()
			return nil
		}
	case types.Date:
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			*(*time.Time)(p) = time.Unix(int64(batch.Values[int32](c)[i])*86400, 0).UTC()
			return nil
		}
	}
	return nil
}

func durationGetter(typ types.Type) get {
	switch typ.Kind {
	case types.DayTimeInterval:
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			micros := batch.Values[int64](c)[i]
			*(*time.Duration)(p) = time.Duration(micros) * time.Microsecond
			if micros != (*(*time.Duration)(p)).Microseconds() {
				return fmt.Errorf("%d microseconds do not fit a time.Duration", micros)
			}
			return nil
		}
	case types.Time:
		return same[int64]
	}
	return nil
}

// texts copies strings into chunks that nobody writes to again: the Go values keep
// them alive.
type texts struct {
	chunk   []byte
	lenient bool // of the reader that they belong to
}

// textChunk is small: one string that a user keeps, keeps its chunk.
const textChunk = 4 << 10

func (t *texts) copy(s string) string {
	if len(s) == 0 {
		return ""
	}
	if len(s) > textChunk/4 {
		return strings.Clone(s)
	}
	if len(t.chunk)+len(s) > cap(t.chunk) {
		t.chunk = make([]byte, 0, textChunk)
	}
	start := len(t.chunk)
	t.chunk = append(t.chunk, s...)
	return batch.View(t.chunk[start:])
}
