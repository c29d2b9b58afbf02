package fault

// The conditions that weir raises. Names and SQLSTATEs are Spark's.
var (
	ParseSyntax           = Condition{"PARSE_SYNTAX_ERROR", "42601"}
	InvalidIdentifier     = Condition{"INVALID_IDENTIFIER", "42602"}
	InvalidTypedLiteral   = Condition{"INVALID_TYPED_LITERAL", "42604"}
	InvalidNumericRange   = Condition{"INVALID_NUMERIC_LITERAL_RANGE", "22003"}
	InvalidSQLSyntax      = Condition{"INVALID_SQL_SYNTAX", "42000"}
	UnsupportedDataType   = Condition{"UNSUPPORTED_DATATYPE", "0A000"}
	EmptyStatement        = Condition{"PARSE_EMPTY_STATEMENT", "42617"}
	UnclosedComment       = Condition{"UNCLOSED_BRACKETED_COMMENT", "42601"}
	TooComplex            = Condition{"FAILED_TO_PARSE_TOO_COMPLEX", "54001"}
	UnsupportedLiteral    = Condition{"UNSUPPORTED_TYPED_LITERAL", "0A000"}
	InvalidInterval       = Condition{"INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", "22006"}
	MixedInterval         = Condition{"_LEGACY_ERROR_TEMP_0029", "42000"}
	MissingWindow         = Condition{"MISSING_WINDOW_SPECIFICATION", "42P20"}
	LateralJoinType       = Condition{"INVALID_LATERAL_JOIN_TYPE", "42613"}
	InvalidSetSyntax      = Condition{"INVALID_SET_SYNTAX", "42000"}
	DuplicateClauses      = Condition{"DUPLICATE_CLAUSES", "42614"}
	DuplicateKey          = Condition{"DUPLICATE_KEY", "23505"}
	TypeMissingSize       = Condition{"DATATYPE_MISSING_SIZE", "42K01"}
	IncompleteArray       = Condition{"INCOMPLETE_TYPE_DEFINITION.ARRAY", "42K01"}
	IncompleteMap         = Condition{"INCOMPLETE_TYPE_DEFINITION.MAP", "42K01"}
	IncompleteStruct      = Condition{"INCOMPLETE_TYPE_DEFINITION.STRUCT", "42K01"}
	DecimalPrecision      = Condition{"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003"}
	DecimalScale          = Condition{"DECIMAL_SCALE_EXCEEDS_PRECISION", "22003"}
	TimePrecision         = Condition{"UNSUPPORTED_TIME_PRECISION", "0A001"}
	TimestampPrecision    = Condition{"INVALID_TIMESTAMP_PRECISION", "22023"}
	CollationName         = Condition{"COLLATION_INVALID_NAME", "42704"}
	InvalidJSONType       = Condition{"INVALID_JSON_DATA_TYPE", "2203G"}
	UnsupportedFeature    = Condition{"UNSUPPORTED_FEATURE", "0A000"}
	UnresolvedColumn      = Condition{"UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"}
	UnresolvedColumnBare  = Condition{"UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703"}
	UnresolvedField       = Condition{"FIELD_NOT_FOUND", "42704"}
	UnresolvedRoutine     = Condition{"UNRESOLVED_ROUTINE", "42883"}
	AmbiguousReference    = Condition{"AMBIGUOUS_REFERENCE", "42704"}
	TableNotFound         = Condition{"TABLE_OR_VIEW_NOT_FOUND", "42P01"}
	ViewExists            = Condition{"TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"}
	DataSourceNotFound    = Condition{"DATA_SOURCE_NOT_FOUND", "42K02"}
	PathNotFound          = Condition{"PATH_NOT_FOUND", "42K03"}
	UnableToInfer         = Condition{"UNABLE_TO_INFER_SCHEMA", "42KD9"}
	TypeMismatch          = Condition{"DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09"}
	OperandsDiffer        = Condition{"DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "42K09"}
	OperandWrong          = Condition{"DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", "42K09"}
	DataDiffTypes         = Condition{"DATATYPE_MISMATCH.DATA_DIFF_TYPES", "42K09"}
	FilterNotBoolean      = Condition{"DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "42K09"}
	CastWithoutSuggest    = Condition{"DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "42K09"}
	WrongNumArgs          = Condition{"WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605"}
	MissingAggregation    = Condition{"MISSING_AGGREGATION", "42803"}
	MissingGroupBy        = Condition{"MISSING_GROUP_BY", "42803"}
	NestedAggregate       = Condition{"NESTED_AGGREGATE_FUNCTION", "42607"}
	InvalidWhere          = Condition{"INVALID_WHERE_CONDITION", "42903"}
	GroupByAggregate      = Condition{"GROUP_BY_AGGREGATE", "42903"}
	GroupByPosRange       = Condition{"GROUP_BY_POS_OUT_OF_RANGE", "42805"}
	OrderByPosRange       = Condition{"ORDER_BY_POS_OUT_OF_RANGE", "42805"}
	NumColumnsMismatch    = Condition{"NUM_COLUMNS_MISMATCH", "42826"}
	ArithmeticOverflow    = Condition{"ARITHMETIC_OVERFLOW", "22003"}
	CastOverflow          = Condition{"CAST_OVERFLOW", "22003"}
	CastInvalidInput      = Condition{"CAST_INVALID_INPUT", "22018"}
	DivideByZero          = Condition{"DIVIDE_BY_ZERO", "22012"}
	RemainderByZero       = Condition{"REMAINDER_BY_ZERO", "22012"}
	NumericOutOfRange     = Condition{"NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003"}
	InvalidArrayIndex     = Condition{"INVALID_ARRAY_INDEX", "22003"}
	InvalidElementAt      = Condition{"INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "22003"}
	InvalidIndexZero      = Condition{"INVALID_INDEX_OF_ZERO", "22003"}
	DatetimeOverflow      = Condition{"DATETIME_OVERFLOW", "22008"}
	CannotParseTimestamp  = Condition{"CANNOT_PARSE_TIMESTAMP", "22007"}
	InvalidParameter      = Condition{"INVALID_PARAMETER_VALUE.PATTERN", "22023"}
	MalformedRecord       = Condition{"MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "22023"}
	FailedReadFile        = Condition{"FAILED_READ_FILE.NO_HINT", "KD001"}
	FileNotExist          = Condition{"FAILED_READ_FILE.FILE_NOT_EXIST", "KD001"}
	SchemaMismatch        = Condition{"FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", "KD001"}
	DuplicateMapKey       = Condition{"DUPLICATED_MAP_KEY", "23505"}
	NullMapKey            = Condition{"NULL_MAP_KEY", "2200E"}
	OutputPathExists      = Condition{"PATH_ALREADY_EXISTS", "42K04"}
	WriteFailed           = Condition{"TASK_WRITE_FAILED", "58030"}
	ConflictingPartitions = Condition{"CONFLICTING_PARTITION_COLUMN_NAMES", "KD009"}
	MultipleGenerators    = Condition{"UNSUPPORTED_GENERATOR.MULTI_GENERATOR", "42K0E"}
	NestedGenerator       = Condition{"UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", "42K0E"}
	LambdaArgs            = Condition{"INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", "42K0D"}
	LambdaDuplicate       = Condition{"INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES", "42K0D"}
	LambdaNotHere         = Condition{"INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", "42K0D"}
	ComparatorNull        = Condition{"COMPARATOR_RETURNS_NULL", "22004"}
	MapZipDiffTypes       = Condition{"DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES", "42K09"}

	StreamFailed          = Condition{"STREAM_FAILED", "XXKST"}
	ConcurrentLogUpdate   = Condition{"CONCURRENT_STREAM_LOG_UPDATE", "40000"}
	OffsetLogWrite        = Condition{"STREAMING_CHECKPOINT_LOG_WRITE_FAILURE.OFFSET_LOG", "58030"}
	CommitLogWrite        = Condition{"STREAMING_CHECKPOINT_LOG_WRITE_FAILURE.COMMIT_LOG", "58030"}
	MissingMetadata       = Condition{"STREAMING_CHECKPOINT_MISSING_METADATA_FILE", "42K03"}
	ChecksumMismatch      = Condition{"CHECKPOINT_FILE_CHECKSUM_VERIFICATION_FAILED", "XX000"}
	OutputModeUnsupported = Condition{"STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", "42KDE"}
	OutputModeDataSource  = Condition{"STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", "42KDE"}
	OutputModeInvalid     = Condition{"STREAMING_OUTPUT_MODE.INVALID", "42KDE"}
	NotSupportedStreaming = Condition{"_LEGACY_ERROR_TEMP_3102", "0A000"}
	NonTimeWindow         = Condition{"NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", "42KDE"}
	EventTimeType         = Condition{"EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", "42K09"}
	CallOnStreaming       = Condition{"CALL_ON_STREAMING_DATASET_UNSUPPORTED", "42KDE"}
	WriteStreamNotAllowed = Condition{"WRITE_STREAM_NOT_ALLOWED", "42601"}
	ForeachUserError      = Condition{"FOREACH_USER_FUNCTION_ERROR", "39000"}
	ForeachBatchUserError = Condition{"FOREACH_BATCH_USER_FUNCTION_ERROR", "39000"}
	StateNotMatching      = Condition{"STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA", "42K03"}
	StateKeySchema        = Condition{"STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE", "XXKST"}
	StateValueSchema      = Condition{"STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE", "XXKST"}
	StateNotEmpty         = Condition{"STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY", "42K03"}
	StateLoad             = Condition{"CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", "58030"}
	StateWrite            = Condition{"CANNOT_WRITE_STATE_STORE.CANNOT_COMMIT", "58030"}

	// IllegalArgument stands for Spark's IllegalArgumentException: an option
	// or an argument that has no condition of its own.
	IllegalArgument = Condition{"ILLEGAL_ARGUMENT", "22023"}
	// IllegalState stands for Spark's IllegalStateException: a checkpoint or a
	// query in a condition that does not allow what was asked.
	IllegalState = Condition{"ILLEGAL_STATE", "XXKST"}
)
