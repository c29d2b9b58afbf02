package state

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Bytes is about the memory that keys and values take.
func (s *Slots) Bytes() int64 {
	n := s.table.Bytes() + s.expiry.bytes() + 4*cap(s.dirty) + 16*cap(s.isDirty) + 16*cap(s.all.list)
	row := 0
	for _, f := range s.spec.Values {
		row += fixedWidth(f.Type)
	}
	return int64(n) + int64(row)*int64(s.table.Slots()) + s.loose()
}

// loose is what values take beyond arrays by slot.
func (s *Slots) loose() int64 {
	if l, ok := s.values.(Loose); ok {
		if n, known := l.Loose(); known {
			return int64(n)
		}
	}
	loose := s.codec.width.of(s.table.Len())
	if !s.spec.Numbered {
		// What was replaced lies there until as much again is in use, and has then room
		// to be moved to: between once and three times what is in use.
		loose *= 2
	}
	return loose
}

// width is how many bytes the values of a row take beyond what each slot has room for. It
// is measured, as a text may have ten bytes or a million:
//
//	of one block in eight that is written or read    bytes ÷ rows
//
// What was measured lately counts the most. The zero value has measured nothing.
type width struct {
	rows, bytes int64
	blocks      int
}

// forgetRows is how many rows are measured before all that was measured counts half.
const forgetRows = 1 << 16

// measure takes note of values.
func (w *width) measure(columns []*batch.Column) {
	w.blocks++
	if len(columns) == 0 || w.blocks&7 != 1 {
		return
	}
	if w.rows >= forgetRows {
		w.rows, w.bytes = w.rows/2, w.bytes/2
	}
	w.rows += int64(columns[0].Len())
	for _, c := range columns {
		if Varies(c.Type) {
			w.bytes += looseBytes(c)
		}
	}
}

// of is about what n rows take.
func (w *width) of(n int) int64 {
	if w.rows == 0 {
		return 0
	}
	return int64(float64(w.bytes) / float64(w.rows) * float64(n))
}

// looseBytes are the bytes of a column's values.
func looseBytes(c *batch.Column) (n int64) {
	switch c.Type.Kind {
	case types.String, types.Binary, types.Variant:
		return int64(c.TextBytes(nil))
	case types.Array, types.Map, types.Struct:
		for _, child := range c.Children {
			n += int64(child.Len())*int64(fixedWidth(child.Type)) + looseBytes(child)
		}
	}
	return n
}

// Varies says whether values of a type differ in what they take.
func Varies(t types.Type) bool {
	switch t.Kind {
	case types.String, types.Binary, types.Variant, types.Array, types.Map, types.Struct:
		return true
	}
	return false
}

// fixedWidth is what a slot has for a value of a type; of those that vary, where it lies.
func fixedWidth(t types.Type) int {
	switch t.Kind {
	case types.Null:
		return 0
	case types.Boolean, types.Byte:
		return 1
	case types.Short:
		return 2
	case types.Int, types.Date, types.Float, types.YearMonthInterval:
		return 4
	case types.Decimal128, types.CalendarInterval:
		return 16
	case types.String, types.Binary, types.Variant:
		return 16
	default:
		return 8
	}
}
