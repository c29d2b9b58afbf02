package fault

// The conditions of functions of times and of collections.
var (
	InvalidDatetimeUnit = Condition{"INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023"}
	ArrayDiffTypes      = Condition{"DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES", "42K09"}
	NullArgument        = Condition{"DATATYPE_MISMATCH.NULL_TYPE", "42K09"}
	MapsDiffTypes       = Condition{"DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES", "42K09"}
	NothingToExtract    = Condition{"INVALID_EXTRACT_BASE_FIELD_TYPE", "42000"}
)
