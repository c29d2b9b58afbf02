package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// position is first, last or any_value under one of their names: the value of
// the first or last row, or, where the second argument is true, of the first or
// last row that is not null.
func position(name string, last bool) *expr.Aggregate {
	return &expr.Aggregate{
		Name:    name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) { return positioned(name, args) },
		Partial: func(c *expr.AggregateCall) []types.Type { return []types.Type{c.Typ, types.Of(types.Boolean)} },
		New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
			p := &positionOf{last: last, values: newCells(c.Typ)}
			if len(c.Args) > 1 {
				p.ignoreNulls = c.Args[1].(*expr.Literal).Value == true
			}
			return p, nil
		},
	}
}

func positioned(name string, args []expr.Expr) (expr.Resolution, error) {
	if len(args) != 1 && len(args) != 2 {
		return expr.Resolution{}, expr.WrongCount(name, "1 or 2", len(args))
	}
	res := expr.Resolution{Args: args, Type: args[0].Type(), Nullable: true}
	if len(args) == 2 {
		v, err := literal(name, 1, "a BOOLEAN", args)
		ignore, ok := v.(bool)
		if err != nil || !ok {
			return res, expr.Unexpected(name, 1, "a BOOLEAN that is a literal", args[1])
		}
		res.Args = []expr.Expr{args[0], expr.Lit(ignore)}
		res.Text = expr.CallText(name, args[:1])
	}
	return res, nil
}

// positionOf keeps the first or last value.
type positionOf struct {
	values      *cells
	winners     winners
	last        bool
	ignoreNulls bool
	rows        strict
}

func (p *positionOf) Reset(from, to int) {
	p.values.reset(from, to)
	p.winners.reset(to)
}

func (p *positionOf) Update(groups []int32, args []*batch.Column, sel []int32) error {
	if p.ignoreNulls {
		groups, sel = p.rows.narrow(groups, args[0], sel)
	}
	p.choose(groups, args[0], rowsOf(groups, sel))
	return nil
}

func (p *positionOf) choose(groups []int32, values *batch.Column, rows []int32) {
	for k, g := range groups {
		if p.last || !p.values.has(g) && !p.winners.won(g) {
			p.winners.set(g, rows[k])
		}
	}
	won, from := p.winners.take()
	p.values.set(won, values, from)
}

// Merge looks only at states in which a value is set.
func (p *positionOf) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	set, rows := expr.ArgOf[bool](partial[1]), rowsOf(groups, sel)
	p.rows.groups, p.rows.sel = p.rows.groups[:0], p.rows.sel[:0]
	for k, g := range groups {
		if set.At(rows[k]) {
			p.rows.groups, p.rows.sel = append(p.rows.groups, g), append(p.rows.sel, rows[k])
		}
	}
	p.choose(p.rows.groups, partial[0], p.rows.sel)
	return nil
}

func (p *positionOf) Save(groups []int32, partial []*batch.Column) error {
	p.values.append(partial[0], groups)
	n := partial[1].Len()
	partial[1].Extend(len(groups))
	to := batch.Values[bool](partial[1])[n:]
	for i, g := range groups {
		to[i] = p.values.has(g)
	}
	return nil
}

func (p *positionOf) Result(groups []int32, out *batch.Column) error {
	p.values.append(out, groups)
	return nil
}

// extremeBy is max_by or min_by: the value of the row whose second argument is
// the greatest or least. Of equal ones the last counts, as in Spark. With a third
// argument it is as [topBy] says.
func extremeBy(name string, greatest bool) *expr.Aggregate {
	return &expr.Aggregate{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 2 && len(args) != 3 {
				return expr.Resolution{}, expr.WrongCount(name, "2 or 3", len(args))
			}
			if !orderable(args[1].Type()) {
				return expr.Resolution{}, unordered(name, args[1])
			}
			if len(args) == 3 {
				return topBy(name, args)
			}
			return expr.Resolution{Args: args, Type: args[0].Type(), Nullable: true}, nil
		},
		Partial: func(c *expr.AggregateCall) []types.Type {
			if len(c.Args) == 3 {
				return []types.Type{c.Typ, arrayOf(c.Args[1].Type())}
			}
			return []types.Type{c.Typ, c.Args[1].Type()}
		},
		New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
			if len(c.Args) == 3 {
				return newTopOf(c, greatest), nil
			}
			t := c.Args[1].Type()
			return &by{values: newCells(c.Typ), orders: newCells(t), greatest: greatest,
				order: expr.OrderOf(t), wordsOf: wordsFor(t.Kind)}, nil
		},
	}
}

