package warehouse

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// eachRead shows the tables that a query reads by name, those of its subqueries
// included, but for the names that WITH gives.
func eachRead(n plan.Node, with []string, visit func(*plan.Read)) {
	plan.Walk(n, func(n plan.Node) bool {
		switch n := n.(type) {
		case *plan.With:
			with = append(with, n.Names...)
			for _, r := range n.Relations {
				eachRead(r, with, visit)
			}
		case *plan.Read:
			own := func(name string) bool { return strings.EqualFold(name, n.Table[0]) }
			if n.Format == "" && !(len(n.Table) == 1 && slices.ContainsFunc(with, own)) {
				visit(n)
			}
		}
		for _, e := range plan.Exprs(n) {
			expr.Any(e, func(e expr.Expr) bool {
				if q, ok := e.(*expr.Subquery); ok {
					if inner, ok := q.Plan.(plan.Node); ok {
						eachRead(inner, with, visit)
					}
				}
				return false
			})
		}
		return true
	})
}

// qualify makes the names of a view's text those of the catalog, whatever temporary
// views the session of the reader has.
func qualify(n plan.Node) {
	eachRead(n, nil, func(r *plan.Read) {
		if len(r.Table) == 1 {
			r.Table = []string{"default", r.Table[0]}
		}
	})
}

// CheckView refuses a view over temporary views, which others do not see, and one that
// would read itself.
func (d *Directory) CheckView(t *Table, temporary func(name []string) bool, o plan.Origin) error {
	n, err := t.View.parse()
	if err != nil {
		return err
	}
	eachRead(n, nil, func(r *plan.Read) {
		if err == nil && temporary(r.Table) {
			name := strings.Join(r.Table, ".")
			err = fault.New(fault.TemporaryInView, "the view %s would read the temporary view %s, which is this session's alone; make it a "+
				"temporary view too", t.Name, name).With("objName", t.Name).With("tempObjName", "`"+name+"`").Locate(o.At)
		}
	})
	if err != nil {
		return err
	}
	return d.reaches(t.Name, n, 0, o)
}

// deepestViews bounds how many views may stand behind one another.
const deepestViews = 100

// reaches refuses a query that comes to read the view of a name.
func (d *Directory) reaches(name string, n plan.Node, depth int, o plan.Origin) (err error) {
	if depth > deepestViews {
		return fault.New(fault.TooComplex, "more than %d views stand behind one another", deepestViews).Locate(o.At)
	}
	eachRead(n, nil, func(r *plan.Read) {
		own, ok := Name(r.Table)
		switch {
		case err != nil || !ok:
		case strings.EqualFold(own, name):
			err = fault.New(fault.RecursiveView, "the view %s would read itself", name).With("viewIdent", name).Locate(o.At)
		default:
			t, failed := d.Find(r.Table)
			if failed != nil || t == nil || t.View == nil {
				return
			}
			if inner, failed := t.View.parse(); failed == nil {
				err = d.reaches(name, inner, depth+1, o)
			}
		}
	})
	return err
}
