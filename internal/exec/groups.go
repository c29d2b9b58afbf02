package exec

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/types"
)

// GroupSpec says by what rows are grouped and what is computed of each group.
// Its expressions are compiled: each [Groups] needs its own.
type GroupSpec struct {
	keys     []expr.Eval
	keyTypes []types.Type
	// widths are, by key, those of the time windows that it holds, which are
	// told apart by their start alone; 0 for any other key.
	widths   []int64
	sections []section
	calls    []*expr.AggregateCall
	env      *expr.Env
}

// section are the functions over the same rows: those that pass a filter. What
// several of them read is evaluated once.
type section struct {
	filter *expr.Predicate // nil: all rows
	evals  []expr.Eval
	calls  []sectionCall

	cols   []*batch.Column // scratch: the values of evals
	groups []int32         // scratch: the groups of the rows that pass
}

// sectionCall is a function: its place among all, and those of its arguments
// among the section's evals.
type sectionCall struct {
	at   int
	args []int
	cols []*batch.Column // scratch
}

// NewGroupSpec compiles a grouping: keys, of which a reference to a column of
// time windows is treated as such, and aggregate functions with their filters.
func NewGroupSpec(c *expr.Compiler, keys []expr.Expr, calls []*expr.AggregateCall) (*GroupSpec, error) {
	s := &GroupSpec{calls: calls, env: c.Env}
	var err error
	if s.keys, err = c.CompileAll(keys); err != nil {
		return nil, err
	}
	for _, k := range keys {
		s.keyTypes = append(s.keyTypes, k.Type())
		width := int64(0)
		if r := expr.Named(k); r != nil && k.Type().Kind == types.Struct {
			width = r.Window
		}
		s.widths = append(s.widths, width)
	}
	var filters []expr.Expr
	var read [][]expr.Expr // by section: the arguments compiled
	for at, call := range calls {
		i := slices.IndexFunc(filters, func(f expr.Expr) bool { return sameFilter(f, call.Filter) })
		if i < 0 {
			i = len(filters)
			sec := section{}
			if call.Filter != nil {
				if sec.filter, err = c.CompilePredicate(call.Filter); err != nil {
					return nil, err
				}
			}
			filters, read, s.sections = append(filters, call.Filter), append(read, nil), append(s.sections, sec)
		}
		if read[i], err = s.sections[i].add(c, at, call, read[i]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func sameFilter(a, b expr.Expr) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return expr.Same(a, b)
}

// add adds a function whose arguments are compiled unless they stand in read
// already, to which those are added.
func (s *section) add(c *expr.Compiler, at int, call *expr.AggregateCall, read []expr.Expr) ([]expr.Expr, error) {
	made := sectionCall{at: at, cols: make([]*batch.Column, len(call.Args))}
	for _, arg := range call.Args {
		i := slices.IndexFunc(read, func(e expr.Expr) bool { return expr.Same(e, arg) })
		if i < 0 {
			e, err := c.Compile(arg)
			if err != nil {
				return nil, err
			}
			i = len(read)
			read, s.evals = append(read, arg), append(s.evals, e)
		}
		made.args = append(made.args, i)
	}
	s.calls = append(s.calls, made)
	return read, nil
}

// PartialTypes are the columns of partial groups: the keys and then the states of
// the functions, each as its Partial says.
func (s *GroupSpec) PartialTypes() []types.Type {
	list := slices.Clone(s.keyTypes)
	for _, c := range s.calls {
		list = append(list, c.Fn.Partial(c)...)
	}
	return list
}

// ResultTypes are the columns of finished groups: the keys and then the values.
func (s *GroupSpec) ResultTypes() []types.Type {
	list := slices.Clone(s.keyTypes)
	for _, c := range s.calls {
		list = append(list, c.Typ)
	}
	return list
}

// Groups are groups of rows: a table that gives each key a number, and by number
// the accumulators of the functions. They know two kinds of input,
//
//	rows            Keys ─▶ Find ─▶ Update       (what PartialAggregate reads)
//	partial groups          Find ─▶ Merge        (what PartialAggregate gives)
//
// and two of output, AppendPartial and AppendResults. Groups belong to one
// goroutine. Without keys there is one group, once Find was called for a row.
type Groups struct {
	spec  *GroupSpec
	table *keytable.Table
	accs  []expr.Accumulator
	first []int       // by function: its first column among the states
	once  []*distinct // by function: nil for those that are not DISTINCT

	cols   []*batch.Column // scratch: the keys of a batch
	found  []*batch.Column // scratch: the keys as the table has them
	starts []*batch.Column // by key: scratch for the starts of windows
	byRow  []int32         // scratch: groups by row
}

// NewGroups makes empty groups.
func NewGroups(s *GroupSpec) (*Groups, error) {
	g := &Groups{spec: s, starts: make([]*batch.Column, len(s.keys))}
	held := slices.Clone(s.keyTypes)
	for i, w := range s.widths {
		if w > 0 {
			held[i] = held[i].Fields[0].Type
			g.starts[i] = batch.NewColumn(held[i], 0)
		}
	}
	g.table = keytable.New(held)
	at := 0
	for _, c := range s.calls {
		acc, err := c.Fn.New(c, s.env)
		if err != nil {
			return nil, err
		}
		g.accs, g.first = append(g.accs, acc), append(g.first, at)
		var once *distinct
		if c.Distinct {
			once = newDistinct(c)
		}
		g.once = append(g.once, once)
		at += len(c.Fn.Partial(c))
	}
	g.first = append(g.first, at)
	return g, nil
}

// Len is the number of groups.
func (g *Groups) Len() int { return g.table.Len() }

// Keys evaluates the keys of b's rows. They are good until its next call.
func (g *Groups) Keys(b *batch.Batch) ([]*batch.Column, error) {
	var err error
	g.cols, err = Evaluate(g.spec.keys, b, g.cols)
	return g.cols, err
}

// Find puts the group of each selected row into ids, dense. Groups that were not
// there come into being, empty, numbered in the order of their first rows.
func (g *Groups) Find(keys []*batch.Column, rows int, sel, ids []int32) {
	before := g.table.Slots()
	if g.assign(keys, rows, sel, ids) > 0 {
		g.Fresh(before, g.table.Slots())
	}
}

// assign puts the number of each selected row's key into ids, and says how many
// keys are new.
func (g *Groups) assign(keys []*batch.Column, rows int, sel, ids []int32) int {
	g.found = append(g.found[:0], keys...)
	for i, w := range g.spec.widths {
		if w > 0 {
			g.found[i] = startsOf(keys[i], g.starts[i])
		}
	}
	return g.table.Assign(g.found, rows, sel, ids)
}

// Fresh makes the groups from ≤ g < to empty.
func (g *Groups) Fresh(from, to int) {
	for _, acc := range g.accs {
		acc.Reset(from, to)
	}
}

// startsOf are the starts of time windows, in scratch where they are not a column
// by themselves.
func startsOf(windows, scratch *batch.Column) *batch.Column {
	start := windows.Children[0]
	if !windows.HasNulls() && !windows.Const {
		return start
	}
	scratch.Share(start)
	scratch.Const = windows.Const
	scratch.AndValid(windows)
	return scratch
}

// Update adds the selected rows of b to their groups, given by Find.
func (g *Groups) Update(b *batch.Batch, ids []int32) error {
	for i := range g.spec.sections {
		s := &g.spec.sections[i]
		sel, groups := b.Sel, ids
		if s.filter != nil {
			var err error
			if sel, err = s.filter.Select(b, b.Sel); err != nil {
				return err
			}
			groups = g.passed(s, b, sel, ids)
		}
		if len(groups) == 0 {
			continue
		}
		if err := g.updateSection(s, b, groups, sel); err != nil {
			return err
		}
	}
	return nil
}

// evaluate gives the section's functions their arguments at the rows sel of b.
func (s *section) evaluate(b *batch.Batch, sel []int32) error {
	s.cols = s.cols[:0]
	for _, e := range s.evals {
		c, err := e.Eval(b, sel)
		if err != nil {
			return err
		}
		s.cols = append(s.cols, c)
	}
	for k := range s.calls {
		c := &s.calls[k]
		for i, at := range c.args {
			c.cols[i] = s.cols[at]
		}
	}
	return nil
}

func (g *Groups) updateSection(s *section, b *batch.Batch, groups, sel []int32) error {
	if err := s.evaluate(b, sel); err != nil {
		return err
	}
	for k := range s.calls {
		c := &s.calls[k]
		to, rows := groups, sel
		if once := g.once[c.at]; once != nil {
			to, rows = once.pass(groups, c.cols, sel)
		}
		if err := g.accs[c.at].Update(to, c.cols, rows); err != nil {
			return err
		}
	}
	return nil
}

// passed are the groups of the rows sel, which a filter has left of b's.
func (g *Groups) passed(s *section, b *batch.Batch, sel, ids []int32) []int32 {
	if len(sel) == b.Len() || sel == nil {
		return ids
	}
	byRow := ids
	if b.Sel != nil {
		g.byRow = slices.Grow(g.byRow[:0], b.Rows)[:b.Rows]
		byRow = g.byRow
		for k, r := range b.Sel {
			byRow[r] = ids[k]
		}
	}
	s.groups = slices.Grow(s.groups[:0], len(sel))[:len(sel)]
	for k, r := range sel {
		s.groups[k] = byRow[r]
	}
	return s.groups
}

// Merge adds partial groups: states are the columns behind the keys, ids the
// groups of the selected rows, given by Find.
func (g *Groups) Merge(ids []int32, states []*batch.Column, sel []int32) error {
	for i, acc := range g.accs {
		if err := acc.Merge(ids, states[g.first[i]:g.first[i+1]], sel); err != nil {
			return err
		}
	}
	return nil
}

// AppendKeys appends the keys of groups, which rise, to out. Strings are views,
// good until the next Find or Reset.
func (g *Groups) AppendKeys(ids []int32, out []*batch.Column) {
	for i, key := range g.table.Keys() {
		width := g.spec.widths[i]
		if width == 0 {
			out[i].AppendRows(key, ids, nil)
			continue
		}
		at := out[i].Len()
		out[i].Extend(len(ids))
		starts, ends := batch.Values[int64](out[i].Children[0])[at:], batch.Values[int64](out[i].Children[1])[at:]
		from := batch.Values[int64](key)
		for k, id := range ids {
			starts[k], ends[k] = from[id], from[id]+width
			if key.Null(int(id)) {
				out[i].SetNull(at + k)
			}
		}
	}
}

// AppendPartial appends the states of groups to out. Strings are views, good
// until the next change of the groups.
func (g *Groups) AppendPartial(ids []int32, out []*batch.Column) error {
	for i, acc := range g.accs {
		if err := acc.Save(ids, out[g.first[i]:g.first[i+1]]); err != nil {
			return err
		}
	}
	return nil
}

// AppendResults appends the values of groups to out, a column a function,
// likewise.
func (g *Groups) AppendResults(ids []int32, out []*batch.Column) error {
	for i, acc := range g.accs {
		if err := acc.Result(ids, out[i]); err != nil {
			return err
		}
	}
	return nil
}

// Reset forgets all groups and keeps the memory.
func (g *Groups) Reset() {
	// A table gives up memory that was not used since its last Reset. Accumulators of
	// texts forget theirs together; group by group they would copy it to and fro.
	if n := g.table.Slots(); n > 0 {
		g.Fresh(0, n)
		g.table.Reset()
	}
	for _, once := range g.once {
		if once != nil && once.table.Slots() > 0 {
			once.table.Reset()
		}
	}
}