// by keeps the value at the extreme of another column.
type by struct {
	values, orders *cells
	winners        winners
	greatest       bool
	order          expr.Order
	rows           strict

	// Where orderings fit words, best are those of the groups, by group, turned
	// over for min_by so that the greatest word wins.
	wordsOf func(words []uint64, c *batch.Column, rows []int32)
	best    []uint64
	words   []uint64 // scratch
}

func (b *by) Reset(from, to int) {
	b.values.reset(from, to)
	b.orders.reset(from, to)
	b.winners.reset(to)
	b.best = emptied(b.best, from, to)
}

func (b *by) Update(groups []int32, args []*batch.Column, sel []int32) error {
	order := args[1]
	switch {
	case order.Const && order.Null(0):
		return nil
	case order.Const && args[0].Const:
		order, sel = b.rows.spread(order, len(groups)), nil
	case order.Const:
		order = b.rows.spread(order, args[0].Len())
	default:
		groups, sel = b.rows.narrow(groups, order, sel)
	}
	if len(groups) == 0 {
		return nil
	}
	rows := rowsOf(groups, sel)
	if b.wordsOf != nil {
		b.chooseByWord(groups, order, rows)
	} else {
		b.choose(groups, order, rows)
	}
	won, from := b.winners.take()
	b.values.set(won, args[0], from)
	b.orders.set(won, order, from)
	return nil
}

func (b *by) chooseByWord(groups []int32, order *batch.Column, rows []int32) {
	b.words = grown(b.words, len(groups))
	words := b.words[:len(groups)]
	b.wordsOf(words, order, rows)
	var turn uint64
	if !b.greatest {
		turn = ^uint64(0)
	}
	for k, g := range groups {
		w := words[k] ^ turn
		if w >= b.best[g] || !b.orders.has(g) && !b.winners.won(g) {
			b.best[g] = w
			b.winners.set(g, rows[k])
		}
	}
}

func (b *by) choose(groups []int32, order *batch.Column, rows []int32) {
	for k, g := range groups {
		r, c := rows[k], 0
		if w := b.winners.row[g]; w >= 0 {
			c = b.order(order, int(r), order, int(w))
		} else if b.orders.has(g) {
			c = b.order(order, int(r), b.orders.column, int(b.orders.slots[g]))
		}
		if c == 0 || c > 0 == b.greatest {
			b.winners.set(g, r)
		}
	}
}

func (b *by) Merge(groups []int32, partial []*batch.Column, sel []int32) error {
	return b.Update(groups, partial, sel)
}

func (b *by) Save(groups []int32, partial []*batch.Column) error {
	b.values.append(partial[0], groups)
	b.orders.append(partial[1], groups)
	return nil
}

func (b *by) Result(groups []int32, out *batch.Column) error {
	b.values.append(out, groups)
	return nil
}

// wordsFor gives the words by which values of a kind order, at rows; nil for a
// kind whose values do not fit words.
func wordsFor(k types.Kind) func(words []uint64, c *batch.Column, rows []int32) {
	switch k {
	case types.Byte:
		return orderedWords[int8]
	case types.Short:
		return orderedWords[int16]
	case types.Int, types.Date, types.YearMonthInterval:
		return orderedWords[int32]
	case types.Long, types.Time, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return orderedWords[int64]
	case types.Float:
		return orderedWords[float32]
	case types.Double:
		return orderedWords[float64]
	default:
		return nil
	}
}

func orderedWords[T interface{ integers | floats }](words []uint64, c *batch.Column, rows []int32) {
	values := batch.Values[T](c)
	for k, r := range rows {
		words[k] = kernel.OrderedWord(values[r])
	}
}
