package aggregate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
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
			p := &positionOf{last: last, values: newPagedCells(c.Typ)}
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
	values      *pagedCells
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
			return newBy(c.Typ, c.Args[1].Type(), greatest), nil
		},
	}
}
