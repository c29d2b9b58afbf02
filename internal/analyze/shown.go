package analyze

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// likeLists are the names under which the parser gives x LIKE ANY ('…', …) and its kin,
// where all patterns are constants: Spark names their columns by them, and by x alone.
var likeLists = map[string]bool{"likeany": true, "likeall": true, "notlikeany": true, "notlikeall": true,
	"ilikeany": true, "ilikeall": true, "notilikeany": true, "notilikeall": true}

// likeList resolves such a list: comparisons with OR or AND between them.
func (r *resolution) likeList(u *expr.UnresolvedFunction, s scope) (expr.Expr, error) {
	positive, negated := strings.CutPrefix(u.Name, "not")
	op, both := strings.TrimSuffix(positive, "any"), "or"
	if op == positive {
		op, both = strings.TrimSuffix(positive, "all"), "and"
	}
	terms := make([]expr.Expr, len(u.Args)-1)
	text := ""
	for i, pattern := range u.Args[1:] {
		args, err := r.exprs([]expr.Expr{u.Args[0], pattern}, s)
		if err != nil {
			return nil, err
		}
		if terms[i], err = r.call(op, args, u); err == nil && negated {
			terms[i], err = r.call("not", terms[i:i+1:i+1], u)
		}
		if err != nil {
			return nil, err
		}
		text = args[0].String()
	}
	for len(terms) > 1 { // in pairs, so that a long list is no deep tree
		paired := terms[:0:0]
		for i := 0; i+1 < len(terms); i += 2 {
			e, err := r.call(both, []expr.Expr{terms[i], terms[i+1]}, u)
			if err != nil {
				return nil, err
			}
			paired = append(paired, e)
		}
		if len(terms)%2 == 1 {
			paired = append(paired, terms[len(terms)-1])
		}
		terms = paired
	}
	name := u.Name
	if op == "ilike" {
		name, text = strings.Replace(u.Name, "ilike", "like", 1), "lower("+text+")"
	}
	return shownAs(terms[0], name+"("+text+")"), nil
}

// shownAs is a call whose column has another name.
func shownAs(e expr.Expr, text string) expr.Expr {
	c, ok := e.(*expr.Call)
	if !ok {
		return e
	}
	n := *c
	n.Text = text
	return &n
}

// rowText is the name of a row, (a, b), which is that of named_struct.
func rowText(args []expr.Expr, t types.Type) string {
	parts := make([]string, len(args))
	for i, a := range args {
		if n, ok := a.(*expr.Alias); ok {
			a = n.Child
		}
		parts[i] = t.Fields[i].Name + ", " + a.String()
	}
	return "named_struct(" + strings.Join(parts, ", ") + ")"
}
