package sparkpb

// Relations that keep the columns of their input and choose, order, group or watch its rows.

// Filter is WHERE.
type Filter struct {
	relationKind
	Input     *Relation   `pb:"1"`
	Condition *Expression `pb:"2"`
}

// Sort is ORDER BY, or SORT BY where it is not global.
type Sort struct {
	relationKind
	Input    *Relation    `pb:"1"`
	Order    []*SortOrder `pb:"2"`
	IsGlobal *bool        `pb:"3"`
}

// Limit is the first rows.
type Limit struct {
	relationKind
	Input *Relation `pb:"1"`
	Limit int32     `pb:"2"`
}

// Offset is all but the first rows.
type Offset struct {
	relationKind
	Input  *Relation `pb:"1"`
	Offset int32     `pb:"2"`
}

// Tail is the last rows.
type Tail struct {
	relationKind
	Input *Relation `pb:"1"`
	Limit int32     `pb:"2"`
}

// Sample is a random part of the rows.
type Sample struct {
	relationKind
	Input              *Relation `pb:"1"`
	LowerBound         float64   `pb:"2"`
	UpperBound         float64   `pb:"3"`
	WithReplacement    *bool     `pb:"4"`
	Seed               *int64    `pb:"5"`
	DeterministicOrder bool      `pb:"6"`
}

// Deduplicate is one row for each key.
type Deduplicate struct {
	relationKind
	Input            *Relation `pb:"1"`
	ColumnNames      []string  `pb:"2"`
	AllColumnsAsKeys *bool     `pb:"3"`
	WithinWatermark  *bool     `pb:"4"`
}

// Repartition stands for rows spread over partitions.
type Repartition struct {
	relationKind
	Input         *Relation `pb:"1"`
	NumPartitions int32     `pb:"2"`
	Shuffle       *bool     `pb:"3"`
}

// RepartitionByExpression stands for rows spread over partitions by the value of expressions.
type RepartitionByExpression struct {
	relationKind
	Input          *Relation     `pb:"1"`
	PartitionExprs []*Expression `pb:"2"`
	NumPartitions  *int32        `pb:"3"`
}

// Aggregate is GROUP BY.
type Aggregate struct {
	relationKind
	Input                *Relation       `pb:"1"`
	GroupType            GroupKind       `pb:"2"`
	GroupingExpressions  []*Expression   `pb:"3"`
	AggregateExpressions []*Expression   `pb:"4"`
	Pivot                *AggregatePivot `pb:"5"`
	GroupingSets         []*GroupingSet  `pb:"6"`
}

// AggregatePivot is the column whose values become columns.
type AggregatePivot struct {
	message
	Column *Expression `pb:"1"`
	Values []*Literal  `pb:"2"`
}

// GroupingSet is one of GROUPING SETS.
type GroupingSet struct {
	message
	GroupingSet []*Expression `pb:"1"`
}

// WithWatermark is the event time of a stream and how late rows may be.
type WithWatermark struct {
	relationKind
	Input          *Relation `pb:"1"`
	EventTime      string    `pb:"2"`
	DelayThreshold string    `pb:"3"`
}

// Hint is a hint to the planner.
type Hint struct {
	relationKind
	Input      *Relation     `pb:"1"`
	Name       string        `pb:"2"`
	Parameters []*Expression `pb:"3"`
}

// CollectMetrics stands for rows unchanged, with metrics computed on the way.
type CollectMetrics struct {
	relationKind
	Input   *Relation     `pb:"1"`
	Name    string        `pb:"2"`
	Metrics []*Expression `pb:"3"`
}

// ShowString stands for rows as a table of text.
type ShowString struct {
	relationKind
	Input    *Relation `pb:"1"`
	NumRows  int32     `pb:"2"`
	Truncate int32     `pb:"3"`
	Vertical bool      `pb:"4"`
}

// HTMLString stands for rows as a table of HTML.
type HTMLString struct {
	relationKind
	Input    *Relation `pb:"1"`
	NumRows  int32     `pb:"2"`
	Truncate int32     `pb:"3"`
}

// GroupKind is the form of a GROUP BY.
type GroupKind int32

// The values of GroupKind.
const (
	GroupKindUnspecified  GroupKind = 0
	GroupKindGroupby      GroupKind = 1
	GroupKindRollup       GroupKind = 2
	GroupKindCube         GroupKind = 3
	GroupKindPivot        GroupKind = 4
	GroupKindGroupingSets GroupKind = 5
)
