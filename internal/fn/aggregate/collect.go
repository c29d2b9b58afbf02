package aggregate

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/types"
)

// collectList is collect_list: the values that are not null, in the order of the
// rows.
var collectList = &expr.Aggregate{
	Name: "collect_list",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		return collected("collect_list", args)
	},
	Partial: sameAsResult,
	New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
		return &listOf{values: newLists(*c.Typ.Elem)}, nil
	},
}

// collectSet is collect_set: the different values that are not null, in the
// order in which they came.
var collectSet = &expr.Aggregate{
	Name: "collect_set",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		res, err := collected("collect_set", args)
		if err == nil && !keyable(args[0].Type()) {
			err = fault.New(fault.UnsupportedInput, "collect_set does not take maps: %s is %s", args[0], args[0].Type().SQL())
		}
		return res, err
	},
	Partial: sameAsResult,
	New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
		return &setOf{values: newSets(*c.Typ.Elem)}, nil
	},
}

func collected(name string, args []expr.Expr) (expr.Resolution, error) {
	if len(args) != 1 {
		return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
	}
	return expr.Resolution{Args: args, Type: arrayOf(args[0].Type())}, nil
}

// arrayOf is an array of values that are not null.
func arrayOf(t types.Type) types.Type { return types.Type{Kind: types.Array, Elem: &t} }

// keyable reports whether values of t can be told apart: whether it holds no
// map.
func keyable(t types.Type) bool {
	if t.Kind == types.Map || t.Kind == types.Variant {
		return false
	}
	if t.Elem != nil && !keyable(*t.Elem) {
		return false
	}
	return !slices.ContainsFunc(t.Fields, func(f types.Field) bool { return !keyable(f.Type) })
}

// lists hold a list of values for each group: one column of all values, with
// links from each to the next of its group.
//
//	column  [a b c d]     group 0: a → c      head 0, tail 2
//	next    [2 3 – –]     group 1: b → d      head 1, tail 3
type lists struct {
	column, other *batch.Column
	arena, spare  *batch.Arena
	next          []int32
	groups        []list
	live          int     // values that a list holds
	rows          []int32 // scratch
}

type list struct{ head, tail, length int32 }

func newLists(t types.Type) *lists {
	return &lists{column: batch.NewColumn(t, 0), other: batch.NewColumn(t, 0), arena: &batch.Arena{}, spare: &batch.Arena{}}
}

func (l *lists) reset(from, to int) {
	for g := from; g < min(to, len(l.groups)); g++ {
		l.live -= int(l.groups[g].length)
	}
	l.groups = emptied(l.groups, from, to)
	if l.live == 0 {
		l.empty()
	}
}

// empty forgets all values.
func (l *lists) empty() {
	l.column.Resize(0)
	l.arena.Reset()
	l.next = l.next[:0]
}

// add appends rows of src to the lists of groups.
func (l *lists) add(groups []int32, src *batch.Column, rows []int32) {
	if len(groups) == 0 {
		return
	}
	if len(l.next) > 2*l.live+4096 {
		l.collect()
	}
	at := int32(len(l.next))
	l.column.AppendRows(src, rows, l.arena)
	l.next = append(l.next, rows...) // room; each is set before it is read
	for _, g := range groups {
		if e := &l.groups[g]; e.length == 0 {
			*e = list{at, at, 1}
		} else {
			l.next[e.tail] = at
			e.tail = at
			e.length++
		}
		at++
	}
	l.live += len(groups)
}

// collect keeps only what stands in lists.
func (l *lists) collect() {
	l.rows = l.rows[:0]
	for g := range l.groups {
		e := &l.groups[g]
		at := int32(len(l.rows))
		l.walk(e)
		if e.length > 0 {
			*e = list{at, at + e.length - 1, e.length}
		}
	}
	l.keep(l.rows)
	l.next = l.next[:0]
	for i := range l.rows {
		l.next = append(l.next, int32(i+1))
	}
}

// keep makes the column hold only these rows of it, in this order.
func (l *lists) keep(rows []int32) {
	l.other.Resize(0)
	l.other.AppendRows(l.column, rows, l.spare)
	l.column, l.other = l.other, l.column
	l.arena, l.spare = l.spare, l.arena
	l.spare.Reset()
}

// walk appends the rows of a list to l.rows.
func (l *lists) walk(e *list) {
	at := e.head
	for range e.length {
		l.rows = append(l.rows, at)
		at = l.next[at]
	}
}

// rowsIn are the rows of a group's list, good until the next call.
func (l *lists) rowsIn(g int32) []int32 {
	l.rows = l.rows[:0]
	l.walk(&l.groups[g])
	return l.rows
}

// append appends the lists of groups to out, a column of arrays. Strings are
// views.
func (l *lists) append(out *batch.Column, groups []int32) {
	n := out.Len()
	out.Extend(len(groups))
	child := out.Children[0]
	child.Truncate(int(out.Offsets[n]))
	l.rows = l.rows[:0]
	end := out.Offsets[n]
	for i, g := range groups {
		l.walk(&l.groups[g])
		end += l.groups[g].length
		out.Offsets[n+i+1] = end
	}
	child.AppendRows(l.column, l.rows, nil)
}

