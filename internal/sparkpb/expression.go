package sparkpb

import "google.golang.org/protobuf/encoding/protowire"

// Expression is a value: what all kinds share, and the kind.
type Expression struct {
	message
	Common *ExpressionCommon `pb:"18"`
	// Kind says which one; nil where it is of none that is known here.
	Kind ExpressionKind `pb:"kind"`
}

// ExpressionKind is what an [Expression] may be.
type ExpressionKind interface{ isExpressionKind() }

// expressionKind makes a message one of them.
type expressionKind struct{ message }

func (*expressionKind) isExpressionKind() {}

// expressionKinds are all of them, by number.
var expressionKinds = map[protowire.Number]ExpressionKind{
	1: (*Literal)(nil), 2: (*UnresolvedAttribute)(nil), 3: (*UnresolvedFunction)(nil),
	4: (*ExpressionString)(nil), 5: (*UnresolvedStar)(nil), 6: (*Alias)(nil), 7: (*Cast)(nil),
	8: (*UnresolvedRegex)(nil), 9: (*SortOrder)(nil), 10: (*LambdaFunction)(nil),
	11: (*Window)(nil), 12: (*UnresolvedExtractValue)(nil), 13: (*UpdateFields)(nil),
	14: (*LambdaVariable)(nil), 15: (*UserFunction)(nil), 16: (*CallFunction)(nil),
	17: (*NamedArgument)(nil), 19: (*MergeAction)(nil), 20: (*TypedAggregate)(nil),
	21: (*Subquery)(nil), 22: (*DirectPartition)(nil), 999: (*Any)(nil),
}

func (*Any) isExpressionKind() {}

// ExpressionCommon is what all expressions share.
type ExpressionCommon struct {
	message
	Origin *Origin `pb:"1"`
}

// UnresolvedAttribute is a column by its name.
type UnresolvedAttribute struct {
	expressionKind
	UnparsedIdentifier string `pb:"1"`
	PlanID             *int64 `pb:"2"`
	IsMetadataColumn   *bool  `pb:"3"`
}

// UnresolvedStar is all columns, or all of one table or struct.
type UnresolvedStar struct {
	expressionKind
	UnparsedTarget *string `pb:"1"`
	PlanID         *int64  `pb:"2"`
}

// UnresolvedRegex is the columns whose names match.
type UnresolvedRegex struct {
	expressionKind
	ColumnName string `pb:"1"`
	PlanID     *int64 `pb:"2"`
}

// UnresolvedExtractValue is a part of a value: a field, an element, the value of a key.
type UnresolvedExtractValue struct {
	expressionKind
	Child      *Expression `pb:"1"`
	Extraction *Expression `pb:"2"`
}

// UpdateFields is a struct with a field set, or dropped where there is no value.
type UpdateFields struct {
	expressionKind
	StructExpression *Expression `pb:"1"`
	FieldName        string      `pb:"2"`
	ValueExpression  *Expression `pb:"3"`
}

// ExpressionString is an expression as SQL text.
type ExpressionString struct {
	expressionKind
	Expression string `pb:"1"`
}

// Alias is a value with a name.
type Alias struct {
	expressionKind
	Expr     *Expression `pb:"1"`
	Name     []string    `pb:"2"`
	Metadata *string     `pb:"3"`
}

// Cast is a value as another type.
type Cast struct {
	expressionKind
	Expr     *Expression `pb:"1"`
	Type     *DataType   `pb:"2,oneof=cast_to_type"`
	TypeStr  *string     `pb:"3,oneof=cast_to_type"`
	EvalMode EvalMode    `pb:"4"`
}

// UnresolvedFunction is a function or an operator by its name.
type UnresolvedFunction struct {
	expressionKind
	FunctionName          string        `pb:"1"`
	Arguments             []*Expression `pb:"2"`
	IsDistinct            bool          `pb:"3"`
	IsUserDefinedFunction bool          `pb:"4"`
	IsInternal            *bool         `pb:"5"`
}

// CallFunction is a call of a function by a name that may have parts.
type CallFunction struct {
	expressionKind
	FunctionName string        `pb:"1"`
	Arguments    []*Expression `pb:"2"`
}

// NamedArgument is an argument with the name of its parameter.
type NamedArgument struct {
	expressionKind
	Key   string      `pb:"1"`
	Value *Expression `pb:"2"`
}

