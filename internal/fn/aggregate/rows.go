package aggregate

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
)

// strict takes rows with a null argument out of a selection. Its results are
// good until its next call.
type strict struct {
	groups, sel []int32
	flat        *batch.Column
}

// column gives c as a full column, and the groups and rows at which it is not
// null.
func (s *strict) column(groups []int32, c *batch.Column, sel []int32) (*batch.Column, []int32, []int32) {
	if c.Const {
		if c.Null(0) {
			return c, nil, nil
		}
		return s.spread(c, len(groups)), groups, nil
	}
	groups, sel = s.narrow(groups, c, sel)
	return c, groups, sel
}

// spread is a constant as a column of n rows.
func (s *strict) spread(c *batch.Column, n int) *batch.Column {
	if s.flat == nil {
		s.flat = batch.NewColumn(c.Type, n)
	}
	return c.Flat(n, s.flat)
}

// all gives the groups and rows at which no column is null.
func (s *strict) all(groups []int32, args []*batch.Column, sel []int32) ([]int32, []int32) {
	for _, c := range args {
		groups, sel = s.narrow(groups, c, sel)
	}
	return groups, sel
}

// narrow gives the groups and rows at which c is not null. What it is given may
// be what it gave before.
func (s *strict) narrow(groups []int32, c *batch.Column, sel []int32) ([]int32, []int32) {
	valid := c.Valid()
	switch {
	case valid == nil:
		return groups, sel
	case c.Const && c.Null(0):
		return nil, nil
	case c.Const:
		return groups, sel
	}
	s.groups = slices.Grow(s.groups[:0], len(groups))[:len(groups)]
	s.sel = slices.Grow(s.sel[:0], len(groups))[:len(groups)]
	rows := rowsOf(groups, sel)
	n := 0
	for k, g := range groups {
		r := rows[k]
		s.groups[n], s.sel[n] = g, r
		n += int(valid[r>>6] >> (r & 63) & 1)
	}
	return s.groups[:n], s.sel[:n]
}

// rowsOf is sel, or, where it is nil, the first rows, as many as groups.
func rowsOf(groups, sel []int32) []int32 {
	if sel == nil {
		return batch.Identity(len(groups))
	}
	return sel[:len(groups)]
}

// grown is s with at least n entries. It doubles s: an append of a large list adds a
// quarter, and copies it five times in all.
func grown[T any](s []T, n int) []T {
	if len(s) >= n {
		return s
	}
	if n > cap(s) {
		more := make([]T, len(s), max(n, 2*cap(s)))
		copy(more, s)
		s = more
	}
	return s[:n]
}

// emptied is s with the entries from ≤ i < to zero, which are there afterwards.
func emptied[T any](s []T, from, to int) []T {
	s = grown(s, to)
	clear(s[from:to])
	return s
}

// put appends values[g] for each g of groups to out.
func put[T batch.Value](out *batch.Column, values []T, groups []int32) {
	n := out.Len()
	out.Extend(len(groups))
	to := batch.Values[T](out)[n:]
	for i, g := range groups {
		to[i] = values[g]
	}
}

// putSeen is put, with nulls for the groups that have seen nothing.
func putSeen[T batch.Value](out *batch.Column, values []T, seen []bool, groups []int32) {
	n := out.Len()
	put(out, values, groups)
	for i, g := range groups {
		if !seen[g] {
			out.SetNull(n + i)
		}
	}
}

// marked says that the groups have seen something.
func marked(seen []bool, groups []int32) {
	for _, g := range groups {
		seen[g] = true
	}
}
