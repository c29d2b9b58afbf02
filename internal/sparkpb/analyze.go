package sparkpb

import "google.golang.org/protobuf/encoding/protowire"

// AnalyzeRequest is a question about a plan that nothing is computed for.
type AnalyzeRequest struct {
	message
	SessionID                         string       `pb:"1"`
	ClientObservedServerSideSessionID *string      `pb:"17"`
	UserContext                       *UserContext `pb:"2"`
	ClientType                        *string      `pb:"3"`
	// Kind says which one; nil where it is of none that is known here.
	Kind AnalyzeKind `pb:"kind"`
}

// AnalyzeKind is what an [AnalyzeRequest] may ask.
type AnalyzeKind interface{ isAnalyzeKind() }

// analyzeKind makes a message one of them.
type analyzeKind struct{ message }

func (*analyzeKind) isAnalyzeKind() {}

// analyzeKinds are all of them, by number.
var analyzeKinds = map[protowire.Number]AnalyzeKind{
	4: (*AnalyzeSchema)(nil), 5: (*AnalyzeExplain)(nil), 6: (*AnalyzeTreeString)(nil),
	7: (*AnalyzeIsLocal)(nil), 8: (*AnalyzeIsStreaming)(nil), 9: (*AnalyzeInputFiles)(nil),
	10: (*AnalyzeSparkVersion)(nil), 11: (*AnalyzeDDL)(nil), 12: (*AnalyzeSameSemantics)(nil),
	13: (*AnalyzeSemanticHash)(nil), 14: (*AnalyzePersist)(nil), 15: (*AnalyzeUnpersist)(nil),
	16: (*AnalyzeStorageLevel)(nil), 18: (*AnalyzeJSONToDDL)(nil),
}

// AnalyzeSchema asks for the columns of a plan.
type AnalyzeSchema struct {
	analyzeKind
	Plan *Plan `pb:"1"`
}

// AnalyzeExplain asks for the text of a plan.
type AnalyzeExplain struct {
	analyzeKind
	Plan        *Plan       `pb:"1"`
	ExplainMode ExplainMode `pb:"2"`
}

// AnalyzeTreeString asks for the schema as printSchema shows it.
type AnalyzeTreeString struct {
	analyzeKind
	Plan  *Plan  `pb:"1"`
	Level *int32 `pb:"2"`
}

// AnalyzeIsLocal asks whether a plan runs without tasks.
type AnalyzeIsLocal struct {
	analyzeKind
	Plan *Plan `pb:"1"`
}

// AnalyzeIsStreaming asks whether a plan reads a stream.
type AnalyzeIsStreaming struct {
	analyzeKind
	Plan *Plan `pb:"1"`
}

// AnalyzeInputFiles asks for the files that a plan reads.
type AnalyzeInputFiles struct {
	analyzeKind
	Plan *Plan `pb:"1"`
}

// AnalyzeSparkVersion asks for the version of the server.
type AnalyzeSparkVersion struct{ analyzeKind }

// AnalyzeDDL asks for the type that DDL text means.
type AnalyzeDDL struct {
	analyzeKind
	DDLString string `pb:"1"`
}

// AnalyzeSameSemantics asks whether two plans give the same.
type AnalyzeSameSemantics struct {
	analyzeKind
	TargetPlan *Plan `pb:"1"`
	OtherPlan  *Plan `pb:"2"`
}

// AnalyzeSemanticHash asks for a hash that plans of the same semantics share.
type AnalyzeSemanticHash struct {
	analyzeKind
	Plan *Plan `pb:"1"`
}

// AnalyzePersist asks to keep the rows of a relation.
type AnalyzePersist struct {
	analyzeKind
	Relation     *Relation     `pb:"1"`
	StorageLevel *StorageLevel `pb:"2"`
}

// AnalyzeUnpersist asks to forget the rows of a relation.
type AnalyzeUnpersist struct {
	analyzeKind
	Relation *Relation `pb:"1"`
	Blocking *bool     `pb:"2"`
}

// AnalyzeStorageLevel asks how the rows of a relation are kept.
type AnalyzeStorageLevel struct {
	analyzeKind
	Relation *Relation `pb:"1"`
}

// AnalyzeJSONToDDL asks for the DDL text of a schema in JSON.
type AnalyzeJSONToDDL struct {
	analyzeKind
	JSONString string `pb:"1"`
}

