package sparkplan

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkpb"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 0, "the seed of random plans; 0 takes the clock")

func random(t testing.TB) *rand.Rand {
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed=%d", s)
	return rand.New(rand.NewPCG(s, 2))
}

// maker makes random messages as a client of Spark 4.3 writes them.
type maker struct {
	*rand.Rand
	ids int64
}

func pick[T any](m *maker, list ...T) T { return list[m.IntN(len(list))] }

func (m *maker) name() string { return pick(m, "a", "id", "b.c", "x y", "ä") }

func (m *maker) names() []string {
	var list []string
	for range 1 + m.IntN(2) {
		list = append(list, pick(m, "a", "b.c", "d"))
	}
	return list
}

func (m *maker) origin() *sparkpb.Origin {
	return pick(m, nil, &sparkpb.Origin{PythonOrigin: &sparkpb.PythonOrigin{Fragment: "col", CallSite: "job.py:7"}},
		&sparkpb.Origin{JVMOrigin: &sparkpb.JVMOrigin{StackTrace: []*sparkpb.StackFrame{{MethodName: "col", LineNumber: 3}}}})
}

func (m *maker) dataType(depth int) *sparkpb.DataType {
	kinds := []sparkpb.TypeKind{&sparkpb.IntegerType{}, &sparkpb.LongType{}, &sparkpb.BooleanType{}, &sparkpb.DateType{},
		&sparkpb.StringType{Collation: "UTF8_BINARY"}, &sparkpb.StringType{Collation: "UTF8_LCASE"}, &sparkpb.CharType{Length: 3},
		&sparkpb.VarCharType{Length: 9}, &sparkpb.DecimalType{Precision: ptr(int32(10)), Scale: ptr(int32(2))},
		&sparkpb.TimeType{Precision: ptr(int32(3))}, &sparkpb.VariantType{}, &sparkpb.TimestampNTZType{}, &sparkpb.NullType{},
		&sparkpb.YearMonthIntervalType{StartField: ptr(int32(0)), EndField: ptr(int32(1))},
		&sparkpb.DayTimeIntervalType{StartField: ptr(int32(1)), EndField: ptr(int32(3))}}
	if depth > 0 {
		kinds = append(kinds, &sparkpb.ArrayType{ElementType: m.dataType(depth - 1), ContainsNull: m.IntN(2) == 0},
			&sparkpb.MapType{KeyType: m.dataType(depth - 1), ValueType: m.dataType(depth - 1)},
			&sparkpb.StructType{Fields: []*sparkpb.StructField{{Name: m.name(), DataType: m.dataType(depth - 1), Nullable: true,
				Metadata: pick(m, nil, ptr(`{"comment":"ä <b>"}`))}}})
	}
	return &sparkpb.DataType{Kind: pick(m, kinds...)}
}

