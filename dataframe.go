package weir

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// DataFrame is a plan over sources: a table, or a stream without end. It is never
// changed; every method gives a new one. What went wrong in a chain is reported
// by the action that ends it.
type DataFrame struct {
	session *Session
	node    plan.Node
	err     error
}

// frame makes a DataFrame, of an error where there is one.
func (s *Session) frame(n plan.Node, err error) *DataFrame {
	return &DataFrame{session: s, node: n, err: err}
}

// then is the DataFrame with another node on top, or with one more error.
func (d *DataFrame) then(build func(in plan.Node, o plan.Origin) (plan.Node, error)) *DataFrame {
	o := plan.Origin{Site: callSite(), PlanID: d.session.planIDs.Add(1)}
	if d.node == nil {
		return d
	}
	n, err := build(d.node, o)
	if err != nil {
		return d.session.frame(d.node, errors.Join(d.err, fmt.Errorf("%s: %w", o.Site, err)))
	}
	return d.session.frame(n, d.err)
}

// callSite is the place in the user's program, "file.go:12".
func callSite() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "github.com/weirstream/weir.") || strings.HasSuffix(f.File, "_test.go") {
			file := f.File[strings.LastIndexByte(f.File, '/')+1:]
			return fmt.Sprintf("%s:%d", file, f.Line)
		}
		if !more {
			return ""
		}
	}
}

// columns turns ...any into expressions: a string is a column's name, a Column
// itself.
func columns(list []any) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(list))
	var errs []error
	for i, x := range list {
		var err error
		switch x := x.(type) {
		case functions.Column:
			out[i], err = x.Unwrap()
		case string:
			out[i], err = functions.Col(x).Unwrap()
		default:
			err = fmt.Errorf("argument %d is a %T; it must be a column or the name of one", i+1, x)
		}
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

// Select computes columns.
func (d *DataFrame) Select(list ...any) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		exprs, err := columns(list)
		return &plan.Project{Origin: o, Input: in, Exprs: exprs}, err
	})
}

// SelectExpr computes columns given as SQL text.
func (d *DataFrame) SelectExpr(texts ...string) *DataFrame {
	list := make([]any, len(texts))
	for i, t := range texts {
		e, err := d.session.parser().ParseExpression(t)
		if list[i] = functions.Of(e); err != nil {
			list[i] = functions.Failed(err)
		}
	}
	return d.Select(list...)
}

// Where keeps the rows for which the condition, a Column or SQL text, is true.
func (d *DataFrame) Where(condition any) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		if text, ok := condition.(string); ok {
			e, err := d.session.parser().ParseExpression(text)
			return &plan.Filter{Origin: o, Input: in, Condition: e}, err
		}
		list, err := columns([]any{condition})
		return &plan.Filter{Origin: o, Input: in, Condition: list[0]}, err
	})
}

// Filter is [DataFrame.Where].
func (d *DataFrame) Filter(condition any) *DataFrame { return d.Where(condition) }

// WithColumn adds a column or replaces the one of that name.
func (d *DataFrame) WithColumn(name string, c functions.Column) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		e, err := c.Unwrap()
		return &plan.WithColumns{Origin: o, Input: in, Aliases: []*expr.Alias{{Child: e, Names: []string{name}}}}, err
	})
}

// WithColumnRenamed renames a column; one that is not there is ignored.
func (d *DataFrame) WithColumnRenamed(from, to string) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.RenameColumns{Origin: o, Input: in, Renames: [][2]string{{from, to}}}, nil
	})
}

// ToDF renames all columns in order.
func (d *DataFrame) ToDF(names ...string) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.ToDF{Origin: o, Input: in, Names: names}, nil
	})
}

// Drop leaves columns out; those that are not there are ignored.
func (d *DataFrame) Drop(list ...any) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		exprs, err := columns(list)
		return &plan.Drop{Origin: o, Input: in, Columns: exprs}, err
	})
}

// As names the DataFrame, so that its columns can be written name.column.
func (d *DataFrame) As(name string) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.SubqueryAlias{Origin: o, Input: in, Name: []string{name}}, nil
	})
}

// Distinct keeps one of equal rows.
func (d *DataFrame) Distinct() *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.Project{Origin: o, Input: in, Exprs: []expr.Expr{&expr.UnresolvedStar{}}, Distinct: true}, nil
	})
}

// Limit keeps the first n rows.
func (d *DataFrame) Limit(n int) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.Limit{Origin: o, Input: in, Count: expr.Lit(n)}, nil
	})
}

// Offset skips the first n rows.
func (d *DataFrame) Offset(n int) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		return &plan.Offset{Origin: o, Input: in, Count: expr.Lit(n)}, nil
	})
}

// sortOrders are columns as keys of an order, ascending where nothing is said.
func sortOrders(list []any) ([]*expr.SortOrder, error) {
	exprs, err := columns(list)
	if err != nil {
		return nil, err
	}
	orders := make([]*expr.SortOrder, len(exprs))
	for i, e := range exprs {
		order, ok := e.(*expr.SortOrder)
		if !ok {
			order = &expr.SortOrder{Child: e, NullsFirst: true}
		}
		orders[i] = order
	}
	return orders, nil
}

