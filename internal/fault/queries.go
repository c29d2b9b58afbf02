package fault

// The conditions of queries over tables: windows, subqueries, set operations,
// grouping sets.
var (
	FrameWithoutOrder     = Condition{"DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER", "42K09"}
	FrameMultiOrder       = Condition{"DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER", "42K09"}
	FrameInvalidType      = Condition{"DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE", "42K09"}
	FrameInvalidBound     = Condition{"DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", "42K09"}
	FrameBoundType        = Condition{"INVALID_SQL_SYNTAX.INVALID_WINDOW_FRAME_BOUND", "42000"}
	WindowWithoutOver     = Condition{"WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", "42601"}
	NotWindowFunction     = Condition{"UNSUPPORTED_EXPR_FOR_WINDOW", "42P20"}
	WindowFrameMismatch   = Condition{"_LEGACY_ERROR_TEMP_1036", "42000"}
	WindowNeedsOrder      = Condition{"WINDOW_FUNCTION_FRAME_NOT_ORDERED", "42601"}
	IgnoreNulls           = Condition{"FUNCTION_WITH_UNSUPPORTED_NULL_TREATMENT", "42601"}
	NestedWindow          = Condition{"_LEGACY_ERROR_TEMP_1039", "42000"}
	DistinctWindow        = Condition{"DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", "0A000"}
	WindowInAggregate     = Condition{"_LEGACY_ERROR_TEMP_1031", "42000"}
	WindowInWhere         = Condition{"WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", "42601"}
	QualifyWithoutWindow  = Condition{"QUALIFY_REQUIRES_WINDOW_FUNCTION", "42903"}
	ScalarTooManyRows     = Condition{"SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000"}
	ScalarColumns         = Condition{"INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", "42823"}
	InColumns             = Condition{"DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH", "42K09"}
	InTypes               = Condition{"DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH", "42K09"}
	CorrelatedReference   = Condition{"UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED", "0A000"}
	IncompatibleColumns   = Condition{"INCOMPATIBLE_COLUMN_TYPE", "42825"}
	GroupingColumn        = Condition{"GROUPING_COLUMN_MISMATCH", "42803"}
	GroupingIDColumns     = Condition{"GROUPING_ID_COLUMN_MISMATCH", "42803"}
	GroupingWithoutSets   = Condition{"UNSUPPORTED_GROUPING_EXPRESSION", "42K0E"}
	UnsupportedSetTypes   = Condition{"UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", "0A000"}
	LateralInWindow       = Condition{"UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW", "0A000"}
	NotVariant            = Condition{"COLUMN_IS_NOT_VARIANT_TYPE", "22P02"}
	LateralInAggregate    = Condition{"UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC", "0A000"}
	UnsupportedSetVariant = Condition{"UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE", "0A000"}
	GroupNotOrderable     = Condition{"GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE", "42822"}
	NotOrderable          = Condition{"EXPRESSION_TYPE_IS_NOT_ORDERABLE", "42822"}
	GroupByPosAggregate   = Condition{"GROUP_BY_POS_AGGREGATE", "42903"}
	GeneratorNames        = Condition{"UDTF_ALIAS_NUMBER_MISMATCH", "42802"}
	CountOfStar           = Condition{"INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT", "42000"}
	AmbiguousLateral      = Condition{"AMBIGUOUS_LATERAL_COLUMN_ALIAS", "42702"}
	PivotValueType        = Condition{"PIVOT_VALUE_DATA_TYPE_MISMATCH", "42K09"}
	UnpivotTypes          = Condition{"UNPIVOT_VALUE_DATA_TYPE_MISMATCH", "42K09"}
	UnpivotEmpty          = Condition{"UNPIVOT_REQUIRES_VALUE_COLUMNS", "42K0A"}
	UnpivotSizes          = Condition{"UNPIVOT_VALUE_SIZE_MISMATCH", "428C4"}
	RecursionLevel        = Condition{"RECURSION_LEVEL_LIMIT_EXCEEDED", "42836"}
	RecursionRows         = Condition{"RECURSION_ROW_LIMIT_EXCEEDED", "42836"}
	RecursiveUnion        = Condition{"UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE", "42836"}
	RecursiveReference    = Condition{"INVALID_RECURSIVE_REFERENCE.PLACE", "42836"}
	InlineTableColumns    = Condition{"INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", "42000"}
	InlineTableTypes      = Condition{"INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", "42000"}
	UnboundParameter      = Condition{"UNBOUND_SQL_PARAMETER", "42P02"}
	InvalidLimit          = Condition{"INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", "42K0E"}
	DuplicateCTE          = Condition{"DUPLICATED_CTE_NAMES", "42602"}
	UnresolvedUsing       = Condition{"UNRESOLVED_USING_COLUMN_FOR_JOIN", "42703"}
	UnresolvedTVF         = Condition{"UNRESOLVABLE_TABLE_VALUED_FUNCTION", "42883"}
	LimitType             = Condition{"INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE", "42K0E"}
	LimitFoldable         = Condition{"INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", "42K0E"}
	StarExpand            = Condition{"CANNOT_RESOLVE_STAR_EXPAND", "42704"}
	ExtractBase           = Condition{"INVALID_EXTRACT_BASE_FIELD_TYPE", "42000"}
	JoinNotBoolean        = Condition{"JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE", "42K09"}
	SampleFraction        = Condition{"INVALID_TABLESAMPLE_FRACTION", "22023"}
	ExprForOperator       = Condition{"UNSUPPORTED_EXPR_FOR_OPERATOR", "42K0E"}
	TableExists           = Condition{"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"}
	SchemaNotFound        = Condition{"SCHEMA_NOT_FOUND", "42704"}
	NotEnoughData         = Condition{"INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01"}
	TooManyData           = Condition{"INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01"}
	AliasColumns          = Condition{"ASSIGNMENT_ARITY_MISMATCH", "42802"}
)
