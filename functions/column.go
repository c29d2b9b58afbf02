package functions

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sql"
	"github.com/weirstream/weir/types"
)

// Column is an expression over the columns of a DataFrame. Its zero value is an
// error wherever it is used.
type Column struct {
	e   expr.Expr
	err error
}

// Of is the column of an expression, for the packages of weir.
func Of(e expr.Expr) Column { return Column{e: e} }

// Failed is a column that reports err when it is used.
func Failed(err error) Column { return Column{err: err} }

// Unwrap is the expression, or what is wrong with it, for the packages of weir.
func (c Column) Unwrap() (expr.Expr, error) {
	if c.e == nil && c.err == nil {
		return nil, errors.New("functions: the zero Column is no column")
	}
	return c.e, c.err
}

// Col is a column by its name: "a", "a.b" for a field, "t.a" with the name of a
// table, "*" for all. Names with dots are put in back-quotes.
func Col(name string) Column {
	if name == "*" {
		return Column{e: &expr.UnresolvedStar{}}
	}
	if target, ok := strings.CutSuffix(name, ".*"); ok {
		return Column{e: &expr.UnresolvedStar{Target: strings.Split(target, ".")}}
	}
	parts, err := nameParts(name)
	if err != nil {
		return Failed(err)
	}
	return Column{e: &expr.UnresolvedAttribute{Parts: parts}}
}

// nameParts splits a name at its dots, back-quotes respected.
func nameParts(name string) ([]string, error) {
	var parts []string
	rest := name
	for {
		if after, quoted := strings.CutPrefix(rest, "`"); quoted {
			end := strings.IndexByte(after, '`')
			if end < 0 {
				return nil, fault.New(fault.InvalidIdentifier, "the name %q lacks a closing back-quote", name)
			}
			parts, rest = append(parts, after[:end]), after[end+1:]
			if rest == "" {
				return parts, nil
			}
			if !strings.HasPrefix(rest, ".") {
				return nil, fault.New(fault.InvalidIdentifier, "the name %q has text behind a back-quote", name)
			}
			rest = rest[1:]
			continue
		}
		part, more, found := strings.Cut(rest, ".")
		parts = append(parts, part)
		if !found {
			return parts, nil
		}
		rest = more
	}
}

// Lit is a constant: nil, bool, an integer, a float, a string, []byte, a
// time.Time (TIMESTAMP), a time.Duration (an interval). A Column stays itself.
func Lit(v any) Column {
	switch v := v.(type) {
	case Column:
		return v
	case nil, bool, int, int32, int64, float64, string:
		return Column{e: literal(v)}
	case int8:
		return Column{e: &expr.Literal{Value: v, Typ: types.Of(types.Byte)}}
	case int16:
		return Column{e: &expr.Literal{Value: v, Typ: types.Of(types.Short)}}
	case float32:
		return Column{e: &expr.Literal{Value: v, Typ: types.Of(types.Float)}}
	case []byte:
		return Column{e: &expr.Literal{Value: string(v), Typ: types.Of(types.Binary)}}
	case time.Time:
		return Column{e: &expr.Literal{Value: v.UnixMicro(), Typ: types.Of(types.Timestamp)}}
	case time.Duration:
		return Column{e: &expr.Literal{Value: v.Microseconds(), Typ: types.Of(types.DayTimeInterval)}}
	default:
		return Failed(fmt.Errorf("functions: a %T is no constant", v))
	}
}

// literal gives whole numbers of Go the type that Spark's clients give them: INT
// where they fit.
func literal(v any) expr.Expr {
	if n, ok := v.(int); ok && n == int(int32(n)) {
		return expr.Int32(int32(n))
	}
	return expr.Lit(v)
}

// Expr is a column of SQL text, such as "a + 1 AS b". Its literals of timestamps are
// read in the time zone of the session that runs it.
func Expr(text string) Column {
	e, err := sql.ParseExpression(text)
	return Column{e: e, err: err}
}

// Call is a function by its SQL name.
func Call(name string, args ...any) Column {
	list, err := expressions(args)
	if err != nil {
		return Failed(fmt.Errorf("%s: %w", name, err))
	}
	return Column{e: &expr.UnresolvedFunction{Name: name, Args: list, Written: true}}
}

// expressions turns arguments into expressions: strings are names.
func expressions(args []any) ([]expr.Expr, error) {
	list := make([]expr.Expr, len(args))
	var errs []error
	for i, a := range args {
		c, ok := a.(Column)
		if name, isName := a.(string); isName {
			c = Col(name)
		} else if !ok {
			c = Lit(a)
		}
		e, err := c.Unwrap()
		list[i] = e
		errs = append(errs, err)
	}
	return list, errors.Join(errs...)
}

// operator is a call whose arguments that are no Columns are constants, strings
// too.
func operator(name string, args ...any) Column {
	for i, a := range args {
		args[i] = Lit(a)
	}
	return Call(name, args...)
}

