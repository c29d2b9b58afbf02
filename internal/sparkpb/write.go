package sparkpb

// WriteOperation writes the rows of a relation.
type WriteOperation struct {
	commandKind
	Input               *Relation         `pb:"1"`
	Source              *string           `pb:"2"`
	Path                *string           `pb:"3,oneof=save_type"`
	Table               *SaveTable        `pb:"4,oneof=save_type"`
	Mode                SaveMode          `pb:"5"`
	SortColumnNames     []string          `pb:"6"`
	PartitioningColumns []string          `pb:"7"`
	BucketBy            *BucketBy         `pb:"8"`
	Options             map[string]string `pb:"9"`
	ClusteringColumns   []string          `pb:"10"`
	WithSchemaEvolution bool              `pb:"11"`
}

// SaveTable is the table to write to.
type SaveTable struct {
	message
	TableName  string     `pb:"1"`
	SaveMethod SaveMethod `pb:"2"`
}

// BucketBy is the buckets to write to.
type BucketBy struct {
	message
	BucketColumnNames []string `pb:"1"`
	NumBuckets        int32    `pb:"2"`
}

// TableWriteOperation writes the rows of a relation into a table of a catalog.
type TableWriteOperation struct {
	commandKind
	Input               *Relation         `pb:"1"`
	TableName           string            `pb:"2"`
	Provider            *string           `pb:"3"`
	PartitioningColumns []*Expression     `pb:"4"`
	Options             map[string]string `pb:"5"`
	TableProperties     map[string]string `pb:"6"`
	Mode                TableWriteMode    `pb:"7"`
	OverwriteCondition  *Expression       `pb:"8"`
	ClusteringColumns   []string          `pb:"9"`
	WithSchemaEvolution bool              `pb:"10"`
}

// MergeIntoTableCommand is MERGE INTO.
type MergeIntoTableCommand struct {
	commandKind
	TargetTableName           string        `pb:"1"`
	SourceTablePlan           *Relation     `pb:"2"`
	MergeCondition            *Expression   `pb:"3"`
	MatchActions              []*Expression `pb:"4"`
	NotMatchedActions         []*Expression `pb:"5"`
	NotMatchedBySourceActions []*Expression `pb:"6"`
	WithSchemaEvolution       bool          `pb:"7"`
}

// SaveMode is what to do with what is there already.
type SaveMode int32

// The values of SaveMode.
const (
	SaveModeUnspecified   SaveMode = 0
	SaveModeAppend        SaveMode = 1
	SaveModeOverwrite     SaveMode = 2
	SaveModeErrorIfExists SaveMode = 3
	SaveModeIgnore        SaveMode = 4
)

// SaveMethod is how a table is written to.
type SaveMethod int32

// The values of SaveMethod.
const (
	SaveMethodUnspecified SaveMethod = 0
	SaveMethodSaveAsTable SaveMethod = 1
	SaveMethodInsertInto  SaveMethod = 2
)

// TableWriteMode is what a TableWriteOperation does.
type TableWriteMode int32

// The values of TableWriteMode.
const (
	TableWriteModeUnspecified         TableWriteMode = 0
	TableWriteModeCreate              TableWriteMode = 1
	TableWriteModeOverwrite           TableWriteMode = 2
	TableWriteModeOverwritePartitions TableWriteMode = 3
	TableWriteModeAppend              TableWriteMode = 4
	TableWriteModeReplace             TableWriteMode = 5
	TableWriteModeCreateOrReplace     TableWriteMode = 6
)
