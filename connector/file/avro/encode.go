package avro

import (
	"encoding/binary"
	"io"
	"math"
	"strings"

	lib "github.com/twmb/avro"
	"github.com/twmb/avro/ocf"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// encode appends a row's value.
type encode func(to []byte, c *batch.Column, row int) []byte

// Writer writes batches to a container file. It belongs to one goroutine; the file
// is whole only after Close, which does not close what is written to.
type Writer struct {
	file   *ocf.Writer
	fields []fieldEncode
	row    []byte
}

type fieldEncode struct {
	at     int
	encode encode
}

// blockBytes is the raw size of a block, as Spark's.
const blockBytes = 64 << 10

// Compressions are the values of the option compression.
var Compressions = []string{"snappy", "uncompressed", "deflate", "zstandard"}

// NewWriter begins a file of rows in a schema: [SchemaOf], or the user's, whose fields
// are found by name. compression is one of [Compressions].
func NewWriter(to io.Writer, s *Schema, rows types.Schema, compression string) (*Writer, error) {
	w := &Writer{}
	if err := w.plan(s, rows); err != nil {
		return nil, err
	}
	options := []ocf.WriterOpt{ocf.WithBlockBytes(blockBytes), ocf.WithSchema(s.text)}
	name := compression
	if name == "uncompressed" {
		name = "null"
	}
	codec, err := codecOf(name)
	if err != nil {
		return nil, err
	}
	if codec != nil {
		options = append(options, ocf.WithCodec(codec))
	}
	parsed, err := lib.Parse(s.text, lib.WithLaxNames(anyName))
	if err != nil {
		return nil, err
	}
	w.file, err = ocf.NewWriter(to, parsed, append(options, ocf.WithSchemaOpts(lib.WithLaxNames(anyName)))...)
	return w, err
}

// Check reports whether rows can be written in a schema.
func Check(s *Schema, rows types.Schema) error { return new(Writer).plan(s, rows) }

func (w *Writer) plan(s *Schema, rows types.Schema) error {
	root := s.def(s.root)
	if root.Type != "record" {
		return fault.New(fault.IllegalArgument, "a file is written with the schema of a record, and this one is of a %s", root.Type)
	}
	for i := range root.Fields {
		f := &root.Fields[i]
		at := place(rows.Fields, f.Name)
		if at < 0 {
			return fault.New(fault.IllegalArgument, "the schema has a field %s, and there is no such column among %v", f.Name, rows.Names())
		}
		e, err := s.encoder(&f.Type, rows.Fields[at].Type, f.Name)
		if err != nil {
			return err
		}
		w.fields = append(w.fields, fieldEncode{at, e})
	}
	if len(root.Fields) < rows.Len() {
		return fault.New(fault.IllegalArgument, "there are the columns %v, and the schema has %d fields", rows.Names(), len(root.Fields))
	}
	return nil
}

// place is where a field of this name is, exactly or without regard to case; -1.
func place(fields []types.Field, name string) int {
	loose := -1
	for i, f := range fields {
		if f.Name == name {
			return i
		}
		if loose < 0 && strings.EqualFold(f.Name, name) {
			loose = i
		}
	}
	return loose
}

// Write adds the selected rows of a batch.
func (w *Writer) Write(b *batch.Batch) error {
	for i := range b.Len() {
		row := b.Row(i)
		w.row = w.row[:0]
		for _, f := range w.fields {
			c := b.Columns[f.at]
			w.row = f.encode(w.row, c, constant(c, row))
		}
		if _, err := w.file.Write(w.row); err != nil {
			return err
		}
	}
	return nil
}

// constant is the row of a column's values, 0 for a constant.
func constant(c *batch.Column, row int) int {
	if c.Const {
		return 0
	}
	return row
}

// Close writes the last block.
func (w *Writer) Close() error { return w.file.Close() }

func (s *Schema) encoder(n *lib.SchemaNode, t types.Type, name string) (encode, error) {
	n = s.def(n)
	switch {
	case n.Type == "union":
		return s.unionEncoder(n, t, name)
	case n.Type == "null":
		return func(to []byte, _ *batch.Column, _ int) []byte { return to }, nil
	case n.Type == "record" && t.Kind == types.Struct:
		return s.recordEncoder(n, t)
	case n.Type == "array" && t.Kind == types.Array:
		elem, err := s.encoder(n.Items, *t.Elem, name)
		return listEncoder(nil, elem), err
	case n.Type == "map" && t.Kind == types.Map && t.Key.Kind == types.String:
		elem, err := s.encoder(n.Values, *t.Elem, name)
		return listEncoder(textEncoder, elem), err
	case n.Type == "enum" && t.Kind == types.String:
		return enumEncoder(n.Symbols), nil
	}
	if e := scalarEncoder(n, t); e != nil {
		return e, nil
	}
	return nil, fault.New(fault.IllegalArgument, "the column %s of type %s cannot be written as Avro's %s %s; cast it, or change "+
		"avroSchema", name, t.SQL(), n.Type, n.LogicalType)
}

func (s *Schema) unionEncoder(n *lib.SchemaNode, t types.Type, name string) (encode, error) {
	null, with := -1, -1
	var inner encode
	var first error
	for i := range n.Branches {
		if n.Branches[i].Type == "null" {
			null = i
			continue
		}
		if e, err := s.encoder(&n.Branches[i], t, name); err == nil && with < 0 {
			inner, with = e, i
		} else if first == nil {
			first = err
		}
	}
	if with < 0 && t.Kind != types.Null {
		return nil, first
	}
	return func(to []byte, c *batch.Column, row int) []byte {
		if null >= 0 && (with < 0 || c.Null(row)) {
			return appendLong(to, int64(null))
		}
		return inner(appendLong(to, int64(with)), c, row)
	}, nil
}

func (s *Schema) recordEncoder(n *lib.SchemaNode, t types.Type) (encode, error) {
	var fields []fieldEncode
	for i := range n.Fields {
		f := &n.Fields[i]
		at := place(t.Fields, f.Name)
		if at < 0 {
			return nil, fault.New(fault.IllegalArgument, "the schema has a field %s, which the struct lacks", f.Name)
		}
		e, err := s.encoder(&f.Type, t.Fields[at].Type, f.Name)
		if err != nil {
			return nil, err
		}
		fields = append(fields, fieldEncode{at, e})
	}
	return func(to []byte, c *batch.Column, row int) []byte {
		for _, f := range fields {
			child := c.Children[f.at]
			to = f.encode(to, child, constant(child, row))
		}
		return to
	}, nil
}

// listEncoder writes an array, or with keys a map, as one piece.
func listEncoder(key, elem encode) encode {
	return func(to []byte, c *batch.Column, row int) []byte {
		first, last := int(c.Offsets[row]), int(c.Offsets[row+1])
		if first < last {
			to = appendLong(to, int64(last-first))
		}
		values := c.Children[len(c.Children)-1]
		for i := first; i < last; i++ {
			if key != nil {
				to = key(to, c.Children[0], i)
			}
			to = elem(to, values, i)
		}
		return append(to, 0)
	}
}

func enumEncoder(symbols []string) encode {
	index := make(map[string]int64, len(symbols))
	for i, s := range symbols {
		index[s] = int64(i)
	}
	return func(to []byte, c *batch.Column, row int) []byte {
		return appendLong(to, index[batch.Values[string](c)[row]])
	}
}

func appendLong(to []byte, n int64) []byte {
	return binary.AppendUvarint(to, uint64(n)<<1^uint64(n>>63))
}

func textEncoder(to []byte, c *batch.Column, row int) []byte {
	s := batch.Values[string](c)[row]
	return append(appendLong(to, int64(len(s))), s...)
}

// longs encodes integers of any width.
func longs[V int8 | int16 | int32 | int64]() encode {
	return func(to []byte, c *batch.Column, row int) []byte {
		return appendLong(to, int64(batch.Values[V](c)[row]))
	}
}

func millis(to []byte, c *batch.Column, row int) []byte {
	return appendLong(to, floorDiv(batch.Values[int64](c)[row], 1000))
}

func scalarEncoder(n *lib.SchemaNode, t types.Type) encode {
	switch t.Kind {
	case types.Boolean:
		if n.Type == "boolean" {
			return boolEncoder
		}
	case types.Byte:
		return either(n, longs[int8](), "int", "long")
	case types.Short:
		return either(n, longs[int16](), "int", "long")
	case types.Int, types.Date, types.YearMonthInterval:
		return either(n, longs[int32](), "int", "long")
	case types.Long, types.DayTimeInterval:
		return either(n, longs[int64](), "long")
	case types.Timestamp, types.TimestampNTZ:
		if strings.HasSuffix(n.LogicalType, "-micros") {
			return either(n, longs[int64](), "long")
		}
		return either(n, millis, "long")
	case types.Float:
		return either(n, floatEncoder, "float")
	case types.Double:
		return either(n, doubleEncoder, "double")
	case types.String, types.Binary:
		return either(n, textEncoder, "string", "bytes")
	case types.Decimal128:
		if n.LogicalType == "decimal" && n.Scale == t.Scale {
			return decimalEncoder(n)
		}
	}
	return nil
}

// either is the encoder where the node is of one of these types.
func either(n *lib.SchemaNode, e encode, names ...string) encode {
	for _, name := range names {
		if n.Type == name {
			return e
		}
	}
	return nil
}

func boolEncoder(to []byte, c *batch.Column, row int) []byte {
	if batch.Values[bool](c)[row] {
		return append(to, 1)
	}
	return append(to, 0)
}

func floatEncoder(to []byte, c *batch.Column, row int) []byte {
	return binary.LittleEndian.AppendUint32(to, math.Float32bits(batch.Values[float32](c)[row]))
}

func doubleEncoder(to []byte, c *batch.Column, row int) []byte {
	return binary.LittleEndian.AppendUint64(to, math.Float64bits(batch.Values[float64](c)[row]))
}

// decimalEncoder writes fixed bytes, or as few as a decimal of 16 needs.
func decimalEncoder(n *lib.SchemaNode) encode {
	width, head := n.Size, n.Type == "bytes"
	if head {
		width = fixedWidth(max(n.Precision, 1))
	}
	return func(to []byte, c *batch.Column, row int) []byte {
		d := batch.Values[types.Decimal](c)[row]
		if head {
			to = appendLong(to, int64(width))
		}
		for k := width - 1; k >= 0; k-- {
			switch {
			case k >= 16:
				to = append(to, byte(d.Hi>>63))
			case k >= 8:
				to = append(to, byte(d.Hi>>(8*(k-8))))
			default:
				to = append(to, byte(d.Lo>>(8*k)))
			}
		}
		return to
	}
}
