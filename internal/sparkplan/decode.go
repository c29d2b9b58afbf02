package sparkplan

import (
	"maps"
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkpb"
)

// Decode is the logical plan that a relation means. What weir does not know at all is
// an error (UNSUPPORTED_FEATURE); what it knows and cannot compute is a [plan.Foreign].
func Decode(m *sparkpb.Relation) (plan.Node, error) {
	if m == nil || m.Kind == nil {
		return nil, fault.New(fault.UnsupportedFeature, "a relation is missing, or of a kind that this version of weir does not know")
	}
	o := originOf(m.Common)
	n, err := decodeKind(m, o)
	if err != nil {
		if e, ok := err.(*fault.Error); ok {
			return nil, e.Locate(o.At)
		}
		return nil, err
	}
	return n, nil
}

func originOf(m *sparkpb.RelationCommon) plan.Origin {
	if m == nil {
		return plan.Origin{}
	}
	return plan.Origin{PlanID: planID(m.PlanID), At: position(m.Origin), Site: m.SourceInfo}
}

// decodeKind is the switch over all kinds of relations.
func decodeKind(m *sparkpb.Relation, o plan.Origin) (plan.Node, error) {
	switch k := m.Kind.(type) {
	case *sparkpb.Read:
		return decodeRead(k, o)
	case *sparkpb.LocalRelation:
		return &plan.SentRows{Origin: o, Stream: k.Data, Schema: or(k.Schema, "")}, nil
	case *sparkpb.CachedLocalRelation:
		return &plan.UploadedRows{Origin: o, Hashes: []string{k.Hash}, Whole: true}, nil
	case *sparkpb.ChunkedCachedLocalRelation:
		return &plan.UploadedRows{Origin: o, Hashes: k.DataHashes, SchemaHash: or(k.SchemaHash, "")}, nil
	case *sparkpb.CachedRemoteRelation:
		return &plan.KeptRelation{Origin: o, ID: k.RelationID}, nil
	case *sparkpb.Range:
		return &plan.Range{Origin: o, Start: or(k.Start, 0), End: k.End, Step: k.Step, Partitions: int(or(k.NumPartitions, 0))}, nil
	case *sparkpb.SQL:
		return decodeSQL(k, o)
	case *sparkpb.TableValuedFunction:
		args, err := decodeExprs(k.Arguments)
		return &plan.TableFunction{Origin: o, Name: k.FunctionName, Args: args}, err
	case *sparkpb.Project:
		return decodeProject(k, o)
	case *sparkpb.Join:
		return decodeJoin(m, k, o)
	case *sparkpb.LateralJoin:
		j := &sparkpb.Join{Left: k.Left, Right: k.Right, JoinCondition: k.JoinCondition, JoinType: k.JoinType}
		n, err := decodeJoin(m, j, o)
		if err != nil {
			return nil, err
		}
		n.(*plan.Join).Lateral = true
		return n, nil
	case *sparkpb.SetOperation:
		return decodeSetOperation(k, o)
	case *sparkpb.WithRelations:
		return decodeWithRelations(k, o)
	case *sparkpb.MapPartitions, *sparkpb.GroupMap, *sparkpb.CoGroupMap, *sparkpb.ApplyInPandasWithState, *sparkpb.AsOfJoin,
		*sparkpb.NearestByJoin, *sparkpb.Zip:
		return decodeForeign(m, o)
	}
	if in, ok := inputOf(m.Kind); ok {
		input, err := Decode(*in)
		if err != nil {
			return nil, err
		}
		return decodeOver(m, input, o)
	}
	return decodeForeign(m, o)
}

