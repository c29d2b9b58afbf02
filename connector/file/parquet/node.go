package parquet

import (
	"math/bits"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// node fills one column of a batch, at any depth, from the levels of a leaf
// below it. See the package's text for the rule.
type node struct {
	form form
	// def is the definition level from which on a slot is not null.
	def int16
	// depth is the number of lists around the node, and around the definition
	// level from which on there is a slot in the innermost of them.
	depth, around int16
	// levels is the column whose levels say where the node is null. Nil where
	// the file has nothing of the node: all is null.
	levels column
	// children are the fields of a struct, the element of a list, key and value
	// of a map.
	children []*node

	slots  []int16  // buffer
	bitmap []uint64 // buffer
}

type form uint8

const (
	leafForm form = iota
	structForm
	listForm
	missingForm
)

// fill makes c the node's column for the rows that the leaves have read. within
// is how many slots of the struct around are not null.
func (n *node) fill(c *batch.Column, rows, within int) {
	if n.form == missingForm {
		c.Resize(rows)
		fillNull(c)
		return
	}
	slots := n.slotLevels()
	if n.depth > 0 {
		rows = len(slots)
	}
	c.Resize(rows)
	present := rows
	nullable := slots != nil && n.def > n.around
	if n.form == leafForm {
		if present = n.levels.fill(c); present < rows {
			spread(c, present, slots, n.def)
		}
		nullable = nullable && present < rows && present != within
	}
	if nullable {
		n.bitmap, present = validity(n.bitmap, slots, n.def)
	}
	switch n.form {
	case structForm:
		for i, child := range n.children {
			child.fill(c.Children[i], rows, present)
		}
	case listForm:
		n.fillOffsets(c)
		for i, child := range n.children {
			child.fill(c.Children[i], 0, -1)
		}
	}
	// Where a field has a value in every slot that its struct has, it needs no
	// bitmap of its own: readers ask the struct first.
	if nullable && present < rows && present != within {
		c.SetValid(n.bitmap)
	}
}

func fillNull(c *batch.Column) {
	c.SetAllNull()
	if c.Type.Kind == types.Struct {
		for _, child := range c.Children {
			fillNull(child)
		}
	}
}

// slotLevels are the definition levels of the node's slots; nil where none can
// be null.
func (n *node) slotLevels() []int16 {
	defs, reps := n.levels.levels()
	if len(reps) == 0 {
		return defs
	}
	n.slots = n.slots[:0]
	for i, d := range defs {
		if reps[i] <= n.depth && d >= n.around {
			n.slots = append(n.slots, d)
		}
	}
	return n.slots
}

// fillOffsets delimits the rows of a list or map. Its element knows the level
// at which there is one.
func (n *node) fillOffsets(c *batch.Column) {
	defs, reps := n.levels.levels()
	element := n.children[0].around
	slot, count := 0, int32(0)
	for i, d := range defs {
		if reps[i] <= n.depth && d >= n.around {
			c.Offsets[slot] = count
			slot++
		}
		if reps[i] <= n.depth+1 && d >= element {
			count++
		}
	}
	c.Offsets[slot] = count
}

// validity is the bitmap of the slots that reach a level, and how many do. It
// takes four levels at a time: in each lane of 16 bits the high bit outlives the
// subtraction where the level is reached, and a multiplication brings the four
// bits together.
func validity(into []uint64, slots []int16, level int16) ([]uint64, int) {
	const (
		lanes = 0x0001_0001_0001_0001
		high  = 0x8000_8000_8000_8000
		join  = 1<<48 | 1<<33 | 1<<18 | 1<<3
	)
	into = into[:0]
	count := 0
	for len(slots) > 0 {
		part := slots[:min(64, len(slots))]
		slots = slots[len(part):]
		word, i := uint64(0), 0
		for ; i+4 <= len(part); i += 4 {
			four := uint64(uint16(part[i])) | uint64(uint16(part[i+1]))<<16 |
				uint64(uint16(part[i+2]))<<32 | uint64(uint16(part[i+3]))<<48
			reached := ((four | high) - uint64(level)*lanes) & high
			word |= ((reached >> 15) * join >> 48 & 15) << i
		}
		for ; i < len(part); i++ {
			if part[i] >= level {
				word |= 1 << i
			}
		}
		count += bits.OnesCount64(word)
		into = append(into, word)
	}
	return into, count
}

// spread moves the first m values of c to the slots at the full level, in order.
func spread(c *batch.Column, m int, slots []int16, full int16) {
	switch c.Type.Kind {
	case types.Boolean:
		spreadValues(batch.Values[bool](c), m, slots, full)
	case types.Byte:
		spreadValues(batch.Values[int8](c), m, slots, full)
	case types.Short:
		spreadValues(batch.Values[int16](c), m, slots, full)
	case types.Int, types.Date, types.YearMonthInterval:
		spreadValues(batch.Values[int32](c), m, slots, full)
	case types.Float:
		spreadValues(batch.Values[float32](c), m, slots, full)
	case types.Double:
		spreadValues(batch.Values[float64](c), m, slots, full)
	case types.Decimal128:
		spreadValues(batch.Values[types.Decimal](c), m, slots, full)
	case types.String, types.Binary:
		spreadValues(batch.Values[string](c), m, slots, full)
	default:
		spreadValues(batch.Values[int64](c), m, slots, full)
	}
}

// spreadValues goes from the end, without a branch on the level, and stops where
// the values already lie in their slots.
func spreadValues[V batch.Value](v []V, m int, slots []int16, full int16) {
	from := m - 1
	v = v[:len(slots)]
	for i := len(slots) - 1; from >= 0 && i > from; i-- {
		v[i] = v[from]
		step := 0
		if slots[i] == full {
			step = 1
		}
		from -= step
	}
}
