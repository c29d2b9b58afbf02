package types

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/fault"
)

// JSON is the type in Spark's JSON form, without spaces: "integer" in quotes,
// {"type":"array",…}.
func (t Type) JSON() string { return string(t.appendJSON(nil)) }

// JSON is the schema in Spark's JSON form, as Spark writes it into Parquet files
// and checkpoints.
func (s Schema) JSON() string { return s.AsStruct().JSON() }

// MarshalJSON writes [Type.JSON].
func (t Type) MarshalJSON() ([]byte, error) { return t.appendJSON(nil), nil }

// UnmarshalJSON reads what [ParseTypeJSON] does.
func (t *Type) UnmarshalJSON(text []byte) (err error) {
	*t, err = parseJSON(text, 0)
	return err
}

// ParseTypeJSON reads a type in Spark's JSON form.
func ParseTypeJSON(text string) (Type, error) { return parseJSON([]byte(text), 0) }

// ParseSchemaJSON reads a schema in Spark's JSON form.
func ParseSchemaJSON(text string) (Schema, error) {
	t, err := ParseTypeJSON(text)
	if err == nil && t.Kind != Struct {
		return Schema{}, fault.New(fault.InvalidJSONType, "a schema is a struct, not %s", t)
	}
	return Schema{Fields: t.Fields}, err
}

// collationsKey names the collations of a field's strings in its metadata: the
// JSON names of types have no room for them.
const collationsKey = "__COLLATIONS"

func (t Type) appendJSON(dst []byte) []byte {
	switch t.Kind {
	case Array:
		dst = append(dst, `{"type":"array","elementType":`...)
		dst = t.Elem.appendInnerJSON(dst)
		dst = append(dst, `,"containsNull":`...)
		dst = strconv.AppendBool(dst, t.ElemNullable)
	case Map:
		dst = append(dst, `{"type":"map","keyType":`...)
		dst = t.Key.appendInnerJSON(dst)
		dst = append(dst, `,"valueType":`...)
		dst = t.Elem.appendInnerJSON(dst)
		dst = append(dst, `,"valueContainsNull":`...)
		dst = strconv.AppendBool(dst, t.ElemNullable)
	case Struct:
		dst = append(dst, `{"type":"struct","fields":[`...)
		for i, f := range t.Fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = f.appendJSON(dst)
		}
		dst = append(dst, ']')
	default:
		dst = append(dst, '"')
		dst = t.appendName(dst)
		return append(dst, '"')
	}
	return append(dst, '}')
}

// appendInnerJSON is appendJSON for a type whose collation stands in metadata.
func (t Type) appendInnerJSON(dst []byte) []byte {
	if t.Kind == String {
		t.Collation = ""
	}
	return t.appendJSON(dst)
}

func (f Field) appendJSON(dst []byte) []byte {
	dst = append(dst, `{"name":`...)
	dst = appendJSONValue(dst, f.Name)
	dst = append(dst, `,"type":`...)
	dst = f.Type.appendInnerJSON(dst)
	dst = append(dst, `,"nullable":`...)
	dst = strconv.AppendBool(dst, f.Nullable)
	dst = append(dst, `,"metadata":`...)
	metadata := f.Metadata
	if c := f.Type.collations(f.Name, nil); c != nil {
		metadata = map[string]any{collationsKey: c}
		for k, v := range f.Metadata {
			metadata[k] = v
		}
	}
	if metadata == nil {
		metadata = map[string]any{}
	}
	dst = appendJSONValue(dst, metadata)
	return append(dst, '}')
}

// collations adds the collations inside t to found, by path. It stops at
// structs, whose fields have their own metadata.
func (t Type) collations(path string, found map[string]string) map[string]string {
	switch t.Kind {
	case String:
		if t.Collation != "" {
			if found == nil {
				found = make(map[string]string)
			}
			found[path] = collationProvider(t.Collation)
		}
	case Array:
		return t.Elem.collations(path+".element", found)
	case Map:
		return t.Elem.collations(path+".value", t.Key.collations(path+".key", found))
	}
	return found
}

// appendJSONValue appends a name or metadata. HTML is not escaped.
func appendJSONValue(dst []byte, v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		// Only metadata made by a program can hold what JSON has no form for.
		return append(dst, "{}"...)
	}
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...)
}

// jsonType is the JSON form of a nested type. Pointers tell what is missing.
type jsonType struct {
	Type              string          `json:"type"`
	ElementType       json.RawMessage `json:"elementType"`
	ContainsNull      *bool           `json:"containsNull"`
	KeyType           json.RawMessage `json:"keyType"`
	ValueType         json.RawMessage `json:"valueType"`
	ValueContainsNull *bool           `json:"valueContainsNull"`
	Fields            *[]jsonField    `json:"fields"`
}

