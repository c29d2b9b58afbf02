package aggregate

import (
	"slices"
	"sort"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// mostBy is the greatest number of values that max_by and min_by give, as in
// Spark.
const mostBy = 100_000

// topBy resolves max_by(value, ordering, k) and min_by likewise: an array of the
// values of the k rows whose orderings are the greatest or least, best first.
func topBy(name string, args []expr.Expr) (expr.Resolution, error) {
	k, err := integer(name, 2, args)
	if err != nil {
		return expr.Resolution{}, err
	}
	if k < 1 || k > mostBy {
		return expr.Resolution{}, fault.New(fault.ValueOutOfRange, "%s gives 1 to %d values, not %d", name, mostBy, k)
	}
	t := args[0].Type()
	return expr.Resolution{Args: append(args[:2:2], expr.Lit(k)), Text: expr.CallText(name, args),
		Type: types.ArrayOf(t)}, nil
}

// topOf keeps, for each group, the rows whose orderings are the best, at most k of
// them. Of equal orderings the row that came first is the better one.
//
//	values  [a x b c]     rows that were among the best when they came
//	orders  [9 1 7 5]
//	best    [0 2 3]       by group: those that still are, best first
type topOf struct {
	values, orders *lists // used as columns with arenas; links are not
	best           [][]int32
	live           int
	k              int
	greatest       bool
	order          expr.Order
	rows           strict
	merged, paired elements
	one            [1]int32
}

func newTopOf(c *expr.AggregateCall, greatest bool) *topOf {
	k, _ := c.Args[2].(*expr.Literal).Value.(int64)
	t := c.Args[1].Type()
	return &topOf{values: newLists(*c.Typ.Elem), orders: newLists(t), k: int(k), greatest: greatest, order: expr.OrderOf(t)}
}

func (t *topOf) Reset(from, to int) {
	for g := from; g < min(to, len(t.best)); g++ {
		t.live -= len(t.best[g])
	}
	for len(t.best) < to {
		t.best = append(t.best, nil)
	}
	for g := from; g < to; g++ {
		t.best[g] = t.best[g][:0]
	}
	if t.live == 0 {
		t.values.empty()
		t.orders.empty()
	}
}

func (t *topOf) Update(groups []int32, args []*batch.Column, sel []int32) error {
	order, value := args[1], args[0]
	if order.Const && order.Null(0) {
		return nil
	}
	n := len(groups)
	if sel != nil && n > 0 {
		n = int(slices.Max(sel)) + 1
	}
	if order.Const {
		order = order.Flat(n, batch.NewColumn(order.Type, n))
	}
	if value.Const {
		value = value.Flat(n, batch.NewColumn(value.Type, n))
	}
	groups, sel = t.rows.narrow(groups, order, sel)
	rows := rowsOf(groups, sel)
	for i, g := range groups {
		t.offer(g, value, order, [2]int32{rows[i], rows[i]})
	}
	return nil
}

// offer takes a row into the best of a group if it is one of them: the value at
// rows[0], its ordering at rows[1].
func (t *topOf) offer(g int32, value, order *batch.Column, rows [2]int32) {
	best := t.best[g]
	at := sort.Search(len(best), func(i int) bool {
		c := t.order(t.orders.column, int(best[i]), order, int(rows[1]))
		return c < 0 == t.greatest && c != 0
	})
	if at >= t.k {
		return
	}
	if t.values.column.Len() > 2*t.live+1024 {
		t.collect()
		best = t.best[g]
	}
	if len(best) == t.k {
		best = best[:t.k-1]
		t.live--
	}
	t.best[g] = slices.Insert(best, at, int32(t.values.column.Len()))
	t.live++
	t.one[0] = rows[0]
	t.values.column.AppendRows(value, t.one[:], t.values.arena)
	t.one[0] = rows[1]
	t.orders.column.AppendRows(order, t.one[:], t.orders.arena)
}

// collect keeps only the rows that are among the best.
func (t *topOf) collect() {
	var rows []int32
	for _, best := range t.best {
		for i, r := range best {
			best[i] = int32(len(rows))
			rows = append(rows, r)
		}
	}
	t.values.keep(rows)
	t.orders.keep(rows)
}

func (t *topOf) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	t.merged.of(groups, partial[0], sel)
	t.paired.of(groups, partial[1], sel)
	values, orders := partial[0].Children[0], partial[1].Children[0]
	for i, g := range t.merged.groups {
		t.offer(g, values, orders, [2]int32{t.merged.rows[i], t.paired.rows[i]})
	}
	return nil
}

func (t *topOf) Save(groups []int32, partial []*batch.Column) error {
	t.append(groups, t.values.column, partial[0])
	t.append(groups, t.orders.column, partial[1])
	return nil
}

func (t *topOf) Result(groups []int32, out *batch.Column) error {
	n := out.Len()
	t.append(groups, t.values.column, out)
	for i, g := range groups {
		if len(t.best[g]) == 0 {
			out.SetNull(n + i)
		}
	}
	return nil
}

// append appends the best rows of each group as arrays of what column holds.
func (t *topOf) append(groups []int32, column, out *batch.Column) {
	n := out.Len()
	out.Extend(len(groups))
	child := out.Children[0]
	child.Truncate(int(out.Offsets[n]))
	for i, g := range groups {
		child.AppendRows(column, t.best[g], nil)
		out.Offsets[n+i+1] = int32(child.Len())
	}
}
