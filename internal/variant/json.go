package variant

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// The ways in which a text is no variant.
var (
	ErrMalformed = errors.New("variant: no JSON")
	ErrDuplicate = errors.New("variant: an object has a name twice")
)

// Parse is the tree of a JSON text. The last of several fields of one name counts
// where allowTwice is set; otherwise they are ErrDuplicate. What follows the first
// value does not count, as in Spark.
func Parse(text string, allowTwice bool) (*Node, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return parse(d, allowTwice)
}

func parse(d *json.Decoder, allowTwice bool) (*Node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, ErrMalformed
	}
	switch t := t.(type) {
	case nil:
		return &Node{Kind: Null}, nil
	case bool:
		return Bool(t), nil
	case string:
		return &Node{Kind: Text, Text: t}, nil
	case json.Number:
		return parseNumber(string(t)), nil
	case json.Delim:
		if t == '[' || t == '{' {
			return parseList(d, t == '{', allowTwice)
		}
	}
	return nil, ErrMalformed
}

func parseList(d *json.Decoder, object, allowTwice bool) (*Node, error) {
	n := &Node{Kind: Array}
	if object {
		n.Kind = Object
	}
	for d.More() {
		name := ""
		if object {
			t, err := d.Token()
			if err != nil {
				return nil, ErrMalformed
			}
			name, _ = t.(string)
		}
		item, err := parse(d, allowTwice)
		if err != nil {
			return nil, err
		}
		if at := n.Field(name); object && at >= 0 {
			if !allowTwice {
				return nil, ErrDuplicate
			}
			n.Items[at] = item
			continue
		}
		if object {
			n.Names = append(n.Names, name)
		}
		n.Items = append(n.Items, item)
	}
	if _, err := d.Token(); err != nil {
		return nil, ErrMalformed
	}
	return n, nil
}

// parseNumber makes an integer where it can, else a decimal of what has no
// exponent, else a double.
func parseNumber(s string) *Node {
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Integer(v)
	}
	if !strings.ContainsAny(s, "eE") && len(s) <= 40 {
		if d, t, err := types.ParseDecimalExact(s); err == nil && t.Precision <= types.MaxPrecision {
			return Number(d, t.Scale)
		}
	}
	f, _ := strconv.ParseFloat(s, 64)
	return &Node{Kind: Double, Float: f}
}

// AppendJSON appends the value as JSON as Spark writes it; zone is that of
// timestamps.
func (v Value) AppendJSON(to []byte, zone *datetime.Zone) []byte {
	switch v.Kind() {
	case Text:
		return appendQuoted(to, v.Text())
	case Object, Array:
		return v.appendList(to, zone)
	case Float, Double:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return append(v.AppendText(append(to, '"'), zone), '"')
		}
	case Timestamp:
		to = datetime.AppendTimestamp(append(to, '"'), v.Int(), zone)
		return append(appendOffset(to, zone.Offset(v.Int())), '"')
	case Binary:
		to = base64.StdEncoding.AppendEncode(append(to, '"'), []byte(v.Text()))
		return append(to, '"')
	case Date, LocalTime, UUID:
		return append(v.AppendText(append(to, '"'), zone), '"')
	case Null, Missing:
		return append(to, "null"...)
	}
	return v.AppendText(to, zone)
}

func (v Value) appendList(to []byte, zone *datetime.Zone) []byte {
	ends := "[]"
	if v.Kind() == Object {
		ends = "{}"
	}
	to = append(to, ends[0])
	for i := range v.Len() {
		if i > 0 {
			to = append(to, ',')
		}
		if v.Kind() == Object {
			to = append(appendQuoted(to, v.Name(i)), ':')
		}
		to = v.At(i).AppendJSON(to, zone)
	}
	return append(to, ends[1])
}

// AppendText appends a primitive value as a cast to a string gives it.
func (v Value) AppendText(to []byte, zone *datetime.Zone) []byte {
	switch v.Kind() {
	case True:
		return append(to, "true"...)
	case False:
		return append(to, "false"...)
	case Int8, Int16, Int32, Int64:
		return strconv.AppendInt(to, v.Int(), 10)
	case Double:
		return types.AppendDouble(to, v.Float())
	case Float:
		return types.AppendFloat(to, float32(v.Float()))
	case Decimal4, Decimal8, Decimal16:
		d, scale := v.Decimal()
		return append(to, plainDecimal(d.Format(scale))...)
	case Date:
		return datetime.AppendDate(to, int32(v.Int()))
	case Timestamp:
		return datetime.AppendTimestamp(to, v.Int(), zone)
	case LocalTime:
		return datetime.AppendTimestampNTZ(to, v.Int())
	case Text, Binary:
		return append(to, v.Text()...)
	}
	return v.AppendJSON(to, zone)
}

