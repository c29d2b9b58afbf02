package weir

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// NA are the functions of a DataFrame that have to do with missing values: null, and
// NaN in columns of floating-point numbers.
type NA struct{ frame *DataFrame }

// NA gives the functions that have to do with missing values.
func (d *DataFrame) NA() NA { return NA{d} }

// FillNA is NA().Fill.
func (d *DataFrame) FillNA(value any, columns ...string) *DataFrame {
	return d.NA().Fill(value, columns...)
}

// DropNA is NA().Drop.
func (d *DataFrame) DropNA(columns ...string) *DataFrame { return d.NA().Drop(columns...) }

// Fill puts a number, text or truth value where the columns, by default all of the
// value's own kind, have none.
func (a NA) Fill(value any, columns ...string) *DataFrame {
	return a.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		e, err := constant(value)
		return &plan.FillNA{Origin: o, Input: in, Columns: columns, Values: []expr.Expr{e}}, err
	})
}

// FillEach is Fill with a value for each column.
func (a NA) FillEach(values map[string]any) *DataFrame {
	return a.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		if len(values) == 0 {
			return nil, fmt.Errorf("FillEach is given no values")
		}
		n := &plan.FillNA{Origin: o, Input: in, Columns: slices.Sorted(maps.Keys(values))}
		for _, name := range n.Columns {
			e, err := constant(values[name])
			if err != nil {
				return nil, err
			}
			n.Values = append(n.Values, e)
		}
		return n, nil
	})
}

// Drop leaves out the rows in which any of the columns, by default of all, lacks a
// value.
func (a NA) Drop(columns ...string) *DataFrame { return a.drop(0, columns) }

// DropAll leaves out the rows in which none of the columns has a value.
func (a NA) DropAll(columns ...string) *DataFrame { return a.drop(1, columns) }

// DropBelow leaves out the rows in which fewer than least of the columns have a
// value.
func (a NA) DropBelow(least int, columns ...string) *DataFrame { return a.drop(least, columns) }

func (a NA) drop(least int, columns []string) *DataFrame {
	return a.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.DropNA{Origin: o, Input: in, Columns: columns, Least: least}, nil
	})
}

// Replace replaces values, from the keys to the values, in the columns, by default
// all of their kind. All keys are numbers, or text, or truth values; a value may be
// nil for null.
func (a NA) Replace(values map[any]any, columns ...string) *DataFrame {
	return a.frame.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		n := &plan.ReplaceNA{Origin: o, Input: in, Columns: columns}
		byText := make(map[string]any, len(values))
		for k := range values {
			byText[fmt.Sprintf("%T %v", k, k)] = k
		}
		for _, text := range slices.Sorted(maps.Keys(byText)) {
			before, err := constant(byText[text])
			if err != nil {
				return nil, err
			}
			after, err := constant(values[byText[text]])
			if err != nil {
				return nil, err
			}
			n.Old, n.New = append(n.Old, before), append(n.New, after)
		}
		if len(n.Old) == 0 {
			return in, nil
		}
		return n, nil
	})
}

func constant(v any) (expr.Expr, error) {
	if c, isColumn := v.(functions.Column); isColumn {
		return nil, fmt.Errorf("%v is a column where a constant must stand", c)
	}
	return functions.Lit(v).Unwrap()
}
