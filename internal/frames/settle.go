package frames

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// Session is what [Settle] asks for rows and schemas.
type Session interface {
	// Rows computes a plan.
	Rows(ctx context.Context, n plan.Node) (types.Schema, []*batch.Batch, error)
	// SchemaOf is what the rows of a plan look like.
	SchemaOf(ctx context.Context, n plan.Node) (types.Schema, error)
}

// Settle gives what a relation stands for whose columns depend on rows: it computes
// those first. Other relations stand for themselves.
func Settle(ctx context.Context, s Session, n plan.Node) (plan.Node, error) {
	switch n := n.(type) {
	case *plan.Pivot:
		if n.Values == nil {
			return pivoted(ctx, s, n)
		}
	case *plan.Crosstab:
		return crosstab(ctx, s, n)
	case *plan.FreqItems:
		return freqItems(ctx, s, n)
	case *plan.Transpose:
		return transposed(ctx, s, n)
	}
	return n, nil
}

func column(name string) expr.Expr { return &expr.UnresolvedAttribute{Parts: []string{name}} }

func named(e expr.Expr, name string) expr.Expr {
	return &expr.Alias{Child: e, Names: []string{name}}
}

func ascending(e expr.Expr) *expr.SortOrder { return &expr.SortOrder{Child: e, NullsFirst: true} }

// literals computes rows, each value a literal.
func literals(ctx context.Context, s Session, n plan.Node) ([][]expr.Expr, error) {
	_, batches, err := s.Rows(ctx, n)
	if err != nil {
		return nil, err
	}
	var list [][]expr.Expr
	for _, b := range batches {
		for i := range b.Len() {
			row := make([]expr.Expr, len(b.Columns))
			for k, c := range b.Columns {
				v := expr.ValueAt(c, b.Row(i))
				if text, ok := v.(string); ok {
					v = strings.Clone(text)
				}
				row[k] = &expr.Literal{Value: v, Typ: c.Type}
			}
			list = append(list, row)
		}
	}
	return list, nil
}

// maxPivotValues bounds the columns that a pivot without values makes, as
// spark.sql.pivotMaxValues does.
const maxPivotValues = 10_000

// pivoted is a pivot with the values that its column has, in their order.
func pivoted(ctx context.Context, s Session, n *plan.Pivot) (plan.Node, error) {
	items := make([]expr.Expr, len(n.Columns))
	orders := make([]*expr.SortOrder, len(n.Columns))
	for i, e := range n.Columns {
		name := "_" + strconv.Itoa(i)
		items[i], orders[i] = named(e, name), ascending(column(name))
	}
	values := &plan.Sort{Input: &plan.Project{Input: n.Input, Exprs: items, Distinct: true}, Orders: orders, Global: true}
	list, err := literals(ctx, s, &plan.Limit{Input: values, Count: expr.Lit(maxPivotValues + 1)})
	if err != nil {
		return nil, err
	}
	if len(list) > maxPivotValues {
		return nil, fault.New(fault.IllegalArgument, "the pivot column has more than %d values; list those wanted", maxPivotValues)
	}
	out := *n
	out.Values = []expr.Expr{}
	for _, row := range list {
		if len(row) == 1 {
			out.Values = append(out.Values, row[0])
		} else {
			out.Values = append(out.Values, fn("struct", row...))
		}
	}
	return &out, nil
}

// crosstab is a pivot over both columns as text, with 0 where no row has a pair.
func crosstab(ctx context.Context, s Session, n *plan.Crosstab) (plan.Node, error) {
	name := n.First + "_" + n.Second
	text := func(name string) expr.Expr {
		return fn("when", fn("isnull", column(name)), expr.Lit("null"), &expr.Cast{Child: column(name), To: types.Of(types.String)})
	}
	in := &plan.Project{Input: n.Input, Exprs: []expr.Expr{named(text(n.First), name), named(text(n.Second), "_second")}}
	node, err := pivoted(ctx, s, &plan.Pivot{Origin: plan.Origin{Site: n.Site}, Input: in, Grouping: []expr.Expr{column(name)},
		Aggregates: []expr.Expr{named(fn("count", expr.Lit(1)), "count")}, Columns: []expr.Expr{column("_second")}})
	if err != nil {
		return nil, err
	}
	return &plan.FillNA{Origin: n.Origin, Input: node, Values: []expr.Expr{expr.Lit(int64(0))}}, nil
}

// freqItems counts each column with as many counters as 1/support has room for; a
// value without one takes from all of them. What stands in so many rows keeps its
// counter.
func freqItems(ctx context.Context, s Session, n *plan.FreqItems) (plan.Node, error) {
	out := &plan.LocalRelation{Origin: n.Origin}
	var row []any
	var items []expr.Expr
	for _, name := range n.Columns {
		items = append(items, column(name))
	}
	schema, batches, err := s.Rows(ctx, &plan.Project{Input: n.Input, Exprs: items})
	if err != nil {
		return nil, err
	}
	for k, f := range schema.Fields {
		t := types.Type{Kind: types.Array, Elem: &f.Type, ElemNullable: f.Nullable}
		out.Schema.Fields = append(out.Schema.Fields, types.Field{Name: f.Name + "_freqItems", Type: t, Nullable: false})
		row = append(row, frequent(batches, k, int(1/n.Support)))
	}
	out.Rows = batch.New(out.Schema)
	for k, items := range row {
		expr.AppendValue(out.Rows.Columns[k], items)
	}
	out.Rows.Rows = 1
	return out, nil
}

