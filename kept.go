package weir

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// keptFrames are the DataFrames whose rows are kept, by the node at their top:
// whatever is built on one reads the rows.
type keptFrames struct {
	mu     sync.Mutex
	byNode map[plan.Node]*keptFrame
}

type keptFrame struct {
	mu     sync.Mutex
	rows   *plan.LocalRelation // nil until they are computed
	stream bool                // it has no rows to keep
}

func (k *keptFrames) find(n plan.Node) *keptFrame {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.byNode[n]
}

// Cache keeps the rows of a table in memory once an action has computed them; other
// actions, of this DataFrame and those built on it, read them there. A stream has
// none to keep (S43). The result is the DataFrame itself.
func (d *DataFrame) Cache() *DataFrame {
	k := &d.session.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	if d.node == nil || k.byNode[d.node] != nil {
		return d
	}
	if k.byNode == nil {
		k.byNode = make(map[plan.Node]*keptFrame)
	}
	k.byNode[d.node] = &keptFrame{}
	return d
}

// Persist is [DataFrame.Cache]: there is one storage level, memory.
func (d *DataFrame) Persist() *DataFrame { return d.Cache() }

// Unpersist forgets the rows that [DataFrame.Cache] keeps. The result is the DataFrame
// itself.
func (d *DataFrame) Unpersist() *DataFrame {
	k := &d.session.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.byNode, d.node)
	return d
}

// IsCached reports whether the rows are kept, or will be once they are computed.
func (d *DataFrame) IsCached() bool { return d.session.kept.find(d.node) != nil }

// ClearCache forgets all rows that are kept.
func (s *Session) ClearCache() {
	s.kept.mu.Lock()
	defer s.kept.mu.Unlock()
	s.kept.byNode = nil
}

// LocalCheckpoint computes the rows now and gives a DataFrame of them that has
// forgotten where they came from.
func (d *DataFrame) LocalCheckpoint(ctx context.Context) (*DataFrame, error) {
	r, err := d.run(ctx)
	if err != nil {
		return nil, err
	}
	out := d.session.literalFrame(r)
	out.node.(*plan.LocalRelation).PlanID = d.session.planIDs.Add(1)
	return out, nil
}

// computing marks a context in which the rows of a node are being computed.
type computing struct{ node plan.Node }

// runs marks a context in which a plan is resolved to be run, not only looked at.
type runs struct{}

// settle gives what a node stands for before it is resolved: the rows that are kept
// of it, or another node whose shape depends on rows that it computes.
func (s *Session) settle(ctx context.Context, n plan.Node) (plan.Node, error) {
	if k := s.kept.find(n); k != nil && ctx.Value(runs{}) != nil && ctx.Value(computing{n}) == nil {
		return s.keep(context.WithValue(ctx, computing{n}, true), k, n)
	}
	switch n := n.(type) {
	case *plan.Pivot:
		if n.Values == nil {
			return s.pivoted(ctx, n)
		}
	case *plan.Crosstab:
		return s.crosstab(ctx, n)
	case *plan.FreqItems:
		return s.freqItems(ctx, n)
	case *plan.Transpose:
		return s.transposed(ctx, n)
	}
	return n, nil
}

// keep gives the rows kept, computed where nobody has.
func (s *Session) keep(ctx context.Context, k *keptFrame, n plan.Node) (plan.Node, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stream {
		return n, nil
	}
	if k.rows == nil {
		resolved, err := s.frame(n, nil).resolved(ctx)
		if err != nil {
			return nil, err
		}
		if k.stream = plan.Streaming(resolved); k.stream {
			return n, nil
		}
		r, err := s.frame(n, nil).run(ctx)
		if err != nil {
			return nil, err
		}
		k.rows = s.literalFrame(r).node.(*plan.LocalRelation)
	}
	return k.rows, nil
}

// literals computes the rows, each value a literal.
func (d *DataFrame) literals(ctx context.Context) ([][]expr.Expr, error) {
	r, err := d.run(ctx)
	if err != nil {
		return nil, err
	}
	var list [][]expr.Expr
	for _, b := range r.batches() {
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
func (s *Session) pivoted(ctx context.Context, n *plan.Pivot) (plan.Node, error) {
	keys := make([]any, len(n.Columns))
	for i, e := range n.Columns {
		keys[i] = functions.Of(e).As("_" + string(rune('a'+i)))
	}
	order := make([]any, len(keys))
	for i := range keys {
		order[i] = "_" + string(rune('a'+i))
	}
	list, err := s.frame(n.Input, nil).Select(keys...).Distinct().OrderBy(order...).Limit(maxPivotValues + 1).literals(ctx)
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
			out.Values = append(out.Values, &expr.UnresolvedFunction{Name: "struct", Args: row})
		}
	}
	return &out, nil
}

