package keyed

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// keyColumns takes the key columns out of rows, in the form in which a table has
// them: of time windows the starts.
type keyColumns struct {
	places []int
	starts []*batch.Column // by key: scratch for the starts of windows, nil for other keys
	found  []*batch.Column // scratch
}

func newKeyColumns(columns, keys []*expr.Ref) *keyColumns {
	k := &keyColumns{starts: make([]*batch.Column, len(keys)), found: make([]*batch.Column, len(keys))}
	for i, key := range keys {
		k.places = append(k.places, placeOf(columns, key))
		if key.Window > 0 {
			k.starts[i] = batch.NewColumn(key.Typ.Fields[0].Type, 0)
		}
	}
	return k
}

// of are the keys of the rows of b, good until the next call.
func (k *keyColumns) of(b *batch.Batch) []*batch.Column {
	for i, place := range k.places {
		c := b.Columns[place]
		if scratch := k.starts[i]; scratch != nil {
			windows := c
			if c = windows.Children[0]; windows.HasNulls() || windows.Const {
				scratch.Share(windows.Children[0])
				scratch.Const = windows.Const
				scratch.AndValid(windows)
				c = scratch
			}
		}
		k.found[i] = c
	}
	return k.found
}

func placeOf(columns []*expr.Ref, key *expr.Ref) int {
	for i, c := range columns {
		if c.ID == key.ID {
			return i
		}
	}
	return -1
}

// keyFields are the columns of a table with these keys, and its event time: the
// first key with a watermark, of this place; -1 for none.
func keyFields(keys []*expr.Ref) (fields []types.Field, time int, err error) {
	time = -1
	for i, k := range keys {
		f := types.Field{Name: k.Name, Type: k.Typ, Nullable: k.Null}
		if k.Window > 0 {
			f.Type = k.Typ.Fields[0].Type
		}
		fields = append(fields, f)
		if k.Watermark < 0 || time >= 0 {
			continue
		}
		if !hasTime(k) {
			return nil, -1, fault.New(fault.UnsupportedFeature, "the event time %s is a %s, by which keys cannot expire in this "+
				"version of weir", k.Name, k.Typ)
		}
		time = i
	}
	return fields, time, nil
}

// hasTime reports whether the values of a column are points in time, or time
// windows.
func hasTime(r *expr.Ref) bool {
	return r.Window > 0 || r.Typ.Kind == types.Timestamp || r.Typ.Kind == types.TimestampNTZ
}

// exchangeKeys are the expressions by which rows must be spread over partitions,
// so that each comes to the one whose state has its key.
func exchangeKeys(keys []*expr.Ref) []expr.Expr {
	list := make([]expr.Expr, len(keys))
	for i, k := range keys {
		list[i] = k
		if k.Window > 0 {
			list[i] = &expr.Field{Child: k, Ordinal: 0}
		}
	}
	return list
}
