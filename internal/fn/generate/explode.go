package generate

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// explode is explode or posexplode: a row for each element of an array, in the
// column col, or for each entry of a map, in the columns key and value; with
// its place from 0 in the column pos.
func explode(name string, position, outer bool) *expr.Generator {
	return &expr.Generator{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) ([]expr.Expr, []types.Field, error) {
			if len(args) != 1 {
				return nil, nil, expr.WrongCount(name, "1", len(args))
			}
			var made []types.Field
			if position {
				made = append(made, types.Field{Name: "pos", Type: types.Of(types.Int), Nullable: outer})
			}
			switch t := args[0].Type(); t.Kind {
			case types.Array:
				made = append(made, types.Field{Name: "col", Type: *t.Elem, Nullable: outer || t.ElemNullable})
			case types.Map:
				made = append(made, types.Field{Name: "key", Type: *t.Key, Nullable: outer},
					types.Field{Name: "value", Type: *t.Elem, Nullable: outer || t.ElemNullable})
			default:
				return nil, nil, expr.Unexpected(name, 0, `("ARRAY" or "MAP")`, args[0])
			}
			return args, made, nil
		},
		New: func(*expr.GeneratorCall, *expr.Env) (expr.Generate, error) {
			e := &exploder{outer: outer}
			if position {
				return e.withPosition, nil
			}
			return e.generate, nil
		},
	}
}

// exploder takes arrays and maps apart.
type exploder struct {
	outer bool
	picks []int32 // the generated rows: rows of the child, -1 for a row of nulls
}

// generate is the [expr.Generate] without positions.
func (e *exploder) generate(out, args []*batch.Column, rows int, sel []int32, outer bool, parents []int32) ([]int32, error) {
	lists := args[0]
	if from, n, ok := whole(lists, rows, sel, outer || e.outer); ok && shareable(out, lists.Children, from, n) {
		for i, c := range out {
			c.Share(lists.Children[i])
		}
		return ownersOf(lists.Offsets, n, parents), nil
	}
	parents = e.pick(lists, rows, sel, outer, parents)
	for i, c := range out {
		c.AppendRows(lists.Children[i], e.picks, nil)
	}
	return parents, nil
}

// withPosition is the [expr.Generate] with positions.
func (e *exploder) withPosition(out, args []*batch.Column, rows int, sel []int32, outer bool, parents []int32) ([]int32, error) {
	before := len(parents)
	parents, err := e.generate(out[1:], args, rows, sel, outer, parents)
	if err != nil {
		return parents, err
	}
	made := parents[before:]
	at := out[0].Len()
	out[0].Extend(len(made))
	to := batch.Values[int32](out[0])[at:]
	lists := args[0]
	next := int32(0)
	for i, r := range made {
		if i > 0 && made[i-1] == r {
			next++
		} else {
			next = 0
			if none(lists, r) {
				out[0].SetNull(at + i)
			}
		}
		to[i] = next
	}
	return parents, nil
}

// none reports whether a row's list is null or has nothing in it.
func none(lists *batch.Column, r int32) bool {
	if lists.Const {
		r = 0
	}
	return lists.Null(int(r)) || lists.Offsets[r] == lists.Offsets[r+1]
}

// whole reports whether the elements of all lists, in order, are the rows asked
// for, and where they begin and how many they are.
func whole(lists *batch.Column, rows int, sel []int32, outer bool) (from, n int, ok bool) {
	if lists.Const || lists.HasNulls() || sel != nil {
		return 0, 0, false
	}
	offsets := lists.Offsets[:rows+1]
	if outer {
		for r := range rows {
			if offsets[r] == offsets[r+1] {
				return 0, 0, false
			}
		}
	}
	return int(offsets[0]), int(offsets[rows] - offsets[0]), true
}

// shareable reports whether out, which is empty, can show n rows of columns from
// the first on as they are.
func shareable(out, columns []*batch.Column, from, n int) bool {
	if from != 0 {
		return false
	}
	for i, c := range out {
		if c.Len() != 0 || columns[i].Const || columns[i].Len() != n {
			return false
		}
	}
	return true
}

// ownersOf appends, for each of the n elements, the row that it belongs to.
func ownersOf(offsets []int32, n int, parents []int32) []int32 {
	at := len(parents)
	parents = slices.Grow(parents, n)[:at+n]
	to := parents[at:]
	for r := int32(0); len(to) > 0; r++ {
		k := offsets[r+1] - offsets[r]
		for i := range to[:k] {
			to[i] = r
		}
		to = to[k:]
	}
	return parents
}

// pick lists the rows of the children that are asked for, and their parents.
func (e *exploder) pick(lists *batch.Column, rows int, sel []int32, outer bool, parents []int32) []int32 {
	e.picks = e.picks[:0]
	outer = outer || e.outer
	for _, r := range expr.Rows(rows, sel) {
		if none(lists, r) {
			if outer {
				e.picks, parents = append(e.picks, -1), append(parents, r)
			}
			continue
		}
		at := r
		if lists.Const {
			at = 0
		}
		for i := lists.Offsets[at]; i < lists.Offsets[at+1]; i++ {
			e.picks, parents = append(e.picks, i), append(parents, r)
		}
	}
	return parents
}

// inline gives a row for each struct of an array, its fields as columns.
func inline(name string, outer bool) *expr.Generator {
	return &expr.Generator{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) ([]expr.Expr, []types.Field, error) {
			if len(args) != 1 {
				return nil, nil, expr.WrongCount(name, "1", len(args))
			}
			t := args[0].Type()
			if t.Kind != types.Array || t.Elem.Kind != types.Struct {
				return nil, nil, expr.Unexpected(name, 0, `"ARRAY<STRUCT>"`, args[0])
			}
			made := slices.Clone(t.Elem.Fields)
			for i := range made {
				made[i].Nullable = made[i].Nullable || t.ElemNullable || outer
			}
			return args, made, nil
		},
		New: func(*expr.GeneratorCall, *expr.Env) (expr.Generate, error) {
			e := &exploder{outer: outer}
			return e.fields, nil
		},
	}
}

// fields is the [expr.Generate] of inline.
func (e *exploder) fields(out, args []*batch.Column, rows int, sel []int32, outer bool, parents []int32) ([]int32, error) {
	lists := args[0]
	structs := lists.Children[0]
	if from, n, ok := whole(lists, rows, sel, outer || e.outer); ok && !structs.HasNulls() &&
		shareable(out, structs.Children, from, n) {
		for i, c := range out {
			c.Share(structs.Children[i])
		}
		return ownersOf(lists.Offsets, n, parents), nil
	}
	parents = e.pick(lists, rows, sel, outer, parents)
	if structs.HasNulls() {
		for i, p := range e.picks {
			if p >= 0 && structs.Null(int(p)) {
				e.picks[i] = -1
			}
		}
	}
	for i, c := range out {
		c.AppendRows(structs.Children[i], e.picks, nil)
	}
	return parents, nil
}