// appendOffset writes an offset in microseconds as +05:30.
func appendOffset(to []byte, micros int64) []byte {
	sign, minutes := byte('+'), micros/60_000_000
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Appendf(append(to, sign), "%02d:%02d", minutes/60, minutes%60)
}

// plainDecimal takes zeros behind the point away.
func plainDecimal(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func appendQuoted(to []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return append(to, '"', '"')
	}
	return append(to, bytes.TrimRight(b.Bytes(), "\n")...)
}

// Schema is the type of the value in SQL, as schema_of_variant names it.
func (n *Node) Schema() string {
	switch n.Kind {
	case Null, Missing:
		return "VOID"
	case True, False:
		return "BOOLEAN"
	case Int8, Int16, Int32, Int64:
		return "BIGINT"
	case Double:
		return "DOUBLE"
	case Float:
		return "FLOAT"
	case Decimal4, Decimal8, Decimal16:
		text := plainDecimal(n.Decimal.Format(n.Scale))
		_, t, err := types.ParseDecimalExact(text)
		if err != nil {
			return "DECIMAL(38,0)"
		}
		return types.DecimalOf(max(t.Precision, t.Scale), t.Scale).SQL()
	case Date:
		return "DATE"
	case Timestamp:
		return "TIMESTAMP"
	case LocalTime:
		return "TIMESTAMP_NTZ"
	case Binary:
		return "BINARY"
	case Text, UUID:
		return "STRING"
	}
	return ""
}

// SchemaOf is the type of a tree; objects and arrays by their parts.
func SchemaOf(n *Node) *Shape {
	s := &Shape{}
	switch n.Kind {
	case Object:
		s.Object = true
		for i, name := range n.Names {
			s.Names = append(s.Names, name)
			s.Parts = append(s.Parts, SchemaOf(n.Items[i]))
		}
	case Array:
		s.Elem = &Shape{Name: "VOID"}
		for _, item := range n.Items {
			s.Elem = Merge(s.Elem, SchemaOf(item))
		}
	default:
		s.Name = n.Schema()
	}
	return s
}

// Shape is the type of a variant: a primitive's name, an object or an array.
type Shape struct {
	Name   string
	Object bool
	Names  []string
	Parts  []*Shape
	Elem   *Shape
}

// Merge is a shape that values of both have.
func Merge(a, b *Shape) *Shape {
	switch {
	case a.Name == "VOID":
		return b
	case b.Name == "VOID":
		return a
	case a.Object && b.Object:
		m := &Shape{Object: true, Names: slices.Clone(a.Names), Parts: slices.Clone(a.Parts)}
		for i, name := range b.Names {
			if at := slices.Index(m.Names, name); at >= 0 {
				m.Parts[at] = Merge(m.Parts[at], b.Parts[i])
			} else {
				m.Names, m.Parts = append(m.Names, name), append(m.Parts, b.Parts[i])
			}
		}
		return m
	case a.Elem != nil && b.Elem != nil:
		return &Shape{Elem: Merge(a.Elem, b.Elem)}
	case a.Name != "" && a.Name == b.Name:
		return a
	}
	return &Shape{Name: mergePrimitives(a.Name, b.Name)}
}

// mergePrimitives is the type of two numbers, else VARIANT.
func mergePrimitives(a, b string) string {
	digits := func(s string) (p, scale int, ok bool) {
		if s == "BIGINT" {
			return 20, 0, true
		}
		t, err := types.ParseType(s)
		return t.Precision, t.Scale, err == nil && t.Kind == types.Decimal128
	}
	numeric := func(s string) bool { _, _, ok := digits(s); return ok || s == "DOUBLE" || s == "FLOAT" }
	if !numeric(a) || !numeric(b) {
		return "VARIANT"
	}
	p1, s1, ok1 := digits(a)
	p2, s2, ok2 := digits(b)
	if !ok1 || !ok2 {
		return "DOUBLE"
	}
	scale := max(s1, s2)
	precision := max(p1-s1, p2-s2) + scale
	if precision > types.MaxPrecision {
		return "DOUBLE"
	}
	return types.DecimalOf(precision, scale).SQL()
}

// String is the shape as schema_of_variant writes it.
func (s *Shape) String() string {
	switch {
	case s.Object:
		parts := make([]string, len(s.Names))
		order := make([]int, len(s.Names))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return strings.Compare(s.Names[a], s.Names[b]) })
		for k, i := range order {
			parts[k] = quoted(s.Names[i]) + ": " + s.Parts[i].String()
		}
		return "OBJECT<" + strings.Join(parts, ", ") + ">"
	case s.Elem != nil:
		return "ARRAY<" + s.Elem.String() + ">"
	}
	return s.Name
}

// quoted is a name, in back-quotes where it is no plain one.
func quoted(name string) string {
	for i, c := range []byte(name) {
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return "`" + strings.ReplaceAll(name, "`", "``") + "`"
		}
	}
	if name == "" {
		return "``"
	}
	return name
}