// crosstab is a pivot over both columns as text, with 0 where no row has a pair.
func (s *Session) crosstab(ctx context.Context, n *plan.Crosstab) (plan.Node, error) {
	name := n.First + "_" + n.Second
	text := func(column string) functions.Column {
		c := functions.Col(column)
		return functions.When(c.IsNull(), functions.Lit("null")).Otherwise(c.Cast("string"))
	}
	one, two := text(n.First).As(name), text(n.Second).As("_second")
	grouped := s.frame(n.Input, nil).Select(one, two).GroupBy("`" + name + "`").Pivot("_second").Count()
	if grouped.err != nil {
		return nil, grouped.err
	}
	node, err := s.settle(ctx, grouped.node)
	if err != nil {
		return nil, err
	}
	return &plan.FillNA{Origin: n.Origin, Input: node, Values: []expr.Expr{expr.Lit(int64(0))}}, nil
}

// freqItems counts each column with as many counters as 1/support has room for; a
// value without one takes from all of them. What stands in so many rows keeps its
// counter.
func (s *Session) freqItems(ctx context.Context, n *plan.FreqItems) (plan.Node, error) {
	out := &plan.LocalRelation{Origin: n.Origin}
	var row []any
	var names []any
	for _, name := range n.Columns {
		names = append(names, name)
	}
	r, err := s.frame(n.Input, nil).Select(names...).run(ctx)
	if err != nil {
		return nil, err
	}
	for k, f := range r.schema.Fields {
		t := types.Type{Kind: types.Array, Elem: &f.Type, ElemNullable: f.Nullable}
		out.Schema.Fields = append(out.Schema.Fields, types.Field{Name: f.Name + "_freqItems", Type: t, Nullable: false})
		row = append(row, frequent(r.batches(), k, int(1/n.Support)))
	}
	values := batch.New(out.Schema)
	for k, items := range row {
		expr.AppendValue(values.Columns[k], items)
	}
	values.Rows = 1
	out.Rows = values
	return out, nil
}

// frequent are the values of a column that keep a counter of size.
func frequent(batches []*batch.Batch, column, size int) []any {
	type counter struct {
		value any
		text  string
		n     int
	}
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
func (s *Session) transposed(ctx context.Context, n *plan.Transpose) (plan.Node, error) {
	in := s.frame(n.Input, nil)
	schema, err := in.Schema(ctx)
	if err != nil {
		return nil, err
	}
	index := n.Index
	if index == nil && schema.Len() > 0 {
		index, err = functions.Col("`" + schema.Fields[0].Name + "`").Unwrap()
	}
	if err != nil || index == nil {
		return nil, cmp.Or(err, errors.New("a table without columns cannot be transposed"))
	}
	key, err := in.Select(functions.Of(index)).Schema(ctx)
	if err != nil {
		return nil, err
	}
	if key.Fields[0].Type.Nested() {
		return nil, fault.New(fault.TransposeIndex, "the index column `%s` holds %s; it must hold plain values", key.Fields[0].Name,
			key.Fields[0].Type.SQL()).With("reason", "Index column must be of atomic type")
	}
	var names []string
	var rest []any
	var others []any
	for _, f := range schema.Fields {
		if !strings.EqualFold(f.Name, key.Fields[0].Name) {
			c := functions.Col("`" + f.Name + "`")
			names, rest, others = append(names, f.Name), append(rest, c), append(others, functions.Call("array", c))
		}
	}
	out := &plan.LocalRelation{Origin: n.Origin}
	out.Schema.Fields = []types.Field{{Name: "key", Type: types.Of(types.String)}}
	out.Rows = batch.New(out.Schema)
	if len(rest) == 0 {
		return out, nil
	}
	common, err := commonType(ctx, in, rest)
	if err != nil {
		return nil, err
	}
	index = &expr.Alias{Child: index, Names: []string{"_index"}}
	items := []any{functions.Of(index)}
	for i, c := range rest {
		items = append(items, c.(functions.Column).Cast(common.SQL()).As("_"+string(rune('a'+i%26))))
	}
	table := in.Select(items...).Where(functions.Col("_index").IsNotNull()).OrderBy("_index").Limit(maxTransposed + 1)
	list, err := table.WithColumn("_index", functions.Col("_index").Cast("string")).literals(ctx)
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

// commonType is a type for the values of all columns. Text and numbers have none
// here.
func commonType(ctx context.Context, in *DataFrame, list []any) (types.Type, error) {
	s, err := in.Select(list...).Schema(ctx)
	if err != nil {
		return types.Type{}, err
	}
	texts := 0
	for _, f := range s.Fields {
		if f.Type.Kind == types.String {
			texts++
		}
	}
	one, err := in.Select(functions.Call("coalesce", list...)).Schema(ctx)
	if err != nil || texts > 0 && texts < s.Len() {
		return types.Type{}, fault.New(fault.TransposeTypes, "the columns have no common type; a row can have but one: %s", s).Wrap(err)
	}
	return one.Fields[0].Type, nil
}
