package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// mode is the value that is there most often, nulls left out; the least of
// several. A second argument, which asks Spark for just that, changes nothing.
var mode = &expr.Aggregate{
	Name:    "mode",
	Ordered: true,
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if plain, keys := parted(args); len(keys) > 0 {
			return modeWithin(plain, keys)
		}
		if len(args) != 1 && len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("mode", "1 or 2", len(args))
		}
		if t := args[0].Type(); !keyable(t) || !orderable(t) {
			return expr.Resolution{}, fault.New(fault.UnsupportedInput, "mode does not take %s: %s", t.SQL(), args[0])
		}
		res := expr.Resolution{Args: args[:1], Type: args[0].Type(), Nullable: true}
		if len(args) == 2 {
			res.Text = "mode() WITHIN GROUP (ORDER BY " + args[0].String() + " DESC)"
		}
		return res, nil
	},
	Partial: func(c *expr.AggregateCall) []types.Type {
		return []types.Type{arrayOf(c.Typ), arrayOf(types.Of(types.Long))}
	},
	New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
		m := &modeOf{set: newSets(c.Typ), order: expr.OrderOf(c.Typ)}
		if len(c.Args) > 1 {
			m.greatest, _ = c.Args[1].(*expr.Literal).Value.(bool)
		}
		return m, nil
	},
}

// modeWithin is mode() WITHIN GROUP (ORDER BY value): of several values that are
// there equally often the first one.
func modeWithin(plain []expr.Expr, keys []*expr.SortOrder) (expr.Resolution, error) {
	if len(plain) != 0 || len(keys) != 1 {
		return expr.Resolution{}, expr.WrongCount("mode", "0", len(plain))
	}
	value := keys[0].Child
	if t := value.Type(); !keyable(t) || !orderable(t) {
		return expr.Resolution{}, fault.New(fault.UnsupportedInput, "mode does not take %s: %s", t.SQL(), value)
	}
	res := expr.Resolution{Args: []expr.Expr{value, expr.Lit(keys[0].Descending)}, Type: value.Type(), Nullable: true,
		Text: "mode() WITHIN GROUP (ORDER BY " + value.String()}
	if !keys[0].Descending {
		res.Text += " DESC" // Spark names what it compares by, the reverse
	}
	res.Text += ")"
	return res, nil
}

// modeOf counts the different values of each group.
type modeOf struct {
	set    *sets
	counts []int64 // by the id of the set's table
	order  expr.Order
	rows   strict
	merged elements
	best   []int32 // scratch
	// greatest makes the greatest of several values win.
	greatest bool
}

func (m *modeOf) Reset(from, to int) { m.set.reset(from, to) }

func (m *modeOf) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := m.rows.column(groups, args[0], sel)
	for _, id := range m.add(groups, arg, rowsOf(groups, sel)) {
		m.counts[id]++
	}
	return nil
}

// add puts values into the sets and gives their ids, those of new values with a
// count of zero.
func (m *modeOf) add(groups []int32, src *batch.Column, rows []int32) []int32 {
	ids := m.set.number(groups, src, rows)
	m.counts = grown(m.counts, m.set.table.Slots())
	if len(ids) > 0 {
		for _, id := range m.set.table.Fresh() {
			m.counts[id] = 0
		}
	}
	return ids
}

func (m *modeOf) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	m.merged.of(groups, partial[0], sel)
	ids := m.add(m.merged.groups, partial[0].Children[0], m.merged.rows)
	counts := batch.Values[int64](partial[1].Children[0])
	m.merged.of(groups, partial[1], sel)
	for k, id := range ids {
		m.counts[id] += counts[m.merged.rows[k]]
	}
	return nil
}

func (m *modeOf) Save(groups []int32, partial []*batch.Column) error {
	m.set.lists.append(partial[0], groups)
	out := partial[1]
	n := out.Len()
	out.Extend(len(groups))
	child := out.Children[0]
	child.Truncate(int(out.Offsets[n]))
	for i, g := range groups {
		rows := m.set.lists.rowsIn(g)
		at := child.Len()
		child.Extend(len(rows))
		to := batch.Values[int64](child)[at:]
		for k, r := range rows {
			to[k] = m.counts[m.set.ids[r]]
		}
		out.Offsets[n+i+1] = int32(child.Len())
	}
	return nil
}

func (m *modeOf) Result(groups []int32, out *batch.Column) error {
	values := m.set.lists.column
	m.best = m.best[:0]
	for _, g := range groups {
		best, most := int32(-1), int64(0)
		for _, r := range m.set.lists.rowsIn(g) {
			n := m.counts[m.set.ids[r]]
			if n > most || n == most && m.order(values, int(r), values, int(best)) < 0 != m.greatest {
				best, most = r, n
			}
		}
		m.best = append(m.best, best)
	}
	out.AppendRows(values, m.best, nil)
	return nil
}
