package weir

import "github.com/weirstream/weir/internal/plan"

// DropDuplicates keeps the first row of each key (S128): the values of these
// columns, or of all columns where none is named. On a stream the keys are state.
// It grows for ever unless one of them is the event time of a watermark: then a
// key is forgotten once the watermark has passed it.
func (d *DataFrame) DropDuplicates(keys ...any) *DataFrame { return d.deduplicate(keys, false) }

// DropDuplicatesWithinWatermark is [DataFrame.DropDuplicates] on a stream with a
// watermark, for rows that come again within its delay (S129): a key is forgotten
// when the watermark has come to the event time of its first row plus the delay.
func (d *DataFrame) DropDuplicatesWithinWatermark(keys ...any) *DataFrame {
	return d.deduplicate(keys, true)
}

func (d *DataFrame) deduplicate(keys []any, within bool) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		exprs, err := columns(keys)
		return &plan.Deduplicate{Origin: o, Input: in, Keys: exprs, AllColumns: len(keys) == 0, WithinWatermark: within}, err
	})
}
