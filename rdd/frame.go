package rdd

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/types"
)

// This file alone knows DataFrames (R21).

// ToDataFrame computes an RDD and makes a table of its rows. The exported fields of a
// struct are the columns, under their names or those of a tag `weir:"name"`; a pair has
// the columns _1 and _2, any other row the one column value. Go types become the SQL
// types of their width; string, []byte and time.Time become STRING, BINARY and
// TIMESTAMP; slices arrays, nested structs structs; a nil pointer is null.
func ToDataFrame[T any](ctx context.Context, s *weir.Session, r *RDD[T]) (*weir.DataFrame, error) {
	shape, err := shapeOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	rows, err := Collect(ctx, r)
	if err != nil {
		return nil, err
	}
	list := make([]weir.Row, len(rows))
	for i := range rows {
		v := reflect.ValueOf(&rows[i]).Elem()
		row := make(weir.Row, len(shape))
		for j, c := range shape {
			if c.field >= 0 {
				row[j] = toCell(v.Field(c.field))
			} else {
				row[j] = toCell(v)
			}
		}
		list[i] = row
	}
	ddl := make([]string, len(shape))
	for i, c := range shape {
		ddl[i] = "`" + strings.ReplaceAll(c.name, "`", "``") + "` " + c.ddl
	}
	return s.CreateDataFrame(list, strings.Join(ddl, ", ")), nil
}

// FromDataFrame computes a table and makes an RDD of its rows, in parts partitions, 0
// for the default parallelism. T is weir.Row, a struct whose fields are found among the
// columns as [ToDataFrame] names them (case does not count), a pair for two columns, or
// any other type for one. A null gives the zero value, or nil of a pointer.
func FromDataFrame[T any](ctx context.Context, c *Context, d *weir.DataFrame, parts int) (*RDD[T], error) {
	schema, err := d.Schema(ctx)
	if err != nil {
		return nil, err
	}
	list, err := d.Collect(ctx)
	if err != nil {
		return nil, err
	}
	if rows, ok := any(list).([]T); ok {
		return Parallelize(c, rows, parts), nil
	}
	target := reflect.TypeFor[T]()
	shape, err := shapeOf(target)
	if err != nil {
		return nil, err
	}
	places, err := placesOf(target, shape, schema)
	if err != nil {
		return nil, err
	}
	rows := make([]T, len(list))
	for i, row := range list {
		v := reflect.ValueOf(&rows[i]).Elem()
		for j, c := range shape {
			to := v
			if c.field >= 0 {
				to = v.Field(c.field)
			}
			if err := fromCell(to, row[places[j]], schema.Fields[places[j]].Type); err != nil {
				return nil, fmt.Errorf("column %s: %w", schema.Fields[places[j]].Name, err)
			}
		}
	}
	return Parallelize(c, rows, parts), nil
}

// column is a column of a Go type.
type column struct {
	name, ddl string
	field     int // of the struct; below 0: the row itself
}

// isPair reports whether a type is a pair.
func isPair(t reflect.Type) bool {
	return strings.HasSuffix(t.PkgPath(), "weir/internal/shuffle") && strings.HasPrefix(t.Name(), "Pair[")
}

func shapeOf(t reflect.Type) ([]column, error) {
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		ddl, err := ddlOf(t)
		return []column{{"value", ddl, -1}}, err
	}
	var list []column
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name := f.Name
		if tag, ok := f.Tag.Lookup("weir"); ok {
			name = tag
		}
		if isPair(t) {
			name = fmt.Sprintf("_%d", len(list)+1)
		}
		ddl, err := ddlOf(f.Type)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		list = append(list, column{name, ddl, i})
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%v has no exported field", t)
	}
	return list, nil
}

// kindDDL are the SQL types of Go kinds.
var kindDDL = map[reflect.Kind]string{
	reflect.Bool: "BOOLEAN", reflect.Int8: "TINYINT", reflect.Int16: "SMALLINT", reflect.Int32: "INT", reflect.Int64: "BIGINT",
	reflect.Int: "BIGINT", reflect.Uint8: "SMALLINT", reflect.Uint16: "INT", reflect.Uint32: "BIGINT",
	reflect.Float32: "FLOAT", reflect.Float64: "DOUBLE", reflect.String: "STRING",
}

