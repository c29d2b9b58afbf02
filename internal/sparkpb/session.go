package sparkpb

// InterruptRequest asks to stop runs.
type InterruptRequest struct {
	message
	SessionID                         string        `pb:"1"`
	ClientObservedServerSideSessionID *string       `pb:"7"`
	UserContext                       *UserContext  `pb:"2"`
	ClientType                        *string       `pb:"3"`
	InterruptType                     InterruptKind `pb:"4"`
	OperationTag                      *string       `pb:"5,oneof=interrupt"`
	OperationID                       *string       `pb:"6,oneof=interrupt"`
}

// InterruptResponse says which runs were stopped.
type InterruptResponse struct {
	message
	SessionID           string   `pb:"1"`
	ServerSideSessionID string   `pb:"3"`
	InterruptedIds      []string `pb:"2"`
}

// ReleaseSessionRequest ends a session.
type ReleaseSessionRequest struct {
	message
	SessionID      string       `pb:"1"`
	UserContext    *UserContext `pb:"2"`
	ClientType     *string      `pb:"3"`
	AllowReconnect bool         `pb:"4"`
}

// ReleaseSessionResponse answers a ReleaseSessionRequest.
type ReleaseSessionResponse struct {
	message
	SessionID           string `pb:"1"`
	ServerSideSessionID string `pb:"2"`
}

// CloneSessionRequest asks for a copy of a session.
type CloneSessionRequest struct {
	message
	SessionID                         string       `pb:"1"`
	ClientObservedServerSideSessionID *string      `pb:"5"`
	UserContext                       *UserContext `pb:"2"`
	ClientType                        *string      `pb:"3"`
	NewSessionID                      *string      `pb:"4"`
}

// CloneSessionResponse answers a CloneSessionRequest.
type CloneSessionResponse struct {
	message
	SessionID              string `pb:"1"`
	ServerSideSessionID    string `pb:"2"`
	NewSessionID           string `pb:"3"`
	NewServerSideSessionID string `pb:"4"`
}

// GetStatusRequest asks how operations of a session are doing.
type GetStatusRequest struct {
	message
	SessionID                         string                  `pb:"1"`
	UserContext                       *UserContext            `pb:"2"`
	ClientType                        *string                 `pb:"3"`
	ClientObservedServerSideSessionID *string                 `pb:"4"`
	OperationStatus                   *OperationStatusRequest `pb:"5"`
	Extensions                        []*Any                  `pb:"999"`
}

// GetStatusResponse answers a GetStatusRequest.
type GetStatusResponse struct {
	message
	SessionID           string             `pb:"1"`
	ServerSideSessionID string             `pb:"2"`
	OperationStatuses   []*OperationStatus `pb:"3"`
	Extensions          []*Any             `pb:"999"`
}

// OperationStatusRequest names the operations asked about.
type OperationStatusRequest struct {
	message
	OperationIds []string `pb:"1"`
	Extensions   []*Any   `pb:"999"`
}

// OperationStatus is the state of one operation.
type OperationStatus struct {
	message
	OperationID string         `pb:"1"`
	State       OperationState `pb:"2"`
	Extensions  []*Any         `pb:"999"`
}

// InterruptKind is which runs an InterruptRequest means.
type InterruptKind int32

// The values of InterruptKind.
const (
	InterruptKindUnspecified InterruptKind = 0
	InterruptKindAll         InterruptKind = 1
	InterruptKindTag         InterruptKind = 2
	InterruptKindOperationID InterruptKind = 3
)

// OperationState is the state of an operation.
type OperationState int32

// The values of OperationState.
const (
	OperationStateUnspecified OperationState = 0
	OperationStateUnknown     OperationState = 1
	OperationStateRunning     OperationState = 2
	OperationStateTerminating OperationState = 3
	OperationStateSucceeded   OperationState = 4
	OperationStateFailed      OperationState = 5
	OperationStateCancelled   OperationState = 6
)