// OrderBy sorts by columns, those without Asc or Desc ascending.
func (d *DataFrame) OrderBy(list ...any) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		orders, err := sortOrders(list)
		return &plan.Sort{Origin: o, Input: in, Orders: orders, Global: true}, err
	})
}

// Union appends the rows of another DataFrame, columns matched by place.
func (d *DataFrame) Union(other *DataFrame) *DataFrame {
	return d.with(other, func(in plan.Node, o plan.Origin) plan.Node {
		return &plan.SetOp{Origin: o, Left: in, Right: other.node, Kind: plan.UnionSet, All: true}
	})
}

// UnionByName is Union with columns matched by name. With allowMissing those that
// the other does not have are null.
func (d *DataFrame) UnionByName(other *DataFrame, allowMissing bool) *DataFrame {
	return d.with(other, func(in plan.Node, o plan.Origin) plan.Node {
		return &plan.SetOp{Origin: o, Left: in, Right: other.node, Kind: plan.UnionSet, All: true, ByName: true,
			AllowMissing: allowMissing}
	})
}

// with is then for a node over two DataFrames.
func (d *DataFrame) with(other *DataFrame, build func(in plan.Node, o plan.Origin) plan.Node) *DataFrame {
	out := d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		if other.node == nil {
			return in, nil
		}
		return build(in, o), nil
	})
	return d.session.frame(out.node, errors.Join(out.err, other.err))
}

// joinTypes are the words for join types that Spark takes.
var joinTypes = map[string]plan.JoinType{
	"inner": plan.InnerJoin, "cross": plan.CrossJoin, "left": plan.LeftOuterJoin, "leftouter": plan.LeftOuterJoin,
	"right": plan.RightOuterJoin, "rightouter": plan.RightOuterJoin, "outer": plan.FullOuterJoin, "full": plan.FullOuterJoin,
	"fullouter": plan.FullOuterJoin, "semi": plan.LeftSemiJoin, "leftsemi": plan.LeftSemiJoin, "anti": plan.LeftAntiJoin,
	"leftanti": plan.LeftAntiJoin,
}

// Join joins with another DataFrame. on is a condition (a Column), or the names
// of columns that both have: a string or a []string. how is inner, left, right,
// full, semi, anti or cross, or another of Spark's words for them.
func (d *DataFrame) Join(other *DataFrame, on any, how string) *DataFrame {
	out := d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		t, ok := joinTypes[strings.ReplaceAll(strings.ToLower(how), "_", "")]
		if !ok {
			return nil, fmt.Errorf("join type %q is not known; known are inner, left, right, full, semi, anti, cross", how)
		}
		j := &plan.Join{Origin: o, Left: in, Right: other.node, Type: t}
		switch on := on.(type) {
		case functions.Column:
			e, err := on.Unwrap()
			j.Condition = e
			return j, err
		case string:
			j.Using = []string{on}
		case []string:
			j.Using = slices.Clone(on)
		case nil:
		default:
			return nil, fmt.Errorf("a %T is no join condition; give a Column or names", on)
		}
		return j, nil
	})
	return d.session.frame(out.node, errors.Join(out.err, other.err))
}

// WithWatermark declares the event-time column and how late its rows may be
// (S110). The delay is in whole microseconds.
func (d *DataFrame) WithWatermark(column string, delay time.Duration) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		e, err := functions.Col(column).Unwrap()
		if delay < 0 {
			err = errors.Join(err, fmt.Errorf("delay threshold (%v) should not be negative", delay))
		}
		return &plan.WithWatermark{Origin: o, Input: in, Column: e, Delay: delay.Microseconds()}, err
	})
}

// resolved is the plan with names and types, for questions about it.
func (d *DataFrame) resolved(ctx context.Context) (plan.Node, error) {
	if d.err != nil {
		return nil, d.err
	}
	c := d.session.settings()
	return d.session.analyze(ctx, d.node, &c)
}

// Schema is what the rows look like.
func (d *DataFrame) Schema(ctx context.Context) (types.Schema, error) {
	n, err := d.resolved(ctx)
	if err != nil {
		return types.Schema{}, err
	}
	return schemaOf(n), nil
}

func schemaOf(n plan.Node) types.Schema {
	var s types.Schema
	for _, r := range n.Output() {
		s.Fields = append(s.Fields, types.Field{Name: r.Name, Type: r.Typ, Nullable: r.Null, Metadata: r.Metadata})
	}
	return s
}

// IsStreaming reports whether the DataFrame reads a stream (S05).
func (d *DataFrame) IsStreaming(ctx context.Context) (bool, error) {
	n, err := d.resolved(ctx)
	if err != nil {
		return false, err
	}
	return plan.Streaming(n), nil
}

// WithWatermarkText is [DataFrame.WithWatermark] with the delay as Spark's
// programs write it: "10 minutes".
func (d *DataFrame) WithWatermarkText(column, delay string) *DataFrame {
	return d.then(func(in plan.Node, o plan.Origin) (plan.Node, error) {
		e, err := functions.Col(column).Unwrap()
		return &plan.WithWatermark{Origin: o, Input: in, Column: e, DelayText: delay}, err
	})
}

// Err is what is wrong with the chain so far, as far as that is known before an action.
func (d *DataFrame) Err() error { return d.err }