type jsonField struct {
	Name     *string         `json:"name"`
	Type     json.RawMessage `json:"type"`
	Nullable *bool           `json:"nullable"`
	Metadata map[string]any  `json:"metadata"`
}

func badJSON(text []byte) error {
	const most = 200
	show := string(bytes.TrimSpace(text))
	if len(show) > most {
		show = show[:most] + "…"
	}
	return fault.New(fault.InvalidJSONType, "%s is no data type in JSON", show).With("invalidType", show)
}

func parseJSON(text []byte, depth int) (Type, error) {
	text = bytes.TrimSpace(text)
	if depth > maxNesting || len(text) == 0 {
		return Type{}, badJSON(text)
	}
	if text[0] == '"' {
		var name string
		if err := json.Unmarshal(text, &name); err != nil {
			return Type{}, badJSON(text)
		}
		return parseJSONName(name)
	}
	var j jsonType
	if err := json.Unmarshal(text, &j); err != nil {
		return Type{}, badJSON(text)
	}
	switch {
	case j.Type == "array" && j.ElementType != nil && j.ContainsNull != nil:
		elem, err := parseJSON(j.ElementType, depth+1)
		return Type{Kind: Array, Elem: &elem, ElemNullable: *j.ContainsNull}, err
	case j.Type == "map" && j.KeyType != nil && j.ValueType != nil && j.ValueContainsNull != nil:
		key, err := parseJSON(j.KeyType, depth+1)
		if err != nil {
			return Type{}, err
		}
		elem, err := parseJSON(j.ValueType, depth+1)
		return Type{Kind: Map, Key: &key, Elem: &elem, ElemNullable: *j.ValueContainsNull}, err
	case j.Type == "struct" && j.Fields != nil:
		t := Type{Kind: Struct}
		for _, jf := range *j.Fields {
			f, err := parseJSONField(jf, text, depth+1)
			if err != nil {
				return Type{}, err
			}
			t.Fields = append(t.Fields, f)
		}
		return t, nil
	}
	return Type{}, badJSON(text)
}

func parseJSONField(j jsonField, text []byte, depth int) (Field, error) {
	if j.Name == nil || j.Type == nil {
		return Field{}, badJSON(text)
	}
	t, err := parseJSON(j.Type, depth)
	if err != nil {
		return Field{}, err
	}
	f := Field{Name: *j.Name, Type: t, Nullable: j.Nullable == nil || *j.Nullable, Metadata: j.Metadata}
	collations, _ := j.Metadata[collationsKey].(map[string]any)
	if collations != nil {
		delete(j.Metadata, collationsKey)
		if err := f.Type.collate(f.Name, collations); err != nil {
			return Field{}, err
		}
	}
	if len(f.Metadata) == 0 {
		f.Metadata = nil
	}
	return f, nil
}

// collate is the inverse of collations. The type was parsed a moment ago: what
// it points to is nobody else's.
func (t *Type) collate(path string, collations map[string]any) error {
	switch t.Kind {
	case String:
		full, ok := collations[path].(string)
		if !ok {
			return nil
		}
		_, name, _ := strings.Cut(full, ".")
		if t.Collation, ok = ParseCollation(name); !ok {
			return fault.New(fault.CollationName, "there is no collation %s", full)
		}
	case Array:
		return t.Elem.collate(path+".element", collations)
	case Map:
		if err := t.Key.collate(path+".key", collations); err != nil {
			return err
		}
		return t.Elem.collate(path+".value", collations)
	}
	return nil
}

// jsonParameters are the names that DDL has as well, in lower case only.
var jsonParameters = regexp.MustCompile(`^(decimal\(\s*\d+\s*,\s*\d+\s*\)|(char|varchar|time)\(\s*\d+\s*\)|` +
	`interval [a-z]+( to [a-z]+)?|string collate \w+|string|decimal|timestamp_ltz|boolean|float|double|binary|` +
	`date|timestamp|timestamp_ntz|interval|variant|void)$`)

func parseJSONName(name string) (Type, error) {
	switch name {
	case "byte":
		return Of(Byte), nil
	case "short":
		return Of(Short), nil
	case "integer":
		return Of(Int), nil
	case "long":
		return Of(Long), nil
	case "null":
		return Of(Null), nil
	}
	if !jsonParameters.MatchString(name) {
		return Type{}, badJSON(fmt.Appendf(nil, "%q", name))
	}
	t, err := ParseType(name)
	if err != nil {
		return Type{}, badJSON(fmt.Appendf(nil, "%q", name))
	}
	return t, nil
}
