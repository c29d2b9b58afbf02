package exec

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/types"
)

// distinct lets the first row of each group and argument values pass: what a
// function over DISTINCT values is shown. It keeps all values it has seen, and
// sees all rows of a group, so that such functions are computed in one step
// ([NewWholeAggregate]).
type distinct struct {
	table  *keytable.Table
	owners *batch.Column
	keys   []*batch.Column // owners and the arguments, dense
	ids    []int32
	groups []int32
	sel    []int32
}

// newDistinct is for the arguments of a call.
func newDistinct(c *expr.AggregateCall) *distinct {
	d := &distinct{owners: batch.NewColumn(types.Of(types.Int), 0)}
	keyed := []types.Type{d.owners.Type}
	d.keys = append(d.keys, d.owners)
	for _, a := range c.Args {
		keyed = append(keyed, a.Type())
		d.keys = append(d.keys, batch.NewColumn(a.Type(), 0))
	}
	d.table = keytable.New(keyed)
	return d
}

// pass gives the groups and rows that have not been seen. They are good until the
// next call.
func (d *distinct) pass(groups []int32, args []*batch.Column, sel []int32) ([]int32, []int32) {
	n := len(groups)
	if sel == nil {
		sel = batch.Identity(n)
	}
	d.owners.Resize(n)
	copy(batch.Values[int32](d.owners), groups)
	for i, a := range args {
		d.keys[1+i].Take(a, sel)
	}
	d.ids = slices.Grow(d.ids[:0], n)[:n]
	d.table.Assign(d.keys, n, nil, d.ids)
	fresh := d.table.Fresh()
	d.groups, d.sel = d.groups[:0], d.sel[:0]
	for k, id := range d.ids {
		if len(d.sel) < len(fresh) && id == fresh[len(d.sel)] {
			d.groups, d.sel = append(d.groups, groups[k]), append(d.sel, sel[k])
		}
	}
	return d.groups, d.sel
}
