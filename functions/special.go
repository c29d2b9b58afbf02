package functions

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/weirstream/weir/internal/expr"
)

// This file holds the functions that need something of their own; all others are
// generated from gen/table.txt.

// When is value where the condition is true; add cases with [Column.When] and
// the rest with [Column.Otherwise].
func When(condition, value any) Column { return Call("when", Lit(condition), Lit(value)) }

// Count counts rows in which c is not null; Count("*") counts all.
func Count(c any) Column {
	if name, ok := c.(string); ok && name == "*" {
		return Call("count", Lit(1))
	}
	return Call("count", c)
}

// CountDistinct counts the different rows of values in which none is null.
func CountDistinct(columns ...any) Column { return distinct(Call("count", columns...)) }

// SumDistinct adds the different values up.
func SumDistinct(c any) Column { return distinct(Sum(c)) }

// ListAggDistinct joins the different texts, nulls left out.
func ListAggDistinct(c any, delimiter ...string) Column { return distinct(ListAgg(c, delimiter...)) }

// StringAggDistinct is [ListAggDistinct].
func StringAggDistinct(c any, delimiter ...string) Column { return ListAggDistinct(c, delimiter...) }

// distinct has an aggregate function take each value once.
func distinct(c Column) Column {
	u, ok := c.e.(*expr.UnresolvedFunction)
	if !ok {
		return c
	}
	n := *u
	n.Distinct = true
	return Column{e: &n}
}

// Extract is a field of a time or an interval, such as YEAR, WEEK, DAY or SECOND.
//
//	extract(WEEK FROM TIMESTAMP '2019-08-12 01:00:00.123456') → 33
func Extract(field string, c any) Column { return Call("date_part", Lit(field), c) }

// TimestampAdd is the time so many units, such as HOUR, later.
func TimestampAdd(unit string, n, c any) Column { return Call("timestampadd", Lit(unit), n, c) }

// TimestampDiff is the number of whole units, such as HOUR, from start to end.
func TimestampDiff(unit string, start, end any) Column {
	return Call("timestampdiff", Lit(unit), start, end)
}

// BitwiseNot changes every bit.
func BitwiseNot(c any) Column { return Call("~", c) }

// Negate is [Negative].
func Negate(c any) Column { return Negative(c) }

// CreateMap is [Map].
func CreateMap(keysAndValues ...any) Column { return Map(keysAndValues...) }

// CallFunction is [Call] with columns and names of columns only.
func CallFunction(name string, columns ...any) Column { return Call(name, columns...) }

// Asc orders by a column, nulls first.
func Asc(c any) Column { return of(c).Asc() }

// AscNullsFirst is [Asc].
func AscNullsFirst(c any) Column { return of(c).Asc() }

// AscNullsLast orders by a column, nulls last.
func AscNullsLast(c any) Column { return of(c).AscNullsLast() }

// Desc orders by a column from the greatest on, nulls last.
func Desc(c any) Column { return of(c).Desc() }

// DescNullsFirst is [Desc] with nulls first.
func DescNullsFirst(c any) Column { return of(c).DescNullsFirst() }

// DescNullsLast is [Desc].
func DescNullsLast(c any) Column { return of(c).Desc() }

// Window groups event times into windows of a width, [start, end), that begin at
// multiples of it since 1970 (S100). The column is a struct of start and end.
func Window(timeColumn any, width time.Duration) Column {
	return Call("window", timeColumn, width, width, time.Duration(0))
}

// SlidingWindow is Window with a window every slide, shifted by start (S101). A
// row belongs to several windows.
func SlidingWindow(timeColumn any, width, slide, start time.Duration) Column {
	return Call("window", timeColumn, width, slide, start)
}

// SessionWindow groups event times into sessions that end when none comes for a gap:
// a time.Duration, a text such as "5 minutes", or a Column (S102).
func SessionWindow(timeColumn, gap any) Column {
	return Call("session_window", timeColumn, Lit(gap))
}

// of is a column or the one of a name.
func of(c any) Column {
	list, err := expressions([]any{c})
	if err != nil {
		return Failed(err)
	}
	return Of(list[0])
}

// more are arguments behind others.
func more(list []any, first ...any) []any { return slices.Concat(first, list) }

// constants are values as constant columns.
func constants[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = Lit(v)
	}
	return out
}

// optionMap is a map of constants; nil is none.
func optionMap(options map[string]string) Column {
	var list []any
	for _, k := range slices.Sorted(maps.Keys(options)) {
		list = append(list, Lit(k), Lit(options[k]))
	}
	return Map(list...)
}

func optionMaps(list []map[string]string) []any {
	out := make([]any, len(list))
	for i, o := range list {
		out[i] = optionMap(o)
	}
	return out
}

// A lambda's parameters are called x, y and z, with a number where lambdas stand
// within each other, so that none hides another.

func lambda1(f func(x Column) Column) Column {
	return lambda(1, func(p []Column) Column { return f(p[0]) })
}

func lambda2(f func(x, y Column) Column) Column {
	return lambda(2, func(p []Column) Column { return f(p[0], p[1]) })
}

func lambda3(f func(x, y, z Column) Column) Column {
	return lambda(3, func(p []Column) Column { return f(p[0], p[1], p[2]) })
}

func lambdas(list []func(x Column) Column) []any {
	out := make([]any, len(list))
	for i, f := range list {
		out[i] = lambda1(f)
	}
	return out
}

func comparisons(list []func(x, y Column) Column) []any {
	out := make([]any, len(list))
	for i, f := range list {
		out[i] = lambda2(f)
	}
	return out
}

// lambda calls f with columns that stand for the parameters. The names of lambdas
// within it are known once it has returned; it is called again until its own differ.
func lambda(n int, f func([]Column) Column) Column {
	for depth := 0; ; depth++ {
		names := make([]string, n)
		params := make([]Column, n)
		for i := range names {
			names[i] = string(rune('x' + i))
			for range depth {
				names[i] += "_"
			}
			params[i] = Column{e: &expr.UnresolvedAttribute{Parts: []string{names[i]}}}
		}
		body, err := f(params).Unwrap()
		if err != nil {
			return Failed(errors.Join(errors.New("functions: the function given"), err))
		}
		if !expr.Any(body, func(e expr.Expr) bool {
			l, ok := e.(*expr.Lambda)
			return ok && slices.ContainsFunc(l.Params, func(p string) bool { return slices.Contains(names, p) })
		}) {
			return Column{e: &expr.Lambda{Params: names, Body: body}}
		}
	}
}