// decodeOver is decodeKind for the kinds that have one input.
func decodeOver(m *sparkpb.Relation, in plan.Node, o plan.Origin) (plan.Node, error) {
	switch k := m.Kind.(type) {
	case *sparkpb.Filter:
		c, err := DecodeExpr(k.Condition)
		return &plan.Filter{Origin: o, Input: in, Condition: c}, err
	case *sparkpb.Sort:
		orders, err := decodeOrders(k.Order)
		return &plan.Sort{Origin: o, Input: in, Orders: orders, Global: or(k.IsGlobal, true)}, err
	case *sparkpb.Limit:
		return &plan.Limit{Origin: o, Input: in, Count: intLiteral(k.Limit)}, nil
	case *sparkpb.Offset:
		return &plan.Offset{Origin: o, Input: in, Count: intLiteral(k.Offset)}, nil
	case *sparkpb.Tail:
		return &plan.Tail{Origin: o, Input: in, Count: intLiteral(k.Limit)}, nil
	case *sparkpb.Aggregate:
		return decodeAggregate(k, in, o)
	case *sparkpb.Sample:
		return &plan.Sample{Origin: o, Input: in, Lower: k.LowerBound, Upper: k.UpperBound, Replacement: or(k.WithReplacement, false),
			Seed: or(k.Seed, 0), Sorted: k.DeterministicOrder}, nil
	case *sparkpb.Deduplicate:
		return &plan.Deduplicate{Origin: o, Input: in, Keys: attributes(k.ColumnNames), AllColumns: or(k.AllColumnsAsKeys, false),
			WithinWatermark: or(k.WithinWatermark, false)}, nil
	case *sparkpb.SubqueryAlias:
		return &plan.SubqueryAlias{Origin: o, Input: in, Name: append(slices.Clip(k.Qualifier), k.Alias)}, nil
	case *sparkpb.Repartition:
		return &plan.Repartition{Origin: o, Input: in, Count: int(k.NumPartitions), Shuffle: or(k.Shuffle, false)}, nil
	case *sparkpb.RepartitionByExpression:
		by, err := decodeExprs(k.PartitionExprs)
		return &plan.Repartition{Origin: o, Input: in, Count: int(or(k.NumPartitions, 0)), By: by, Shuffle: true}, err
	case *sparkpb.ToDF:
		return &plan.ToDF{Origin: o, Input: in, Names: k.ColumnNames}, nil
	case *sparkpb.WithColumnsRenamed:
		return decodeRenames(k, in, o), nil
	case *sparkpb.WithColumns:
		return decodeWithColumns(k, in, o)
	case *sparkpb.Drop:
		columns, err := decodeExprs(k.Columns)
		return &plan.Drop{Origin: o, Input: in, Columns: columns, Names: k.ColumnNames}, err
	case *sparkpb.WithWatermark:
		parts, err := splitName(k.EventTime)
		return &plan.WithWatermark{Origin: o, Input: in, Column: &expr.UnresolvedAttribute{Parts: parts}, DelayText: k.DelayThreshold}, err
	case *sparkpb.Hint:
		args, err := decodeExprs(k.Parameters)
		return &plan.Hint{Origin: o, Input: in, Name: k.Name, Args: args}, err
	case *sparkpb.Unpivot:
		return decodeUnpivot(k, in, o)
	case *sparkpb.ShowString:
		return &plan.Shown{Origin: o, Input: in, Rows: int(k.NumRows), Truncate: int(k.Truncate), Vertical: k.Vertical}, nil
	case *sparkpb.HTMLString:
		return &plan.Shown{Origin: o, Input: in, Rows: int(k.NumRows), Truncate: int(k.Truncate), HTML: true}, nil
	case *sparkpb.CollectMetrics:
		metrics, err := decodeExprs(k.Metrics)
		return &plan.Observe{Origin: o, Input: in, Name: k.Name, Metrics: metrics}, err
	case *sparkpb.Parse:
		return decodeParse(m, k, in, o)
	case *sparkpb.Transpose:
		return decodeTranspose(m, k, in, o)
	case *sparkpb.ToSchema:
		t, err := DecodeType(k.Schema)
		if err != nil {
			return carried(m, in, o), nil
		}
		return &plan.ToSchema{Origin: o, Input: in, Schema: schemaOf(t)}, nil
	default:
		return decodeStat(m, in, o)
	}
}

func decodeRead(k *sparkpb.Read, o plan.Origin) (plan.Node, error) {
	n := &plan.Read{Origin: o, Streaming: k.IsStreaming}
	switch {
	case k.NamedTable != nil:
		var err error
		n.Options = k.NamedTable.Options
		n.Table, err = splitName(k.NamedTable.UnparsedIdentifier)
		return n, err
	case k.DataSource != nil:
		d := k.DataSource
		n.Format, n.Options, n.Paths = or(d.Format, ""), d.Options, d.Paths
		if d.Schema != nil || d.Predicates != nil || d.SourceName != nil || d.Format == nil {
			n.Sent = &plan.SentRead{Schema: or(d.Schema, ""), Predicates: d.Predicates, Name: or(d.SourceName, "")}
		}
		return n, nil
	}
	return nil, fault.New(fault.UnsupportedFeature, "a client reads neither a table nor a format")
}

