package analyze

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// expanded are the keys of GROUPING SETS, ROLLUP and CUBE: every row comes once for
// each set, with nulls in the keys that the set does not have.
//
//	Aggregate [k', l', id] [… sum(v)]
//	  Expand [k, l, 0, v] [k, null, 1, v] [null, null, 3, v]
//	    Project [k, l, v]
type expanded struct {
	keys    []expr.Expr // as written
	columns []*expr.Ref // what they are in the groups
	id      *expr.Ref   // bit by key, the last lowest: 1 where the set does not have it
}

// groupingSets are those of ROLLUP and CUBE, as places of keys; none for GROUPING SETS.
func groupingSets(kind plan.GroupKind, keys int) [][]int {
	var out [][]int
	switch kind {
	case plan.Rollup:
		for n := keys; n >= 0; n-- {
			set := make([]int, n)
			for i := range set {
				set[i] = i
			}
			out = append(out, set)
		}
	case plan.Cube:
		for left := 1<<keys - 1; left >= 0; left-- {
			var set []int
			for i := range keys {
				if left>>(keys-1-i)&1 == 1 {
					set = append(set, i)
				}
			}
			out = append(out, set)
		}
	}
	return out
}

// distinctKeys are keys without those that were there before, and for each its place
// among them.
func distinctKeys(keys []expr.Expr) (distinct []expr.Expr, places []int) {
	for _, k := range keys {
		at := slices.IndexFunc(distinct, func(d expr.Expr) bool { return expr.Equal(d, k) })
		if at < 0 {
			at = len(distinct)
			distinct = append(distinct, k)
		}
		places = append(places, at)
	}
	return distinct, places
}

func tooManySets(n *plan.Aggregate, keys int) error {
	return fault.New(fault.TooComplex, "GROUP BY makes too many grouping sets of %d keys", keys).Locate(n.At)
}

// maxCube bounds the keys of a CUBE.
const maxCube = 12

// setPlaces are the keys of the grouping sets of n, each once, and the sets as their
// places.
func (r *resolution) setPlaces(n *plan.Aggregate, in plan.Node, items []expr.Expr) ([]expr.Expr, [][]int, error) {
	one := *n
	one.Kind, one.Sets = plan.GroupBy, nil
	keys, err := r.setKeys(&one, in, items)
	if err != nil {
		return nil, nil, err
	}
	if n.Kind == plan.Cube && len(keys) > maxCube || len(keys) > 64 {
		return nil, nil, tooManySets(n, len(keys))
	}
	// A key that is written twice is one column, and counts twice for ROLLUP and CUBE.
	places := groupingSets(n.Kind, len(keys))
	keys, written := distinctKeys(keys)
	for _, set := range places {
		for i, at := range set {
			set[i] = written[at]
		}
	}
	for _, set := range n.Sets {
		one.Grouping = set
		list, err := r.setKeys(&one, in, items)
		if err != nil {
			return nil, nil, err
		}
		own := []int{}
		for _, e := range list {
			at := slices.IndexFunc(keys, func(k expr.Expr) bool { return expr.Equal(k, e) })
			if at < 0 {
				at = len(keys)
				keys = append(keys, e)
			}
			own = append(own, at)
		}
		places = append(places, own)
	}
	if len(keys) > 64 {
		return nil, nil, tooManySets(n, len(keys))
	}
	return keys, places, nil
}

// expand puts an Expand for the grouping sets of n over in.
func (r *resolution) expand(n *plan.Aggregate, in plan.Node, items []expr.Expr) (plan.Node, *expanded, error) {
	keys, places, err := r.setPlaces(n, in, items)
	if err != nil {
		return nil, nil, err
	}
	x := &expanded{keys: keys}
	base := slices.Clone(asExprs(in.Output()))
	e := &plan.Expand{Origin: n.Origin, Columns: slices.Clone(in.Output())}
	values := make([]expr.Expr, len(keys))
	for i, k := range keys {
		values[i] = k
		if _, isRef := k.(*expr.Ref); !isRef {
			a := &expr.Alias{Child: k, Names: []string{k.String()}, ID: expr.NewID()}
			base, values[i] = append(base, a), a.Ref()
		}
		column := *expr.Named(named(k)) // with the event time and the window that it is
		column.ID, column.Null, column.Qualifier = expr.NewID(), true, nil
		x.columns = append(x.columns, &column)
	}
	x.id = &expr.Ref{Name: "spark_grouping_id", ID: expr.NewID(), Typ: types.Of(types.Long), Watermark: -1}
	position := &expr.Ref{Name: "_gen_grouping_pos", ID: expr.NewID(), Typ: types.Of(types.Int), Watermark: -1}
	e.Columns = append(append(e.Columns, x.columns...), x.id, position)
	for p, set := range places {
		row := asExprs(in.Output())
		id := int64(0)
		for i, k := range keys {
			id <<= 1
			if slices.Contains(set, i) {
				row = append(row, values[i])
			} else {
				row = append(row, &expr.Literal{Typ: k.Type()})
				id |= 1
			}
		}
		e.Rows = append(e.Rows, append(row, expr.Lit(id), expr.Int32(int32(p))))
	}
	e.Input = projected(in, base)
	x.columns = append(x.columns, position)
	return e, x, nil
}

// setKeys are the keys of a grouping set, time windows as the columns that they have
// beneath.
func (r *resolution) setKeys(n *plan.Aggregate, in plan.Node, items []expr.Expr) ([]expr.Expr, error) {
	keys, err := r.grouping(n, in, items)
	if err != nil {
		return nil, err
	}
	_, err = r.windows(in, keys)
	return keys, err
}

// groupingCall resolves grouping(key) and grouping_id(keys…), which are known where
// the groups are.
func (x *expanded) groupingCall(r *resolution, u *expr.UnresolvedFunction, s scope) (expr.Expr, error) {
	args, err := r.exprs(u.Args, scope{columns: s.columns, aliases: s.aliases})
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(u.Name, "grouping_id") {
		same := slices.EqualFunc(args, x.keys, expr.Equal)
		if len(args) > 0 && !same {
			return nil, fault.New(fault.GroupingIDColumns, "grouping_id takes all keys of GROUP BY in their order, or none").Locate(u.At)
		}
		id := *x.id
		id.Name = expr.CallText("grouping_id", args)
		// The cast makes the name that of the call, wherever the column goes.
		return &expr.Cast{Child: &id, To: id.Typ, At: u.At, Implicit: true}, nil
	}
	if len(args) != 1 {
		return nil, place(expr.WrongCount("grouping", "1", len(args)), u.At)
	}
	at := slices.IndexFunc(x.keys, func(k expr.Expr) bool { return expr.Equal(k, args[0]) })
	if at < 0 {
		return nil, fault.New(fault.GroupingColumn, "grouping(%v): that is no key of GROUP BY", args[0]).
			With("grouping", args[0].String()).Locate(u.At)
	}
	shift := expr.Int32(int32(len(x.keys) - 1 - at))
	bit, err := r.call("shiftright", []expr.Expr{x.id, shift}, u)
	if err != nil {
		return nil, err
	}
	if bit, err = r.call("&", []expr.Expr{bit, expr.Lit(int64(1))}, u); err != nil {
		return nil, err
	}
	bit.(*expr.Call).Text = expr.CallText("grouping", args)
	return &expr.Cast{Child: bit, To: types.Of(types.Byte), At: u.At, Implicit: true}, nil
}

// isGrouping reports whether a call is grouping(…) or grouping_id(…).
func isGrouping(name string) bool {
	return strings.EqualFold(name, "grouping") || strings.EqualFold(name, "grouping_id")
}
