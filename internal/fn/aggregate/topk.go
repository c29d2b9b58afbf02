package aggregate

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// topFunctions count values, null among them, and give the most frequent ones. They count
// exactly, so that the number of items to be tracked has no effect but on errors.
//
//	approx_top_k(value, k)            [{item, count}, …]
//	approx_top_k_accumulate(value) ─▶ state ─▶ approx_top_k_estimate(state, k)
//	                    states ─▶ approx_top_k_combine ─▶ state
var topFunctions = []*expr.Aggregate{
	{
		Name: "approx_top_k",
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			all, err := topArgs("approx_top_k", args, 5, 10000)
			if err != nil {
				return expr.Resolution{}, err
			}
			return expr.Resolution{Args: all, Type: arrayOf(itemOf(all[0].Type())), Text: expr.CallText("approx_top_k", all)}, nil
		},
		Partial: topPartial,
		New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
			k, err := integer("approx_top_k", 1, c.Args)
			return newTop(c.Args[0].Type(), int(k)), err
		},
		ZeroIfEmpty: true,
	},
	{
		Name: "approx_top_k_accumulate",
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			all, err := topArgs("approx_top_k_accumulate", args, 10000)
			if err != nil {
				return expr.Resolution{}, err
			}
			return expr.Resolution{Args: all, Type: topState(all[0].Type()), Text: expr.CallText("approx_top_k_accumulate", all)}, nil
		},
		Partial: topPartial,
		New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
			n, err := integer("approx_top_k_accumulate", 1, c.Args)
			return &topStates{top: newTop(c.Args[0].Type(), int(n)), tracked: int32(n)}, err
		},
		ZeroIfEmpty: true,
	},
	{
		Name: "approx_top_k_combine",
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 && len(args) != 2 {
				return expr.Resolution{}, expr.WrongCount("approx_top_k_combine", "1 or 2", len(args))
			}
			if !isTopState(args[0].Type()) {
				return expr.Resolution{}, expr.Unexpected("approx_top_k_combine", 0, "a state of approx_top_k_accumulate", args[0])
			}
			return expr.Resolution{Args: args[:1], Type: args[0].Type(), Text: expr.CallText("approx_top_k_combine", args)}, nil
		},
		Partial: func(c *expr.AggregateCall) []types.Type { return topColumns(itemType(c.Args[0].Type())) },
		New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
			return &topStates{top: newTop(itemType(c.Args[0].Type()), 10000), tracked: 10000, combine: true}, nil
		},
		ZeroIfEmpty: true,
	},
}

// topArgs completes the integers behind the value, which must be positive.
func topArgs(name string, args []expr.Expr, defaults ...int32) ([]expr.Expr, error) {
	if len(args) == 0 || len(args) > 1+len(defaults) {
		return nil, expr.WrongCount(name, "1 or more", len(args))
	}
	if t := args[0].Type(); !keyable(t) || t.Nested() {
		return nil, fault.New(fault.UnsupportedInput, "%s does not take %s: %s", name, t.SQL(), args[0])
	}
	all := append([]expr.Expr(nil), args...)
	for k := len(args) - 1; k < len(defaults); k++ {
		all = append(all, expr.Int32(defaults[k]))
	}
	for k := range all[1:] {
		if n, err := integer(name, k+1, all); err != nil {
			return nil, err
		} else if n <= 0 {
			return nil, fault.New(fault.TopKNotPositive, "argument %d of %s must be positive, not %d", k+2, name, n)
		}
	}
	return all, nil
}

// itemOf is an entry of the result for values of a type.
func itemOf(t types.Type) types.Type {
	return types.StructOf(types.Field{Name: "item", Type: t, Nullable: true}, types.Field{Name: "count", Type: types.Of(types.Long)})
}

// topState is the type of the states that may be kept and combined.
func topState(t types.Type) types.Type {
	return types.StructOf(types.Field{Name: "items", Type: arrayOf(itemOf(t))},
		types.Field{Name: "maxItemsTracked", Type: types.Of(types.Int)})
}

func isTopState(t types.Type) bool {
	return t.Kind == types.Struct && len(t.Fields) == 2 && t.Fields[0].Name == "items" &&
		t.Fields[0].Type.Kind == types.Array && t.Fields[0].Type.Elem.Kind == types.Struct
}

// itemType is the type of the values of a state.
func itemType(state types.Type) types.Type { return state.Fields[0].Type.Elem.Fields[0].Type }

func topPartial(c *expr.AggregateCall) []types.Type { return topColumns(c.Args[0].Type()) }

func topColumns(t types.Type) []types.Type {
	return []types.Type{arrayOf(t), arrayOf(types.Of(types.Long)), types.Of(types.Long)}
}

// top counts the values of each group.
type top struct {
	modeOf
	missing []int64 // nulls by group
	k       int
	items   []item // scratch
}

// item is a value, by its row, -1 for null, and how often it is there.
type item struct {
	row   int32
	count int64
}

func newTop(t types.Type, k int) *top {
	return &top{modeOf: modeOf{set: newSets(t), order: expr.OrderOf(t)}, k: k}
}

func (t *top) Reset(from, to int) {
	t.modeOf.Reset(from, to)
	t.missing = emptied(t.missing, from, to)
}

func (t *top) Update(groups []int32, args []*batch.Column, sel []int32) error {
	for k, r := range rowsOf(groups, sel) {
		if args[0].Null(int(r)) {
			t.missing[groups[k]]++
		}
	}
	return t.modeOf.Update(groups, args, sel)
}

func (t *top) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	missing := expr.ArgOf[int64](partial[2])
	for k, r := range rowsOf(groups, sel) {
		t.missing[groups[k]] += missing.At(r)
	}
	return t.modeOf.Merge(groups, partial, sel)
}