func decodeSQL(k *sparkpb.SQL, o plan.Origin) (plan.Node, error) {
	q := &plan.QueryText{Origin: o, Text: k.Query}
	for _, name := range slices.Sorted(maps.Keys(k.Args)) {
		v, err := DecodeLiteral(k.Args[name])
		if err != nil {
			return nil, err
		}
		q.Names, q.Named = append(q.Names, name), append(q.Named, v)
	}
	for _, name := range slices.Sorted(maps.Keys(k.NamedArguments)) {
		v, err := DecodeExpr(k.NamedArguments[name])
		if err != nil {
			return nil, err
		}
		q.Names, q.Named = append(q.Names, name), append(q.Named, v)
	}
	placed, err := constants(k.PosArgs)
	if err != nil {
		return nil, err
	}
	more, err := decodeExprs(k.PosArguments)
	q.Placed = append(placed, more...)
	return q, err
}

func decodeProject(k *sparkpb.Project, o plan.Origin) (plan.Node, error) {
	exprs, err := decodeExprs(k.Expressions)
	if err != nil {
		return nil, err
	}
	if k.Input == nil {
		return &plan.Project{Origin: o, Input: &plan.OneRow{}, Exprs: exprs}, nil
	}
	in, err := Decode(k.Input)
	return &plan.Project{Origin: o, Input: in, Exprs: exprs}, err
}

// joinTypes are the types by their numbers on the wire.
var joinTypes = [...]plan.JoinType{
	sparkpb.JoinKindUnspecified: plan.InnerJoin, sparkpb.JoinKindInner: plan.InnerJoin, sparkpb.JoinKindFullOuter: plan.FullOuterJoin,
	sparkpb.JoinKindLeftOuter: plan.LeftOuterJoin, sparkpb.JoinKindRightOuter: plan.RightOuterJoin,
	sparkpb.JoinKindLeftAnti: plan.LeftAntiJoin, sparkpb.JoinKindLeftSemi: plan.LeftSemiJoin, sparkpb.JoinKindCross: plan.CrossJoin,
}

func decodeJoin(m *sparkpb.Relation, k *sparkpb.Join, o plan.Origin) (plan.Node, error) {
	if k.JoinDataType != nil {
		return decodeForeign(m, o)
	}
	if k.JoinType < 0 || int(k.JoinType) >= len(joinTypes) {
		return nil, fault.New(fault.UnsupportedFeature, "there is no join of the kind %d", k.JoinType)
	}
	left, err := Decode(k.Left)
	if err != nil {
		return nil, err
	}
	right, err := Decode(k.Right)
	if err != nil {
		return nil, err
	}
	j := &plan.Join{Origin: o, Left: left, Right: right, Type: joinTypes[k.JoinType], Using: k.UsingColumns}
	if k.JoinCondition != nil {
		j.Condition, err = DecodeExpr(k.JoinCondition)
	}
	return j, err
}

func decodeSetOperation(k *sparkpb.SetOperation, o plan.Origin) (plan.Node, error) {
	left, err := Decode(k.LeftInput)
	if err != nil {
		return nil, err
	}
	right, err := Decode(k.RightInput)
	if err != nil {
		return nil, err
	}
	s := &plan.SetOp{Origin: o, Left: left, Right: right, All: or(k.IsAll, false), ByName: or(k.ByName, false),
		AllowMissing: or(k.AllowMissingColumns, false)}
	switch k.SetOperationType {
	case sparkpb.SetKindUnion:
	case sparkpb.SetKindIntersect:
		s.Kind = plan.IntersectSet
	case sparkpb.SetKindExcept:
		s.Kind = plan.ExceptSet
	default:
		return nil, fault.New(fault.UnsupportedFeature, "there is no set operation of the kind %d", k.SetOperationType)
	}
	return s, nil
}

func decodeWithRelations(k *sparkpb.WithRelations, o plan.Origin) (plan.Node, error) {
	root, err := Decode(k.Root)
	if err != nil {
		return nil, err
	}
	w := &plan.WithRelations{Origin: o, Input: root}
	for _, m := range k.References {
		n, err := Decode(m)
		if err != nil {
			return nil, err
		}
		w.References = append(w.References, n)
	}
	return w, nil
}