func (m *maker) literal() *sparkpb.Literal {
	ints := &sparkpb.DataType{Kind: &sparkpb.ArrayType{ElementType: &sparkpb.DataType{Kind: &sparkpb.IntegerType{}}}}
	one := &sparkpb.Literal{Kind: sparkpb.LiteralInteger(1)}
	null := &sparkpb.DataType{Kind: &sparkpb.NullType{}}
	return pick(m,
		&sparkpb.Literal{Kind: sparkpb.LiteralInteger(m.Int32())}, &sparkpb.Literal{Kind: sparkpb.LiteralLong(-m.Int64())},
		&sparkpb.Literal{Kind: sparkpb.LiteralString("ä")}, &sparkpb.Literal{Kind: sparkpb.LiteralBoolean(false)},
		&sparkpb.Literal{Kind: sparkpb.LiteralByte(-3)}, &sparkpb.Literal{Kind: sparkpb.LiteralShort(300)},
		&sparkpb.Literal{Kind: sparkpb.LiteralDouble(1.5)}, &sparkpb.Literal{Kind: sparkpb.LiteralFloat(-0.25)},
		&sparkpb.Literal{Kind: sparkpb.LiteralBinary("xyz")}, &sparkpb.Literal{Kind: sparkpb.LiteralDate(-4)},
		&sparkpb.Literal{Kind: sparkpb.LiteralTimestamp(5)}, &sparkpb.Literal{Kind: sparkpb.LiteralTimestampNTZ(6)},
		&sparkpb.Literal{Kind: sparkpb.LiteralYearMonthInterval(7)}, &sparkpb.Literal{Kind: sparkpb.LiteralDayTimeInterval(8)},
		&sparkpb.Literal{Kind: &sparkpb.CalendarIntervalLiteral{Months: 1, Days: -2, Microseconds: 3}},
		&sparkpb.Literal{Kind: &sparkpb.TimeLiteral{Nano: 9, Precision: ptr(int32(6))}},
		&sparkpb.Literal{Kind: &sparkpb.DecimalLiteral{Value: "-1.50", Precision: ptr(int32(7)), Scale: ptr(int32(2))}},
		&sparkpb.Literal{Kind: null, DataType: m.dataType(1)},
		&sparkpb.Literal{Kind: &sparkpb.ArrayLiteral{Elements: []*sparkpb.Literal{one, {Kind: null}}}, DataType: ints},
		&sparkpb.Literal{Kind: &sparkpb.StructLiteral{Elements: []*sparkpb.Literal{one}}, DataType: &sparkpb.DataType{
			Kind: &sparkpb.StructType{Fields: []*sparkpb.StructField{{Name: "f", DataType: m.dataType(0)}}}}},
		&sparkpb.Literal{Kind: &sparkpb.MapLiteral{Keys: []*sparkpb.Literal{one}, Values: []*sparkpb.Literal{one}},
			DataType: &sparkpb.DataType{Kind: &sparkpb.MapType{KeyType: m.dataType(0), ValueType: m.dataType(0)}}},
		&sparkpb.Literal{Kind: &sparkpb.TimestampLTZNanosLiteral{EpochMicros: 1, NanosWithinMicro: 2}},
	)
}

func (m *maker) order(x *sparkpb.Expression) *sparkpb.SortOrder {
	return &sparkpb.SortOrder{Child: x, Direction: sparkpb.SortDirection(1 + m.IntN(2)),
		NullOrdering: sparkpb.NullOrdering(1 + m.IntN(2))}
}

func (m *maker) expr(depth int) *sparkpb.Expression {
	kinds := []sparkpb.ExpressionKind{m.literal(), &sparkpb.UnresolvedAttribute{UnparsedIdentifier: m.name(), PlanID: pick(m, nil, ptr(int64(0)))},
		&sparkpb.UnresolvedStar{UnparsedTarget: pick(m, nil, ptr("a.b.*")), PlanID: pick(m, nil, ptr(int64(4)))},
		&sparkpb.UnresolvedRegex{ColumnName: "`a|b`"}, &sparkpb.ExpressionString{Expression: "a + 1"}}
	if depth > 0 {
		x := m.expr(depth - 1) // one for all: only one of the kinds goes on
		list := []*sparkpb.Expression{x}
		by := m.order(x)
		kinds = []sparkpb.ExpressionKind{
			&sparkpb.UnresolvedFunction{FunctionName: "+", Arguments: list, IsInternal: pick(m, nil, ptr(false), ptr(true)),
				IsUserDefinedFunction: m.IntN(2) == 0, IsDistinct: m.IntN(2) == 0},
			&sparkpb.CallFunction{FunctionName: "a.f", Arguments: list},
			&sparkpb.Alias{Expr: x, Name: m.names(), Metadata: pick(m, nil, ptr(`{"a":[1,null]}`))},
			&sparkpb.Cast{Expr: x, Type: m.dataType(2), EvalMode: sparkpb.EvalMode(m.IntN(4))},
			&sparkpb.Cast{Expr: x, TypeStr: ptr("decimal(3,1)")},
			&sparkpb.Cast{Expr: x, Type: &sparkpb.DataType{Kind: &sparkpb.UserType{Type: "udt"}}},
			by,
			&sparkpb.LambdaFunction{Function: &sparkpb.Expression{Kind: &sparkpb.LambdaVariable{NameParts: []string{"x"}}},
				Arguments: []*sparkpb.LambdaVariable{{NameParts: []string{"x"}}}},
			&sparkpb.Window{WindowFunction: x, PartitionBy: list, OrderBy: []*sparkpb.SortOrder{by},
				FrameBy: pick(m, nil, &sparkpb.WindowFrame{FrameType: sparkpb.FrameKind(1 + m.IntN(2)),
					Lower: &sparkpb.FrameBoundary{Value: x}, Upper: &sparkpb.FrameBoundary{CurrentRow: ptr(true)}},
					&sparkpb.WindowFrame{FrameType: sparkpb.FrameKindRow, Lower: &sparkpb.FrameBoundary{Unbounded: ptr(true)},
						Upper: &sparkpb.FrameBoundary{Value: x}})},
			&sparkpb.UnresolvedExtractValue{Child: x, Extraction: x},
			&sparkpb.UpdateFields{StructExpression: x, FieldName: "f.g", ValueExpression: pick(m, nil, x)},
			&sparkpb.NamedArgument{Key: "k", Value: x},
			&sparkpb.Subquery{PlanID: 7, SubqueryType: pick(m, sparkpb.SubqueryKindScalar, sparkpb.SubqueryKindExists,
				sparkpb.SubqueryKindIn, sparkpb.SubqueryKindTableArg), InSubqueryValues: list},
			&sparkpb.UserFunction{FunctionName: "f", Arguments: list, PythonUDF: &sparkpb.PythonUDF{Command: []byte{1}}},
			&sparkpb.MergeAction{Condition: x}, &sparkpb.TypedAggregate{}, &sparkpb.Any{TypeURL: "x"},
			&sparkpb.DirectPartition{Child: x},
		}
	}
	e := &sparkpb.Expression{Kind: pick(m, kinds...)}
	if o := m.origin(); o != nil {
		e.Common = &sparkpb.ExpressionCommon{Origin: o}
	}
	return e
}

