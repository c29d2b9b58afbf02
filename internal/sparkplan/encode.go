package sparkplan

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkpb"
)

// Encode is the message of a plan that the analyzer has not touched: what [Decode]
// gave, or what DataFrames and SQL text made as far as Spark Connect has messages for
// it. What it has none for is an error (UNSUPPORTED_FEATURE): WITH, VALUES, QUALIFY and
// the like travel as SQL text.
func Encode(n plan.Node) (*sparkpb.Relation, error) {
	var c encoder
	m, err := c.relation(n)
	if err != nil || len(c.references) == 0 {
		return m, err
	}
	return &sparkpb.Relation{Kind: &sparkpb.WithRelations{Root: m, References: c.references}}, nil
}

// encoder collects the queries of subqueries, which stand beside the plan.
type encoder struct {
	references []*sparkpb.Relation
	made       int64 // plan ids so far for queries that have none
}

// firstMade is where the plan ids begin that an encoder makes up.
const firstMade = 1 << 40

func originAt(n plan.Node) fault.Position {
	if o, ok := n.(interface{ From() plan.Origin }); ok {
		return o.From().At
	}
	return fault.Position{}
}

func (c *encoder) relations(list []plan.Node) ([]*sparkpb.Relation, error) {
	var out []*sparkpb.Relation
	for _, n := range list {
		m, err := c.relation(n)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (c *encoder) relation(n plan.Node) (*sparkpb.Relation, error) {
	kind, err := c.kind(n)
	if err != nil {
		return nil, err
	}
	m := &sparkpb.Relation{Kind: kind}
	if o, ok := n.(interface{ From() plan.Origin }); ok {
		from := o.From()
		common := &sparkpb.RelationCommon{SourceInfo: from.Site, PlanID: wireID(from.PlanID), Origin: origin(from.At)}
		if common.SourceInfo != "" || common.PlanID != nil || common.Origin != nil {
			m.Common = common
		}
	}
	return m, nil
}

// kind is the switch over all kinds of nodes.
func (c *encoder) kind(n plan.Node) (sparkpb.RelationKind, error) {
	switch n := n.(type) {
	case *plan.Read:
		return encodeRead(n)
	case *plan.SentRows:
		k := &sparkpb.LocalRelation{Data: n.Stream}
		if n.Schema != "" {
			k.Schema = ptr(n.Schema)
		}
		return k, nil
	case *plan.UploadedRows:
		if n.Whole {
			return &sparkpb.CachedLocalRelation{Hash: n.Hashes[0]}, nil
		}
		return &sparkpb.ChunkedCachedLocalRelation{DataHashes: n.Hashes, SchemaHash: optionalText(n.SchemaHash)}, nil
	case *plan.KeptRelation:
		return &sparkpb.CachedRemoteRelation{RelationID: n.ID}, nil
	case *plan.Range:
		k := &sparkpb.Range{Start: ptr(n.Start), End: n.End, Step: n.Step}
		if n.Partitions > 0 {
			k.NumPartitions = ptr(int32(n.Partitions))
		}
		return k, nil
	case *plan.QueryText:
		return c.query(n)
	case *plan.TableFunction:
		args, err := c.exprs(n.Args)
		return &sparkpb.TableValuedFunction{FunctionName: n.Name, Arguments: args}, err
	case *plan.Project:
		return c.project(n)
	case *plan.Join:
		return c.join(n)
	case *plan.SetOp:
		return c.setOp(n)
	case *plan.WithRelations:
		both, err := c.relations(n.Inputs())
		if err != nil {
			return nil, err
		}
		return &sparkpb.WithRelations{Root: both[0], References: both[1:]}, nil
	case *plan.Foreign:
		return c.foreign(n)
	}
	if len(n.Inputs()) != 1 {
		return nil, unsayable(n.String(), originAt(n))
	}
	in, err := c.relation(n.Inputs()[0])
	if err != nil {
		return nil, err
	}
	return c.over(n, in)
}

// over is kind for the nodes that have one input.
func (c *encoder) over(n plan.Node, in *sparkpb.Relation) (sparkpb.RelationKind, error) {
	switch n := n.(type) {
	case *plan.Filter:
		if n.Qualify {
			return nil, unsayable("QUALIFY", n.At)
		}
		cond, err := c.expr(n.Condition)
		return &sparkpb.Filter{Input: in, Condition: cond}, err
	case *plan.Sort:
		orders, err := c.orders(n.Orders)
		return &sparkpb.Sort{Input: in, Order: orders, IsGlobal: ptr(n.Global)}, err
	case *plan.Limit:
		count, err := wholeCount(n.Count, n.At)
		return &sparkpb.Limit{Input: in, Limit: count}, err
	case *plan.Offset:
		count, err := wholeCount(n.Count, n.At)
		return &sparkpb.Offset{Input: in, Offset: count}, err
	case *plan.Tail:
		count, err := wholeCount(n.Count, n.At)
		return &sparkpb.Tail{Input: in, Limit: count}, err
	case *plan.Aggregate:
		return c.aggregate(n, in)
	case *plan.Pivot:
		return c.pivot(n, in)
	case *plan.Sample:
		return &sparkpb.Sample{Input: in, LowerBound: n.Lower, UpperBound: n.Upper, WithReplacement: ptr(n.Replacement),
			Seed: ptr(n.Seed), DeterministicOrder: n.Sorted}, nil
	case *plan.Deduplicate:
		names, err := plainNames(n.Keys)
		k := &sparkpb.Deduplicate{Input: in, ColumnNames: names, WithinWatermark: ptr(n.WithinWatermark)}
		if n.AllColumns {
			k.AllColumnsAsKeys = ptr(true)
		}
		return k, err
	case *plan.SubqueryAlias:
		if len(n.Columns) > 0 || len(n.Name) == 0 {
			return nil, unsayable("an alias with names of columns", n.At)
		}
		last := len(n.Name) - 1
		return &sparkpb.SubqueryAlias{Input: in, Alias: n.Name[last], Qualifier: n.Name[:last:last]}, nil
	case *plan.Repartition:
		return c.repartition(n, in)
	case *plan.ToDF:
		return &sparkpb.ToDF{Input: in, ColumnNames: n.Names}, nil
	case *plan.RenameColumns:
		k := &sparkpb.WithColumnsRenamed{Input: in}
		for _, r := range n.Renames {
			k.Renames = append(k.Renames, &sparkpb.Rename{ColumnName: r[0], NewColumnName: r[1]})
		}
		return k, nil
	case *plan.WithColumns:
		k := &sparkpb.WithColumns{Input: in}
		for _, a := range n.Aliases {
			m, err := c.alias(a)
			if err != nil {
				return nil, err
			}
			k.Aliases = append(k.Aliases, m)
		}
		return k, nil
	case *plan.Drop:
		columns, err := c.exprs(n.Columns)
		return &sparkpb.Drop{Input: in, Columns: columns, ColumnNames: n.Names}, err
	case *plan.WithWatermark:
		u, ok := n.Column.(*expr.UnresolvedAttribute)
		if !ok {
			return nil, unsayable("a watermark over what is no name", n.At)
		}
		return &sparkpb.WithWatermark{Input: in, EventTime: joinName(u.Parts), DelayThreshold: n.DelayText}, nil
	case *plan.Hint:
		args, err := c.exprs(n.Args)
		return &sparkpb.Hint{Input: in, Name: n.Name, Parameters: args}, err
	case *plan.Unpivot:
		return c.unpivot(n, in)
	case *plan.Shown:
		if n.HTML {
			return &sparkpb.HTMLString{Input: in, NumRows: int32(n.Rows), Truncate: int32(n.Truncate)}, nil
		}
		return &sparkpb.ShowString{Input: in, NumRows: int32(n.Rows), Truncate: int32(n.Truncate), Vertical: n.Vertical}, nil
	case *plan.Observe:
		metrics, err := c.exprs(n.Metrics)
		return &sparkpb.CollectMetrics{Input: in, Name: n.Name, Metrics: metrics}, err
	case *plan.ParsedText:
		k := &sparkpb.Parse{Input: in, Format: sparkpb.ParseFormat(slices.Index(parseFormats[:], n.Format)), Options: n.Options}
		if n.Schema != nil {
			k.Schema = EncodeSchema(*n.Schema)
		}
		return k, nil
	case *plan.Transpose:
		k := &sparkpb.Transpose{Input: in}
		if n.Index == nil {
			return k, nil
		}
		m, err := c.expr(n.Index)
		k.IndexColumns = []*sparkpb.Expression{m}
		return k, err
	case *plan.ToSchema:
		return &sparkpb.ToSchema{Input: in, Schema: EncodeSchema(n.Schema)}, nil
	default:
		return c.stat(n, in)
	}
}

func encodeRead(n *plan.Read) (sparkpb.RelationKind, error) {
	k := &sparkpb.Read{IsStreaming: n.Streaming}
	if len(n.Table) > 0 {
		k.NamedTable = &sparkpb.NamedTable{UnparsedIdentifier: joinName(n.Table), Options: n.Options}
		return k, nil
	}
	d := &sparkpb.DataSource{Format: optionalText(n.Format), Options: n.Options, Paths: n.Paths}
	if n.Schema != nil {
		d.Schema = ptr(n.Schema.JSON())
	}
	if n.Sent != nil {
		d.Schema, d.Predicates, d.SourceName = optionalText(n.Sent.Schema), n.Sent.Predicates, optionalText(n.Sent.Name)
	}
	k.DataSource = d
	return k, nil
}

func (c *encoder) query(n *plan.QueryText) (sparkpb.RelationKind, error) {
	k := &sparkpb.SQL{Query: n.Text}
	for i, name := range n.Names {
		m, err := c.expr(n.Named[i])
		if err != nil {
			return nil, err
		}
		if k.NamedArguments == nil {
			k.NamedArguments = make(map[string]*sparkpb.Expression)
		}
		k.NamedArguments[name] = m
	}
	var err error
	k.PosArguments, err = c.exprs(n.Placed)
	return k, err
}

func (c *encoder) project(n *plan.Project) (sparkpb.RelationKind, error) {
	if n.Distinct {
		return nil, unsayable("SELECT DISTINCT", n.At)
	}
	exprs, err := c.exprs(n.Exprs)
	if err != nil {
		return nil, err
	}
	k := &sparkpb.Project{Expressions: exprs}
	if _, nothing := n.Input.(*plan.OneRow); !nothing {
		k.Input, err = c.relation(n.Input)
	}
	return k, err
}

func (c *encoder) join(n *plan.Join) (sparkpb.RelationKind, error) {
	kind := slices.Index(joinTypes[1:], n.Type) + 1
	if n.Natural || kind == 0 {
		return nil, unsayable(n.String(), n.At)
	}
	both, err := c.relations(n.Inputs())
	if err != nil {
		return nil, err
	}
	var cond *sparkpb.Expression
	if n.Condition != nil {
		if cond, err = c.expr(n.Condition); err != nil {
			return nil, err
		}
	}
	if n.Lateral {
		return &sparkpb.LateralJoin{Left: both[0], Right: both[1], JoinCondition: cond, JoinType: sparkpb.JoinKind(kind)}, nil
	}
	return &sparkpb.Join{Left: both[0], Right: both[1], JoinCondition: cond, JoinType: sparkpb.JoinKind(kind), UsingColumns: n.Using}, nil
}

func (c *encoder) setOp(n *plan.SetOp) (sparkpb.RelationKind, error) {
	both, err := c.relations(n.Inputs())
	if err != nil {
		return nil, err
	}
	kinds := [...]sparkpb.SetKind{plan.UnionSet: sparkpb.SetKindUnion, plan.IntersectSet: sparkpb.SetKindIntersect,
		plan.ExceptSet: sparkpb.SetKindExcept}
	k := &sparkpb.SetOperation{LeftInput: both[0], RightInput: both[1], SetOperationType: kinds[n.Kind], IsAll: ptr(n.All)}
	if n.ByName {
		k.ByName, k.AllowMissingColumns = ptr(true), ptr(n.AllowMissing)
	}
	return k, nil
}

func (c *encoder) aggregate(n *plan.Aggregate, in *sparkpb.Relation) (sparkpb.RelationKind, error) {
	kinds := [...]sparkpb.GroupKind{plan.GroupBy: sparkpb.GroupKindGroupby, plan.Rollup: sparkpb.GroupKindRollup,
		plan.Cube: sparkpb.GroupKindCube, plan.GroupingSets: sparkpb.GroupKindGroupingSets}
	// A message has the keys in front of the result, always.
	keys := len(n.Grouping)
	if n.Having != nil || int(n.Kind) >= len(kinds) || len(n.Exprs) < keys || !slices.Equal(n.Exprs[:keys], n.Grouping) {
		return nil, unsayable(n.String(), n.At)
	}
	k := &sparkpb.Aggregate{Input: in, GroupType: kinds[n.Kind]}
	var err error
	if k.GroupingExpressions, err = c.exprs(n.Grouping); err != nil {
		return nil, err
	}
	if k.AggregateExpressions, err = c.exprs(n.Exprs[keys:]); err != nil {
		return nil, err
	}
	for _, s := range n.Sets {
		set, err := c.exprs(s)
		if err != nil {
			return nil, err
		}
		k.GroupingSets = append(k.GroupingSets, &sparkpb.GroupingSet{GroupingSet: set})
	}
	return k, nil
}

func (c *encoder) pivot(n *plan.Pivot, in *sparkpb.Relation) (sparkpb.RelationKind, error) {
	if n.Grouping == nil || len(n.Columns) != 1 {
		return nil, unsayable(n.String(), n.At)
	}
	k := &sparkpb.Aggregate{Input: in, GroupType: sparkpb.GroupKindPivot, Pivot: &sparkpb.AggregatePivot{}}
	var err error
	if k.GroupingExpressions, err = c.exprs(n.Grouping); err != nil {
		return nil, err
	}
	if k.AggregateExpressions, err = c.exprs(n.Aggregates); err != nil {
		return nil, err
	}
	if k.Pivot.Column, err = c.expr(n.Columns[0]); err != nil {
		return nil, err
	}
	k.Pivot.Values, err = literals(n.Values)
	return k, err
}

func (c *encoder) repartition(n *plan.Repartition, in *sparkpb.Relation) (sparkpb.RelationKind, error) {
	if n.By == nil {
		return &sparkpb.Repartition{Input: in, NumPartitions: int32(n.Count), Shuffle: ptr(n.Shuffle)}, nil
	}
	by, err := c.exprs(n.By)
	k := &sparkpb.RepartitionByExpression{Input: in, PartitionExprs: by}
	if n.Count > 0 {
		k.NumPartitions = ptr(int32(n.Count))
	}
	return k, err
}

func (c *encoder) unpivot(n *plan.Unpivot, in *sparkpb.Relation) (sparkpb.RelationKind, error) {
	if n.Keys == nil || len(n.Values) != 1 || !n.IncludeNulls || len(strings.Join(n.Names, "")) > 0 {
		return nil, unsayable("UNPIVOT of SQL", n.At)
	}
	ids, err := c.exprs(n.Keys)
	k := &sparkpb.Unpivot{Input: in, Ids: ids, VariableColumnName: n.Variable, ValueColumnName: n.Values[0]}
	if err != nil || n.Sets == nil {
		return k, err
	}
	k.Values = &sparkpb.UnpivotValues{}
	for _, s := range n.Sets {
		if len(s) != 1 {
			return nil, unsayable("UNPIVOT of several columns at once", n.At)
		}
		m, err := c.expr(s[0])
		if err != nil {
			return nil, err
		}
		k.Values.Values = append(k.Values.Values, m)
	}
	return k, nil
}

// wholeCount is a count that a message says as a number.
func wholeCount(e expr.Expr, at fault.Position) (int32, error) {
	if l, ok := e.(*expr.Literal); ok {
		switch v := l.Value.(type) {
		case int32:
			return v, nil
		case int64:
			if int64(int32(v)) == v {
				return int32(v), nil
			}
		}
	}
	return 0, unsayable("a count that is no number", at)
}
