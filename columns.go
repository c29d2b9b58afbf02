package weir

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// Col is a column of this DataFrame, also where another one has a column of the same
// name: left.Col("id").Eq(right.Col("id")) is the condition of a join.
func (d *DataFrame) Col(name string) functions.Column {
	c := functions.Col(name)
	from, ok := d.node.(interface{ From() plan.Origin })
	if !ok || from.From().PlanID == 0 {
		return c
	}
	e, err := c.Unwrap()
	if err != nil {
		return c
	}
	id := from.From().PlanID
	switch e := e.(type) {
	case *expr.UnresolvedAttribute:
		return functions.Of(&expr.UnresolvedAttribute{Parts: e.Parts, PlanID: id})
	case *expr.UnresolvedStar:
		return functions.Of(&expr.UnresolvedStar{Target: e.Target, PlanID: id})
	}
	return c
}

// ColRegex are the columns whose names match a regular expression, in Java's syntax
// and without regard to case, for Select. Back-quotes around it are taken off.
func (d *DataFrame) ColRegex(pattern string) functions.Column {
	if len(pattern) > 1 && strings.HasPrefix(pattern, "`") && strings.HasSuffix(pattern, "`") {
		pattern = pattern[1 : len(pattern)-1]
	}
	return functions.Of(&expr.UnresolvedRegex{Pattern: pattern})
}

// WithColumns adds columns, or replaces those of the same names. Each has a name by
// [functions.Column.As].
func (d *DataFrame) WithColumns(list ...functions.Column) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		aliases := make([]*expr.Alias, len(list))
		for i, c := range list {
			e, err := c.Unwrap()
			if err != nil {
				return nil, err
			}
			a, ok := e.(*expr.Alias)
			if !ok {
				return nil, fmt.Errorf("the column %v of WithColumns has no name; give it one with As", c)
			}
			aliases[i] = a
		}
		return &plan.WithColumns{Origin: o, Input: in, Aliases: aliases}, nil
	})
}

// WithColumnsRenamed renames columns, from the keys to the values; those that are not
// there are ignored.
func (d *DataFrame) WithColumnsRenamed(names map[string]string) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		n := &plan.RenameColumns{Origin: o, Input: in}
		for _, from := range slices.Sorted(maps.Keys(names)) {
			n.Renames = append(n.Renames, [2]string{from, names[from]})
		}
		return n, nil
	})
}

// WithMetadata gives a column metadata in place of what it has.
func (d *DataFrame) WithMetadata(column string, metadata map[string]any) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		e, err := functions.Col(column).Unwrap()
		a := &expr.Alias{Child: e, Names: []string{column}, Metadata: metadata}
		return &plan.WithColumns{Origin: o, Input: in, Aliases: []*expr.Alias{a}}, err
	})
}

// To brings the columns into the order and the types of a schema, matched by name;
// others are left out. One that is not there is null where the schema allows it.
func (d *DataFrame) To(schema types.Schema) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.ToSchema{Origin: o, Input: in, Schema: schema}, nil
	})
}

// Transform is f of the DataFrame, so that steps of one's own stand in a chain.
func (d *DataFrame) Transform(f func(*DataFrame) *DataFrame) *DataFrame { return f(d) }

// ToJSON has one column value: each row as a JSON object.
func (d *DataFrame) ToJSON() *DataFrame {
	return d.Select(functions.Call("to_json", functions.Call("struct", "*")).As("value"))
}

// Alias is [DataFrame.As].
func (d *DataFrame) Alias(name string) *DataFrame { return d.As(name) }

// Hint accepts a hint. None has an effect: one machine plans by the rows it sees.
func (d *DataFrame) Hint(name string, args ...any) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		list := make([]expr.Expr, len(args))
		for i, a := range args {
			e, err := functions.Lit(a).Unwrap()
			if err != nil {
				return nil, err
			}
			list[i] = e
		}
		return &plan.Hint{Origin: o, Input: in, Name: name, Args: list}, nil
	})
}

// Sort is [DataFrame.OrderBy].
func (d *DataFrame) Sort(list ...any) *DataFrame { return d.OrderBy(list...) }

// SortWithinPartitions sorts the rows of each part; as parts are weir's own affair,
// it sorts all of them.
func (d *DataFrame) SortWithinPartitions(list ...any) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		orders, err := sortOrders(list)
		return &plan.Sort{Origin: o, Input: in, Orders: orders}, err
	})
}

// Repartition spreads rows over n parts, by columns where some are given. It is
// accepted and has no effect (S39): see DIFFERENCES.md.
func (d *DataFrame) Repartition(n int, by ...any) *DataFrame { return d.repartition(n, by, true) }

// RepartitionByRange is [DataFrame.Repartition] by ranges of an order.
func (d *DataFrame) RepartitionByRange(n int, by ...any) *DataFrame {
	return d.repartition(n, by, true)
}

// Coalesce is [DataFrame.Repartition] into fewer parts.
func (d *DataFrame) Coalesce(n int) *DataFrame { return d.repartition(n, nil, false) }

func (d *DataFrame) repartition(n int, by []any, shuffle bool) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		if n < 0 || n == 0 && (len(by) == 0 || !shuffle) {
			return nil, fmt.Errorf("%d partitions: there must be at least one", n)
		}
		exprs, err := columns(by)
		return &plan.Repartition{Origin: o, Input: in, Count: n, By: exprs, Shuffle: shuffle}, err
	})
}
