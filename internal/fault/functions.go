package fault

// The conditions that functions raise, beside those of conditions.go.
var (
	CastWithConf         = Condition{"DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", "42K09"}
	CastWithFunction     = Condition{"DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", "42K09"}
	BadInterval          = Condition{"INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING", "22006"}
	InvalidEscape        = Condition{"INVALID_ESCAPE_CHAR", "42604"}
	InvalidUTF8          = Condition{"INVALID_UTF8_STRING", "22029"}
	BinaryArrayDiff      = Condition{"DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES", "42K09"}
	MapValueDiff         = Condition{"DATATYPE_MISMATCH.CREATE_MAP_VALUE_DIFF_TYPES", "42K09"}
	MapKeyMismatch       = Condition{"DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES", "42K09"}
	SequenceBounds       = Condition{"ILLEGAL_SEQUENCE_BOUNDARIES", "22023"}
	InvalidOrdering      = Condition{"DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "42K09"}
	BadFormat            = Condition{"INVALID_FORMAT.MISMATCH_INPUT", "42601"}
	EscapeAtEnd          = Condition{"INVALID_FORMAT.ESC_AT_THE_END", "42601"}
	EscapeInMiddle       = Condition{"INVALID_FORMAT.ESC_IN_THE_MIDDLE", "42601"}
	RaisedByUser         = Condition{"USER_RAISED_EXCEPTION", "P0001"}
	IntervalOverflow     = Condition{"INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "22015"}
	IntervalDividedBy    = Condition{"INTERVAL_DIVIDED_BY_ZERO", "22012"}
	InvalidFractionOfSec = Condition{"INVALID_FRACTION_OF_SECOND", "22023"}
	InvalidDatetime      = Condition{"DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION", "22023"}
	InvalidDatetimeBare  = Condition{"DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "22023"}
	InvalidExtractField  = Condition{"INVALID_EXTRACT_FIELD", "42601"}
	ValueOutOfRange      = Condition{"DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "42K09"}
	ConversionInvalid    = Condition{"CONVERSION_INVALID_INPUT", "22018"}
	MapKeyAndValue       = Condition{"DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES", "42K09"}
	StructNameNotConst   = Condition{"DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", "42K09"}
	NonFoldable          = Condition{"DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", "42K09"}
	SequenceWrongInput   = Condition{"DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", "42K09"}
	TooLarge             = Condition{"RESULT_TOO_LARGE", "54000"}
	TooManyElements      = Condition{"COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "54000"}
	RegexGroupIndex      = Condition{"INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", "22023"}
	ZeroIndex            = Condition{"INVALID_PARAMETER_VALUE.ZERO_INDEX", "22023"}
	BitPositionRange     = Condition{"INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE", "22023"}
	StartOfSlice         = Condition{"INVALID_PARAMETER_VALUE.START", "22023"}
	LengthOfSlice        = Condition{"INVALID_PARAMETER_VALUE.LENGTH", "22023"}
	InvalidCharset       = Condition{"INVALID_PARAMETER_VALUE.CHARSET", "22023"}
	MalformedCharacters  = Condition{"MALFORMED_CHARACTER_CODING", "22000"}
	CannotParseURL       = Condition{"CANNOT_DECODE_URL", "22546"}
	IllegalDayOfWeek     = Condition{"ILLEGAL_DAY_OF_WEEK", "22009"}
)
