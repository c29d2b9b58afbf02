package rowstruct

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/weirstream/weir/types"
)

// The Go types that stand for one value, though they are structs or slices.
var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	decimalType  = reflect.TypeFor[types.Decimal]()
	intervalType = reflect.TypeFor[types.Interval]()
	bytesType    = reflect.TypeFor[[]byte]()
)

// field is a field of a Go struct that stands for a column.
type field struct {
	name   string
	goName string
	typ    types.Type
	null   bool
	goType reflect.Type
	offset uintptr
}

// SchemaOf is the row that a Go type stands for: the fields of a struct, or one
// column called value.
func SchemaOf(t reflect.Type) (types.Schema, error) {
	list, err := fieldsOf(t)
	if err != nil {
		return types.Schema{}, err
	}
	var s types.Schema
	for _, f := range list {
		s.Fields = append(s.Fields, types.Field{Name: f.name, Type: f.typ, Nullable: f.null})
	}
	return s, nil
}

// isRow reports whether a Go type is a struct of columns and not one value.
func isRow(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != timeType && t != decimalType && t != intervalType
}

// fieldsOf are the columns of a Go type.
func fieldsOf(t reflect.Type) ([]field, error) {
	if !isRow(t) {
		typ, err := typeOf(t)
		return []field{{name: "value", goName: "the value", typ: typ, null: nullable(t), goType: t}}, err
	}
	list, err := structFields(t, 0, nil)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("the Go type %v has no exported field, so it is no row", t)
	}
	for i, f := range list {
		for _, g := range list[:i] {
			if strings.EqualFold(f.name, g.name) {
				return nil, fmt.Errorf("the fields %s and %s of %v both stand for the column %s; give one another name in its tag",
					g.goName, f.goName, t, f.name)
			}
		}
	}
	return list, nil
}

// structFields appends the fields of a struct that lies at an offset.
func structFields(t reflect.Type, at uintptr, list []field) ([]field, error) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("weir")
		name, sql, _ := strings.Cut(tag, ",")
		if name == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		var err error
		if f.Anonymous && !tagged && isRow(f.Type) {
			if list, err = structFields(f.Type, at+f.Offset, list); err != nil {
				return nil, err
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		one := field{name: name, goName: f.Name, goType: f.Type, offset: at + f.Offset, null: nullable(f.Type)}
		if one.typ, err = typeOf(f.Type); sql != "" {
			one.typ, err = declared(f.Type, sql)
		}
		if err != nil {
			return nil, fmt.Errorf("field %s of %v: %w", f.Name, t, err)
		}
		list = append(list, one)
	}
	return list, nil
}

// declared is the SQL type in a tag, if the Go type can hold it.
func declared(t reflect.Type, sql string) (types.Type, error) {
	typ, err := types.ParseType(sql)
	if err != nil {
		return typ, fmt.Errorf("its tag: %w", err)
	}
	_, err = getter(t, typ, nil)
	return typ, err
}

func nullable(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map
}

// decimalDigits and decimalScale are those of a decimal without a tag, as in
// Spark's encoders.
const decimalDigits, decimalScale = 38, 18

// typeOf is the type that a Go type stands for when nothing else is said.
func typeOf(t reflect.Type) (types.Type, error) {
	switch t {
	case timeType:
		return types.Of(types.Timestamp), nil
	case durationType:
		return types.Of(types.DayTimeInterval), nil
	case decimalType:
		return types.DecimalOf(decimalDigits, decimalScale), nil
	case intervalType:
		return types.Of(types.CalendarInterval), nil
	case bytesType:
		return types.Of(types.Binary), nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return types.Of(types.Boolean), nil
	case reflect.Int8:
		return types.Of(types.Byte), nil
	case reflect.Int16, reflect.Uint8:
		return types.Of(types.Short), nil
	case reflect.Int32, reflect.Uint16:
		return types.Of(types.Int), nil
	case reflect.Int, reflect.Int64, reflect.Uint32:
		return types.Of(types.Long), nil
	case reflect.Float32:
		return types.Of(types.Float), nil
	case reflect.Float64:
		return types.Of(types.Double), nil
	case reflect.String:
		return types.Of(types.String), nil
	case reflect.Pointer:
		return typeOf(t.Elem())
	case reflect.Slice:
		elem, err := typeOf(t.Elem())
		out := types.ArrayOf(elem)
		out.ElemNullable = nullable(t.Elem())
		return out, err
	case reflect.Map:
		return mapType(t)
	case reflect.Struct:
		s, err := SchemaOf(t)
		return s.AsStruct(), err
	}
	return types.Type{}, fmt.Errorf("the Go type %v stands for no SQL type; use a signed integer, a float, a string, a bool, []byte, "+
		"time.Time, time.Duration, types.Decimal, types.Interval, or structs, slices, maps and pointers of those", t)
}

func mapType(t reflect.Type) (types.Type, error) {
	if nullable(t.Key()) {
		return types.Type{}, fmt.Errorf("the keys of the Go type %v may be nil, those of a map may not be null", t)
	}
	key, err := typeOf(t.Key())
	if err != nil {
		return key, err
	}
	value, err := typeOf(t.Elem())
	out := types.MapOf(key, value)
	out.ElemNullable = nullable(t.Elem())
	return out, err
}