// LambdaFunction is a function given to a function.
type LambdaFunction struct {
	expressionKind
	Function  *Expression       `pb:"1"`
	Arguments []*LambdaVariable `pb:"2"`
}

// LambdaVariable is a parameter of a lambda function.
type LambdaVariable struct {
	expressionKind
	NameParts []string `pb:"1"`
}

// Window is a function OVER a window.
type Window struct {
	expressionKind
	WindowFunction *Expression   `pb:"1"`
	PartitionBy    []*Expression `pb:"2"`
	OrderBy        []*SortOrder  `pb:"3"`
	FrameBy        *WindowFrame  `pb:"4"`
}

// WindowFrame is the rows of a window that count for a row.
type WindowFrame struct {
	message
	FrameType FrameKind      `pb:"1"`
	Lower     *FrameBoundary `pb:"2"`
	Upper     *FrameBoundary `pb:"3"`
}

// FrameBoundary is one end of a frame.
type FrameBoundary struct {
	message
	CurrentRow *bool       `pb:"1,oneof=boundary"`
	Unbounded  *bool       `pb:"2,oneof=boundary"`
	Value      *Expression `pb:"3,oneof=boundary"`
}

// SortOrder is a key of an order.
type SortOrder struct {
	expressionKind
	Child        *Expression   `pb:"1"`
	Direction    SortDirection `pb:"2"`
	NullOrdering NullOrdering  `pb:"3"`
}

// DirectPartition is the number of the partition that a row goes to.
type DirectPartition struct {
	expressionKind
	Child *Expression `pb:"1"`
}

// Subquery is a subquery, which stands beside the relation under its plan id.
type Subquery struct {
	expressionKind
	PlanID           int64          `pb:"1"`
	SubqueryType     SubqueryKind   `pb:"2"`
	TableArgOptions  *TableArgument `pb:"3"`
	InSubqueryValues []*Expression  `pb:"4"`
}

// TableArgument is how the rows of a table argument are spread.
type TableArgument struct {
	message
	PartitionBy         []*Expression `pb:"1"`
	OrderBy             []*SortOrder  `pb:"2"`
	WithSinglePartition *bool         `pb:"3"`
}

// MergeAction is what MERGE does with a row.
type MergeAction struct {
	expressionKind
	ActionType  MergeKind          `pb:"1"`
	Condition   *Expression        `pb:"2"`
	Assignments []*MergeAssignment `pb:"3"`
}

// MergeAssignment is a column and its new value.
type MergeAssignment struct {
	message
	Key   *Expression `pb:"1"`
	Value *Expression `pb:"2"`
}

// FrameKind is the unit of a frame.
type FrameKind int32

// The values of FrameKind.
const (
	FrameKindUndefined FrameKind = 0
	FrameKindRow       FrameKind = 1
	FrameKindRange     FrameKind = 2
)

// SortDirection is the direction of an order.
type SortDirection int32

// The values of SortDirection.
const (
	SortDirectionUnspecified SortDirection = 0
	SortDirectionAscending   SortDirection = 1
	SortDirectionDescending  SortDirection = 2
)

// NullOrdering is where nulls stand in an order.
type NullOrdering int32

// The values of NullOrdering.
const (
	NullOrderingUnspecified NullOrdering = 0
	NullOrderingFirst       NullOrdering = 1
	NullOrderingLast        NullOrdering = 2
)

// EvalMode is what a cast does with a value that does not fit.
type EvalMode int32

// The values of EvalMode.
const (
	EvalModeUnspecified EvalMode = 0
	EvalModeLegacy      EvalMode = 1
	EvalModeAnsi        EvalMode = 2
	EvalModeTry         EvalMode = 3
)

// MergeKind is the kind of a MergeAction.
type MergeKind int32

// The values of MergeKind.
const (
	MergeKindInvalid    MergeKind = 0
	MergeKindDelete     MergeKind = 1
	MergeKindInsert     MergeKind = 2
	MergeKindInsertStar MergeKind = 3
	MergeKindUpdate     MergeKind = 4
	MergeKindUpdateStar MergeKind = 5
)

// SubqueryKind is how the rows of a subquery become a value.
type SubqueryKind int32

// The values of SubqueryKind.
const (
	SubqueryKindUnknown  SubqueryKind = 0
	SubqueryKindScalar   SubqueryKind = 1
	SubqueryKindExists   SubqueryKind = 2
	SubqueryKindTableArg SubqueryKind = 3
	SubqueryKindIn       SubqueryKind = 4
)
