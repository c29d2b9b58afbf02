package fault

// The conditions of session variables, EXECUTE IMMEDIATE and partitions.
var (
	AssignmentArity    = Condition{"ASSIGNMENT_ARITY_MISMATCH", "42802"}
	IntoNeedsQuery     = Condition{"INVALID_STATEMENT_FOR_EXECUTE_INTO", "07501"}
	NestedExecute      = Condition{"NESTED_EXECUTE_IMMEDIATE", "07501"}
	NotPartitioned     = Condition{"INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", "42601"}
	NullQueryText      = Condition{"NULL_QUERY_STRING_EXECUTE_IMMEDIATE", "22004"}
	RowSubqueryRows    = Condition{"ROW_SUBQUERY_TOO_MANY_ROWS", "21000"}
	UnresolvedVariable = Condition{"UNRESOLVED_VARIABLE", "42883"}
	VariableExists     = Condition{"VARIABLE_ALREADY_EXISTS", "42723"}
)
