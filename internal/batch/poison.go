package batch

import (
	"math"
	"unsafe"

	"github.com/weirstream/weir/internal/invariant"
	"github.com/weirstream/weir/types"
)

// poisonText is what the strings of a poisoned column say.
const poisonText = "\xcc\xcc\xcc\xcc batch used after its time \xcc\xcc\xcc\xcc"

// Poison overwrites the batch's columns in builds with invariants and does
// nothing in others. Whoever gave a batch poisons it when its time is over, at
// the begin of Next: who kept rows without copying reads nonsense then, instead
// of an answer that is right by luck.
//
// Constants, which are made once, and memory that a column only shares are left
// alone; a column that shares shows nonsense of its own afterwards.
func (b *Batch) Poison() {
	if !invariant.Enabled {
		return
	}
	for _, c := range b.Columns {
		c.Poison()
	}
}

// Poison overwrites the column. See [Batch.Poison].
func (c *Column) Poison() {
	if !invariant.Enabled || c.Const {
		return
	}
	if c.shared {
		// Show the column's own buffers; the other's stay as they are.
		offsets := len(c.Offsets)
		c.unlend()
		if c.short(c.length) {
			c.allocate(c.length)
		}
		if offsets > 0 {
			c.Offsets = append(c.Offsets[:0], make([]int32, offsets)...)
		}
	}
	c.poisonValues()
	for i := range c.Offsets {
		c.Offsets[i] = math.MinInt32
	}
	if c.valid != nil {
		c.ownValid(c.length)
		for i := range c.valid {
			c.valid[i] = 0xCCCC_CCCC_CCCC_CCCC
		}
	}
	for _, child := range c.Children {
		child.Poison()
	}
}

func (c *Column) poisonValues() {
	switch physical(c.Type.Kind) {
	case physNone:
	case physBool:
		for i := range Values[bool](c) {
			Values[bool](c)[i] = i&1 == 0 // 0xCC is no bool
		}
	case physString:
		for i := range Values[string](c) {
			Values[string](c)[i] = poisonText // 0xCC is no pointer
		}
	default:
		invariant.Poison(unsafe.Slice((*byte)(c.data), c.length*width(c.Type.Kind)))
	}
}

// poison overwrites the bytes of the arena's strings in builds with invariants,
// for who resets it.
func (a *Arena) poison() {
	if !invariant.Enabled {
		return
	}
	invariant.Poison(a.chunk)
	for _, chunk := range a.full {
		invariant.Poison(chunk)
	}
}

// Bytes is the memory that the column's own buffers hold, those of its children
// included, in bytes. What it shares and the bytes of its strings belong to
// others ([Arena.Bytes]).
func (c *Column) Bytes() int {
	offsets := c.Offsets
	if c.shared {
		offsets = c.offsets
	}
	n := c.cap*width(c.Type.Kind) + 8*cap(c.bitmap) + 4*cap(offsets) + 4*cap(c.rows)
	for _, child := range c.Children {
		n += child.Bytes()
	}
	return n
}

// Bytes is the memory that the columns' own buffers hold. See [Column.Bytes].
func (b *Batch) Bytes() int {
	n := 0
	for _, c := range b.Columns {
		n += c.Bytes()
	}
	return n
}

// TextBytes is the number of bytes of the strings in the listed rows, or in all
// rows where rows is nil: what [Column.AppendRows] would copy into an arena.
func (c *Column) TextBytes(rows []int32) int {
	if c.Const {
		rows = nil
	}
	n := 0
	switch {
	case physical(c.Type.Kind) == physString && rows == nil:
		for i, s := range Values[string](c) {
			if !c.Null(i) {
				n += len(s)
			}
		}
	case physical(c.Type.Kind) == physString:
		values := Values[string](c)
		for _, r := range rows {
			if !c.Null(int(r)) {
				n += len(values[r])
			}
		}
	case c.Type.Kind == types.Struct:
		for _, child := range c.Children {
			n += child.TextBytes(rows)
		}
	case c.Type.Kind == types.Array, c.Type.Kind == types.Map:
		for _, child := range c.Children {
			n += child.TextBytes(c.inner(rows))
		}
	}
	return n
}

// inner are the rows of an array's or map's children that the listed rows hold,
// nil for all. It is good until the next call.
func (c *Column) inner(rows []int32) []int32 {
	if rows == nil {
		if c.length == 0 {
			return []int32{}
		}
		return c.span(c.Offsets[0], c.Offsets[c.length])
	}
	inner := c.rows[:0]
	for _, r := range rows {
		for k := c.Offsets[r]; k < c.Offsets[r+1]; k++ {
			inner = append(inner, k)
		}
	}
	c.rows = inner
	return inner
}

func (c *Column) span(first, end int32) []int32 {
	inner := c.rows[:0]
	for k := first; k < end; k++ {
		inner = append(inner, k)
	}
	c.rows = inner
	return inner
}
