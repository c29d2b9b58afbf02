package sparkpb

// ErrorFrame is a call on the stack of an error.
type ErrorFrame struct {
	message
	DeclaringClass string  `pb:"1"`
	MethodName     string  `pb:"2"`
	FileName       *string `pb:"3"`
	LineNumber     int32   `pb:"4"`
}

// QueryContext is the place in a query that an error is about.
type QueryContext struct {
	message
	ContextType ContextKind `pb:"10"`
	ObjectType  string      `pb:"1"`
	ObjectName  string      `pb:"2"`
	StartIndex  int32       `pb:"3"`
	StopIndex   int32       `pb:"4"`
	Fragment    string      `pb:"5"`
	CallSite    string      `pb:"6"`
	Summary     string      `pb:"7"`
}

// ErrorCondition is the condition of an error, with its parameters.
type ErrorCondition struct {
	message
	ErrorClass         *string           `pb:"1"`
	MessageParameters  map[string]string `pb:"2"`
	QueryContexts      []*QueryContext   `pb:"3"`
	SQLState           *string           `pb:"4"`
	BreakingChangeInfo *BreakingChange   `pb:"5"`
}

// BreakingChange says how to go on after a change that breaks programs.
type BreakingChange struct {
	message
	MigrationMessage []string           `pb:"1"`
	MitigationConfig *MitigationSetting `pb:"2"`
	NeedsAudit       *bool              `pb:"3"`
}

// MitigationSetting is a setting that brings the old behaviour back.
type MitigationSetting struct {
	message
	Key   string `pb:"1"`
	Value string `pb:"2"`
}

// ErrorDetails is one error of a chain of causes.
type ErrorDetails struct {
	message
	ErrorTypeHierarchy []string        `pb:"1"`
	Message            string          `pb:"2"`
	StackTrace         []*ErrorFrame   `pb:"3"`
	CauseIndex         *int32          `pb:"4"`
	SparkThrowable     *ErrorCondition `pb:"5"`
}

// FetchErrorDetailsRequest asks for all that is known of an error.
type FetchErrorDetailsRequest struct {
	message
	SessionID                         string       `pb:"1"`
	ClientObservedServerSideSessionID *string      `pb:"5"`
	UserContext                       *UserContext `pb:"2"`
	ErrorID                           string       `pb:"3"`
	ClientType                        *string      `pb:"4"`
}

// FetchErrorDetailsResponse answers a FetchErrorDetailsRequest.
type FetchErrorDetailsResponse struct {
	message
	ServerSideSessionID string          `pb:"3"`
	SessionID           string          `pb:"4"`
	RootErrorIndex      *int32          `pb:"1"`
	Errors              []*ErrorDetails `pb:"2"`
}

// ContextKind is where a QueryContext points to.
type ContextKind int32

// The values of ContextKind.
const (
	ContextKindSQL       ContextKind = 0
	ContextKindDataFrame ContextKind = 1
)