// ddlOf is the SQL type of a Go type.
func ddlOf(t reflect.Type) (string, error) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "TIMESTAMP", nil
	case t == reflect.TypeFor[[]byte]():
		return "BINARY", nil
	case t.Kind() == reflect.Pointer:
		return ddlOf(t.Elem())
	case t.Kind() == reflect.Slice:
		elem, err := ddlOf(t.Elem())
		return "ARRAY<" + elem + ">", err
	case t.Kind() == reflect.Struct:
		shape, err := shapeOf(t)
		parts := make([]string, len(shape))
		for i, c := range shape {
			parts[i] = "`" + c.name + "`: " + c.ddl
		}
		return "STRUCT<" + strings.Join(parts, ", ") + ">", err
	}
	if ddl, ok := kindDDL[t.Kind()]; ok {
		return ddl, nil
	}
	return "", fmt.Errorf("there is no SQL type for %v", t)
}

// toCell is a Go value as a cell of a row.
func toCell(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return toCell(v.Elem())
	case v.Type() == reflect.TypeFor[time.Time](), v.Type() == reflect.TypeFor[[]byte]():
		return v.Interface()
	case v.Kind() == reflect.Slice:
		if v.IsNil() {
			return nil
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = toCell(v.Index(i))
		}
		return list
	case v.Kind() == reflect.Struct:
		var list []any
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				list = append(list, toCell(v.Field(i)))
			}
		}
		return list
	case v.Kind() == reflect.String:
		return v.String()
	case v.Kind() == reflect.Bool:
		return v.Bool()
	default:
		return v.Interface()
	}
}

// placesOf finds the columns of a Go type in a schema.
func placesOf(target reflect.Type, shape []column, schema types.Schema) ([]int, error) {
	places := make([]int, len(shape))
	if shape[0].field < 0 || isPair(target) {
		if schema.Len() != len(shape) {
			return nil, fmt.Errorf("the table has %d columns, %v takes %d", schema.Len(), target, len(shape))
		}
		for i := range places {
			places[i] = i
		}
		return places, nil
	}
	for i, c := range shape {
		places[i] = -1
		for j, f := range schema.Fields {
			if strings.EqualFold(f.Name, c.name) {
				places[i] = j
			}
		}
		if places[i] < 0 {
			return nil, fmt.Errorf("the table has no column %s; it has %s", c.name, strings.Join(schema.Names(), ", "))
		}
	}
	return places, nil
}

var errCell = errors.New("the value does not fit the Go type")

// fromCell puts a cell into a Go value.
func fromCell(to reflect.Value, cell any, t types.Type) error {
	if cell == nil {
		to.SetZero()
		return nil
	}
	if to.Kind() == reflect.Pointer {
		to.Set(reflect.New(to.Type().Elem()))
		return fromCell(to.Elem(), cell, t)
	}
	v := reflect.ValueOf(cell)
	switch {
	case to.Type() == reflect.TypeFor[time.Time]():
		return setTime(to, cell, t)
	case to.Type() == reflect.TypeFor[[]byte]() && v.Kind() == reflect.String:
		to.SetBytes([]byte(v.String()))
	case to.Kind() == reflect.Slice && v.Kind() == reflect.Slice && t.Elem != nil:
		to.Set(reflect.MakeSlice(to.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			if err := fromCell(to.Index(i), v.Index(i).Interface(), *t.Elem); err != nil {
				return err
			}
		}
	case to.Kind() == reflect.Struct && v.Kind() == reflect.Slice && t.Kind == types.Struct:
		shape, err := shapeOf(to.Type())
		if err != nil {
			return err
		}
		places, err := placesOf(to.Type(), shape, types.NewSchema(t.Fields...))
		if err != nil {
			return err
		}
		for i, c := range shape {
			if err := fromCell(to.Field(c.field), v.Index(places[i]).Interface(), t.Fields[places[i]].Type); err != nil {
				return err
			}
		}
	case to.CanInt() && v.CanInt() && !to.OverflowInt(v.Int()):
		to.SetInt(v.Int())
	case to.CanUint() && v.CanInt() && v.Int() >= 0 && !to.OverflowUint(uint64(v.Int())):
		to.SetUint(uint64(v.Int()))
	case to.CanFloat() && (v.CanFloat() || v.CanInt()):
		to.Set(v.Convert(to.Type()))
	case v.Type().AssignableTo(to.Type()):
		to.Set(v)
	case v.Kind() == to.Kind() && v.CanConvert(to.Type()):
		to.Set(v.Convert(to.Type()))
	default:
		return fmt.Errorf("%w: %T (%v) into %v", errCell, cell, t, to.Type())
	}
	return nil
}

func setTime(to reflect.Value, cell any, t types.Type) error {
	switch n := cell.(type) {
	case time.Time:
		to.Set(reflect.ValueOf(n))
	case int64:
		to.Set(reflect.ValueOf(time.UnixMicro(n).UTC()))
	case int32:
		to.Set(reflect.ValueOf(time.Unix(int64(n)*86400, 0).UTC()))
	default:
		return fmt.Errorf("%w: %T (%v) into a time", errCell, cell, t)
	}
	return nil
}
