package parquet

import (
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// entries are what a column of a file gets for a batch, in order: where a value
// is, its row in the column at hand; where none is, -1 and the definition level
// at which the way down ends.
type entries struct {
	rows []int32
	defs []int16
	reps []int16 // empty outside of lists
	kept []int32 // buffer of present
	sub  *entries
}

// reset makes an entry of every row.
func (e *entries) reset(rows []int32) {
	e.rows = append(e.rows[:0], rows...)
	e.defs = append(e.defs[:0], make([]int16, len(rows))...)
	e.reps = e.reps[:0]
}

// copyOf makes e the same as o.
func (e *entries) copyOf(o *entries) {
	e.rows = append(e.rows[:0], o.rows...)
	e.defs = append(e.defs[:0], o.defs...)
	e.reps = append(e.reps[:0], o.reps...)
}

// below is a buffer for the entries of what is inside.
func (e *entries) below() *entries {
	if e.sub == nil {
		e.sub = &entries{}
	}
	return e.sub
}

// present are the rows that have a value.
func (e *entries) present() []int32 {
	e.kept = e.kept[:0]
	for _, r := range e.rows {
		if r >= 0 {
			e.kept = append(e.kept, r)
		}
	}
	return e.kept
}

// levels are those that a column of the file takes: none where it has no nulls
// or is in no list.
func (e *entries) levels(d *schema.Column) (defs, reps []int16) {
	if d.MaxDefinitionLevel() > 0 {
		defs = e.defs
	}
	if d.MaxRepetitionLevel() > 0 {
		reps = e.reps
	}
	return defs, reps
}

// descend ends the entries that are null in c and raises the level of the others.
func (e *entries) descend(c *batch.Column) {
	nulls := c.HasNulls()
	for i, r := range e.rows {
		switch {
		case r < 0:
		case nulls && c.Null(int(r)):
			e.rows[i] = -1
		default:
			e.defs[i]++
		}
	}
}

// level is the number of lists around.
type level struct{ depth int16 }

// shredder takes a column apart into the leaf columns of the file.
type shredder struct {
	kind     types.Kind
	nullable bool
	children []*shredder
	leaf     leafWriter // of a leaf
}

// write gives the leaves below to put, in the file's order. It changes e.
func (s *shredder) write(
	c *batch.Column, e *entries, at level, put func(leafWriter, *batch.Column, *entries) error,
) error {
	if s.nullable {
		e.descend(c)
	}
	switch s.kind {
	case types.Struct:
		if c.Const {
			e.pointTo(0)
		}
		for i, child := range s.children {
			sub := e.below()
			sub.copyOf(e)
			if err := child.write(c.Children[i], sub, at, put); err != nil {
				return err
			}
		}
		return nil
	case types.Array, types.Map:
		if c.Const {
			e.pointTo(0)
		}
		elements := e.below()
		elements.expand(c, e, at.depth)
		for i, child := range s.children {
			sub := elements.below()
			sub.copyOf(elements)
			if err := child.write(c.Children[i], sub, level{at.depth + 1}, put); err != nil {
				return err
			}
		}
		return nil
	}
	return put(s.leaf, c, e)
}

// pointTo makes all entries with a value point to one row.
func (e *entries) pointTo(row int32) {
	for i, r := range e.rows {
		if r >= 0 {
			e.rows[i] = row
		}
	}
}

// expand makes an entry of every element of the lists that o points to.
func (e *entries) expand(c *batch.Column, o *entries, depth int16) {
	e.rows, e.defs, e.reps = e.rows[:0], e.defs[:0], e.reps[:0]
	for i, r := range o.rows {
		rep := int16(0)
		if len(o.reps) > 0 {
			rep = o.reps[i]
		}
		if r < 0 || c.Offsets[r] == c.Offsets[r+1] {
			e.rows, e.defs, e.reps = append(e.rows, -1), append(e.defs, o.defs[i]), append(e.reps, rep)
			continue
		}
		for k := c.Offsets[r]; k < c.Offsets[r+1]; k++ {
			e.rows, e.defs, e.reps = append(e.rows, k), append(e.defs, o.defs[i]+1), append(e.reps, rep)
			rep = depth + 1
		}
	}
}
