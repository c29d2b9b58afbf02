package fault

// The conditions of DataFrames.
var (
	InvalidObservedMetrics = Condition{"INVALID_OBSERVED_METRICS.MISSING_NAME", "42K0E"}
	NullableColumn         = Condition{"NULLABLE_COLUMN_OR_FIELD", "42000"}
	UnknownStatistic       = Condition{"UNRECOGNIZED_STATISTIC", "42704"}
	ColumnDataType         = Condition{"INVALID_COLUMN_OR_FIELD_DATA_TYPE", "42000"}
	TransposeIndex         = Condition{"TRANSPOSE_INVALID_INDEX_COLUMN", "42804"}
	TransposeTypes         = Condition{"TRANSPOSE_NO_LEAST_COMMON_TYPE", "42K09"}
	TransposeRows          = Condition{"TRANSPOSE_EXCEED_ROW_LIMIT", "54006"}
)
