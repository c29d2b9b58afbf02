package sparkpb

// WriteStreamStart starts a query over a stream.
type WriteStreamStart struct {
	commandKind
	Input                        *Relation         `pb:"1"`
	Format                       string            `pb:"2"`
	Options                      map[string]string `pb:"3"`
	PartitioningColumnNames      []string          `pb:"4"`
	ProcessingTimeInterval       *string           `pb:"5,oneof=trigger"`
	AvailableNow                 *bool             `pb:"6,oneof=trigger"`
	Once                         *bool             `pb:"7,oneof=trigger"`
	ContinuousCheckpointInterval *string           `pb:"8,oneof=trigger"`
	RealTimeBatchDuration        *string           `pb:"100,oneof=trigger"`
	OutputMode                   string            `pb:"9"`
	QueryName                    string            `pb:"10"`
	Path                         *string           `pb:"11,oneof=sink_destination"`
	TableName                    *string           `pb:"12,oneof=sink_destination"`
	ForeachWriter                *ForeachFunction  `pb:"13"`
	ForeachBatch                 *ForeachFunction  `pb:"14"`
	ClusteringColumnNames        []string          `pb:"15"`
}

// ForeachFunction is the user's function for rows or batches.
type ForeachFunction struct {
	message
	PythonFunction *PythonUDF      `pb:"1,oneof=function"`
	ScalaFunction  *ScalarScalaUDF `pb:"2,oneof=function"`
}

// WriteStreamStartResult names the query that was started.
type WriteStreamStartResult struct {
	executeResult
	QueryID               *QueryInstance `pb:"1"`
	Name                  string         `pb:"2"`
	QueryStartedEventJSON *string        `pb:"3"`
}

// QueryInstance is a query and its run.
type QueryInstance struct {
	message
	ID    string `pb:"1"`
	RunID string `pb:"2"`
}

// QueryCommand asks a query, or tells it what to do.
type QueryCommand struct {
	commandKind
	QueryID             *QueryInstance `pb:"1"`
	Status              *bool          `pb:"2,oneof=command"`
	LastProgress        *bool          `pb:"3,oneof=command"`
	RecentProgress      *bool          `pb:"4,oneof=command"`
	Stop                *bool          `pb:"5,oneof=command"`
	ProcessAllAvailable *bool          `pb:"6,oneof=command"`
	Explain             *QueryExplain  `pb:"7,oneof=command"`
	Exception           *bool          `pb:"8,oneof=command"`
	AwaitTermination    *QueryAwait    `pb:"9,oneof=command"`
}

// QueryExplain asks for the plan of a query.
type QueryExplain struct {
	message
	Extended bool `pb:"1"`
}

// QueryAwait waits for the end of a query.
type QueryAwait struct {
	message
	TimeoutMs *int64 `pb:"2"`
}

// QueryCommandResult answers a QueryCommand.
type QueryCommandResult struct {
	executeResult
	QueryID          *QueryInstance       `pb:"1"`
	Status           *QueryStatus         `pb:"2,oneof=result_type"`
	RecentProgress   *QueryRecentProgress `pb:"3,oneof=result_type"`
	Explain          *QueryExplained      `pb:"4,oneof=result_type"`
	Exception        *QueryException      `pb:"5,oneof=result_type"`
	AwaitTermination *QueryAwaited        `pb:"6,oneof=result_type"`
}

// QueryStatus is what a query is doing.
type QueryStatus struct {
	message
	StatusMessage   string `pb:"1"`
	IsDataAvailable bool   `pb:"2"`
	IsTriggerActive bool   `pb:"3"`
	IsActive        bool   `pb:"4"`
}

// QueryRecentProgress is the reports of a query's last batches.
type QueryRecentProgress struct {
	message
	RecentProgressJSON []string `pb:"5"`
}

// QueryExplained answers QueryExplain.
type QueryExplained struct {
	message
	Result string `pb:"1"`
}

// QueryException is why a query ended.
type QueryException struct {
	message
	ExceptionMessage *string `pb:"1"`
	ErrorClass       *string `pb:"2"`
	StackTrace       *string `pb:"3"`
}

// QueryAwaited answers QueryAwait.
type QueryAwaited struct {
	message
	Terminated bool `pb:"1"`
}

// QueriesCommand asks for the queries of a session.
type QueriesCommand struct {
	commandKind
	Active              *bool            `pb:"1,oneof=command"`
	GetQuery            *string          `pb:"2,oneof=command"`
	AwaitAnyTermination *QueriesAwait    `pb:"3,oneof=command"`
	ResetTerminated     *bool            `pb:"4,oneof=command"`
	AddListener         *QueriesListener `pb:"5,oneof=command"`
	RemoveListener      *QueriesListener `pb:"6,oneof=command"`
	ListListeners       *bool            `pb:"7,oneof=command"`
}

// QueriesAwait waits for the end of any query.
type QueriesAwait struct {
	message
	TimeoutMs *int64 `pb:"1"`
}

// QueriesListener is a listener that runs on the server.
type QueriesListener struct {
	message
	ListenerPayload       []byte     `pb:"1"`
	PythonListenerPayload *PythonUDF `pb:"2"`
	ID                    string     `pb:"3"`
}

// QueriesCommandResult answers a QueriesCommand.
type QueriesCommandResult struct {
	executeResult
	Active              *QueriesActive      `pb:"1,oneof=result_type"`
	Query               *NamedQueryInstance `pb:"2,oneof=result_type"`
	AwaitAnyTermination *QueriesAwaited     `pb:"3,oneof=result_type"`
	ResetTerminated     *bool               `pb:"4,oneof=result_type"`
	AddListener         *bool               `pb:"5,oneof=result_type"`
	RemoveListener      *bool               `pb:"6,oneof=result_type"`
	ListListeners       *ListenersResult    `pb:"7,oneof=result_type"`
}

// QueriesActive is the queries that run.
type QueriesActive struct {
	message
	ActiveQueries []*NamedQueryInstance `pb:"1"`
}

// NamedQueryInstance is a query, its run and its name.
type NamedQueryInstance struct {
	message
	ID   *QueryInstance `pb:"1"`
	Name *string        `pb:"2"`
}

// QueriesAwaited answers QueriesAwait.
type QueriesAwaited struct {
	message
	Terminated bool `pb:"1"`
}

// ListenersResult is the listeners of a session.
type ListenersResult struct {
	message
	ListenerIds []string `pb:"1"`
}

// ListenerBusCommand begins or ends the events of all queries.
type ListenerBusCommand struct {
	commandKind
	AddListenerBusListener    *bool `pb:"1,oneof=command"`
	RemoveListenerBusListener *bool `pb:"2,oneof=command"`
}

// ListenerEvent is an event of a query, as JSON.
type ListenerEvent struct {
	message
	EventJSON string            `pb:"1"`
	EventType ListenerEventKind `pb:"2"`
}

// ListenerEvents stands for events of queries.
type ListenerEvents struct {
	executeResult
	Events                   []*ListenerEvent `pb:"1"`
	ListenerBusListenerAdded *bool            `pb:"2"`
}

// ListenerEventKind is the kind of a ListenerEvent.
type ListenerEventKind int32

// The values of ListenerEventKind.
const (
	ListenerEventKindProgressUnspecified ListenerEventKind = 0
	ListenerEventKindProgressEvent       ListenerEventKind = 1
	ListenerEventKindTerminatedEvent     ListenerEventKind = 2
	ListenerEventKindIdleEvent           ListenerEventKind = 3
)
