package stateful

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/rowcodec"
	"github.com/weirstream/weir/internal/rowstruct"
	"github.com/weirstream/weir/types"
)

// codec turns values of a Go type into bytes and back. The bytes begin with the
// number of their schema among those that the variable has had, so that values
// written by former runs are read as what they are:
//
//	uvarint number of the schema │ row, see docs/format/row-codec.md
//
// It belongs to one goroutine.
type codec struct {
	typ     reflect.Type
	schema  types.Schema
	schemas func() []types.Schema // by number, the present one last

	writer  *rowstruct.Writer
	columns []*batch.Column
	rows    rowcodec.Rows
	coder   *rowcodec.Values
	known   []*version // by number; nil: not met yet
}

// version reads what was written with one schema.
type version struct {
	columns []*batch.Column
	coder   *rowcodec.Values
	reader  *rowstruct.Reader
}

func newCodec(t reflect.Type) (*codec, error) {
	schema, err := rowstruct.SchemaOf(t)
	if err != nil {
		return nil, err
	}
	w, err := rowstruct.NewWriter(t)
	if err != nil {
		return nil, err
	}
	return &codec{typ: t, schema: schema, writer: w, columns: batch.New(schema).Columns, coder: rowcodec.NewValues(typesOf(schema))}, nil
}

func typesOf(s types.Schema) []types.Type {
	list := make([]types.Type, s.Len())
	for i, f := range s.Fields {
		list[i] = f.Type
	}
	return list
}

// encode is the value at p, good until the next encode.
func (c *codec) encode(p unsafe.Pointer) ([]byte, error) {
	for _, col := range c.columns {
		col.Resize(0)
	}
	if err := c.writer.Append(c.columns, p); err != nil {
		return nil, err
	}
	c.rows.Reset()
	number := 0
	if c.schemas != nil {
		number = len(c.schemas()) - 1
	}
	c.rows.Bytes = binary.AppendUvarint(c.rows.Bytes, uint64(number))
	c.coder.Encode(rowcodec.Input{Columns: c.columns, N: 1}, &c.rows)
	return c.rows.Bytes, nil
}

// decode makes the value at p, which is zero, that of b.
func (c *codec) decode(b []byte, p unsafe.Pointer) error {
	number, n := binary.Uvarint(b)
	if n <= 0 {
		return rowcodec.ErrDamaged
	}
	v, err := c.version(number)
	if err != nil {
		return err
	}
	row := rowcodec.Rows{Bytes: b[n:], Ends: []int{len(b) - n}}
	if err := v.coder.Decode(&row, v.columns); err != nil {
		return err
	}
	return v.reader.Read(v.columns, 0, p)
}

func (c *codec) version(number uint64) (*version, error) {
	list := []types.Schema{c.schema}
	if c.schemas != nil {
		list = c.schemas()
	}
	if number >= uint64(len(list)) {
		return nil, fmt.Errorf("the schema %d of a state value is not known: %w", number, rowcodec.ErrDamaged)
	}
	for len(c.known) < len(list) {
		c.known = append(c.known, nil)
	}
	if v := c.known[number]; v != nil {
		return v, nil
	}
	schema := list[number]
	r, err := rowstruct.NewLenientReader(c.typ, schema.Fields)
	if err != nil {
		return nil, err
	}
	v := &version{columns: batch.New(schema).Columns, coder: rowcodec.NewValues(typesOf(schema)), reader: r}
	c.known[number] = v
	return v, nil
}
