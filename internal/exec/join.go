package exec

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/types"
)

// JoinKind says which rows of a [HashJoin]'s input go on.
type JoinKind uint8

// The kinds. Outer keeps rows of the input that have no partner, with nulls; Full
// also those of the static side, when the input has ended, which therefore comes
// in one task. Semi and Anti give the input's rows that have a partner, or none;
// Exist gives all of them, with a column that says which.
const (
	InnerJoin JoinKind = iota
	OuterJoin
	SemiJoin
	AntiJoin
	FullJoin
	ExistJoin
)

// JoinSpec says how a [HashJoin] joins.
type JoinSpec struct {
	Kind JoinKind
	// Build is the static side.
	Build *BuildTable
	// BuildTypes are those of its columns.
	BuildTypes []types.Type
	// BuildKeys and ProbeKeys are compared; rows with a null key have no
	// partner. With none every pair of rows is a candidate.
	BuildKeys, ProbeKeys []expr.Eval
	// NullSafe are, by key, those of which a null equals a null; nil for none.
	NullSafe []bool
	// NullAware makes an anti join of one key that of NOT IN: a null on either side
	// might be equal to anything.
	NullAware bool
	// Single fails where a row has a second partner.
	Single bool
	// ProbeTypes are those of the input's columns; only a FullJoin needs them.
	ProbeTypes []types.Type
	// KeyTypes are those of the keys.
	KeyTypes []types.Type
	// Residual is the rest of the condition over both sides' columns, in the
	// order of the output; nil for none.
	Residual *expr.Predicate
	// BuildFirst puts the static side's columns before the input's.
	BuildFirst bool
}

// HashJoin joins its input with a static table.
type HashJoin struct {
	input Operator
	spec  JoinSpec

	*buildIndex                 // of the static side; every worker reads the same
	table       *keytable.Table // a view of the index's own

	cols   []*batch.Column
	ids    []int32
	sel    []int32
	hits   []int32 // by physical row, for unique keys
	keep   []int32 // the rows that filter has kept
	built  []*batch.Column
	out    batch.Batch
	probe  probing
	strict []*batch.Column // scratch: the keys of which a null equals nothing
	exists *batch.Column   // of an ExistJoin
	rest   rest            // of a FullJoin
}

// NewHashJoin joins input, which it closes.
func NewHashJoin(input Operator, spec JoinSpec) *HashJoin {
	// ids and keep are never nil: a nil selection would stand for all rows.
	j := &HashJoin{input: input, spec: spec, ids: []int32{}, keep: []int32{}}
	for _, t := range spec.BuildTypes {
		j.built = append(j.built, batch.NewColumn(t, 0))
	}
	return j
}

// Open opens the input. The first worker that comes there hashes the static side.
func (j *HashJoin) Open(t *Task) error {
	j.probe.b, j.probe.matched = nil, false // a failure may have left rows unpaired
	j.rest.begin(j)
	index, err := j.spec.Build.index(&j.spec)
	if err != nil {
		return err
	}
	if j.buildIndex != index {
		j.buildIndex, j.table = index, index.keys.View()
	}
	return j.input.Open(t)
}

// Close closes the input.
func (j *HashJoin) Close() error { return j.input.Close() }

// withoutNulls is sel without the rows that have a null key, in buf; sel itself
// where no key may be null.
func withoutNulls(keys []*batch.Column, rows int, sel, buf []int32) []int32 {
	nulls := false
	for _, c := range keys {
		nulls = nulls || c.HasNulls()
	}
	if !nulls {
		return sel
	}
	if sel == nil {
		sel = batch.Identity(rows)
	}
	buf = buf[:0]
next:
	for _, r := range sel {
		for _, c := range keys {
			if c.Null(int(r)) {
				continue next
			}
		}
		buf = append(buf, r)
	}
	if buf == nil {
		buf = []int32{}
	}
	return buf
}

// strictKeys are the keys of which a null has no partner, in buf.
func (s *JoinSpec) strictKeys(keys, buf []*batch.Column) []*batch.Column {
	buf = buf[:0]
	for i, k := range keys {
		if s.NullSafe == nil || !s.NullSafe[i] {
			buf = append(buf, k)
		}
	}
	return buf
}

