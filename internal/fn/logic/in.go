package logic

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// in is value IN (a, b, …).
var in = &expr.Function{
	Name: "in",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 0 {
			return expr.Resolution{}, expr.WrongCount("in", "at least 1", len(args))
		}
		cast, t, err := r.UnifyFor("in", alike(args))
		if err == nil && !expr.Orderable(t) {
			err = notOrdered("in", t)
		}
		list := make([]string, len(args)-1)
		for i, a := range args[1:] {
			list[i] = a.String()
		}
		return expr.Resolution{Args: cast, Type: types.Of(types.Boolean), Nullable: expr.AnyNullable(cast...),
			Text: "(" + args[0].String() + " IN (" + strings.Join(list, ", ") + "))"}, err
	},
	Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
		m := &member{value: args[0], list: args[1:], out: batch.NewColumn(types.Of(types.Boolean), 0)}
		m.loop = comparerOf(c.Args[0].Type())
		m.kind = c.Args[0].Type().Kind
		return m, nil
	},
}

// member is a compiled IN.
type member struct {
	value expr.Eval
	list  []expr.Eval
	kind  types.Kind
	loop  comparer
	out   *batch.Column
	// left are the rows not found yet, found those of the last member.
	left, found, known []int32
	words              wordSet
	texts              textSet
	cols               []*batch.Column
}

// Eval implements [expr.Eval].
func (m *member) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	v, nulls, err := m.operands(b, sel)
	if err != nil {
		return nil, err
	}
	m.out.Resize(b.Rows)
	to := batch.Values[bool](m.out)
	for _, r := range expr.Rows(b.Rows, sel) {
		to[r] = false
	}
	m.known = m.search(v, b.Rows, sel, m.known[:0])
	for _, r := range m.known {
		to[r] = true
	}
	if !nulls && !v.HasNulls() {
		return m.out, nil
	}
	// What was not found is unknown where a null took part.
	for _, r := range expr.Rows(b.Rows, sel) {
		if to[r] {
			continue
		}
		unknown := v.Null(int(r))
		for _, c := range m.cols {
			unknown = unknown || c.Null(int(r))
		}
		if unknown && len(m.cols) > 0 {
			m.out.SetNull(int(r))
		}
	}
	return m.out, nil
}

// Select implements [expr.Selector].
func (m *member) Select(b *batch.Batch, sel, out []int32) ([]int32, error) {
	v, _, err := m.operands(b, sel)
	if err != nil {
		return nil, err
	}
	return m.search(v, b.Rows, sel, out), nil
}

func (m *member) operands(b *batch.Batch, sel []int32) (v *batch.Column, nulls bool, err error) {
	if v, err = m.value.Eval(b, sel); err != nil {
		return nil, false, err
	}
	m.cols = m.cols[:0]
	for _, e := range m.list {
		c, err := e.Eval(b, sel)
		if err != nil {
			return nil, false, err
		}
		m.cols = append(m.cols, c)
		nulls = nulls || c.HasNulls()
	}
	return v, nulls, nil
}

// search appends to out the rows of sel whose value is a member.
func (m *member) search(v *batch.Column, rows int, sel, out []int32) []int32 {
	constants := len(m.cols) > 4 && !v.Const
	for _, c := range m.cols {
		constants = constants && c.Const
	}
	if constants {
		switch m.kind {
		case types.Int, types.Date:
			return pickMembers[int32](m, v, rows, sel, out)
		case types.Long, types.Timestamp, types.TimestampNTZ:
			return pickMembers[int64](m, v, rows, sel, out)
		case types.String, types.Binary:
			return m.pickTexts(v, rows, sel, out)
		}
	}
	start := len(out)
	m.left = append(m.left[:0], expr.Rows(rows, sel)...)
	for _, c := range m.cols {
		each := compare{op: kernel.Equal, loop: m.loop}
		m.found = each.choose(v, c, rows, m.left, m.found[:0])
		if len(m.found) == 0 {
			continue
		}
		out = merge(out, start, m.found)
		m.left = without(m.left[:0], m.left, m.found)
		if len(m.left) == 0 {
			break
		}
	}
	return out
}

// wordSet is a sorted set of numbers.
type wordSet []int64

func pickMembers[T interface{ int32 | int64 }](m *member, v *batch.Column, rows int, sel, out []int32) []int32 {
	m.words = m.words[:0]
	for _, c := range m.cols {
		if !c.Null(0) {
			m.words = append(m.words, int64(batch.Values[T](c)[0]))
		}
	}
	slices.Sort(m.words)
	values := batch.Values[T](v)
	for _, r := range expr.Rows(rows, sel) {
		if _, ok := slices.BinarySearch(m.words, int64(values[r])); ok && !v.Null(int(r)) {
			out = append(out, r)
		}
	}
	return out
}

// textSet is a set of texts, sorted by length and then by bytes.
type textSet []string

func byLength(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func (m *member) pickTexts(v *batch.Column, rows int, sel, out []int32) []int32 {
	m.texts = m.texts[:0]
	for _, c := range m.cols {
		if !c.Null(0) {
			m.texts = append(m.texts, batch.Values[string](c)[0])
		}
	}
	slices.SortFunc(m.texts, byLength)
	values := batch.Values[string](v)
	for _, r := range expr.Rows(rows, sel) {
		if v.Null(int(r)) {
			continue
		}
		if _, ok := slices.BinarySearchFunc(m.texts, values[r], byLength); ok {
			out = append(out, r)
		}
	}
	return out
}

// between is a BETWEEN b AND c: a >= b AND a <= c, each compared in its own
// common type.
var between = &expr.Function{
	Name: "between",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("between", "3", len(args))
		}
		low, err := call(r, atLeast, args[0], args[1])
		if err != nil {
			return expr.Resolution{}, err
		}
		high, err := call(r, atMost, args[0], args[2])
		return expr.Resolution{Args: []expr.Expr{low, high}, Type: types.Of(types.Boolean),
			Nullable: expr.AnyNullable(args...), Text: expr.CallText("between", args)}, err
	},
	Compile: func(_ *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
		return newConnect(args[0], args[1], false), nil
	},
}

// alike gives rows the names of the first one where they differ in nothing else.
func alike(args []expr.Expr) []expr.Expr {
	out := append([]expr.Expr(nil), args...)
	for i, a := range args {
		first := args[0].Type()
		if t, ok := expr.SameShape(a.Type(), first); ok && a.Type().Nested() && !t.SameIgnoringNullability(first) {
			named, _ := expr.SameShape(first, a.Type())
			out[i] = expr.CastTo(a, named)
		}
	}
	return out
}
