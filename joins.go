package weir

import (
	"errors"
	"fmt"

	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
)

// CrossJoin pairs every row with every row of another DataFrame.
func (d *DataFrame) CrossJoin(other *DataFrame) *DataFrame { return d.Join(other, nil, "cross") }

// LateralJoin joins each row with the rows that other computes of it: other may name
// columns of this DataFrame. on is a condition, nil for none; how is inner, left or
// cross.
func (d *DataFrame) LateralJoin(other *DataFrame, on any, how string) *DataFrame {
	out := d.Join(other, on, how)
	j, ok := out.node.(*plan.Join)
	if !ok || out.err != nil {
		return out
	}
	if j.Type != plan.InnerJoin && j.Type != plan.LeftOuterJoin && j.Type != plan.CrossJoin {
		return d.session.frame(d.node, errors.Join(d.err, fmt.Errorf("%s: a lateral join is inner, left or cross, not %s", j.Site, how)))
	}
	j.Lateral = true // the node is new and nobody else has it
	return out
}

// Scalar is the value of a table of one row and one column, as a column of another
// DataFrame; null where it has no row.
func (d *DataFrame) Scalar() functions.Column { return d.subquery(expr.ScalarSubquery, nil) }

// Exists reports whether the table has rows, as a condition of another DataFrame
// whose columns it may name.
func (d *DataFrame) Exists() functions.Column { return d.subquery(expr.ExistsSubquery, nil) }

// Holds reports whether values are a row of the table, as SQL's IN (SELECT …) does: a
// condition of another DataFrame.
func (d *DataFrame) Holds(values ...any) functions.Column {
	list, err := columns(values)
	if err != nil {
		return functions.Failed(err)
	}
	return d.subquery(expr.InSubquery, list)
}

func (d *DataFrame) subquery(kind expr.SubqueryKind, values []expr.Expr) functions.Column {
	if d.err != nil {
		return functions.Failed(d.err)
	}
	return functions.Of(&expr.Subquery{Kind: kind, Values: values, Plan: d.node})
}