func (m *maker) relation(depth int) *sparkpb.Relation {
	x := m.expr(1)
	list := []*sparkpb.Expression{x}
	kinds := []sparkpb.RelationKind{
		&sparkpb.Read{NamedTable: &sparkpb.NamedTable{UnparsedIdentifier: "db.t", Options: map[string]string{"k": "v"}}, IsStreaming: m.IntN(2) == 0},
		&sparkpb.Read{DataSource: &sparkpb.DataSource{Format: ptr("csv"), Schema: pick(m, nil, ptr("a INT")), Paths: m.names(),
			Predicates: pick(m, nil, m.names())}},
		&sparkpb.LocalRelation{Data: pick(m, nil, []byte{1, 2}), Schema: pick(m, nil, ptr("a INT"))},
		&sparkpb.CachedLocalRelation{Hash: "h"}, &sparkpb.ChunkedCachedLocalRelation{DataHashes: m.names(), SchemaHash: ptr("s")},
		&sparkpb.CachedRemoteRelation{RelationID: "r"}, &sparkpb.Range{Start: ptr(int64(0)), End: 9, Step: 1, NumPartitions: pick(m, nil, ptr(int32(2)))},
		&sparkpb.SQL{Query: "SELECT 1", NamedArguments: map[string]*sparkpb.Expression{"k": x}, PosArguments: list},
		&sparkpb.TableValuedFunction{FunctionName: "range", Arguments: list}, &sparkpb.Project{Expressions: list},
		&sparkpb.Catalog{Kind: &sparkpb.CurrentDatabase{}}, &sparkpb.Unknown{}, &sparkpb.Any{TypeURL: "x"}}
	if depth > 0 {
		in := m.relation(depth - 1)
		kinds = append(m.over(in), m.stat(in)...)
		kinds = append(kinds,
			&sparkpb.Join{Left: in, Right: in, JoinCondition: pick(m, nil, x), JoinType: sparkpb.JoinKind(1 + m.IntN(7)), UsingColumns: m.names()},
			&sparkpb.Join{Left: in, Right: in, JoinType: sparkpb.JoinKindInner, JoinDataType: &sparkpb.JoinSides{IsLeftStruct: true}},
			&sparkpb.LateralJoin{Left: in, Right: in, JoinType: sparkpb.JoinKindLeftOuter},
			&sparkpb.SetOperation{LeftInput: in, RightInput: in, SetOperationType: sparkpb.SetKind(1 + m.IntN(3)), IsAll: ptr(m.IntN(2) == 0)},
			&sparkpb.SetOperation{LeftInput: in, RightInput: in, SetOperationType: sparkpb.SetKindUnion, IsAll: ptr(true), ByName: ptr(true),
				AllowMissingColumns: ptr(m.IntN(2) == 0)},
			&sparkpb.WithRelations{Root: in, References: []*sparkpb.Relation{in, in}},
			&sparkpb.CoGroupMap{Input: in, Other: in, InputGroupingExpressions: list},
			&sparkpb.GroupMap{Input: in, InitialInput: pick(m, nil, in)}, &sparkpb.MapPartitions{Input: in}, &sparkpb.Zip{Left: in, Right: in},
			&sparkpb.AsOfJoin{Left: in, Right: in, LeftAsOf: x}, &sparkpb.NearestByJoin{Left: in, Right: in, NumResults: 2})
	}
	r := &sparkpb.Relation{Kind: pick(m, kinds...)}
	if m.IntN(4) > 0 {
		r.Common = &sparkpb.RelationCommon{PlanID: ptr(m.ids), SourceInfo: pick(m, "", "s"), Origin: m.origin()}
		m.ids++
	}
	return r
}