func (t *top) Save(groups []int32, partial []*batch.Column) error {
	for _, g := range groups {
		expr.AppendValue(partial[2], t.missing[g])
	}
	return t.modeOf.Save(groups, partial)
}

// list gives the items of a group, the most frequent first.
func (t *top) list(g int32) []item {
	t.items = t.items[:0]
	for _, r := range t.set.lists.rowsIn(g) {
		t.items = append(t.items, item{r, t.counts[t.set.ids[r]]})
	}
	if n := t.missing[g]; n > 0 {
		t.items = append(t.items, item{-1, n})
	}
	slices.SortStableFunc(t.items, func(a, b item) int { return int(b.count - a.count) })
	return t.items[:min(len(t.items), t.k)]
}

func (t *top) Result(groups []int32, out *batch.Column) error {
	for _, g := range groups {
		n := out.Len()
		out.Extend(1)
		t.appendItems(out, n, g)
	}
	return nil
}

// appendItems fills the last row, n, of a column of arrays of items.
func (t *top) appendItems(out *batch.Column, n int, g int32) {
	items := t.list(g)
	entries := out.Children[0]
	entries.Truncate(int(out.Offsets[n]))
	at := entries.Len()
	entries.Extend(len(items))
	rows := make([]int32, len(items))
	for i, x := range items {
		rows[i] = x.row
		batch.Values[int64](entries.Children[1])[at+i] = x.count
	}
	entries.Children[0].Truncate(at)
	entries.Children[0].AppendRows(t.set.lists.column, rows, nil)
	out.Offsets[n+1] = int32(at + len(items))
}

// topStates gives states instead of estimates; with combine it takes states.
type topStates struct {
	*top
	tracked int32
	combine bool
	lists   elements
	rows    strict
}

func (t *topStates) Update(groups []int32, args []*batch.Column, sel []int32) error {
	if !t.combine {
		return t.top.Update(groups, args, sel)
	}
	arg, groups, sel := t.rows.column(groups, args[0], sel)
	arrays := arg.Children[0]
	t.lists.of(groups, arrays, sel)
	entries := arrays.Children[0]
	values, counts := entries.Children[0], batch.Values[int64](entries.Children[1])
	var known, owners []int32
	for k, r := range t.lists.rows {
		if values.Null(int(r)) {
			t.missing[t.lists.groups[k]] += counts[r]
		} else {
			known, owners = append(known, r), append(owners, t.lists.groups[k])
		}
	}
	for k, id := range t.add(owners, values, known) {
		t.counts[id] += counts[known[k]]
	}
	return nil
}

func (t *topStates) Result(groups []int32, out *batch.Column) error {
	for _, g := range groups {
		n := out.Len()
		out.Extend(1)
		t.appendItems(out.Children[0], n, g)
		batch.Values[int32](out.Children[1])[n] = t.tracked
	}
	return nil
}

// topEstimate is approx_top_k_estimate(state, k).
var topEstimate = &expr.Function{
	Name: "approx_top_k_estimate",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		all := args
		if len(args) == 1 {
			all = append(args[:1:1], expr.Int32(5))
		}
		if len(all) != 2 {
			return expr.Resolution{}, expr.WrongCount("approx_top_k_estimate", "1 or 2", len(args))
		}
		if !isTopState(all[0].Type()) {
			return expr.Resolution{}, expr.Unexpected("approx_top_k_estimate", 0, "a state of approx_top_k_accumulate", all[0])
		}
		k, ok := r.Arg(all[1], types.Of(types.Int))
		if !ok {
			return expr.Resolution{}, expr.Unexpected("approx_top_k_estimate", 1, "\"INT\"", all[1])
		}
		return expr.Resolution{Args: []expr.Expr{all[0], k}, Type: all[0].Type().Fields[0].Type,
			Nullable: expr.AnyNullable(all...), Text: expr.CallText("approx_top_k_estimate", all)}, nil
	},
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var picks []int32
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			arrays, most, at := args[0].Children[0], expr.ArgOf[int32](args[1]), 0
			picks = picks[:0]
			for _, i := range expr.Rows(rows, sel) {
				for ; at <= int(i); at++ {
					out.Offsets[at] = int32(len(picks))
				}
				r := i
				if args[0].Const {
					r = 0
				}
				from, to := arrays.Offsets[r], arrays.Offsets[r+1]
				for k := from; k < min(to, from+most.At(i)); k++ {
					picks = append(picks, k)
				}
			}
			for ; at <= rows; at++ {
				out.Offsets[at] = int32(len(picks))
			}
			out.Children[0].AppendRows(arrays.Children[0], picks, nil)
			return nil
		}, nil
	},
}

// collectUnion is collect_union(array): the different elements of all arrays that
// are not null.
var collectUnion = &expr.Aggregate{
	Name: "collect_union",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("collect_union", "1", len(args))
		}
		if args[0].Type().Kind != types.Array || !keyable(*args[0].Type().Elem) {
			return expr.Resolution{}, expr.Unexpected("collect_union", 0, "\"ARRAY\"", args[0])
		}
		return expr.Resolution{Args: args, Type: arrayOf(*args[0].Type().Elem)}, nil
	},
	Partial: sameAsResult,
	New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
		return &unionOf{setOf: setOf{values: newSets(*c.Typ.Elem)}}, nil
	},
	ZeroIfEmpty: true,
}

// unionOf collects the elements of arrays.
type unionOf struct{ setOf }

func (u *unionOf) Update(groups []int32, args []*batch.Column, sel []int32) error {
	u.merged.of(groups, args[0], sel)
	elem := args[0].Children[0]
	groups, sel = u.rows.narrow(u.merged.groups, elem, u.merged.rows)
	u.values.add(groups, elem, rowsOf(groups, sel))
	return nil
}
