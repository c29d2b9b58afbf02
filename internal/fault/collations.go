package fault

// Conditions of texts with collations.
var (
	CollationExplicit    = Condition{"COLLATION_MISMATCH.EXPLICIT", "42P21"}
	CollationUndecided   = Condition{"INDETERMINATE_COLLATION", "42P22"}
	CollationUndecidedIn = Condition{"INDETERMINATE_COLLATION_IN_EXPRESSION", "42P22"}
	NonFoldableArgument  = Condition{"NON_FOLDABLE_ARGUMENT", "42K08"}
	UnexpectedInput      = Condition{"UNEXPECTED_INPUT_TYPE", "42K09"}
)