// over are the kinds of one input.
func (m *maker) over(in *sparkpb.Relation) []sparkpb.RelationKind {
	x := m.expr(2)
	list := []*sparkpb.Expression{x, m.expr(1)}
	flip := m.IntN(2) == 0
	return []sparkpb.RelationKind{
		&sparkpb.Project{Input: in, Expressions: list}, &sparkpb.Filter{Input: in, Condition: x},
		&sparkpb.Sort{Input: in, Order: []*sparkpb.SortOrder{m.order(x)}, IsGlobal: ptr(flip)}, &sparkpb.Limit{Input: in, Limit: 3},
		&sparkpb.Offset{Input: in, Offset: 4}, &sparkpb.Tail{Input: in},
		&sparkpb.Aggregate{Input: in, GroupType: sparkpb.GroupKind(1 + m.IntN(3)), GroupingExpressions: list, AggregateExpressions: list},
		&sparkpb.Aggregate{Input: in, GroupType: sparkpb.GroupKindPivot, AggregateExpressions: list,
			Pivot: &sparkpb.AggregatePivot{Column: x, Values: []*sparkpb.Literal{m.literal()}}},
		&sparkpb.Aggregate{Input: in, GroupType: sparkpb.GroupKindGroupingSets, GroupingExpressions: list,
			GroupingSets: []*sparkpb.GroupingSet{{GroupingSet: list}, {}}},
		&sparkpb.Sample{Input: in, UpperBound: 0.5, WithReplacement: ptr(flip), Seed: ptr(int64(0)), DeterministicOrder: flip},
		&sparkpb.Deduplicate{Input: in, ColumnNames: m.names(), WithinWatermark: ptr(flip)},
		&sparkpb.Deduplicate{Input: in, AllColumnsAsKeys: ptr(true), WithinWatermark: ptr(false)},
		&sparkpb.SubqueryAlias{Input: in, Alias: "t", Qualifier: pick(m, nil, []string{"db"})},
		&sparkpb.Repartition{Input: in, NumPartitions: 2, Shuffle: ptr(flip)},
		&sparkpb.RepartitionByExpression{Input: in, PartitionExprs: list, NumPartitions: pick(m, nil, ptr(int32(3)))},
		&sparkpb.ToDF{Input: in, ColumnNames: m.names()},
		&sparkpb.WithColumnsRenamed{Input: in, Renames: []*sparkpb.Rename{{ColumnName: "a", NewColumnName: "b"}}},
		&sparkpb.WithColumns{Input: in, Aliases: []*sparkpb.Alias{{Expr: x, Name: []string{"c"}}}},
		&sparkpb.Drop{Input: in, Columns: list, ColumnNames: m.names()},
		&sparkpb.WithWatermark{Input: in, EventTime: "t.`a.b`", DelayThreshold: "1 minute"},
		&sparkpb.Hint{Input: in, Name: "h", Parameters: list},
		&sparkpb.Unpivot{Input: in, Ids: list, Values: pick(m, nil, &sparkpb.UnpivotValues{}, &sparkpb.UnpivotValues{Values: list}),
			VariableColumnName: "k", ValueColumnName: "v"},
		&sparkpb.ShowString{Input: in, NumRows: 20, Truncate: 20, Vertical: flip}, &sparkpb.HTMLString{Input: in, NumRows: 20},
		&sparkpb.CollectMetrics{Input: in, Name: "m", Metrics: list},
		&sparkpb.Parse{Input: in, Format: sparkpb.ParseFormat(1 + m.IntN(3)), Options: map[string]string{"a": "b"}},
		&sparkpb.Parse{Input: in, Format: sparkpb.ParseFormat(1), Schema: &sparkpb.DataType{Kind: &sparkpb.StructType{
			Fields: []*sparkpb.StructField{{Name: "f", DataType: m.dataType(1)}}}}},
		&sparkpb.Transpose{Input: in, IndexColumns: pick(m, nil, []*sparkpb.Expression{x})},
		&sparkpb.ToSchema{Input: in, Schema: &sparkpb.DataType{Kind: &sparkpb.StructType{}}},
		&sparkpb.ToSchema{Input: in, Schema: &sparkpb.DataType{Kind: &sparkpb.GeometryType{}}},
	}
}

