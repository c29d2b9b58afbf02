package keyed

import (
	"context"
	"io"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/types"
)

// JoinSpec says how a [Join] joins two streams.
type JoinSpec struct {
	// Sides are the left and the right input.
	Sides [2]SideSpec
	// Semi gives the left rows that have a partner, each once, and nothing of the
	// right; neither side is Outer then.
	Semi bool
	// KeyTypes are those of the keys, which are compared in pairs.
	KeyTypes []types.Type
	// Strict are the keys in which a null has no partner. The others find nulls
	// equal: those of <=>, and all of a full outer join, as in Spark.
	Strict []int
	// Residual is the rest of the condition, over the columns of both sides; nil
	// for none. Reads are the places of the columns that it reads.
	Residual *expr.Predicate
	Reads    []int
}

// SideSpec is one side of a join of streams.
type SideSpec struct {
	// Types are those of its columns.
	Types []types.Type
	// Keys are compared with the other side's.
	Keys []expr.Eval
	// Only is the part of the condition that reads nothing but this side; nil for
	// none. A row that fails it has no partner and is not kept.
	Only *expr.Predicate
	// Outer: rows without a partner come out, with nulls, when none can come any
	// more.
	Outer bool
	// Late is the column whose event time says which rows are late; -1: none.
	Late int
	// Expires says when a row leaves the state.
	Expires Expiry
}

// Expiry says by what, and when, the rows of one side of a join expire: they do
// once their time is at or before the watermark plus Offset (S120).
type Expiry struct {
	// By is what the time is read from.
	By ExpiryOf
	// Column is the place of the key or the column. That of a time window counts
	// with its end.
	Column int
	// Offset is in microseconds.
	Offset int64
}

// ExpiryOf says what a time is read from.
type ExpiryOf uint8

// The kinds of expiry.
const (
	// Never: rows stay for ever.
	Never ExpiryOf = iota
	// ByKey: Column is a place among the keys.
	ByKey
	// ByColumn: Column is a place among the columns.
	ByColumn
)

// The numbers of the sides.
const (
	leftSide  = 0
	rightSide = 1
)

// joinName is Spark's name of the operator in progress.
const joinName = "symmetricHashJoin"

// matchedName is the state column that says whether a row has had a partner.
const matchedName = "matched"

// JoinState is what the state of a side looks like: by the keys and a number,
// which tells rows of one key apart, the columns of a row and, where it matters,
// whether the row has had a partner.
func JoinState(keys, columns []types.Field, tracked bool) Spec {
	s := Spec{Name: joinName, ShardBy: len(keys), Numbered: true}
	s.Keys = append(append(s.Keys, keys...), types.Field{Name: "number", Type: types.Of(types.Long)})
	s.Values = append(s.Values, columns...)
	if tracked {
		s.Values = append(s.Values, types.Field{Name: matchedName, Type: types.Of(types.Boolean)})
	}
	return s
}

// Join joins two streams (S120-S125). Each side keeps its rows, so that a row
// finds the partners that came before it:
//
//	left batch ─▶ late? ─▶ probe the right rows ─▶ pairs, then keep the row
//	right batch ─▶ late? ─▶ probe the left rows, those of this batch too ─▶ pairs, keep
//	then        ─▶ rows whose time has passed leave; of outer sides those without
//	               a partner come out with nulls
//
// A left row is kept even if it leaves in the same batch: the right rows of the
// batch have not met it yet (SPARK-49829). A right row has met all, and is kept
// only if it stays, or must come out for want of a partner. The row knows by its
// own mark whether it has had one, since the partner may be gone (SPARK-26154).
//
// A semi join begins with the right side: a left row that has found a partner has
// come out and leaves at once.
//
// What a row has met counts when the whole input of the batch has been read, and
// nothing leaves before (SPARK-38684). The rows of one key are met in the order
// in which they came.
type Join struct {
	number int
	spec   JoinSpec
	inputs [2]exec.Operator
	pages  [2]exec.PageLender // the inputs, where they can; else nil
	sides  [2]*joinSide
	index  joinIndex

	bounds  exec.Bounds
	phase   int // 0, 1: the inputs; 2, 3: the evictions; 4: done
	probe   probe
	evict   []int32 // the slots of the side of the phase that leave
	at      int     // those that have been looked at
	columns [2][]*batch.Column
	hits    []int32 // scratch of giveEvicted
	out     batch.Batch
	counts  Counts
}