// lookup finds the key of every selected row of b: ids of the rows in the
// returned selection, which lacks those with null keys.
func (j *HashJoin) lookup(b *batch.Batch) (sel, ids []int32, err error) {
	if j.cols, err = Evaluate(j.spec.ProbeKeys, b, j.cols); err != nil {
		return nil, nil, err
	}
	j.strict = j.spec.strictKeys(j.cols, j.strict)
	sel = withoutNulls(j.strict, b.Rows, b.Sel, j.sel)
	if sel == nil {
		sel = batch.Identity(b.Rows)
	} else if len(sel) > 0 && (b.Sel == nil || &sel[0] != &b.Sel[0]) {
		j.sel = sel
	}
	if cap(j.ids) < len(sel) {
		j.ids = make([]int32, len(sel), max(len(sel), batch.Size))
	}
	j.ids = j.ids[:len(sel)]
	j.table.Lookup(j.cols, b.Rows, sel, j.ids)
	return sel, j.ids, nil
}

// Next gives the next joined rows.
func (j *HashJoin) Next(ctx context.Context) (*batch.Batch, error) {
	for {
		if j.probe.active() {
			b, err := j.nextPairs()
			if b != nil || err != nil {
				return b, err
			}
			continue
		}
		b, err := j.input.Next(ctx)
		if err == io.EOF && j.spec.Kind == FullJoin {
			return j.rest.next(j)
		}
		if err != nil {
			return nil, err
		}
		sel, ids, err := j.lookup(b)
		if err != nil {
			return nil, err
		}
		switch {
		case j.spec.NullAware && j.spec.Build.rows.Rows > 0:
			if j.filterNullAware(b, sel, ids); len(b.Sel) > 0 {
				return b, nil
			}
		case j.spec.Residual == nil && j.spec.Kind == ExistJoin:
			return j.attachExists(b, sel, ids), nil
		case j.spec.Residual == nil && (j.spec.Kind == SemiJoin || j.spec.Kind == AntiJoin):
			if j.filter(b, sel, ids); len(b.Sel) > 0 {
				return b, nil
			}
		case j.spec.Residual == nil && j.unique && j.spec.Kind != FullJoin:
			attach := j.attach
			if j.spec.Kind == InnerJoin {
				attach = j.attachInner
			}
			if out := attach(b, sel, ids); out.Len() > 0 {
				return out, nil
			}
		default:
			j.probe.begin(j, b, sel, ids)
		}
	}
}

// filter keeps the rows of b that have a partner, or that have none.
func (j *HashJoin) filter(b *batch.Batch, sel, ids []int32) {
	j.mark(b, sel, ids)
	keep := j.keep[:0]
	for i := range b.Len() {
		row := b.Row(i)
		if (j.hits[row] >= 0) == (j.spec.Kind == SemiJoin) {
			keep = append(keep, int32(row))
		}
	}
	j.keep, b.Sel = keep, keep
}

// mark puts the first partner of each row into hits, -1 for none.
func (j *HashJoin) mark(b *batch.Batch, sel, ids []int32) {
	if cap(j.hits) < b.Rows {
		j.hits = make([]int32, b.Rows, max(b.Rows, batch.Size))
	}
	j.hits = j.hits[:b.Rows]
	for i := range j.hits {
		j.hits[i] = -1
	}
	for k, r := range sel {
		if id := ids[k]; id >= 0 {
			j.hits[r] = j.first[id]
		}
	}
}

// attach puts the columns of the one partner beside each row of an outer join: the
// input's columns are not copied.
func (j *HashJoin) attach(b *batch.Batch, sel, ids []int32) *batch.Batch {
	j.mark(b, sel, ids)
	for i, c := range j.built {
		c.Take(j.spec.Build.rows.Columns[i], j.hits)
	}
	j.out.Rows, j.out.Sel = b.Rows, b.Sel
	j.arrange(b.Columns, j.built)
	return &j.out
}

// arrange puts the columns of both sides in the order of the output.
func (j *HashJoin) arrange(probe, built []*batch.Column) {
	j.out.Columns = j.out.Columns[:0]
	if j.spec.BuildFirst {
		j.out.Columns = append(append(j.out.Columns, built...), probe...)
	} else {
		j.out.Columns = append(append(j.out.Columns, probe...), built...)
	}
}