func (m *maker) stat(in *sparkpb.Relation) []sparkpb.RelationKind {
	return []sparkpb.RelationKind{
		&sparkpb.NAFill{Input: in, Columns: m.names(), Values: []*sparkpb.Literal{m.literal()}}, &sparkpb.NADrop{Input: in, MinNonNulls: ptr(int32(2))},
		&sparkpb.NAReplace{Input: in, Replacements: []*sparkpb.Replacement{{OldValue: m.literal(), NewValue: m.literal()}}},
		&sparkpb.StatSummary{Input: in, Statistics: m.names()}, &sparkpb.StatDescribe{Input: in, Columns: m.names()},
		&sparkpb.StatCrosstab{Input: in, Col1: "a", Col2: "b"}, &sparkpb.StatCov{Input: in, Col1: "a", Col2: "b"},
		&sparkpb.StatCorr{Input: in, Col1: "a", Col2: "b", Method: pick(m, ptr("pearson"), ptr("spearman"))},
		&sparkpb.StatApproxQuantile{Input: in, Columns: m.names(), Probabilities: []float64{0.5}, RelativeError: 0.1},
		&sparkpb.StatFreqItems{Input: in, Columns: m.names(), Support: ptr(0.3)},
		&sparkpb.StatSampleBy{Input: in, Column: m.expr(0), Fractions: []*sparkpb.StratumFraction{{Stratum: m.literal(), Fraction: 0.5}},
			Seed: ptr(int64(3))},
	}
}

// TestRandomPlans sends plans of all kinds through plans and back.
func TestRandomPlans(t *testing.T) {
	m := &maker{Rand: random(t)}
	seen := make(map[reflect.Type]bool)
	for range 1500 {
		want := m.relation(3)
		seen[reflect.TypeOf(want.Kind)] = true
		n, err := Decode(want)
		if err != nil {
			t.Fatalf("%T: %v", want.Kind, err)
		}
		got, err := Encode(n)
		if err != nil {
			t.Fatalf("%T: %v", want.Kind, err)
		}
		if a, b := sparkpb.Marshal(got), sparkpb.Marshal(want); !bytes.Equal(a, b) {
			t.Fatalf("%T became another message:\n%x, want\n%x\n%s", want.Kind, a, b, plan.Text(n))
		}
	}
	if len(seen) < 44 {
		t.Errorf("%d kinds of relations were tried, there are more", len(seen))
	}
}

