package fault

// The conditions of functions of times, of time windows and of collections.
var (
	InvalidDatetimeUnit = Condition{"INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023"}
	ArrayDiffTypes      = Condition{"DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES", "42K09"}
	NullArgument        = Condition{"DATATYPE_MISMATCH.NULL_TYPE", "42K09"}
	MapSizesDiffer      = Condition{"_LEGACY_ERROR_TEMP_2128", "22023"}
	MicrosAddedToDate   = Condition{"INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION", "22006"}
	SeveralWindows      = Condition{"_LEGACY_ERROR_TEMP_1039", "42000"}
	SessionGapType      = Condition{"_LEGACY_ERROR_TEMP_1040", "42000"}
	NothingToExtract    = Condition{"INVALID_EXTRACT_BASE_FIELD_TYPE", "42000"}
)
