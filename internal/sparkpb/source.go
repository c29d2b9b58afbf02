package sparkpb

// Relations that rows come from.

// SQL is a query as text.
type SQL struct {
	relationKind
	Query          string                 `pb:"1"`
	Args           map[string]*Literal    `pb:"2"`
	PosArgs        []*Literal             `pb:"3"`
	NamedArguments map[string]*Expression `pb:"4"`
	PosArguments   []*Expression          `pb:"5"`
}

// WithRelations is a relation whose subqueries stand beside it.
type WithRelations struct {
	relationKind
	Root       *Relation   `pb:"1"`
	References []*Relation `pb:"2"`
}

// Read is a relation that comes from outside.
type Read struct {
	relationKind
	NamedTable  *NamedTable `pb:"1,oneof=read_type"`
	DataSource  *DataSource `pb:"2,oneof=read_type"`
	IsStreaming bool        `pb:"3"`
}

// NamedTable is a table or view by its name.
type NamedTable struct {
	message
	UnparsedIdentifier string            `pb:"1"`
	Options            map[string]string `pb:"2"`
}

// DataSource is a format with options.
type DataSource struct {
	message
	Format     *string           `pb:"1"`
	Schema     *string           `pb:"2"`
	Options    map[string]string `pb:"3"`
	Paths      []string          `pb:"4"`
	Predicates []string          `pb:"5"`
	SourceName *string           `pb:"6"`
}

// RelationChanges is the changes of a table.
type RelationChanges struct {
	relationKind
	UnparsedIdentifier string            `pb:"1"`
	Options            map[string]string `pb:"2"`
	IsStreaming        bool              `pb:"3"`
}

// LocalRelation stands for rows that the client sends along, as an Arrow stream.
type LocalRelation struct {
	relationKind
	Data   []byte  `pb:"1,optional"`
	Schema *string `pb:"2"`
}

// CachedLocalRelation stands for rows that the client uploaded before.
type CachedLocalRelation struct {
	relationKind
	Hash string `pb:"3"`
}

// ChunkedCachedLocalRelation stands for rows that the client uploaded before, in pieces.
type ChunkedCachedLocalRelation struct {
	relationKind
	DataHashes []string `pb:"1"`
	SchemaHash *string  `pb:"2"`
}

// CachedRemoteRelation is a relation that the server keeps.
type CachedRemoteRelation struct {
	relationKind
	RelationID string `pb:"1"`
}

// Range numbers.
type Range struct {
	relationKind
	Start         *int64 `pb:"1"`
	End           int64  `pb:"2"`
	Step          int64  `pb:"3"`
	NumPartitions *int32 `pb:"4"`
}

// TableValuedFunction is a function in FROM.
type TableValuedFunction struct {
	relationKind
	FunctionName string        `pb:"1"`
	Arguments    []*Expression `pb:"2"`
}
