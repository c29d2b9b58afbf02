package exec

import "github.com/weirstream/weir/internal/batch"

// sparse is how many rows of a batch must be there for one that has found a partner
// before those are copied together.
const sparse = 4

// attachInner puts the columns of the one partner beside each row that has one. Where
// few have, those are copied together, so that what comes behind does not go over
// rows that are gone.
func (j *HashJoin) attachInner(b *batch.Batch, sel, ids []int32) *batch.Batch {
	if cap(j.hits) < b.Rows {
		j.hits = make([]int32, b.Rows, max(b.Rows, batch.Size))
	}
	j.hits = j.hits[:b.Rows]
	keep := j.keep[:0]
	for k, r := range sel {
		if id := ids[k]; id >= 0 {
			j.hits[r] = j.first[id]
			keep = append(keep, r)
		}
	}
	j.keep = keep
	if len(keep)*sparse > b.Rows || len(keep) == 0 {
		j.takePartners(b.Rows, keep)
		j.out.Rows, j.out.Sel = b.Rows, keep
		j.arrange(b.Columns, j.built)
		return &j.out
	}
	j.probe.room(j, b)
	pairs := j.ids[:0] // no longer needed
	for _, r := range keep {
		pairs = append(pairs, j.hits[r])
	}
	for i, c := range j.probe.left {
		c.Take(b.Columns[i], keep)
	}
	for i, c := range j.built {
		c.Take(j.spec.Build.rows.Columns[i], pairs)
	}
	j.out.Rows, j.out.Sel = len(keep), nil
	j.arrange(j.probe.left, j.built)
	return &j.out
}

// takePartners fills the columns of the static side for the rows of keep, which rise;
// the others get those of any row.
func (j *HashJoin) takePartners(rows int, keep []int32) {
	if len(keep) == 0 {
		for _, c := range j.built {
			c.Resize(rows)
		}
		return
	}
	if len(keep) < rows {
		some, at := j.hits[keep[0]], 0
		for r := range j.hits {
			if at < len(keep) && keep[at] == int32(r) {
				some = j.hits[r]
				at++
				continue
			}
			j.hits[r] = some
		}
	}
	for i, c := range j.built {
		c.Take(j.spec.Build.rows.Columns[i], j.hits)
	}
}
