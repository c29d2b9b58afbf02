package fault

// The conditions of functions of times and of collections.
var (
	InvalidDatetimeUnit = Condition{"INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023"}
)
