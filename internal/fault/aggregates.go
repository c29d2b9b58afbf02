package fault

// The conditions of aggregate functions, generators and time windows.
var (
	FailedFunctionCall   = Condition{"FAILED_FUNCTION_CALL", "38000"}
	UnsupportedInput     = Condition{"DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", "42K09"}
	IntervalSumOverflow  = Condition{"INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", "22015"}
	ConstraintViolation  = Condition{"DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION", "42K09"}
	CannotParseInterval  = Condition{"CANNOT_PARSE_INTERVAL", "22006"}
	StackColumnDiffTypes = Condition{"DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES", "42K09"}
)