func decodeAggregate(k *sparkpb.Aggregate, in plan.Node, o plan.Origin) (plan.Node, error) {
	keys, err := decodeExprs(k.GroupingExpressions)
	if err != nil {
		return nil, err
	}
	calls, err := decodeExprs(k.AggregateExpressions)
	if err != nil {
		return nil, err
	}
	a := &plan.Aggregate{Origin: o, Input: in, Grouping: keys, Exprs: slices.Concat(keys, calls)}
	switch k.GroupType {
	case sparkpb.GroupKindGroupby:
	case sparkpb.GroupKindRollup:
		a.Kind = plan.Rollup
	case sparkpb.GroupKindCube:
		a.Kind = plan.Cube
	case sparkpb.GroupKindGroupingSets:
		a.Kind = plan.GroupingSets
		for _, s := range k.GroupingSets {
			set, err := decodeExprs(s.GroupingSet)
			if err != nil {
				return nil, err
			}
			a.Sets = append(a.Sets, set)
		}
	case sparkpb.GroupKindPivot:
		if k.Pivot == nil {
			return nil, fault.New(fault.UnsupportedFeature, "a pivot has no column")
		}
		column, err := DecodeExpr(k.Pivot.Column)
		if err != nil {
			return nil, err
		}
		values, err := constants(k.Pivot.Values)
		return &plan.Pivot{Origin: o, Input: in, Grouping: keys, Aggregates: calls, Columns: []expr.Expr{column}, Values: values}, err
	default:
		return nil, fault.New(fault.UnsupportedFeature, "there is no grouping of the kind %d", k.GroupType)
	}
	return a, nil
}

func decodeRenames(k *sparkpb.WithColumnsRenamed, in plan.Node, o plan.Origin) plan.Node {
	n := &plan.RenameColumns{Origin: o, Input: in}
	for _, r := range k.Renames {
		n.Renames = append(n.Renames, [2]string{r.ColumnName, r.NewColumnName})
	}
	for _, old := range slices.Sorted(maps.Keys(k.RenameColumnsMap)) {
		n.Renames = append(n.Renames, [2]string{old, k.RenameColumnsMap[old]})
	}
	return n
}

func decodeWithColumns(k *sparkpb.WithColumns, in plan.Node, o plan.Origin) (plan.Node, error) {
	n := &plan.WithColumns{Origin: o, Input: in}
	for _, m := range k.Aliases {
		a, err := decodeAlias(m, fault.Position{})
		if err != nil {
			return nil, err
		}
		n.Aliases = append(n.Aliases, a)
	}
	return n, nil
}

func decodeUnpivot(k *sparkpb.Unpivot, in plan.Node, o plan.Origin) (plan.Node, error) {
	keys, err := decodeExprs(k.Ids)
	n := &plan.Unpivot{Origin: o, Input: in, Keys: keys, Variable: k.VariableColumnName, Values: []string{k.ValueColumnName},
		IncludeNulls: true}
	if err != nil || k.Values == nil {
		return n, err
	}
	values, err := decodeExprs(k.Values.Values)
	n.Sets = [][]expr.Expr{}
	for _, v := range values {
		n.Sets = append(n.Sets, []expr.Expr{v})
	}
	return n, err
}

func decodeTranspose(m *sparkpb.Relation, k *sparkpb.Transpose, in plan.Node, o plan.Origin) (plan.Node, error) {
	n := &plan.Transpose{Origin: o, Input: in}
	switch len(k.IndexColumns) {
	case 0:
		return n, nil
	case 1:
		var err error
		n.Index, err = DecodeExpr(k.IndexColumns[0])
		return n, err
	}
	return carried(m, in, o), nil
}

// parseFormats are the formats of parsed text, by number.
var parseFormats = [...]string{"", "csv", "json", "xml"}

func decodeParse(m *sparkpb.Relation, k *sparkpb.Parse, in plan.Node, o plan.Origin) (plan.Node, error) {
	if k.Format < 1 || int(k.Format) >= len(parseFormats) {
		return nil, fault.New(fault.UnsupportedFeature, "there is no text of the format %d", k.Format)
	}
	n := &plan.ParsedText{Origin: o, Input: in, Format: parseFormats[k.Format], Options: k.Options}
	if k.Schema != nil {
		t, err := DecodeType(k.Schema)
		if err != nil {
			return carried(m, in, o), nil
		}
		s := schemaOf(t)
		n.Schema = &s
	}
	return n, nil
}
