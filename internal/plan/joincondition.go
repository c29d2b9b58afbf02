package plan

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// JoinCondition is the condition of a join of two streams, taken apart.
type JoinCondition struct {
	// Left and Right are the keys: Left[i] = Right[i]. NullSafe says that nulls
	// are equal in this pair.
	Left, Right []expr.Expr
	NullSafe    []bool
	// LeftOnly and RightOnly are the terms that read one side alone, Both the
	// others that are no keys.
	LeftOnly, RightOnly, Both []expr.Expr
}

// TakeApart takes the condition of a join apart.
func TakeApart(j *Join) *JoinCondition {
	c := &JoinCondition{}
	if j.Condition == nil {
		return c
	}
	left, right := idSet(j.Left.Output()), idSet(j.Right.Output())
	for _, t := range expr.Conjuncts(j.Condition) {
		switch {
		case c.equality(t, left, right):
		case expr.Volatile(t):
			c.Both = append(c.Both, t)
		case readsWithin(t, left):
			c.LeftOnly = append(c.LeftOnly, t)
		case readsWithin(t, right):
			c.RightOnly = append(c.RightOnly, t)
		default:
			c.Both = append(c.Both, t)
		}
	}
	return c
}

// equality takes a term that compares one side with the other as a pair of keys.
func (c *JoinCondition) equality(t expr.Expr, left, right map[expr.ID]bool) bool {
	call, ok := t.(*expr.Call)
	if !ok || len(call.Args) != 2 || expr.Volatile(t) {
		return false
	}
	a, b := call.Args[0], call.Args[1]
	safe := call.Fn.Name == "<=>" || call.Fn.Name == "equal_null"
	if !safe && call.Fn.Name != "=" && call.Fn.Name != "==" || !a.Type().SameIgnoringNullability(b.Type()) || a.Type().Kind == types.Map {
		return false
	}
	if readsWithin(a, right) && readsWithin(b, left) {
		a, b = b, a
	}
	if !readsWithin(a, left) || !readsWithin(b, right) || len(expr.Refs(a)) == 0 || len(expr.Refs(b)) == 0 {
		return false
	}
	c.Left, c.Right, c.NullSafe = append(c.Left, a), append(c.Right, b), append(c.NullSafe, safe)
	return true
}

func idSet(refs []*expr.Ref) map[expr.ID]bool {
	m := make(map[expr.ID]bool, len(refs))
	for _, r := range refs {
		m[r.ID] = true
	}
	return m
}

func readsWithin(e expr.Expr, of map[expr.ID]bool) bool {
	return !slices.ContainsFunc(expr.Refs(e), func(r *expr.Ref) bool { return !of[r.ID] })
}

// TimeKey is the place of the first key that is an event time by itself, of the
// left keys if there is one, else of the right; -1 for none. A key that is null
// safe is computed, so it is none.
func (c *JoinCondition) TimeKey() int {
	for _, keys := range [][]expr.Expr{c.Left, c.Right} {
		for i, k := range keys {
			if expr.WatermarkOf(k) >= 0 && !c.NullSafe[i] {
				return i
			}
		}
	}
	return -1
}

// TimeBound is how far the rows of the side that find are may lie behind the
// watermark and still find partners among the rows marked: rows whose time is at
// or before the watermark plus the offset, in microseconds, cannot (S120). It
// comes from terms as find.ts > marked.ts - 10 seconds, whichever way they are
// written; of several the one that keeps rows longest counts, as in Spark.
func (c *JoinCondition) TimeBound(find, marked []*expr.Ref) (offset int64, ok bool) {
	found := idSet(find)
	clocks := make(map[expr.ID]bool)
	for _, r := range marked {
		clocks[r.ID] = r.Watermark >= 0
	}
	for _, t := range slices.Concat(c.LeftOnly, c.RightOnly, c.Both) {
		call, isCall := t.(*expr.Call)
		if !isCall || len(call.Args) != 2 {
			continue
		}
		less, more, strict := call.Args[0], call.Args[1], true
		switch call.Fn.Name {
		case "<=":
			strict = false
		case ">=":
			less, more, strict = more, less, false
		case ">":
			less, more = more, less
		case "<":
		default:
			continue
		}
		if at, bounds := boundOf(less, more, found, clocks); bounds {
			if !strict {
				at -= millisecond
			}
			if !ok || at < offset {
				offset, ok = at, true
			}
		}
	}
	return offset, ok
}

const millisecond = 1000

// boundOf solves less < more for the one time of the columns found: it must stand
// on the greater side alone, and one watermarked column on the lesser. The rest
// are constants. The result is whole milliseconds, rounded down.
func boundOf(less, more expr.Expr, found, clocks map[expr.ID]bool) (int64, bool) {
	var s sum
	if !s.add(less, 1) || !s.add(more, -1) {
		return 0, false
	}
	clock, time := 0, 0
	for _, t := range s.columns {
		switch {
		case found[t.ref.ID]:
			time += t.sign
			if t.sign > 0 || !isTime(t.ref.Typ) {
				return 0, false
			}
		case clocks[t.ref.ID]:
			clock += t.sign
			if t.sign < 0 {
				return 0, false
			}
		default:
			return 0, false
		}
	}
	if clock != 1 || time != -1 {
		return 0, false
	}
	micros := s.micros
	if rest := micros % millisecond; rest < 0 {
		micros -= rest + millisecond
	} else {
		micros -= rest
	}
	return micros, true
}

func isTime(t types.Type) bool { return t.Kind == types.Timestamp || t.Kind == types.TimestampNTZ }

// sum is an expression as a sum of columns and microseconds.
type sum struct {
	columns []signed
	micros  int64
}

// signed is a column and 1 or -1.
type signed struct {
	ref  *expr.Ref
	sign int
}

// add adds sign times e; false if e is no such sum.
func (s *sum) add(e expr.Expr, sign int) bool {
	switch e := e.(type) {
	case *expr.Ref:
		s.columns = append(s.columns, signed{e, sign})
		return true
	case *expr.Cast:
		return (e.To.Numeric() || isTime(e.To)) && s.add(e.Child, sign)
	case *expr.Literal:
		micros, ok := microsOf(e)
		s.micros += int64(sign) * micros
		return ok
	case *expr.Call:
		switch {
		case e.Fn.Name == "+" && len(e.Args) == 2:
			return s.add(e.Args[0], sign) && s.add(e.Args[1], sign)
		case e.Fn.Name == "-" && len(e.Args) == 2 && !(isTime(e.Args[0].Type()) && isTime(e.Args[1].Type())):
			return s.add(e.Args[0], sign) && s.add(e.Args[1], -sign)
		case (e.Fn.Name == "-" || e.Fn.Name == "negative") && len(e.Args) == 1:
			return s.add(e.Args[0], -sign)
		}
	}
	return false
}

// microsOf is a literal in microseconds; a number counts seconds. Months have no
// fixed length.
func microsOf(l *expr.Literal) (int64, bool) {
	switch v := l.Value.(type) {
	case int64:
		if l.Typ.Kind == types.DayTimeInterval {
			return v, true
		}
		return v * 1e6, l.Typ.Numeric()
	case int32:
		return int64(v) * 1e6, l.Typ.Numeric()
	case float64:
		return int64(v * 1e6), true
	case types.Interval:
		return int64(v.Days)*86400e6 + v.Micros, v.Months == 0
	}
	return 0, false
}
