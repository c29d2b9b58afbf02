package frames

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// Columns are the columns of a plan with their types, in a line.
func Columns(n plan.Node) string {
	var parts []string
	for _, c := range n.Output() {
		parts = append(parts, c.Name+": "+c.Typ.String())
	}
	return strings.Join(parts, ", ") + "\n"
}

// Operators tells of each node of a plan what it gives.
func Operators(n plan.Node) string {
	var b strings.Builder
	number := 0
	plan.Walk(n, func(n plan.Node) bool {
		number++
		kind, _, _ := strings.Cut(n.String(), " ")
		fmt.Fprintf(&b, "(%d) %s\n  what: %s\n  columns: %s", number, kind, n, Columns(n))
		return true
	})
	return b.String()
}

// Canonical is an analyzed plan as text in which columns are numbered as they appear
// and names that only name are left out: equal texts, equal rows.
func Canonical(n plan.Node) (string, error) {
	numbers := make(map[expr.ID]int)
	number := func(id expr.ID) string {
		if _, ok := numbers[id]; !ok {
			numbers[id] = len(numbers)
		}
		return "#" + strconv.Itoa(numbers[id])
	}
	plain, err := plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		if a, ok := n.(*plan.SubqueryAlias); ok {
			return a.Input, nil
		}
		if p, ok := n.(*plan.Project); ok && sameColumns(p.Output(), p.Input.Output()) {
			return p.Input, nil
		}
		return plan.MapExprs(n, func(e expr.Expr) (expr.Expr, error) {
			return expr.Transform(e, func(e expr.Expr) (expr.Expr, error) {
				switch e := e.(type) {
				case *expr.Ref:
					r := *e
					r.Name, r.Qualifier = number(e.ID), nil
					return &r, nil
				case *expr.Alias:
					a := *e
					a.Names = []string{number(e.ID)}
					return &a, nil
				}
				return e, nil
			})
		})
	})
	if err != nil {
		return "", err
	}
	var leaves strings.Builder
	plan.Walk(plain, func(n plan.Node) bool {
		switch n := n.(type) {
		case *plan.LocalRelation:
			fmt.Fprintf(&leaves, "rows %p %v\n", n.Rows, n.Exprs)
		case *plan.Scan:
			fmt.Fprintf(&leaves, "scan %s %v %v\n", n.Name, n.Spec.Paths, n.Spec.Options)
		}
		return true
	})
	return plan.Text(plain) + leaves.String(), nil
}

func sameColumns(a, b []*expr.Ref) bool {
	return slices.EqualFunc(a, b, func(a, b *expr.Ref) bool { return a.ID == b.ID })
}