// NewJoin is the join with this number among the operators of its query. open
// opens the state of a side; the inputs, which the Join closes, hold rows of one
// partition.
func NewJoin(number int, left, right exec.Operator, spec JoinSpec, open func(side int, v Values) (Table, error)) (*Join, error) {
	j := &Join{number: number, spec: spec, inputs: [2]exec.Operator{left, right}}
	j.index.keys = keytable.New(spec.KeyTypes)
	for i := range j.sides {
		j.pages[i], _ = j.inputs[i].(exec.PageLender)
		s := newJoinSide(&j.spec, i)
		table, err := open(i, s)
		if err != nil {
			return nil, err
		}
		s.table = table
		j.sides[i] = s
		for _, t := range spec.Sides[i].Types {
			j.columns[i] = append(j.columns[i], batch.NewColumn(t, 0))
		}
		if i == leftSide || !spec.Semi {
			j.out.Columns = append(j.out.Columns, j.columns[i]...)
		}
	}
	j.probe.init(j)
	return j, nil
}

// Open begins a batch.
func (j *Join) Open(t *exec.Task) error {
	j.bounds = t.Batch.Bounds(j.number)
	j.phase, j.counts, j.evict, j.at = 0, Counts{}, j.evict[:0], 0
	j.probe.reset()
	if j.sides[leftSide].stale || j.sides[rightSide].stale {
		j.rebuild()
	}
	for _, in := range j.inputs {
		if err := in.Open(t); err != nil {
			return err
		}
	}
	return nil
}

// rebuild makes the index of what the tables hold.
func (j *Join) rebuild() {
	j.index.reset()
	for _, s := range j.sides {
		s.rebuild(&j.index)
	}
}

// Counts implements [Operator].
func (j *Join) Counts() Counts { return j.counts }

// Close closes the inputs.
func (j *Join) Close() error {
	err := j.inputs[leftSide].Close()
	if e := j.inputs[rightSide].Close(); err == nil {
		err = e
	}
	return err
}

// Next gives the next rows.
func (j *Join) Next(ctx context.Context) (*batch.Batch, error) {
	j.out.Poison()
	start, updating := time.Now(), j.phase < 2
	b, err := j.next(ctx)
	if updating {
		j.counts.Updates += time.Since(start)
	} else {
		j.counts.Removals += time.Since(start)
	}
	return b, err
}

func (j *Join) next(ctx context.Context) (*batch.Batch, error) {
	for {
		var b *batch.Batch
		var err error
		switch j.phase {
		case 0, 1:
			b, err = j.read(ctx)
		case 2, 3:
			b = j.giveEvicted()
		default:
			return nil, io.EOF
		}
		if b != nil || err != nil {
			return b, err
		}
	}
}

// inputSide is the side whose input the phase reads.
func (j *Join) inputSide() int {
	if j.spec.Semi {
		return 1 - j.phase
	}
	return j.phase
}

// read goes on with the input of the phase; nil if there is nothing to give yet.
func (j *Join) read(ctx context.Context) (*batch.Batch, error) {
	if j.probe.b != nil {
		return j.probe.next()
	}
	b, err := j.inputs[j.inputSide()].Next(ctx)
	if err == io.EOF {
		if j.phase++; j.phase == 2 {
			j.beginEviction()
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return j.probe.begin(b, j.inputSide())
}

// beginEviction chooses what leaves of the side of the phase.
func (j *Join) beginEviction() {
	s := j.sides[j.phase-2]
	j.evict, j.at = j.evict[:0], 0
	if until, ok := s.until(j.bounds.EvictBefore); ok {
		j.evict = s.expiring.due(until, s.timeAt, j.evict)
	}
}

// giveEvicted goes on with the eviction of the side of the phase: it gives the
// next rows that had no partner, if they are wanted.
func (j *Join) giveEvicted() *batch.Batch {
	side := j.phase - 2
	s := j.sides[side]
	for j.spec.Sides[side].Outer && j.at < len(j.evict) {
		n := min(batch.Size, len(j.evict)-j.at)
		j.hits = j.hits[:0]
		for _, slot := range j.evict[j.at : j.at+n] {
			if !s.matched(slot) {
				j.hits = append(j.hits, slot)
			}
		}
		j.at += n
		if len(j.hits) > 0 {
			s.take(j.columns[side], j.hits)
			j.nulls(1-side, len(j.hits))
			j.out.Rows, j.out.Sel = len(j.hits), nil
			return &j.out
		}
	}
	s.remove(j.evict, &j.index)
	j.counts.Removed += int64(len(j.evict))
	if j.phase++; j.phase < 4 {
		j.beginEviction()
		return nil
	}
	j.index.sweep()
	for _, s := range j.sides {
		j.counts.Total += int64(s.table.Len())
	}
	return nil
}

// nulls makes n rows of nulls of the columns of a side.
func (j *Join) nulls(side, n int) {
	for _, c := range j.columns[side] {
		c.Resize(n)
		c.SetAllNull()
	}
}

var (
	_ Operator        = (*Join)(nil)
	_ state.Forgetter = (*joinSide)(nil)
)