// TestOlderClients reads what clients before 4.3 write another way.
func TestOlderClients(t *testing.T) {
	long := &sparkpb.DataType{Kind: &sparkpb.LongType{}}
	tests := []struct {
		name string
		m    *sparkpb.Literal
		want expr.Expr
	}{
		{"a type inside an array", &sparkpb.Literal{Kind: &sparkpb.ArrayLiteral{ElementType: long}},
			&expr.Composite{Kind: types.Array, Typ: ptr(types.ArrayOf(types.Of(types.Long))), Values: []expr.Expr{}}},
		{"a null with its type", &sparkpb.Literal{Kind: long}, &expr.Literal{Typ: types.Of(types.Long)}},
		{"packed numbers", &sparkpb.Literal{Kind: &sparkpb.SpecializedArray{Longs: &sparkpb.Longs{Values: []int64{5}}}, DataType: &sparkpb.DataType{
			Kind: &sparkpb.ArrayType{ElementType: long}}}, &expr.Composite{Kind: types.Array,
			Typ:    ptr(types.Type{Kind: types.Array, Elem: ptr(types.Of(types.Long))}),
			Values: []expr.Expr{&expr.Literal{Value: int64(5), Typ: types.Of(types.Long)}}}},
		{"a decimal without digits", &sparkpb.Literal{Kind: &sparkpb.DecimalLiteral{Value: "12.5"}},
			&expr.Literal{Value: types.DecimalFromInt64(125), Typ: types.DecimalOf(3, 1)}},
	}
	for _, tt := range tests {
		got, err := DecodeLiteral(tt.m)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %#v, %v", tt.name, got, err)
		}
	}
	renamed, err := Decode(&sparkpb.Relation{Kind: &sparkpb.WithColumnsRenamed{Input: &sparkpb.Relation{Kind: &sparkpb.Range{}},
		RenameColumnsMap: map[string]string{"b": "y", "a": "x"}}})
	if err != nil || !reflect.DeepEqual(renamed.(*plan.RenameColumns).Renames, [][2]string{{"a", "x"}, {"b", "y"}}) {
		t.Errorf("renames as a map: %v, %v", renamed, err)
	}
}

func TestNames(t *testing.T) {
	for text, want := range map[string][]string{"a": {"a"}, "a.b": {"a", "b"}, "`a.b`.c": {"a.b", "c"}, "`a``b`": {"a`b"}, "x y": {"x y"}} {
		got, err := splitName(text)
		if err != nil || !reflect.DeepEqual(got, want) || joinName(got) != text {
			t.Errorf("%s is %q (%v) and %s again", text, got, err, joinName(got))
		}
	}
	for _, text := range []string{"`a", "`a`b", "a`b"} {
		if got, err := splitName(text); err == nil {
			t.Errorf("%s is %q", text, got)
		}
	}
}

// What stands in SQL text alone cannot be said, and subqueries stand beside the plan.
func TestEncodeOfSQL(t *testing.T) {
	one := &plan.Range{End: 1, Step: 1}
	for _, n := range []plan.Node{&plan.With{Input: one}, &plan.Filter{Input: one, Condition: expr.Lit(true), Qualify: true}, &plan.Values{},
		&plan.Project{Input: one, Distinct: true}, &plan.Limit{Input: one, Count: expr.Lit("x")}} {
		if _, err := Encode(n); err == nil {
			t.Errorf("%v has a message", n)
		}
	}
	q := &plan.Filter{Input: one, Condition: &expr.Subquery{Kind: expr.ExistsSubquery, Plan: one}}
	m, err := Encode(q)
	if err != nil {
		t.Fatal(err)
	}
	w, ok := m.Kind.(*sparkpb.WithRelations)
	if !ok || len(w.References) != 1 || *w.References[0].Common.PlanID == 0 {
		t.Fatalf("%#v", m.Kind)
	}
}

func FuzzDecode(f *testing.F) {
	m := &maker{Rand: random(f)}
	for range 20 {
		f.Add(sparkpb.Marshal(m.relation(3)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r sparkpb.Relation
		if _, err := sparkpb.Unmarshal(bytes.Clone(data), &r); err != nil {
			return
		}
		n, err := Decode(&r)
		if err != nil {
			return
		}
		once, err := Encode(n)
		if err != nil {
			return
		}
		again, err := Decode(once)
		if err != nil {
			t.Fatalf("%x cannot be read again: %v", data, err)
		}
		twice, err := Encode(again)
		if err != nil || !bytes.Equal(sparkpb.Marshal(once), sparkpb.Marshal(twice)) {
			t.Fatalf("%x: %x, then %x (%v)", data, sparkpb.Marshal(once), sparkpb.Marshal(twice), err)
		}
	})
}

// BenchmarkDecode reads a select list of many expressions.
func BenchmarkDecode(b *testing.B) {
	m := &maker{Rand: rand.New(rand.NewPCG(1, 1))}
	r := m.relation(4)
	for b.Loop() {
		if _, err := Decode(r); err != nil {
			b.Fatal(err)
		}
	}
}