// elements are the elements of arrays, each with the group of its row.
type elements struct{ groups, rows []int32 }

// of lists the elements of the selected rows of arrays, a column of arrays.
func (e *elements) of(groups []int32, arrays *batch.Column, sel []int32) {
	e.groups, e.rows = e.groups[:0], e.rows[:0]
	rows := rowsOf(groups, sel)
	for k, g := range groups {
		r := rows[k]
		if arrays.Const {
			r = 0
		}
		if arrays.Null(int(r)) {
			continue
		}
		for i := arrays.Offsets[r]; i < arrays.Offsets[r+1]; i++ {
			e.groups, e.rows = append(e.groups, g), append(e.rows, i)
		}
	}
}

// collection are values by group: all of them, or the different ones.
type collection interface {
	reset(from, to int)
	add(groups []int32, src *batch.Column, rows []int32)
	append(out *batch.Column, groups []int32)
	bytes() int
}

// listOf and setOf collect lists and sets.
type (
	listOf = collecting[*lists]
	setOf  = collecting[*sets]
)

// collecting fills a collection.
type collecting[C collection] struct {
	values C
	rows   strict
	merged elements
}

func (l *collecting[C]) Reset(from, to int) { l.values.reset(from, to) }

func (l *collecting[C]) Update(groups []int32, args []*batch.Column, sel []int32) error {
	arg, groups, sel := l.rows.column(groups, args[0], sel)
	l.values.add(groups, arg, rowsOf(groups, sel))
	return nil
}

func (l *collecting[C]) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	l.merged.of(groups, partial[0], sel)
	l.values.add(l.merged.groups, partial[0].Children[0], l.merged.rows)
	return nil
}

func (l *collecting[C]) Save(groups []int32, partial []*batch.Column) error {
	return l.Result(groups, partial[0])
}

func (l *collecting[C]) Result(groups []int32, out *batch.Column) error {
	l.values.append(out, groups)
	return nil
}

// sets hold the different values of each group: lists of them, and a table of
// group and value that tells whether one is there.
type sets struct {
	lists *lists
	table *keytable.Table
	ids   []int32 // the table's id of each list entry

	// scratch: the rows being added, dense
	picked, owners *batch.Column
	found, moved   []int32
	groups, rows   []int32
}

func newSets(t types.Type) *sets {
	return &sets{lists: newLists(t), table: newSetTable(t),
		picked: batch.NewColumn(t, 0), owners: batch.NewColumn(types.Of(types.Int), 0)}
}

func newSetTable(t types.Type) *keytable.Table {
	return keytable.New([]types.Type{types.Of(types.Int), t})
}

// reset empties the sets of the groups from ≤ g < to.
func (s *sets) reset(from, to int) {
	for g := from; g < min(to, len(s.lists.groups)); g++ {
		s.found = s.found[:0]
		for _, r := range s.lists.rowsIn(int32(g)) {
			s.found = append(s.found, s.ids[r])
		}
		s.table.Delete(s.found)
	}
	s.lists.reset(from, to)
	if s.lists.live == 0 {
		s.table.Reset()
		s.ids = s.ids[:0]
	}
}

// number puts rows of src into the sets of groups and gives the table's ids of all
// rows; those of new values are in [keytable.Table.Fresh].
func (s *sets) number(groups []int32, src *batch.Column, rows []int32) []int32 {
	if len(groups) == 0 {
		return nil
	}
	s.picked.Take(src, rows)
	s.owners.Resize(len(groups))
	copy(batch.Values[int32](s.owners), groups)
	s.found = grown(s.found[:0], len(groups))
	s.table.Assign([]*batch.Column{s.owners, s.picked}, len(groups), nil, s.found)
	fresh := s.table.Fresh()
	s.groups, s.rows = s.groups[:0], s.rows[:0]
	for k, id := range s.found {
		if len(s.rows) < len(fresh) && id == fresh[len(s.rows)] {
			s.groups, s.rows = append(s.groups, groups[k]), append(s.rows, int32(k))
		}
	}
	if len(s.lists.next) > 2*s.lists.live+4096 {
		s.collect()
	}
	s.lists.add(s.groups, s.picked, s.rows)
	s.ids = append(s.ids, fresh...)
	return s.found
}

// collect keeps only what stands in lists.
func (s *sets) collect() {
	s.lists.collect()
	kept := s.moved[:0]
	for _, r := range s.lists.rows {
		kept = append(kept, s.ids[r])
	}
	s.ids, s.moved = kept, s.ids
}

func (s *sets) add(groups []int32, src *batch.Column, rows []int32) { s.number(groups, src, rows) }

func (s *sets) append(out *batch.Column, groups []int32) { s.lists.append(out, groups) }