// As names the column; a generator may be given several names.
func (c Column) As(names ...string) Column {
	if c.err != nil {
		return c
	}
	return Column{e: &expr.Alias{Child: c.e, Names: names}}
}

// Cast changes the type, given as DDL text: "bigint", "decimal(10,2)".
func (c Column) Cast(to string) Column { return c.cast(to, expr.CastDefault) }

// TryCast is Cast that gives null for what does not fit.
func (c Column) TryCast(to string) Column { return c.cast(to, expr.CastTry) }

func (c Column) cast(to string, mode expr.CastMode) Column {
	t, err := types.ParseType(to)
	if err = errors.Join(c.err, err); err != nil {
		return Failed(err)
	}
	return Column{e: &expr.Cast{Child: c.e, To: t, Mode: mode}}
}

// Eq is c = v.
func (c Column) Eq(v any) Column { return operator("=", c, v) }

// NotEq is c <> v.
func (c Column) NotEq(v any) Column { return operator("not", operator("=", c, v)) }

// EqNullSafe is c <=> v: two nulls are equal.
func (c Column) EqNullSafe(v any) Column { return operator("<=>", c, v) }

// Lt is c < v.
func (c Column) Lt(v any) Column { return operator("<", c, v) }

// Leq is c <= v.
func (c Column) Leq(v any) Column { return operator("<=", c, v) }

// Gt is c > v.
func (c Column) Gt(v any) Column { return operator(">", c, v) }

// Geq is c >= v.
func (c Column) Geq(v any) Column { return operator(">=", c, v) }

// And is c AND v.
func (c Column) And(v any) Column { return operator("and", c, v) }

// Or is c OR v.
func (c Column) Or(v any) Column { return operator("or", c, v) }

// Plus is c + v.
func (c Column) Plus(v any) Column { return operator("+", c, v) }

// Minus is c - v.
func (c Column) Minus(v any) Column { return operator("-", c, v) }

// Times is c * v.
func (c Column) Times(v any) Column { return operator("*", c, v) }

// Divide is c / v.
func (c Column) Divide(v any) Column { return operator("/", c, v) }

// Mod is c % v.
func (c Column) Mod(v any) Column { return operator("%", c, v) }

// IsNull is c IS NULL.
func (c Column) IsNull() Column { return operator("isnull", c) }

// IsNotNull is c IS NOT NULL.
func (c Column) IsNotNull() Column { return operator("isnotnull", c) }

// IsIn is c IN (values).
func (c Column) IsIn(values ...any) Column { return operator("in", append([]any{c}, values...)...) }

// Between is lower <= c AND c <= upper.
func (c Column) Between(lower, upper any) Column { return c.Geq(lower).And(c.Leq(upper)) }

// Like is c LIKE pattern.
func (c Column) Like(pattern string) Column { return operator("like", c, pattern) }

// RLike is c RLIKE pattern.
func (c Column) RLike(pattern string) Column { return operator("rlike", c, pattern) }

// StartsWith reports whether the text begins with v.
func (c Column) StartsWith(v any) Column { return operator("startswith", c, v) }

// EndsWith reports whether the text ends with v.
func (c Column) EndsWith(v any) Column { return operator("endswith", c, v) }

// Contains reports whether the text contains v.
func (c Column) Contains(v any) Column { return operator("contains", c, v) }

// Substr is length characters from position start, which counts from 1.
func (c Column) Substr(start, length int) Column { return operator("substr", c, start, length) }

// Asc orders by the column, nulls first.
func (c Column) Asc() Column { return c.order(false, true) }

// Desc orders by the column from the greatest on, nulls last.
func (c Column) Desc() Column { return c.order(true, false) }

// AscNullsLast is Asc with nulls last.
func (c Column) AscNullsLast() Column { return c.order(false, false) }

// DescNullsFirst is Desc with nulls first.
func (c Column) DescNullsFirst() Column { return c.order(true, true) }

func (c Column) order(descending, nullsFirst bool) Column {
	if c.err != nil {
		return c
	}
	return Column{e: &expr.SortOrder{Child: c.e, Descending: descending, NullsFirst: nullsFirst}}
}

// Filter counts only the rows for which cond is true; c is an aggregate function.
func (c Column) Filter(cond Column) Column {
	if err := errors.Join(c.err, cond.err); err != nil {
		return Failed(err)
	}
	u, ok := c.e.(*expr.UnresolvedFunction)
	if !ok {
		return Failed(errors.New("functions: Filter stands behind an aggregate function"))
	}
	n := *u
	n.Filter = cond.e
	return Column{e: &n}
}

// String is the column as text.
func (c Column) String() string {
	if c.err != nil {
		return "<" + c.err.Error() + ">"
	}
	if c.e == nil {
		return "<no column>"
	}
	return c.e.String()
}
