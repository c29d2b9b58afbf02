package parquet

import (
	"math"

	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// fileSchema is how Spark writes a schema: three-level lists, times in micros,
// decimals in the smallest form.
func fileSchema(s types.Schema) (*schema.GroupNode, []*shredder, error) {
	var fields schema.FieldList
	var tree []*shredder
	for _, f := range s.Fields {
		n, sh, err := fileNode(f.Name, f.Type, f.Nullable)
		if err != nil {
			return nil, nil, err
		}
		fields, tree = append(fields, n), append(tree, sh)
	}
	root, err := schema.NewGroupNode("spark_schema", pq.Repetitions.Required, fields, -1)
	return root, tree, err
}

func fileNode(name string, t types.Type, nullable bool) (schema.Node, *shredder, error) {
	rep := pq.Repetitions.Required
	if nullable {
		rep = pq.Repetitions.Optional
	}
	sh := &shredder{kind: t.Kind, nullable: nullable}
	switch t.Kind {
	case types.Struct:
		var fields schema.FieldList
		for _, f := range t.Fields {
			n, child, err := fileNode(f.Name, f.Type, f.Nullable)
			if err != nil {
				return nil, nil, err
			}
			fields, sh.children = append(fields, n), append(sh.children, child)
		}
		if len(fields) == 0 {
			return nil, nil, unwritable(name, "a struct without fields")
		}
		g, err := schema.NewGroupNode(name, rep, fields, -1)
		return g, sh, err
	case types.Array:
		elem, child, err := fileNode("element", *t.Elem, t.ElemNullable)
		if err != nil {
			return nil, nil, err
		}
		sh.children = []*shredder{child}
		g, err := repeatedGroup(name, rep, schema.NewListLogicalType(), "list", elem)
		return g, sh, err
	case types.Map:
		key, k, err := fileNode("key", *t.Key, false)
		if err != nil {
			return nil, nil, err
		}
		value, v, err := fileNode("value", *t.Elem, t.ElemNullable)
		if err != nil {
			return nil, nil, err
		}
		sh.children = []*shredder{k, v}
		g, err := repeatedGroup(name, rep, schema.MapLogicalType{}, "key_value", key, value)
		return g, sh, err
	}
	n, writes, err := fileLeaf(name, t, rep)
	sh.leaf = writes
	return n, sh, err
}

func repeatedGroup(name string, rep pq.Repetition, lt schema.LogicalType, inner string, fields ...schema.Node) (schema.Node, error) {
	g, err := schema.NewGroupNode(inner, pq.Repetitions.Repeated, fields, -1)
	if err != nil {
		return nil, err
	}
	return schema.NewGroupNodeLogical(name, rep, schema.FieldList{g}, lt, -1)
}

func unwritable(name, what string) error {
	return fault.New(fault.UnsupportedDataType, "the column %s is %s, which a Parquet file cannot hold; cast it or "+
		"leave it out", name, what).With("columnName", name)
}

// leafWriter writes the rows that entries name of one column.
type leafWriter interface {
	// write returns about how many bytes the values have.
	write(w file.ColumnChunkWriter, c *batch.Column, e *entries) (int64, error)
}

// fileLeaf is the leaf of a type and what writes it.
func fileLeaf(name string, t types.Type, rep pq.Repetition) (schema.Node, leafWriter, error) {
	leaf := func(lt schema.LogicalType, p pq.Type, w leafWriter) (schema.Node, leafWriter, error) {
		n, err := schema.NewPrimitiveNodeLogical(name, rep, lt, p, 0, -1)
		return n, w, err
	}
	none := schema.NoLogicalType{}
	switch t.Kind {
	case types.Boolean:
		return leaf(none, pq.Types.Boolean, writes[*file.BooleanColumnChunkWriter](as[bool]))
	case types.Byte:
		return leaf(schema.NewIntLogicalType(8, true), pq.Types.Int32, writes[*file.Int32ColumnChunkWriter](convert[int8, int32]))
	case types.Short:
		return leaf(schema.NewIntLogicalType(16, true), pq.Types.Int32, writes[*file.Int32ColumnChunkWriter](convert[int16, int32]))
	case types.Int, types.YearMonthInterval:
		return leaf(none, pq.Types.Int32, writes[*file.Int32ColumnChunkWriter](as[int32]))
	case types.Date:
		return leaf(schema.DateLogicalType{}, pq.Types.Int32, writes[*file.Int32ColumnChunkWriter](as[int32]))
	case types.Long, types.DayTimeInterval:
		return leaf(none, pq.Types.Int64, writes[*file.Int64ColumnChunkWriter](as[int64]))
	case types.Timestamp, types.TimestampNTZ:
		lt := schema.NewTimestampLogicalType(t.Kind == types.Timestamp, schema.TimeUnitMicros)
		return leaf(lt, pq.Types.Int64, writes[*file.Int64ColumnChunkWriter](as[int64]))
	case types.Time:
		lt := schema.NewTimeLogicalType(false, schema.TimeUnitMicros)
		return leaf(lt, pq.Types.Int64, writes[*file.Int64ColumnChunkWriter](microsOfDay))
	case types.Float:
		return leaf(none, pq.Types.Float, writes[*file.Float32ColumnChunkWriter](as[float32]))
	case types.Double:
		return leaf(none, pq.Types.Double, writes[*file.Float64ColumnChunkWriter](as[float64]))
	case types.String:
		return leaf(schema.StringLogicalType{}, pq.Types.ByteArray, writes[*file.ByteArrayColumnChunkWriter](bytesOf))
	case types.Binary:
		return leaf(none, pq.Types.ByteArray, writes[*file.ByteArrayColumnChunkWriter](bytesOf))
	case types.Decimal128:
		return decimalLeaf(name, t, rep)
	}
	return nil, nil, unwritable(name, "of type "+t.SQL())
}

// decimalLeaf uses INT32 up to 9 digits, INT64 up to 18, fixed bytes beyond.
func decimalLeaf(name string, t types.Type, rep pq.Repetition) (schema.Node, leafWriter, error) {
	lt := schema.NewDecimalLogicalType(int32(t.Precision), int32(t.Scale))
	switch {
	case t.Precision <= 9:
		n, err := schema.NewPrimitiveNodeLogical(name, rep, lt, pq.Types.Int32, 0, -1)
		return n, writes[*file.Int32ColumnChunkWriter](lowBits[int32]), err
	case t.Precision <= 18:
		n, err := schema.NewPrimitiveNodeLogical(name, rep, lt, pq.Types.Int64, 0, -1)
		return n, writes[*file.Int64ColumnChunkWriter](lowBits[int64]), err
	}
	width := fixedWidth(t.Precision)
	n, err := schema.NewPrimitiveNodeLogical(name, rep, lt, pq.Types.FixedLenByteArray, width, -1)
	return n, &fixedDecimals{width: width}, err
}

// fixedWidth is the least number of bytes that hold a decimal of this many
// digits and its sign.
func fixedWidth(precision int) int { return int(math.Ceil((float64(precision)*math.Log2(10) + 1) / 8)) }

// chunkWriter is what the column writers of arrow-go have in common but for P.
type chunkWriter[P any] interface {
	WriteBatch(values []P, defs, reps []int16) (int64, error)
}

// plainWriter writes values that are converted one by one.
type plainWriter[W chunkWriter[P], P any] struct {
	gather func(to []P, c *batch.Column, rows []int32) []P
	values []P
}

func writes[W chunkWriter[P], P any](gather func(to []P, c *batch.Column, rows []int32) []P) leafWriter {
	return &plainWriter[W, P]{gather: gather}
}

func (p *plainWriter[W, P]) write(w file.ColumnChunkWriter, c *batch.Column, e *entries) (int64, error) {
	p.values = p.gather(p.values[:0], c, e.present())
	size := 8 * int64(len(p.values))
	if texts, ok := any(p.values).([]pq.ByteArray); ok {
		for _, t := range texts {
			size += int64(len(t))
		}
	}
	defs, reps := e.levels(w.Descr())
	_, err := w.(W).WriteBatch(p.values, defs, reps)
	return size, err
}

// at is the row of a column's values, 0 for a constant.
func at(c *batch.Column, row int32) int32 {
	if c.Const {
		return 0
	}
	return row
}

func as[P batch.Value](to []P, c *batch.Column, rows []int32) []P {
	values := batch.Values[P](c)
	for _, r := range rows {
		to = append(to, values[at(c, r)])
	}
	return to
}

func convert[V interface {
	batch.Value
	int8 | int16
}, P int32](to []P, c *batch.Column, rows []int32) []P {
	values := batch.Values[V](c)
	for _, r := range rows {
		to = append(to, P(values[at(c, r)]))
	}
	return to
}

func microsOfDay(to []int64, c *batch.Column, rows []int32) []int64 {
	values := batch.Values[int64](c)
	for _, r := range rows {
		to = append(to, values[at(c, r)]/1000)
	}
	return to
}

func bytesOf(to []pq.ByteArray, c *batch.Column, rows []int32) []pq.ByteArray {
	values := batch.Values[string](c)
	for _, r := range rows {
		to = append(to, viewBytes(values[at(c, r)]))
	}
	return to
}

func lowBits[P int32 | int64](to []P, c *batch.Column, rows []int32) []P {
	values := batch.Values[types.Decimal](c)
	for _, r := range rows {
		to = append(to, P(values[at(c, r)].Lo))
	}
	return to
}

// fixedDecimals writes decimals as big-endian bytes of one width.
type fixedDecimals struct {
	width  int
	bytes  []byte
	values []pq.FixedLenByteArray
}

func (f *fixedDecimals) write(w file.ColumnChunkWriter, c *batch.Column, e *entries) (int64, error) {
	rows := e.present()
	values := batch.Values[types.Decimal](c)
	if need := len(rows) * f.width; cap(f.bytes) < need {
		f.bytes = make([]byte, need)
	}
	f.values = f.values[:0]
	for i, r := range rows {
		to := f.bytes[i*f.width : (i+1)*f.width]
		d := values[at(c, r)]
		for k := range to {
			shift := 8 * (f.width - 1 - k)
			if shift >= 64 {
				to[k] = byte(d.Hi >> (shift - 64))
			} else {
				to[k] = byte(d.Lo >> shift)
			}
		}
		f.values = append(f.values, to)
	}
	defs, reps := e.levels(w.Descr())
	_, err := w.(*file.FixedLenByteArrayColumnChunkWriter).WriteBatch(f.values, defs, reps)
	return int64(len(rows) * f.width), err
}
