package keytable

import (
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// leaf is a column without structure: a key column, or a field of one that is a
// struct. A struct is a leaf of width 0, which says whether it is null, followed
// by the leaves of its fields, which are null where it is.
type leaf struct {
	col   *batch.Column
	valid []uint64 // by physical row; nil: no nulls
}

// slice is the part of the leaf's bitmap that goes with [valuesOf] of s.
func (l leaf) slice(s span) []uint64 {
	if l.valid != nil && s.sel == nil {
		return l.valid[s.first>>6:]
	}
	return l.valid
}

// oneText reports whether all rows of a span share the memory of one text.
func (l leaf) oneText(s span) bool {
	if l.valid != nil || widthOf(l.col.Type.Kind) != widthText {
		return false
	}
	values, sel := valuesOf[string](l.col, s)
	first := values[at(sel, 0)]
	for i := range s.n {
		if v := values[at(sel, i)]; len(v) != len(first) || unsafe.StringData(v) != unsafe.StringData(first) {
			return false
		}
	}
	return true
}

// flattener makes leaves of key columns. It keeps its scratch.
type flattener struct {
	leaves []leaf
	flat   []*batch.Column // full columns made of constants, by the place of the column
	bits   [][]uint64      // validity of fields of structs with nulls
	place  int
	used   int // of bits
}

// flatten gives the leaves of the columns, which are good until the next call.
func (f *flattener) flatten(keys []*batch.Column, rows int) []leaf {
	f.leaves, f.place, f.used = f.leaves[:0], 0, 0
	for _, c := range keys {
		f.walk(c, nil, rows)
	}
	return f.leaves
}

func (f *flattener) walk(c *batch.Column, above []uint64, rows int) {
	place := f.place
	f.place++
	if place == len(f.flat) {
		f.flat = append(f.flat, nil)
	}
	if c.Const {
		if into := f.flat[place]; into == nil || !into.Type.Equal(c.Type) {
			f.flat[place] = batch.NewColumn(c.Type, 0)
		}
		c = c.Flat(rows, f.flat[place])
	}
	valid := c.Valid()
	switch {
	case valid == nil:
		valid = above
	case above != nil:
		valid = f.both(above, valid, rows)
	}
	f.leaves = append(f.leaves, leaf{c, valid})
	if c.Type.Kind == types.Struct {
		for _, child := range c.Children {
			f.walk(child, valid, rows)
		}
	}
}

func (f *flattener) both(a, b []uint64, rows int) []uint64 {
	if f.used == len(f.bits) {
		f.bits = append(f.bits, nil)
	}
	n := kernel.BitWords(rows)
	out := f.bits[f.used]
	if cap(out) < n {
		out = make([]uint64, n)
	}
	out = out[:n]
	kernel.And(out, a, b)
	f.bits[f.used] = out
	f.used++
	return out
}

// leafTypes lists the types of the leaves of columns of these types.
func leafTypes(list []types.Type, ts ...types.Type) []types.Type {
	for _, t := range ts {
		list = append(list, t)
		if t.Kind == types.Struct {
			for _, f := range t.Fields {
				list = leafTypes(list, f.Type)
			}
		}
	}
	return list
}

// leafColumns lists the leaves of columns that are no constants.
func leafColumns(list []*batch.Column, columns []*batch.Column) []*batch.Column {
	for _, c := range columns {
		list = append(list, c)
		if c.Type.Kind == types.Struct {
			list = leafColumns(list, c.Children)
		}
	}
	return list
}
