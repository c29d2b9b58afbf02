package sparkpb

// Plan is what a client asks for: a relation to compute or a command to do.
type Plan struct {
	message
	Root                *Relation       `pb:"1,oneof=op_type"`
	Command             *Command        `pb:"2,oneof=op_type"`
	CompressedOperation *CompressedPlan `pb:"3,oneof=op_type"`
}

// CompressedPlan is a relation or a command, packed.
type CompressedPlan struct {
	message
	Data             []byte           `pb:"1"`
	OperationType    CompressedKind   `pb:"2"`
	CompressionCodec CompressionCodec `pb:"3"`
}

// UserContext is who asks.
type UserContext struct {
	message
	UserID     string `pb:"1"`
	UserName   string `pb:"2"`
	Extensions []*Any `pb:"999"`
}

// Any is a message of any type, as bytes.
type Any struct {
	message
	TypeURL string `pb:"1"`
	Value   []byte `pb:"2"`
}

// CompressionCodec is how a CompressedPlan is packed.
type CompressionCodec int32

// The values of CompressionCodec.
const (
	CompressionCodecUnspecified CompressionCodec = 0
	CompressionCodecZstd        CompressionCodec = 1
)

// CompressedKind is what a CompressedPlan holds.
type CompressedKind int32

// The values of CompressedKind.
const (
	CompressedKindUnspecified CompressedKind = 0
	CompressedKindRelation    CompressedKind = 1
	CompressedKindCommand     CompressedKind = 2
)
