package physical

import (
	"time"

	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/watermark"
	"github.com/weirstream/weir/types"
)

// streamJoin is a join of two streams in the form in which it runs.
type streamJoin struct {
	node    *plan.Join
	cond    *plan.JoinCondition
	sides   [2]plan.Node
	columns [2][]*expr.Ref
	keys    [2][]expr.Expr
	only    [2][]expr.Expr
	outer   [2]bool
	expires [2]keyed.Expiry
}

func newStreamJoin(n *plan.Join) (*streamJoin, error) {
	c := plan.TakeApart(n)
	if len(c.Left) == 0 {
		return nil, fault.New(fault.StreamFailed, "a join of two streams needs an equality between a column of the one and one of the "+
			"other: a join of streams without an equality predicate is not supported").Locate(n.At)
	}
	j := &streamJoin{node: n, cond: c, sides: [2]plan.Node{n.Left, n.Right}, keys: [2][]expr.Expr{c.Left, c.Right},
		only: [2][]expr.Expr{c.LeftOnly, c.RightOnly}}
	switch n.Type {
	case plan.LeftOuterJoin:
		j.outer[0] = true
	case plan.RightOuterJoin:
		j.outer[1] = true
	case plan.FullOuterJoin:
		j.outer = [2]bool{true, true}
	}
	for i, side := range j.sides {
		j.columns[i] = side.Output()
	}
	for i := range j.sides {
		j.expires[i] = j.expiry(i)
	}
	return j, nil
}

// expiry says when the rows of a side leave, as Spark decides it: by the key that
// is an event time, whichever side's; else by the side's own event time, if the
// condition bounds it by the other side's.
func (j *streamJoin) expiry(side int) keyed.Expiry {
	if k := j.cond.TimeKey(); k >= 0 {
		return keyed.Expiry{By: keyed.ByKey, Column: k}
	}
	column := eventTime(j.columns[side])
	if column < 0 {
		return keyed.Expiry{}
	}
	offset, ok := j.cond.TimeBound(j.columns[side], j.columns[1-side])
	if !ok {
		return keyed.Expiry{}
	}
	return keyed.Expiry{By: keyed.ByColumn, Column: column, Offset: offset}
}

// eventTime is the place of the first event time among columns; -1 for none.
func eventTime(columns []*expr.Ref) int {
	for i, r := range columns {
		if r.Watermark >= 0 && timed(r.Typ) {
			return i
		}
	}
	return -1
}

// timed reports whether values of t are points in time, or time windows.
func timed(t types.Type) bool {
	return t.Kind == types.Timestamp || t.Kind == types.TimestampNTZ ||
		t.Kind == types.Struct && len(t.Fields) == 2 && timed(t.Fields[1].Type)
}

// hold is how long the join may hold back a row: the watermark behind it is that
// of its inputs, or of the rows that still may come out, whichever is earlier.
func (j *streamJoin) hold() time.Duration {
	least := int64(0)
	for _, e := range j.expires {
		if e.By != keyed.Never {
			least = min(least, e.Offset)
		}
	}
	return time.Duration(-least) * time.Microsecond
}

// state is what the state of a side looks like.
func (j *streamJoin) state(side int) keyed.Spec {
	var keys, columns []types.Field
	for i, k := range j.keys[side] {
		f := types.Field{Name: "key", Type: k.Type(), Nullable: k.Nullable()}
		if r := expr.Named(j.keys[0][i]); r != nil {
			f.Name = r.Name
		}
		keys = append(keys, f)
	}
	for _, r := range j.columns[side] {
		columns = append(columns, types.Field{Name: r.Name, Type: r.Typ, Nullable: r.Null})
	}
	return keyed.JoinState(keys, columns, j.outer[side])
}

// streamJoin joins two streams: both are spread over partitions by the keys, and a
// partition keeps the rows of both sides.
func (b *builder) streamJoin(n *plan.Join, s *stage) (factory, error) {
	j, err := newStreamJoin(n)
	if err != nil {
		return nil, err
	}
	var inputs []shuffled
	for i, side := range j.sides {
		in := shuffled{stage: &stage{paged: true}, columns: j.columns[i], keys: j.keys[i]}
		if in.rows, err = b.node(side, in.stage); err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
	}
	partitions := min(b.Workers, keytable.ShardCount)
	return b.partitioned(n, s, partitions, inputs, func(readers []factory) (factory, error) {
		op := b.stateful("symmetricHashJoin", n, j.state(0), j.state(1))
		op.Output, op.Hold = watermark.Held, j.hold()
		op.IgnoresWatermark = j.expires[0].By == keyed.Never && j.expires[1].By == keyed.Never
		return func(partition int) (exec.Operator, error) {
			left, err := readers[0](partition)
			if err != nil {
				return nil, err
			}
			right, err := readers[1](partition)
			if err != nil {
				return nil, err
			}
			spec, err := j.compile(b)
			if err != nil {
				return nil, err
			}
			part, err := keyed.NewJoin(op.Number, left, right, spec, func(side int, v keyed.Values) (keyed.Table, error) {
				return b.openState(op, side, partition, partitions, v)
			})
			if err != nil {
				return nil, err
			}
			op.Parts = append(op.Parts, part)
			return part, nil
		}, nil
	})
}

// compile makes the operator's spec, anew for each partition.
func (j *streamJoin) compile(b *builder) (keyed.JoinSpec, error) {
	spec := keyed.JoinSpec{Semi: j.node.Type == plan.LeftSemiJoin}
	for i, k := range j.keys[0] {
		spec.KeyTypes = append(spec.KeyTypes, k.Type())
		// Spark finds null keys equal where it has not filtered them, which is
		// in a full outer join.
		if !j.cond.NullSafe[i] && j.node.Type != plan.FullOuterJoin {
			spec.Strict = append(spec.Strict, i)
		}
	}
	for i := range j.sides {
		side := keyed.SideSpec{Types: refTypes(j.columns[i]), Outer: j.outer[i], Late: eventTime(j.columns[i]), Expires: j.expires[i]}
		var err error
		if side.Keys, err = b.compiler(j.columns[i]).CompileAll(j.keys[i]); err != nil {
			return spec, err
		}
		if len(j.only[i]) > 0 {
			if side.Only, err = b.compiler(j.columns[i]).CompileTerms(j.only[i]); err != nil {
				return spec, err
			}
		}
		spec.Sides[i] = side
	}
	if len(j.cond.Both) == 0 {
		return spec, nil
	}
	both := append(j.columns[0][:len(j.columns[0]):len(j.columns[0])], j.columns[1]...)
	spec.Reads = columnsOf(both, expr.Refs(j.cond.Both...))
	var err error
	spec.Residual, err = b.compiler(both).CompileTerms(j.cond.Both)
	return spec, err
}
