package cast

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// nested casts arrays, maps and structs by their parts: the offsets and the
// nulls stay, each child column is cast as a whole.
func (c *rules) nested() expr.Kernel {
	if c.from.Kind != c.to.Kind || len(c.from.Fields) != len(c.to.Fields) {
		return nil
	}
	var parts []*part
	add := func(from, to types.Type) bool {
		inner := *c
		inner.from, inner.to = from, to
		if from.SameIgnoringNullability(to) {
			parts = append(parts, &part{})
			return true
		}
		k := inner.find()
		parts = append(parts, &part{kernel: k, out: batch.NewColumn(to, 0)})
		return k != nil
	}
	ok := true
	if c.from.Key != nil {
		ok = add(*c.from.Key, *c.to.Key) && ok
	}
	if c.from.Elem != nil {
		ok = add(*c.from.Elem, *c.to.Elem) && ok
	}
	for i, f := range c.from.Fields {
		ok = add(f.Type, c.to.Fields[i].Type) && ok
	}
	if !ok {
		return nil
	}
	// view shows the cast children under the result's type.
	view := &batch.Column{Type: c.to}
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		*view = *args[0]
		view.Type = c.to
		view.Children = make([]*batch.Column, len(parts))
		for i, child := range args[0].Children {
			used := c.used(args[0], rows, sel)
			var err error
			if view.Children[i], err = parts[i].cast(child, used); err != nil {
				return err
			}
		}
		out.Truncate(0)
		out.AppendRows(view, expr.Rows(rows, nil), nil)
		return nil
	}
}

// used are the rows of the children that belong to the rows to be cast.
func (c *rules) used(a *batch.Column, rows int, sel []int32) []int32 {
	if a.Const {
		rows, sel = 1, nil
	}
	used := []int32{}
	for _, i := range expr.Rows(rows, sel) {
		if a.Null(int(i)) {
			continue
		}
		if c.from.Kind == types.Struct {
			used = append(used, i)
			continue
		}
		for k := a.Offsets[i]; k < a.Offsets[i+1]; k++ {
			used = append(used, k)
		}
	}
	return used
}

// part is the cast of one child; without a kernel the child stays as it is.
type part struct {
	kernel expr.Kernel
	out    *batch.Column
}

func (p *part) cast(child *batch.Column, sel []int32) (*batch.Column, error) {
	if p.kernel == nil {
		return child, nil
	}
	n := child.Len()
	p.out.Resize(n)
	p.out.AndValid(child)
	kept := sel[:0:0]
	for _, i := range sel {
		if !child.Null(int(i)) {
			kept = append(kept, i)
		}
	}
	if len(kept) == 0 {
		return p.out, nil
	}
	return p.out, p.kernel(p.out, []*batch.Column{child}, n, kept)
}
