package batch

import "github.com/weirstream/weir/types"

// Batch is a set of columns over the same rows. See the package's text for who
// owns it and how long it is good.
type Batch struct {
	// Columns have Rows rows each, or are constants.
	Columns []*Column
	// Rows is the number of physical rows, selected or not.
	Rows int
	// Sel lists the rows that count, rising; nil means all.
	Sel []int32
}

// New is an empty batch for rows of this schema.
func New(s types.Schema) *Batch {
	b := &Batch{Columns: make([]*Column, s.Len())}
	for i, f := range s.Fields {
		b.Columns[i] = NewColumn(f.Type, 0)
	}
	return b
}

// Len is the number of rows that count.
func (b *Batch) Len() int {
	if b.Sel != nil {
		return len(b.Sel)
	}
	return b.Rows
}

// Row is the physical row of the i-th row that counts.
func (b *Batch) Row(i int) int {
	if b.Sel != nil {
		return int(b.Sel[i])
	}
	return i
}

// Resize makes all columns n rows long, as [Column.Resize] does, and selects
// all.
func (b *Batch) Resize(n int) {
	b.Rows, b.Sel = n, nil
	for _, c := range b.Columns {
		c.Resize(n)
	}
}
