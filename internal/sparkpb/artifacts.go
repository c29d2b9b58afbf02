package sparkpb

// ArtifactChunk stands for bytes of a file with their CRC32.
type ArtifactChunk struct {
	message
	Data []byte `pb:"1"`
	CRC  int64  `pb:"2"`
}

// SingleChunkArtifact is a small file as a whole.
type SingleChunkArtifact struct {
	message
	Name string         `pb:"1"`
	Data *ArtifactChunk `pb:"2"`
}

// ArtifactBatch stands for several small files.
type ArtifactBatch struct {
	message
	Artifacts []*SingleChunkArtifact `pb:"1"`
}

// BeginChunkedArtifact begins a file that comes in chunks.
type BeginChunkedArtifact struct {
	message
	Name         string         `pb:"1"`
	TotalBytes   int64          `pb:"2"`
	NumChunks    int64          `pb:"3"`
	InitialChunk *ArtifactChunk `pb:"4"`
}

// AddArtifactsRequest is a piece of the files that a client uploads.
type AddArtifactsRequest struct {
	message
	SessionID                         string                `pb:"1"`
	UserContext                       *UserContext          `pb:"2"`
	ClientObservedServerSideSessionID *string               `pb:"7"`
	ClientType                        *string               `pb:"6"`
	Batch                             *ArtifactBatch        `pb:"3,oneof=payload"`
	BeginChunk                        *BeginChunkedArtifact `pb:"4,oneof=payload"`
	Chunk                             *ArtifactChunk        `pb:"5,oneof=payload"`
}

// AddArtifactsResponse says what was uploaded.
type AddArtifactsResponse struct {
	message
	SessionID           string             `pb:"2"`
	ServerSideSessionID string             `pb:"3"`
	Artifacts           []*ArtifactSummary `pb:"1"`
}

// ArtifactSummary says of one file whether its CRC was right.
type ArtifactSummary struct {
	message
	Name            string `pb:"1"`
	IsCRCSuccessful bool   `pb:"2"`
}

// ArtifactStatusesRequest asks which files are there.
type ArtifactStatusesRequest struct {
	message
	SessionID                         string       `pb:"1"`
	ClientObservedServerSideSessionID *string      `pb:"5"`
	UserContext                       *UserContext `pb:"2"`
	ClientType                        *string      `pb:"3"`
	Names                             []string     `pb:"4"`
}

// ArtifactStatusesResponse answers an ArtifactStatusesRequest.
type ArtifactStatusesResponse struct {
	message
	SessionID           string                     `pb:"2"`
	ServerSideSessionID string                     `pb:"3"`
	Statuses            map[string]*ArtifactStatus `pb:"1"`
}

// ArtifactStatus says whether a file is there.
type ArtifactStatus struct {
	message
	Exists bool `pb:"1"`
}