// AnalyzeResponse is the answer to an AnalyzeRequest.
type AnalyzeResponse struct {
	message
	SessionID           string `pb:"1"`
	ServerSideSessionID string `pb:"15"`
	// Kind says which one; nil where it is of none that is known here.
	Kind AnalyzeResult `pb:"kind"`
}

// AnalyzeResult is what an [AnalyzeResponse] may say.
type AnalyzeResult interface{ isAnalyzeResult() }

// analyzeResult makes a message one of them.
type analyzeResult struct{ message }

func (*analyzeResult) isAnalyzeResult() {}

// analyzeResults are all of them, by number.
var analyzeResults = map[protowire.Number]AnalyzeResult{
	2: (*AnalyzedSchema)(nil), 3: (*AnalyzedExplain)(nil), 4: (*AnalyzedTreeString)(nil),
	5: (*AnalyzedIsLocal)(nil), 6: (*AnalyzedIsStreaming)(nil), 7: (*AnalyzedInputFiles)(nil),
	8: (*AnalyzedSparkVersion)(nil), 9: (*AnalyzedDDL)(nil), 10: (*AnalyzedSameSemantics)(nil),
	11: (*AnalyzedSemanticHash)(nil), 12: (*AnalyzedPersist)(nil), 13: (*AnalyzedUnpersist)(nil),
	14: (*AnalyzedStorageLevel)(nil), 16: (*AnalyzedJSONToDDL)(nil),
}

// AnalyzedSchema answers AnalyzeSchema.
type AnalyzedSchema struct {
	analyzeResult
	Schema *DataType `pb:"1"`
}

// AnalyzedExplain answers AnalyzeExplain.
type AnalyzedExplain struct {
	analyzeResult
	ExplainString string `pb:"1"`
}

// AnalyzedTreeString answers AnalyzeTreeString.
type AnalyzedTreeString struct {
	analyzeResult
	TreeString string `pb:"1"`
}

// AnalyzedIsLocal answers AnalyzeIsLocal.
type AnalyzedIsLocal struct {
	analyzeResult
	IsLocal bool `pb:"1"`
}

// AnalyzedIsStreaming answers AnalyzeIsStreaming.
type AnalyzedIsStreaming struct {
	analyzeResult
	IsStreaming bool `pb:"1"`
}

// AnalyzedInputFiles answers AnalyzeInputFiles.
type AnalyzedInputFiles struct {
	analyzeResult
	Files []string `pb:"1"`
}

// AnalyzedSparkVersion answers AnalyzeSparkVersion.
type AnalyzedSparkVersion struct {
	analyzeResult
	Version string `pb:"1"`
}

// AnalyzedDDL answers AnalyzeDDL.
type AnalyzedDDL struct {
	analyzeResult
	Parsed *DataType `pb:"1"`
}

// AnalyzedSameSemantics answers AnalyzeSameSemantics.
type AnalyzedSameSemantics struct {
	analyzeResult
	Result bool `pb:"1"`
}

// AnalyzedSemanticHash answers AnalyzeSemanticHash.
type AnalyzedSemanticHash struct {
	analyzeResult
	Result int32 `pb:"1"`
}

// AnalyzedPersist answers AnalyzePersist.
type AnalyzedPersist struct{ analyzeResult }

// AnalyzedUnpersist answers AnalyzeUnpersist.
type AnalyzedUnpersist struct{ analyzeResult }

// AnalyzedStorageLevel answers AnalyzeStorageLevel.
type AnalyzedStorageLevel struct {
	analyzeResult
	StorageLevel *StorageLevel `pb:"1"`
}

// AnalyzedJSONToDDL answers AnalyzeJSONToDDL.
type AnalyzedJSONToDDL struct {
	analyzeResult
	DDLString string `pb:"1"`
}

// ExplainMode is the form of an explained plan.
type ExplainMode int32

// The values of ExplainMode.
const (
	ExplainModeUnspecified ExplainMode = 0
	ExplainModeSimple      ExplainMode = 1
	ExplainModeExtended    ExplainMode = 2
	ExplainModeCodegen     ExplainMode = 3
	ExplainModeCost        ExplainMode = 4
	ExplainModeFormatted   ExplainMode = 5
)
