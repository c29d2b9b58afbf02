package sparkpb

import "google.golang.org/protobuf/encoding/protowire"

// ExecuteRequest asks to run a plan.
type ExecuteRequest struct {
	message
	SessionID                         string           `pb:"1"`
	ClientObservedServerSideSessionID *string          `pb:"8"`
	UserContext                       *UserContext     `pb:"2"`
	OperationID                       *string          `pb:"6"`
	Plan                              *Plan            `pb:"3"`
	ClientType                        *string          `pb:"4"`
	RequestOptions                    []*RequestOption `pb:"5"`
	Tags                              []string         `pb:"7"`
}

// RequestOption is one option of a run.
type RequestOption struct {
	message
	ReattachOptions       *ReattachOptions       `pb:"1,oneof=request_option"`
	ResultChunkingOptions *ResultChunkingOptions `pb:"2,oneof=request_option"`
	Extension             *Any                   `pb:"999,oneof=request_option"`
}

// ExecuteResponse is a piece of the answer to an ExecuteRequest.
type ExecuteResponse struct {
	message
	SessionID           string `pb:"1"`
	ServerSideSessionID string `pb:"15"`
	OperationID         string `pb:"12"`
	ResponseID          string `pb:"13"`
	// Kind says which one; nil where it is of none that is known here.
	Kind            ExecuteResult      `pb:"kind"`
	Metrics         *Metrics           `pb:"4"`
	ObservedMetrics []*ObservedMetrics `pb:"6"`
	Schema          *DataType          `pb:"7"`
}

// ExecuteResult is what an [ExecuteResponse] may hold.
type ExecuteResult interface{ isExecuteResult() }

// executeResult makes a message one of them.
type executeResult struct{ message }

func (*executeResult) isExecuteResult() {}

// executeResults are all of them, by number.
var executeResults = map[protowire.Number]ExecuteResult{
	2: (*ArrowBatch)(nil), 5: (*SQLCommandResult)(nil), 8: (*WriteStreamStartResult)(nil),
	9: (*QueryCommandResult)(nil), 10: (*GetResourcesResult)(nil), 11: (*QueriesCommandResult)(nil),
	14: (*ResultComplete)(nil), 16: (*ListenerEvents)(nil), 17: (*CreateResourceProfileResult)(nil),
	18: (*ExecutionProgress)(nil), 19: (*CheckpointResult)(nil), 20: (*MLResult)(nil),
	999: (*Any)(nil),
}

func (*Any) isExecuteResult() {}

// SQLCommandResult is the relation that stands for the outcome of a statement.
type SQLCommandResult struct {
	executeResult
	Relation *Relation `pb:"1"`
}

// ArrowBatch stands for rows, as a whole Arrow stream in Data.
type ArrowBatch struct {
	executeResult
	RowCount         int64  `pb:"1"`
	Data             []byte `pb:"2"`
	StartOffset      *int64 `pb:"3"`
	ChunkIndex       *int64 `pb:"4"`
	NumChunksInBatch *int64 `pb:"5"`
}

// Metrics is what the operators of a run counted.
type Metrics struct {
	message
	Metrics []*NodeMetrics `pb:"1"`
}

// NodeMetrics is what one operator counted.
type NodeMetrics struct {
	message
	Name             string                  `pb:"1"`
	PlanID           int64                   `pb:"2"`
	Parent           int64                   `pb:"3"`
	ExecutionMetrics map[string]*MetricValue `pb:"4"`
}

// MetricValue is one number of an operator.
type MetricValue struct {
	message
	Name       string `pb:"1"`
	Value      int64  `pb:"2"`
	MetricType string `pb:"3"`
}

// ObservedMetrics is what observe computed beside a result.
type ObservedMetrics struct {
	message
	Name           string          `pb:"1"`
	Values         []*Literal      `pb:"2"`
	Keys           []string        `pb:"3"`
	PlanID         int64           `pb:"4"`
	RootErrorIndex *int32          `pb:"5"`
	Errors         []*ErrorDetails `pb:"6"`
}

// ResultComplete ends the answer of a run that can be taken up again.
type ResultComplete struct{ executeResult }

// ExecutionProgress is how far a run has come.
type ExecutionProgress struct {
	executeResult
	Stages           []*StageProgress `pb:"1"`
	NumInflightTasks int64            `pb:"2"`
}

// StageProgress is how far one stage has come.
type StageProgress struct {
	message
	StageID           int64 `pb:"1"`
	NumTasks          int64 `pb:"2"`
	NumCompletedTasks int64 `pb:"3"`
	InputBytesRead    int64 `pb:"4"`
	Done              bool  `pb:"5"`
}

// ReattachOptions says that a run's answer may be taken up again.
type ReattachOptions struct {
	message
	Reattachable bool `pb:"1"`
}

// ResultChunkingOptions says that a client takes Arrow batches in pieces.
type ResultChunkingOptions struct {
	message
	AllowArrowBatchChunking bool   `pb:"1"`
	PreferredArrowChunkSize *int64 `pb:"2"`
}

// ReattachRequest takes up the answer of a run again.
type ReattachRequest struct {
	message
	SessionID                         string       `pb:"1"`
	ClientObservedServerSideSessionID *string      `pb:"6"`
	UserContext                       *UserContext `pb:"2"`
	OperationID                       string       `pb:"3"`
	ClientType                        *string      `pb:"4"`
	LastResponseID                    *string      `pb:"5"`
}

// ReleaseRequest says that answers of a run are not needed any more.
type ReleaseRequest struct {
	message
	SessionID                         string        `pb:"1"`
	ClientObservedServerSideSessionID *string       `pb:"7"`
	UserContext                       *UserContext  `pb:"2"`
	OperationID                       string        `pb:"3"`
	ClientType                        *string       `pb:"4"`
	ReleaseAll                        *ReleaseAll   `pb:"5,oneof=release"`
	ReleaseUntil                      *ReleaseUntil `pb:"6,oneof=release"`
}

// ReleaseAll releases a run.
type ReleaseAll struct{ message }

// ReleaseUntil releases the answers up to one, itself included.
type ReleaseUntil struct {
	message
	ResponseID string `pb:"1"`
}

// ReleaseResponse answers a ReleaseRequest.
type ReleaseResponse struct {
	message
	SessionID           string  `pb:"1"`
	ServerSideSessionID string  `pb:"3"`
	OperationID         *string `pb:"2"`
}
