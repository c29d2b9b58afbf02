package batch

import (
	"unsafe"

	"github.com/weirstream/weir/internal/invariant"
	"github.com/weirstream/weir/types"
)

// ShareRange makes c show n rows of src from first on, a multiple of 64, without
// copying, as [Column.Share] shows all of them. src is no constant.
func (c *Column) ShareRange(src *Column, first, n int) {
	if invariant.Enabled {
		invariant.Check(first&63 == 0 && first+n <= src.length && !src.Const, "batch: rows %d to %d of %d are shared",
			first, first+n, src.length)
	}
	c.lend()
	c.Const, c.length, c.valid = false, n, nil
	if src.valid != nil {
		c.valid = src.valid[first>>6 : Words(first+n)]
	}
	c.data = src.data
	if size := width(src.Type.Kind); size > 0 && src.data != nil {
		c.data = unsafe.Add(src.data, first*size)
	}
	switch c.Type.Kind {
	case types.Array, types.Map:
		c.Offsets = src.Offsets[first : first+n+1]
		for k, child := range c.Children {
			child.Share(src.Children[k])
		}
	case types.Struct:
		for k, child := range c.Children {
			child.ShareRange(src.Children[k], first, n)
		}
	}
}