// counter counts one value.
type counter struct {
	value any
	text  string
	n     int
}

// frequent are the values of a column that keep a counter of size.
func frequent(batches []*batch.Batch, column, size int) []any {
	var counters []*counter
	byText := make(map[string]*counter)
	for _, b := range batches {
		c := b.Columns[column]
		for i := range b.Len() {
			v := expr.ValueAt(c, b.Row(i))
			text := (&expr.Literal{Value: v, Typ: c.Type}).String()
			if v == nil {
				text = "\x00null"
			}
			if known := byText[text]; known != nil {
				known.n++
				continue
			}
			if len(counters) < size {
				fresh := &counter{v, strings.Clone(text), 1}
				if t, ok := v.(string); ok {
					fresh.value = strings.Clone(t)
				}
				counters, byText[fresh.text] = append(counters, fresh), fresh
				continue
			}
			counters = slices.DeleteFunc(counters, func(c *counter) bool {
				if c.n--; c.n == 0 {
					delete(byText, c.text)
				}
				return c.n == 0
			})
		}
	}
	items := make([]any, len(counters))
	for i, c := range counters {
		items[i] = c.value
	}
	return items
}

// maxTransposed bounds the rows that a transposition takes, as
// spark.sql.transposeMaxValues does.
const maxTransposed = 500

// transposed computes the rows and turns them round.
func transposed(ctx context.Context, s Session, n *plan.Transpose) (plan.Node, error) {
	schema, err := s.SchemaOf(ctx, n.Input)
	if err != nil {
		return nil, err
	}
	index := n.Index
	if index == nil && schema.Len() > 0 {
		index = column(schema.Fields[0].Name)
	}
	if index == nil {
		return nil, errors.New("a table without columns cannot be transposed")
	}
	keys, err := s.SchemaOf(ctx, &plan.Project{Input: n.Input, Exprs: []expr.Expr{index}})
	if err != nil {
		return nil, err
	}
	key := keys.Fields[0]
	if key.Type.Nested() {
		return nil, fault.New(fault.TransposeIndex, "the index column `%s` holds %s; it must hold plain values", key.Name,
			key.Type.SQL()).With("reason", "Index column must be of atomic type")
	}
	var names []string
	var rest []expr.Expr
	for _, f := range schema.Fields {
		if !strings.EqualFold(f.Name, key.Name) {
			names, rest = append(names, f.Name), append(rest, column(f.Name))
		}
	}
	out := &plan.LocalRelation{Origin: n.Origin}
	out.Schema.Fields = []types.Field{{Name: "key", Type: types.Of(types.String)}}
	if out.Rows = batch.New(out.Schema); len(rest) == 0 {
		return out, nil
	}
	common, err := commonType(ctx, s, n.Input, rest)
	if err != nil {
		return nil, err
	}
	list, err := literals(ctx, s, transposable(n.Input, index, rest, common))
	if err != nil {
		return nil, err
	}
	if len(list) > maxTransposed {
		return nil, fault.New(fault.TransposeRows, "more than %d rows cannot become columns", maxTransposed)
	}
	for _, row := range list {
		out.Schema.Fields = append(out.Schema.Fields, types.Field{Name: row[0].(*expr.Literal).Value.(string), Type: common, Nullable: true})
	}
	out.Rows = batch.New(out.Schema)
	for i, name := range names {
		expr.AppendValue(out.Rows.Columns[0], name)
		for k, row := range list {
			expr.AppendValue(out.Rows.Columns[k+1], row[i+1].(*expr.Literal).Value)
		}
		out.Rows.Rows++
	}
	return out, nil
}

// transposable are the rows in order of the index, that as text, and the others of one
// type.
func transposable(in plan.Node, index expr.Expr, rest []expr.Expr, common types.Type) plan.Node {
	items := []expr.Expr{named(index, "_index")}
	text := []expr.Expr{&expr.Cast{Child: column("_index"), To: types.Of(types.String)}}
	for i, c := range rest {
		name := "_" + strconv.Itoa(i)
		items, text = append(items, named(&expr.Cast{Child: c, To: common}, name)), append(text, column(name))
	}
	var rows plan.Node = &plan.Project{Input: in, Exprs: items}
	rows = &plan.Filter{Input: rows, Condition: fn("isnotnull", column("_index"))}
	rows = &plan.Sort{Input: rows, Orders: []*expr.SortOrder{ascending(column("_index"))}, Global: true}
	return &plan.Project{Input: &plan.Limit{Input: rows, Count: expr.Lit(maxTransposed + 1)}, Exprs: text}
}

// commonType is a type for the values of all columns. Text and numbers have none
// here.
func commonType(ctx context.Context, s Session, in plan.Node, list []expr.Expr) (types.Type, error) {
	all, err := s.SchemaOf(ctx, &plan.Project{Input: in, Exprs: list})
	if err != nil {
		return types.Type{}, err
	}
	texts := 0
	for _, f := range all.Fields {
		if f.Type.Kind == types.String {
			texts++
		}
	}
	one, err := s.SchemaOf(ctx, &plan.Project{Input: in, Exprs: []expr.Expr{fn("coalesce", list...)}})
	if err != nil || texts > 0 && texts < all.Len() {
		return types.Type{}, fault.New(fault.TransposeTypes, "the columns have no common type; a row can have but one: %s", all).Wrap(err)
	}
	return one.Fields[0].Type, nil
}
