package variant

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// FromColumn is the variant of a value of any type.
func FromColumn(c *batch.Column, row int) *Node {
	if c.Const {
		row = 0
	}
	if c.Null(row) {
		return &Node{Kind: Null}
	}
	switch c.Type.Kind {
	case types.Boolean:
		return Bool(batch.Values[bool](c)[row])
	case types.Byte:
		return Integer(int64(batch.Values[int8](c)[row]))
	case types.Short:
		return Integer(int64(batch.Values[int16](c)[row]))
	case types.Int:
		return Integer(int64(batch.Values[int32](c)[row]))
	case types.Long:
		return Integer(batch.Values[int64](c)[row])
	case types.Float:
		return &Node{Kind: Float, Float: float64(batch.Values[float32](c)[row])}
	case types.Double:
		return &Node{Kind: Double, Float: batch.Values[float64](c)[row]}
	case types.Decimal128:
		return Number(batch.Values[types.Decimal](c)[row], c.Type.Scale)
	case types.Date:
		return &Node{Kind: Date, Int: int64(batch.Values[int32](c)[row])}
	case types.Timestamp:
		return &Node{Kind: Timestamp, Int: batch.Values[int64](c)[row]}
	case types.TimestampNTZ:
		return &Node{Kind: LocalTime, Int: batch.Values[int64](c)[row]}
	case types.Binary:
		return &Node{Kind: Binary, Text: batch.Values[string](c)[row]}
	case types.String:
		return &Node{Kind: Text, Text: batch.Values[string](c)[row]}
	case types.Variant:
		return Open(batch.Values[string](c)[row]).Node()
	}
	return nestedNode(c, row)
}

func nestedNode(c *batch.Column, row int) *Node {
	n := &Node{Kind: Object}
	switch c.Type.Kind {
	case types.Struct:
		for i, f := range c.Type.Fields {
			n.Names = append(n.Names, f.Name)
			n.Items = append(n.Items, FromColumn(c.Children[i], row))
		}
	case types.Map:
		for i := c.Offsets[row]; i < c.Offsets[row+1]; i++ {
			n.Names = append(n.Names, batch.Values[string](c.Children[0])[i])
			n.Items = append(n.Items, FromColumn(c.Children[1], int(i)))
		}
	case types.Array:
		n.Kind = Array
		for i := c.Offsets[row]; i < c.Offsets[row+1]; i++ {
			n.Items = append(n.Items, FromColumn(c.Children[0], int(i)))
		}
	}
	return n
}

// Storable reports whether values of a type can be variants; nested says that it
// must be an array, a map or a struct.
func Storable(t types.Type, nested bool) bool {
	switch t.Kind {
	case types.Struct:
		for _, f := range t.Fields {
			if !Storable(f.Type, false) {
				return false
			}
		}
		return true
	case types.Array:
		return Storable(*t.Elem, false)
	case types.Map:
		return t.Key.Kind == types.String && Storable(*t.Elem, false)
	case types.YearMonthInterval, types.DayTimeInterval, types.CalendarInterval, types.Time:
		return false
	}
	return !nested
}
