package jsontext

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// node is one field of the wanted schema: how it is read and where its values
// are gathered. The root is a node too, of struct kind.
//
// The values lie in buffers of the node, index by row, and are handed to the
// column when the batch is complete ([node.publish]); so a column never grows
// while rows come in. All bits of valid are set beforehand: only a null writes
// there.
type node struct {
	name     string
	typ      types.Type
	children []*node // fields of a struct; element of an array; key, value of a map
	column   *batch.Column
	values   store
	valid    []uint64
	hasNull  bool
	room     int // rows that fit
	length   int // elements so far, where the node lies within an array or map

	// stamp is the number of the object in which the field was last met.
	stamp uint64
	// test is what the field must pass, nil for most.
	test *check
	// keys are those met in an object, in the order that the next object is
	// expected to have.
	keys keyring
	// index finds the fields of a struct by name.
	index map[string]int
	// repeated says that rows of this node need their offsets set even where
	// they are null: it is, or its fields hold, an array or map.
	repeated bool
}

// store holds the values of a node in one of its slices, by the type's kind.
type store struct {
	bools    []bool
	int8s    []int8
	int16s   []int16
	int32s   []int32
	int64s   []int64
	float32s []float32
	float64s []float64
	decimals []types.Decimal
	interval []types.Interval
	strings  []string
	offsets  []int32 // arrays and maps: one more than rows
}

// newNode builds the node of a type with its column.
func newNode(name string, t types.Type, column *batch.Column) *node {
	n := &node{name: name, typ: t, column: column}
	for i, c := range column.Children {
		child := ""
		childType := c.Type
		if t.Kind == types.Struct {
			child = t.Fields[i].Name
		}
		n.children = append(n.children, newNode(child, childType, c))
	}
	n.repeated = t.Kind == types.Array || t.Kind == types.Map
	if t.Kind == types.Struct {
		n.link()
	}
	n.ensure(1)
	return n
}

// link makes the index of a struct's fields. Of fields with one name the first
// is found.
func (n *node) link() {
	n.index = make(map[string]int, len(n.children))
	for i := len(n.children) - 1; i >= 0; i-- {
		n.index[n.children[i].name] = i
		n.repeated = n.repeated || n.children[i].repeated
	}
}

// ensure makes room for rows rows of n and of the fields of a struct.
func (n *node) ensure(rows int) {
	if rows <= n.room {
		return
	}
	n.room = max(rows, 2*n.room, 64)
	for len(n.valid) < batch.Words(n.room) {
		n.valid = append(n.valid, ^uint64(0))
	}
	v := &n.values
	switch n.typ.Kind {
	case types.Boolean:
		v.bools = grown(v.bools, n.room)
	case types.Byte:
		v.int8s = grown(v.int8s, n.room)
	case types.Short:
		v.int16s = grown(v.int16s, n.room)
	case types.Int, types.Date, types.YearMonthInterval:
		v.int32s = grown(v.int32s, n.room)
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		v.int64s = grown(v.int64s, n.room)
	case types.Float:
		v.float32s = grown(v.float32s, n.room)
	case types.Double:
		v.float64s = grown(v.float64s, n.room)
	case types.Decimal128:
		v.decimals = grown(v.decimals, n.room)
	case types.CalendarInterval:
		v.interval = grown(v.interval, n.room)
	case types.String, types.Binary, types.Variant:
		v.strings = grown(v.strings, n.room)
	case types.Array, types.Map:
		v.offsets = grown(v.offsets, n.room+1)
	case types.Struct:
		for _, c := range n.children {
			c.ensure(n.room)
		}
	}
}

// grown is s with length n, its values kept.
func grown[T any](s []T, n int) []T {
	to := make([]T, n)
	copy(to, s)
	return to
}

// begin forgets all rows.
func (n *node) begin() {
	if n.hasNull {
		for i := range n.valid {
			n.valid[i] = ^uint64(0)
		}
		n.hasNull = false
	}
	n.length = 0
	for _, c := range n.children {
		c.begin()
	}
}

// setNull makes a row null and gives every array beneath it its offsets.
func (n *node) setNull(row int) {
	n.valid[row>>6] &^= 1 << (row & 63)
	n.hasNull = true
	if n.repeated {
		n.blank(row)
	}
}

// blank gives the arrays and maps of a row, which get no values, their offsets.
func (n *node) blank(row int) {
	switch n.typ.Kind {
	case types.Array, types.Map:
		n.values.offsets[row+1] = n.values.offsets[row]
	case types.Struct:
		for _, c := range n.children {
			if c.repeated {
				c.blank(row)
			}
		}
	}
}

// reset makes a row of n, and of the fields of a struct, null, without the
// elements it may hold already. It is how the general path begins a row.
func (n *node) reset(row int) {
	switch n.typ.Kind {
	case types.Array, types.Map:
		for _, c := range n.children {
			c.truncate(int(n.values.offsets[row]))
		}
	case types.Struct:
		for _, c := range n.children {
			c.reset(row)
		}
	}
	n.setNull(row)
}

// truncate drops the elements from row n on.
func (n *node) truncate(length int) {
	for i := length; i < n.length; i++ {
		n.setValid(i)
		switch n.typ.Kind {
		case types.Struct:
			for _, c := range n.children {
				c.length = n.length
				c.truncate(length)
			}
		}
	}
	if (n.typ.Kind == types.Array || n.typ.Kind == types.Map) && length < n.length {
		for _, c := range n.children {
			c.truncate(int(n.values.offsets[length]))
		}
	}
	n.length = length
}

// setValid takes a null back.
func (n *node) setValid(row int) { n.valid[row>>6] |= 1 << (row & 63) }

// add makes room for one more element of an array or map and is its row.
func (n *node) add() int {
	row := n.length
	n.ensure(row + 1)
	n.length++
	return row
}

// publish hands the first rows rows to the columns.
func (n *node) publish(rows int) {
	c, v := n.column, &n.values
	valid := n.valid[:batch.Words(rows)]
	if !n.hasNull {
		valid = nil
	}
	switch n.typ.Kind {
	case types.Boolean:
		batch.Reset(c, v.bools[:rows], valid)
	case types.Byte:
		batch.Reset(c, v.int8s[:rows], valid)
	case types.Short:
		batch.Reset(c, v.int16s[:rows], valid)
	case types.Int, types.Date, types.YearMonthInterval:
		batch.Reset(c, v.int32s[:rows], valid)
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		batch.Reset(c, v.int64s[:rows], valid)
	case types.Float:
		batch.Reset(c, v.float32s[:rows], valid)
	case types.Double:
		batch.Reset(c, v.float64s[:rows], valid)
	case types.Decimal128:
		batch.Reset(c, v.decimals[:rows], valid)
	case types.CalendarInterval:
		batch.Reset(c, v.interval[:rows], valid)
	case types.String, types.Binary, types.Variant:
		batch.Reset(c, v.strings[:rows], valid)
	default:
		n.publishNested(rows, valid)
	}
}

func (n *node) publishNested(rows int, valid []uint64) {
	c := n.column
	c.Resize(rows)
	if n.typ.Kind != types.Null {
		c.SetValid(valid)
	}
	switch n.typ.Kind {
	case types.Struct:
		for _, child := range n.children {
			child.publish(rows)
		}
	case types.Array, types.Map:
		copy(c.Offsets, n.values.offsets[:rows+1])
		for _, child := range n.children {
			child.publish(int(c.Offsets[rows]))
		}
	}
}
