package exec

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
)

// AppendSingle appends the states of groups that have one of the selected rows of b each
// to out, a column a state: of functions that can, without keeping them first. What the
// groups held is lost. Strings are views of b, or good until the next change of the groups.
func (g *Groups) AppendSingle(b *batch.Batch, out []*batch.Column) error {
	ids := batch.Identity(b.Len())
	for i := range g.spec.sections {
		s := &g.spec.sections[i]
		if err := g.sectionSingle(s, b, ids, out); err != nil {
			return err
		}
	}
	return nil
}

func (g *Groups) sectionSingle(s *section, b *batch.Batch, ids []int32, out []*batch.Column) error {
	sel, groups := b.Sel, ids
	if s.filter != nil {
		var err error
		if sel, err = s.filter.Select(b, b.Sel); err != nil {
			return err
		}
		groups = g.passed(s, b, sel, ids)
	}
	if len(groups) > 0 {
		if err := s.evaluate(b, sel); err != nil {
			return err
		}
	}
	for k := range s.calls {
		c := &s.calls[k]
		acc, states := g.accs[c.at], out[g.first[c.at]:g.first[c.at+1]]
		if lone, ok := acc.(expr.LoneSaver); ok && s.filter == nil {
			rows := sel
			if rows == nil {
				rows = ids
			}
			if err := lone.SaveRows(c.cols, rows, states); err != nil {
				return err
			}
			continue
		}
		acc.Reset(0, len(ids))
		if len(groups) > 0 {
			if err := acc.Update(groups, c.cols, sel); err != nil {
				return err
			}
		}
		if err := acc.Save(ids, states); err != nil {
			return err
		}
	}
	return nil
}
