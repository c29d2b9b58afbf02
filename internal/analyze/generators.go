package analyze

import (
	"errors"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// generatorsBelow is a select list in which an item could not be resolved since it names
// what a generator before it makes, as in explode(l) AS x, x + 1: with the generators
// beneath it, so that their columns are there. Nil where the error has another reason.
func (r *resolution) generatorsBelow(n *plan.Project, failed error) *plan.Project {
	e, ok := errors.AsType[*fault.Error](failed)
	if !ok || e.Condition != fault.UnresolvedColumn && e.Condition != fault.UnresolvedColumnBare {
		return nil
	}
	missing, _, _ := strings.Cut(strings.TrimPrefix(e.Params["objectName"], "`"), "`")
	below := *n
	below.Exprs = nil
	found := false
	for _, item := range n.Exprs {
		a, ok := item.(*expr.Alias)
		if !ok || !r.generates(a) {
			if _, star := item.(*expr.UnresolvedStar); star {
				return nil // it does not stand for what the list itself makes
			}
			below.Exprs = append(below.Exprs, item)
			continue
		}
		found = found || slices.ContainsFunc(a.Names, func(name string) bool { return strings.EqualFold(name, missing) })
		below.Input = &plan.Generate{Origin: n.Origin, Input: below.Input, Generator: a.Child, Names: a.Names}
		for _, name := range a.Names {
			below.Exprs = append(below.Exprs, &expr.UnresolvedAttribute{Parts: []string{name}})
		}
	}
	if !found {
		return nil
	}
	return &below
}
