package avro

import (
	"fmt"
	"math"
	"slices"
	"strings"

	lib "github.com/twmb/avro"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Incompatible is the condition of a file whose type cannot be read as the wanted.
var incompatible = fault.Condition{Name: "AVRO_INCOMPATIBLE_READ_TYPE", SQLState: "22KD3"}

// Schema is a parsed schema. It does not change.
type Schema struct {
	root  *lib.SchemaNode
	text  string
	names map[string]*lib.SchemaNode
}

// Parse reads a schema's JSON text.
func Parse(text string) (*Schema, error) {
	parsed, err := lib.Parse(text, lib.WithLaxNames(anyName))
	if err != nil {
		return nil, fault.New(fault.IllegalArgument, "this is no Avro schema").Wrap(err)
	}
	s := &Schema{root: parsed.Root(), text: text, names: make(map[string]*lib.SchemaNode)}
	s.collect(s.root)
	return s, nil
}

// anyName takes names that Avro does not allow: files have them.
func anyName(string) error { return nil }

// collect finds the named types.
func (s *Schema) collect(n *lib.SchemaNode) {
	if n == nil {
		return
	}
	switch n.Type {
	case "record", "error", "enum", "fixed":
		s.names[fullName(n)] = n
		if _, taken := s.names[n.Name]; !taken {
			s.names[n.Name] = n // within its namespace it goes by that
		}
	}
	for i := range n.Fields {
		s.collect(&n.Fields[i].Type)
	}
	for i := range n.Branches {
		s.collect(&n.Branches[i])
	}
	s.collect(n.Items)
	s.collect(n.Values)
}

func fullName(n *lib.SchemaNode) string {
	if n.Namespace == "" || strings.Contains(n.Name, ".") {
		return n.Name
	}
	return n.Namespace + "." + n.Name
}

// def is the node itself, or the definition that it names.
func (s *Schema) def(n *lib.SchemaNode) *lib.SchemaNode {
	switch n.Type {
	case "record", "error", "enum", "fixed", "array", "map", "union":
		return n
	}
	if d, ok := s.names[n.Type]; ok {
		return d
	}
	return n
}

// Options say how schemas become types.
type Options struct {
	// StableNames names the fields of a union by its members' types and not by
	// their places (enableStableIdentifiersForUnionType).
	StableNames bool
	// Prefix begins such names. Empty: member_.
	Prefix string
}

// TypeOf is Spark's type for a schema, and whether it may be null.
func (s *Schema) TypeOf(o Options) (t types.Type, nullable bool, err error) {
	r := typer{s, o, nil}
	return r.typeOf(s.root)
}

// Columns are the columns of a file of records with this schema; a file of anything
// else has one, called value.
func (s *Schema) Columns(o Options) (types.Schema, error) {
	t, nullable, err := s.TypeOf(o)
	if err != nil {
		return types.Schema{}, err
	}
	if t.Kind != types.Struct {
		return types.NewSchema(types.Field{Name: "value", Type: t, Nullable: nullable}), nil
	}
	return types.NewSchema(t.Fields...), nil
}

type typer struct {
	*Schema
	options Options
	around  []*lib.SchemaNode // records that the node is in
}

func (r typer) typeOf(n *lib.SchemaNode) (t types.Type, nullable bool, err error) {
	n = r.def(n)
	switch n.Type {
	case "null":
		return types.Of(types.Null), true, nil
	case "boolean":
		return types.Of(types.Boolean), false, nil
	case "int", "long", "float", "double":
		return numberType(n), false, nil
	case "string", "enum":
		return types.Of(types.String), false, nil
	case "bytes", "fixed":
		if n.LogicalType == "decimal" && n.Precision <= types.MaxPrecision {
			return types.DecimalOf(n.Precision, n.Scale), false, nil
		}
		return types.Of(types.Binary), false, nil
	case "array":
		elem, null, err := r.typeOf(n.Items)
		return types.Type{Kind: types.Array, Elem: &elem, ElemNullable: null}, false, err
	case "map":
		elem, null, err := r.typeOf(n.Values)
		key := types.Of(types.String)
		return types.Type{Kind: types.Map, Key: &key, Elem: &elem, ElemNullable: null}, false, err
	case "union":
		return r.unionType(n)
	case "record", "error":
		return r.recordType(n)
	}
	return t, false, fault.New(fault.IllegalArgument, "the Avro type %s is not known", n.Type)
}

func (r typer) recordType(n *lib.SchemaNode) (types.Type, bool, error) {
	if slices.Contains(r.around, n) {
		return types.Type{}, false, fault.New(fault.IllegalArgument, "the Avro record %s holds itself, which no table can; "+
			"give a schema without that field as the option avroSchema", fullName(n))
	}
	r.around = append(slices.Clone(r.around), n)
	t := types.Type{Kind: types.Struct}
	for i := range n.Fields {
		ft, null, err := r.typeOf(&n.Fields[i].Type)
		if err != nil {
			return t, false, err
		}
		t.Fields = append(t.Fields, types.Field{Name: n.Fields[i].Name, Type: ft, Nullable: null})
	}
	return t, false, nil
}

// members are the branches of a union but null.
func (s *Schema) members(n *lib.SchemaNode) (list []*lib.SchemaNode, null bool) {
	for i := range n.Branches {
		if n.Branches[i].Type == "null" {
			null = true
		} else {
			list = append(list, s.def(&n.Branches[i]))
		}
	}
	return list, null
}

func (r typer) unionType(n *lib.SchemaNode) (types.Type, bool, error) {
	members, null := r.members(n)
	switch {
	case len(members) == 0:
		return types.Of(types.Null), true, nil
	case len(members) == 1:
		t, _, err := r.typeOf(members[0])
		return t, null, err
	}
	if t, ok := widest(members); ok {
		return t, null, nil
	}
	t := types.Type{Kind: types.Struct}
	for i, m := range members {
		mt, _, err := r.typeOf(m)
		if err != nil {
			return t, false, err
		}
		name := fmt.Sprintf("member%d", i)
		if r.options.StableNames {
			name = r.options.Prefix + strings.ToLower(memberName(m))
		}
		t.Fields = append(t.Fields, types.Field{Name: name, Type: mt, Nullable: true})
	}
	return t, null, nil
}

func memberName(n *lib.SchemaNode) string {
	if n.Name != "" {
		return n.Name
	}
	return n.Type
}

// widest is the type of a union of int and long, or of float and double.
func widest(members []*lib.SchemaNode) (types.Type, bool) {
	if len(members) != 2 {
		return types.Type{}, false
	}
	a, b := members[0].Type, members[1].Type
	switch {
	case a == "int" && b == "long" || a == "long" && b == "int":
		return types.Of(types.Long), true
	case a == "float" && b == "double" || a == "double" && b == "float":
		return types.Of(types.Double), true
	}
	return types.Type{}, false
}

func numberType(n *lib.SchemaNode) types.Type {
	switch n.Type + " " + n.LogicalType {
	case "int date":
		return types.Of(types.Date)
	case "long timestamp-millis", "long timestamp-micros", "long timestamp-nanos":
		return types.Of(types.Timestamp)
	case "long local-timestamp-millis", "long local-timestamp-micros", "long local-timestamp-nanos":
		return types.Of(types.TimestampNTZ)
	}
	switch n.Type {
	case "int":
		return types.Of(types.Int)
	case "long":
		return types.Of(types.Long)
	case "float":
		return types.Of(types.Float)
	}
	return types.Of(types.Double)
}

// SchemaOf is the schema in which Spark writes rows: a record of this name, whose
// nullable fields are unions with null behind their type.
func SchemaOf(s types.Schema, name, namespace string) (*Schema, error) {
	n, err := nodeOf(s.AsStruct(), name, namespace)
	if err != nil {
		return nil, err
	}
	parsed, err := n.Schema()
	if err != nil {
		return nil, fault.New(fault.IllegalArgument, "these columns make no Avro schema; rename them with AS to letters, digits "+
			"and underscores").Wrap(err)
	}
	return Parse(parsed.String())
}

func nodeOf(t types.Type, name, namespace string) (lib.SchemaNode, error) {
	plain := map[types.Kind]lib.SchemaNode{
		types.Boolean: {Type: "boolean"}, types.Byte: {Type: "int"}, types.Short: {Type: "int"}, types.Int: {Type: "int"},
		types.Long: {Type: "long"}, types.Float: {Type: "float"}, types.Double: {Type: "double"}, types.String: {Type: "string"},
		types.Binary: {Type: "bytes"}, types.Null: {Type: "null"}, types.Date: {Type: "int", LogicalType: "date"},
		types.Timestamp:         {Type: "long", LogicalType: "timestamp-micros"},
		types.TimestampNTZ:      {Type: "long", LogicalType: "local-timestamp-micros"},
		types.DayTimeInterval:   {Type: "long", Props: catalystType(t)},
		types.YearMonthInterval: {Type: "int", Props: catalystType(t)},
	}
	if n, ok := plain[t.Kind]; ok {
		return n, nil
	}
	within := name
	if namespace != "" {
		within = namespace + "." + name
	}
	switch t.Kind {
	case types.Decimal128:
		return lib.SchemaNode{Type: "fixed", Name: "fixed", Namespace: within, Size: fixedWidth(t.Precision), LogicalType: "decimal",
			Precision: t.Precision, Scale: t.Scale}, nil
	case types.Array:
		items, err := nullableNode(*t.Elem, t.ElemNullable, name, namespace)
		return lib.SchemaNode{Type: "array", Items: &items}, err
	case types.Map:
		if t.Key.Kind != types.String {
			break
		}
		values, err := nullableNode(*t.Elem, t.ElemNullable, name, namespace)
		return lib.SchemaNode{Type: "map", Values: &values}, err
	case types.Struct:
		n := lib.SchemaNode{Type: "record", Name: name, Namespace: namespace}
		for _, f := range t.Fields {
			ft, err := nullableNode(f.Type, f.Nullable, f.Name, within)
			if err != nil {
				return n, err
			}
			n.Fields = append(n.Fields, lib.SchemaField{Name: f.Name, Type: ft})
		}
		return n, nil
	}
	return lib.SchemaNode{}, fault.New(fault.TypeOfSource, "the format avro cannot hold the column %s of type %s; cast it", name, t.SQL()).
		With("format", "Avro").With("columnName", "`"+name+"`").With("columnType", `"`+t.SQL()+`"`)
}

// catalystType is how Spark marks what Avro has no type for.
func catalystType(t types.Type) map[string]any {
	return map[string]any{"spark.sql.catalyst.type": strings.ToLower(t.SQL())}
}

func nullableNode(t types.Type, nullable bool, name, namespace string) (lib.SchemaNode, error) {
	n, err := nodeOf(t, name, namespace)
	if err != nil || !nullable || t.Kind == types.Null {
		return n, err
	}
	return lib.SchemaNode{Type: "union", Branches: []lib.SchemaNode{n, {Type: "null"}}}, nil
}

// fixedWidth is the least number of bytes for a decimal of this many digits.
func fixedWidth(precision int) int { return int(math.Ceil((float64(precision)*math.Log2(10) + 1) / 8)) }
