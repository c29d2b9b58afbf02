package sparkpb

import "google.golang.org/protobuf/encoding/protowire"

// Relation is a table: what all kinds share, and the kind.
type Relation struct {
	message
	Common *RelationCommon `pb:"1"`
	// Kind says which one; nil where it is of none that is known here.
	Kind RelationKind `pb:"kind"`
}

// RelationKind is what a [Relation] may be.
type RelationKind interface{ isRelationKind() }

// relationKind makes a message one of them.
type relationKind struct{ message }

func (*relationKind) isRelationKind() {}

// relationKinds are all of them, by number.
var relationKinds = map[protowire.Number]RelationKind{
	2: (*Read)(nil), 3: (*Project)(nil), 4: (*Filter)(nil), 5: (*Join)(nil),
	6: (*SetOperation)(nil), 7: (*Sort)(nil), 8: (*Limit)(nil), 9: (*Aggregate)(nil),
	10: (*SQL)(nil), 11: (*LocalRelation)(nil), 12: (*Sample)(nil), 13: (*Offset)(nil),
	14: (*Deduplicate)(nil), 15: (*Range)(nil), 16: (*SubqueryAlias)(nil), 17: (*Repartition)(nil),
	18: (*ToDF)(nil), 19: (*WithColumnsRenamed)(nil), 20: (*ShowString)(nil), 21: (*Drop)(nil),
	22: (*Tail)(nil), 23: (*WithColumns)(nil), 24: (*Hint)(nil), 25: (*Unpivot)(nil),
	26: (*ToSchema)(nil), 27: (*RepartitionByExpression)(nil), 28: (*MapPartitions)(nil),
	29: (*CollectMetrics)(nil), 30: (*Parse)(nil), 31: (*GroupMap)(nil), 32: (*CoGroupMap)(nil),
	33: (*WithWatermark)(nil), 34: (*ApplyInPandasWithState)(nil), 35: (*HTMLString)(nil),
	36: (*CachedLocalRelation)(nil), 37: (*CachedRemoteRelation)(nil),
	38: (*UserTableFunction)(nil), 39: (*AsOfJoin)(nil), 40: (*UserDataSource)(nil),
	41: (*WithRelations)(nil), 42: (*Transpose)(nil), 43: (*TableValuedFunction)(nil),
	44: (*LateralJoin)(nil), 45: (*ChunkedCachedLocalRelation)(nil), 46: (*RelationChanges)(nil),
	47: (*NearestByJoin)(nil), 48: (*Zip)(nil), 90: (*NAFill)(nil), 91: (*NADrop)(nil),
	92: (*NAReplace)(nil), 100: (*StatSummary)(nil), 101: (*StatCrosstab)(nil),
	102: (*StatDescribe)(nil), 103: (*StatCov)(nil), 104: (*StatCorr)(nil),
	105: (*StatApproxQuantile)(nil), 106: (*StatFreqItems)(nil), 107: (*StatSampleBy)(nil),
	200: (*Catalog)(nil), 300: (*MLRelation)(nil), 998: (*Any)(nil), 999: (*Unknown)(nil),
}

func (*Any) isRelationKind() {}

// RelationCommon is what all relations share.
type RelationCommon struct {
	message
	SourceInfo string  `pb:"1"`
	PlanID     *int64  `pb:"2"`
	Origin     *Origin `pb:"3"`
}

// Unknown is a relation of a kind that nobody knows.
type Unknown struct{ relationKind }
