package analyze

import (
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// session puts the column of a session window over in: of each row the session
// that it makes by itself, which the operator of sessions merges with others
// (S104). A row whose gap is not positive makes none.
func (r *resolution) session(in plan.Node, c *expr.Call) (plan.Node, *expr.Ref, error) {
	a := &expr.Alias{Child: c, Names: []string{"session_window"}, ID: expr.NewID()}
	column := a.Ref()
	var out plan.Node = &plan.Project{Input: in, Exprs: append(asExprs(in.Output()), a)}
	if positiveGap(c.Args[1]) {
		return out, column, nil
	}
	start, end := &expr.Field{Child: column, Ordinal: 0}, &expr.Field{Child: column, Ordinal: 1}
	lasts, err := r.call(">", []expr.Expr{end, start}, &expr.UnresolvedFunction{At: c.At})
	if err != nil {
		return nil, nil, err
	}
	return &plan.Filter{Input: out, Condition: lasts}, column, nil
}

// positiveGap reports whether a gap is a constant above zero.
func positiveGap(e expr.Expr) bool {
	for {
		c, ok := e.(*expr.Cast)
		if !ok {
			break
		}
		e = c.Child
	}
	l, ok := e.(*expr.Literal)
	if !ok {
		return false
	}
	text, ok := l.Value.(string)
	if !ok {
		return false
	}
	v, ok := datetime.ParseInterval(text)
	return ok && v.Months >= 0 && v.Days >= 0 && v.Micros >= 0 && int64(v.Months)+int64(v.Days)+v.Micros > 0
}
