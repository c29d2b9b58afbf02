package functions

import (
	"errors"

	"github.com/weirstream/weir/internal/expr"
)

// Neg is -c.
func (c Column) Neg() Column { return operator("negative", c) }

// Not is NOT c.
func (c Column) Not() Column { return operator("not", c) }

// IsNaN reports whether a number is NaN.
func (c Column) IsNaN() Column { return operator("isnan", c) }

// BitwiseAnd is c & v.
func (c Column) BitwiseAnd(v any) Column { return operator("&", c, v) }

// BitwiseOr is c | v.
func (c Column) BitwiseOr(v any) Column { return operator("|", c, v) }

// BitwiseXor is c ^ v.
func (c Column) BitwiseXor(v any) Column { return operator("^", c, v) }

// ILike is c ILIKE pattern: LIKE without regard to case.
func (c Column) ILike(pattern string) Column { return operator("ilike", c, pattern) }

// Name is [Column.As].
func (c Column) Name(name string) Column { return c.As(name) }

// Alias is [Column.As].
func (c Column) Alias(names ...string) Column { return c.As(names...) }

// AsWith is [Column.As] with metadata in place of what the column has.
func (c Column) AsWith(name string, metadata map[string]any) Column {
	if c.err != nil {
		return c
	}
	return Column{e: &expr.Alias{Child: c.e, Names: []string{name}, Metadata: metadata}}
}

// AscNullsFirst is [Column.Asc].
func (c Column) AscNullsFirst() Column { return c.Asc() }

// DescNullsLast is [Column.Desc].
func (c Column) DescNullsLast() Column { return c.Desc() }

// Transform is f of the column, so that steps of one's own stand in a chain.
func (c Column) Transform(f func(Column) Column) Column { return f(c) }

// Outer is the column of a query around the one it stands in. The analyzer looks there
// anyway for what it does not find, so that it changes nothing.
func (c Column) Outer() Column { return c }

// Over is an aggregate or window function over the rows of a window.
func (c Column) Over(w WindowSpec) Column {
	if err := errors.Join(c.err, w.err); err != nil {
		return Failed(err)
	}
	return Column{e: &expr.Window{Fn: c.e, PartitionBy: w.partition, OrderBy: w.order, Frame: w.frame}}
}

// When adds a case to [When].
func (c Column) When(condition, value any) Column {
	return c.behindWhen("Column.When", condition, value)
}

// Otherwise is the value of [When] where no condition is true; without it that is
// null.
func (c Column) Otherwise(value any) Column { return c.behindWhen("Otherwise", value) }

// behindWhen is a call of when with more arguments.
func (c Column) behindWhen(what string, more ...any) Column {
	if c.err != nil {
		return c
	}
	u, ok := c.e.(*expr.UnresolvedFunction)
	if !ok || u.Name != "when" {
		return Failed(errors.New("functions: " + what + " stands behind When"))
	}
	args := make([]any, 0, len(u.Args)+len(more))
	for _, a := range u.Args {
		args = append(args, Of(a))
	}
	return operator("when", append(args, more...)...)
}
