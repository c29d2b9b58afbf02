package exec

import (
	"io"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// filterNullAware keeps the rows of b whose value is none of those of a static side
// that is not empty: none where that has a null, and no row that has one.
func (j *HashJoin) filterNullAware(b *batch.Batch, sel, ids []int32) {
	keep := j.keep[:0]
	if !j.nullKeys {
		for k, r := range sel {
			if ids[k] < 0 {
				keep = append(keep, r)
			}
		}
	}
	j.keep, b.Sel = keep, keep
}

// attachExists puts beside each row whether it has a partner.
func (j *HashJoin) attachExists(b *batch.Batch, sel, ids []int32) *batch.Batch {
	j.mark(b, sel, ids)
	j.existsColumn(b.Rows)
	found := batch.Values[bool](j.exists)
	for i, h := range j.hits {
		found[i] = h >= 0
	}
	j.out.Columns = append(append(j.out.Columns[:0], b.Columns...), j.exists)
	j.out.Rows, j.out.Sel = b.Rows, b.Sel
	return &j.out
}

// existsColumn makes room for the column of so many rows.
func (j *HashJoin) existsColumn(rows int) {
	if j.exists == nil {
		j.exists = batch.NewColumn(types.Of(types.Boolean), rows)
	}
	j.exists.Resize(rows)
}

// rest are the rows of the static side that a FullJoin has given no partner.
type rest struct {
	matched []bool
	at      int // rows looked at
	nulls   []*batch.Column
	rows    []int32
}

// begin forgets what was matched.
func (r *rest) begin(j *HashJoin) {
	if j.spec.Kind != FullJoin {
		return
	}
	r.at, r.matched = 0, make([]bool, j.spec.Build.rows.Rows)
	if r.nulls == nil {
		for _, t := range j.spec.ProbeTypes {
			r.nulls = append(r.nulls, batch.NewColumn(t, 0))
		}
	}
}

// mark notes that a row of the static side has a partner.
func (r *rest) mark(row int32) {
	if r.matched != nil {
		r.matched[row] = true
	}
}

// next gives the next rows without a partner, nulls beside them.
func (r *rest) next(j *HashJoin) (*batch.Batch, error) {
	r.rows = r.rows[:0]
	for ; r.at < len(r.matched) && len(r.rows) < batch.Size; r.at++ {
		if !r.matched[r.at] {
			r.rows = append(r.rows, int32(r.at))
		}
	}
	if len(r.rows) == 0 {
		return nil, io.EOF
	}
	for _, c := range r.nulls {
		c.Resize(len(r.rows))
		c.SetAllNull()
	}
	for i, c := range j.built {
		c.Take(j.spec.Build.rows.Columns[i], r.rows)
	}
	j.arrange(r.nulls, j.built)
	j.out.Rows, j.out.Sel = len(r.rows), nil
	return &j.out, nil
}
