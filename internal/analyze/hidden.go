package analyze

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// hiddenKey marks a column that * does not stand for, in its metadata. The name is
// Spark's.
const hiddenKey = "__metadata_col"

// hiddenName is the column about the file of a row (S10e).
const hiddenName = "_metadata"

// asksHidden reports whether a plan names the hidden column anywhere: only then are
// scans given one, so that all other queries know nothing of it.
func asksHidden(n plan.Node) bool {
	found := false
	plan.Walk(n, func(n plan.Node) bool {
		for _, e := range plan.Exprs(n) {
			found = found || e != nil && expr.Any(e, func(e expr.Expr) bool {
				switch e := e.(type) {
				case *expr.UnresolvedAttribute:
					return slices.ContainsFunc(e.Parts, func(p string) bool { return strings.EqualFold(p, hiddenName) })
				case *expr.Subquery:
					inner, ok := e.Plan.(plan.Node)
					return ok && asksHidden(inner)
				}
				return false
			})
		}
		return !found
	})
	return found
}

// withHidden adds the hidden columns of a format to a scan, unless a column of the
// files has the name.
func (r *resolution) withHidden(f connector.Format, scan *plan.Scan) {
	h, ok := f.(connector.HiddenFormat)
	if !r.hidden || !ok {
		return
	}
	for _, field := range h.Hidden().Fields {
		if slices.ContainsFunc(scan.Columns, func(c *expr.Ref) bool { return strings.EqualFold(c.Name, field.Name) }) {
			continue
		}
		field.Metadata = map[string]any{hiddenKey: true}
		scan.Columns = append(scan.Columns, refs(types.NewSchema(field), nil)...)
	}
}

func isHidden(c *expr.Ref) bool { return c.Metadata[hiddenKey] != nil }

// sideKey in hiddenKey's place marks a column of USING that one side of a join had: it
// is there under its table's name alone.
const sideKey = "side"

// side is a column of USING as the rest of the query may name it: t.id.
func (r *resolution) side(c *expr.Ref) *expr.Ref {
	r.hidden = true
	n := *c
	n.Metadata = maps.Clone(c.Metadata)
	if n.Metadata == nil {
		n.Metadata = map[string]any{}
	}
	n.Metadata[hiddenKey] = sideKey
	return &n
}

// chosen is a column that was asked for by its name, or its table's: it is hidden no more.
func chosen(c *expr.Ref) *expr.Ref {
	if !isHidden(c) {
		return c
	}
	n := *c
	n.Metadata = maps.Clone(c.Metadata)
	delete(n.Metadata, hiddenKey)
	return &n
}

func ofSide(c *expr.Ref) bool { return c.Metadata[hiddenKey] == sideKey }

// plain resolves a relation without its hidden columns.
func (r *resolution) plain(n plan.Node) (plan.Node, error) {
	out, err := r.node(n)
	if err != nil {
		return nil, err
	}
	return r.shown(out), nil
}

// shown is a relation without its hidden columns.
func (r *resolution) shown(n plan.Node) plan.Node { return r.without(n, isHidden) }

// without is a relation without the hidden columns that gone picks.
func (r *resolution) without(n plan.Node, gone func(*expr.Ref) bool) plan.Node {
	if !r.hidden || !slices.ContainsFunc(n.Output(), gone) {
		return n
	}
	var exprs []expr.Expr
	for _, c := range n.Output() {
		if !gone(c) {
			exprs = append(exprs, c)
		}
	}
	return &plan.Project{Input: n, Exprs: exprs}
}
