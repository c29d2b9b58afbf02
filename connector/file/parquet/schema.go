package parquet

import (
	"fmt"
	"strings"

	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/weirstream/weir/types"
)

// schemaOf is Spark's reading of a file's schema.
func schemaOf(root *schema.GroupNode) (types.Schema, error) {
	var s types.Schema
	for i := range root.NumFields() {
		f, err := fieldOf(root.Field(i))
		if err != nil {
			return types.Schema{}, err
		}
		s.Fields = append(s.Fields, f)
	}
	return s, nil
}

// fieldOf is a named field of the file. A repeated field outside of a list is a
// list that is never null.
func fieldOf(n schema.Node) (types.Field, error) {
	t, err := typeOf(n)
	if err != nil {
		return types.Field{}, err
	}
	f := types.Field{Name: n.Name(), Type: t, Nullable: n.RepetitionType() == pq.Repetitions.Optional}
	if n.RepetitionType() == pq.Repetitions.Repeated {
		f.Type = types.Type{Kind: types.Array, Elem: &t}
	}
	return f, nil
}

// typeOf is the type of a node, its own repetition aside.
func typeOf(n schema.Node) (types.Type, error) {
	if leaf, ok := n.(*schema.PrimitiveNode); ok {
		return primitiveOf(leaf)
	}
	g := n.(*schema.GroupNode)
	if l, ok := asList(g); ok {
		elem, err := typeOf(l.elem)
		if err != nil {
			return types.Type{}, err
		}
		return types.Type{Kind: types.Array, Elem: &elem, ElemNullable: optional(l.elem)}, nil
	}
	if m, ok := asMap(g); ok {
		key, err := typeOf(m.key)
		if err != nil {
			return types.Type{}, err
		}
		value, err := typeOf(m.value)
		if err != nil {
			return types.Type{}, err
		}
		return types.Type{Kind: types.Map, Key: &key, Elem: &value, ElemNullable: optional(m.value)}, nil
	}
	t := types.Type{Kind: types.Struct}
	for i := range g.NumFields() {
		f, err := fieldOf(g.Field(i))
		if err != nil {
			return types.Type{}, err
		}
		t.Fields = append(t.Fields, f)
	}
	return t, nil
}

func optional(n schema.Node) bool { return n.RepetitionType() == pq.Repetitions.Optional }

func repeated(n schema.Node) bool { return n.RepetitionType() == pq.Repetitions.Repeated }

// listNodes are the repeated node of a list and its element, which are the same
// node in the two-level form of old writers.
type listNodes struct{ repeated, elem schema.Node }

// asList takes a group apart that is annotated as a list, by the rules of the
// Parquet format for lists of old writers.
func asList(g *schema.GroupNode) (listNodes, bool) {
	_, logical := g.LogicalType().(schema.ListLogicalType)
	if !logical && g.ConvertedType() != schema.ConvertedTypes.List || g.NumFields() != 1 || !repeated(g.Field(0)) {
		return listNodes{}, false
	}
	rep := g.Field(0)
	inner, group := rep.(*schema.GroupNode)
	switch {
	case !group, inner.NumFields() != 1, repeated(inner.Field(0)),
		rep.Name() == "array", rep.Name() == g.Name()+"_tuple":
		return listNodes{rep, rep}, true
	}
	return listNodes{rep, inner.Field(0)}, true
}

// mapNodes are the repeated node of a map, its key and its value.
type mapNodes struct{ repeated, key, value schema.Node }

// asMap takes a group apart that is annotated as a map.
func asMap(g *schema.GroupNode) (mapNodes, bool) {
	_, logical := g.LogicalType().(schema.MapLogicalType)
	converted := g.ConvertedType() == schema.ConvertedTypes.Map || g.ConvertedType() == schema.ConvertedTypes.MapKeyValue
	if !logical && !converted || g.NumFields() != 1 || !repeated(g.Field(0)) {
		return mapNodes{}, false
	}
	rep, ok := g.Field(0).(*schema.GroupNode)
	if !ok || rep.NumFields() != 2 {
		return mapNodes{}, false
	}
	return mapNodes{rep, rep.Field(0), rep.Field(1)}, true
}

// primitiveOf is the type of a leaf, as Spark infers it.
func primitiveOf(n *schema.PrimitiveNode) (types.Type, error) {
	switch lt := n.LogicalType().(type) {
	case schema.DecimalLogicalType:
		return types.DecimalOf(int(lt.Precision()), int(lt.Scale())), nil
	case schema.StringLogicalType, schema.EnumLogicalType, schema.JSONLogicalType:
		return types.Of(types.String), nil
	case schema.DateLogicalType:
		return types.Of(types.Date), nil
	case schema.TimeLogicalType:
		return types.Of(types.Time), nil
	case schema.TimestampLogicalType:
		if lt.IsAdjustedToUTC() {
			return types.Of(types.Timestamp), nil
		}
		return types.Of(types.TimestampNTZ), nil
	case schema.IntLogicalType:
		return integerOf(int(lt.BitWidth()), lt.IsSigned()), nil
	}
	switch n.PhysicalType() {
	case pq.Types.Boolean:
		return types.Of(types.Boolean), nil
	case pq.Types.Int32:
		return types.Of(types.Int), nil
	case pq.Types.Int64:
		return types.Of(types.Long), nil
	case pq.Types.Int96:
		return types.Of(types.Timestamp), nil
	case pq.Types.Float:
		return types.Of(types.Float), nil
	case pq.Types.Double:
		return types.Of(types.Double), nil
	case pq.Types.ByteArray, pq.Types.FixedLenByteArray:
		return types.Of(types.Binary), nil
	}
	return types.Type{}, fmt.Errorf("column %s has the physical type %v, which is not readable", n.Path(), n.PhysicalType())
}

func integerOf(bits int, signed bool) types.Type {
	if !signed {
		bits *= 2
	}
	switch bits {
	case 8:
		return types.Of(types.Byte)
	case 16:
		return types.Of(types.Short)
	case 32:
		return types.Of(types.Int)
	case 64:
		return types.Of(types.Long)
	}
	return types.DecimalOf(20, 0)
}

// describe is a leaf's type in the words of an error message.
func describe(d *schema.Column) string {
	text := strings.ToUpper(d.PhysicalType().String())
	if lt := d.LogicalType(); lt != nil && !lt.IsNone() {
		text += " " + lt.String()
	}
	return text
}
