package sparkpb

import "google.golang.org/protobuf/encoding/protowire"

// Command is something to do: its kind.
type Command struct {
	message
	// Kind says which one; nil where it is of none that is known here.
	Kind CommandKind `pb:"kind"`
}

// CommandKind is what a [Command] may be.
type CommandKind interface{ isCommandKind() }

// commandKind makes a message one of them.
type commandKind struct{ message }

func (*commandKind) isCommandKind() {}

// commandKinds are all of them, by number.
var commandKinds = map[protowire.Number]CommandKind{
	1: (*UserFunction)(nil), 2: (*WriteOperation)(nil), 3: (*CreateViewCommand)(nil),
	4: (*TableWriteOperation)(nil), 5: (*SQLCommand)(nil), 6: (*WriteStreamStart)(nil),
	7: (*QueryCommand)(nil), 8: (*GetResourcesCommand)(nil), 9: (*QueriesCommand)(nil),
	10: (*UserTableFunction)(nil), 11: (*ListenerBusCommand)(nil), 12: (*UserDataSource)(nil),
	13: (*CreateResourceProfileCommand)(nil), 14: (*CheckpointCommand)(nil),
	15: (*RemoveCachedRemoteRelationCommand)(nil), 16: (*MergeIntoTableCommand)(nil),
	17: (*MLCommand)(nil), 18: (*ExecuteExternalCommand)(nil), 999: (*Any)(nil),
}

func (*UserFunction) isCommandKind()      {}
func (*UserTableFunction) isCommandKind() {}
func (*UserDataSource) isCommandKind()    {}
func (*Any) isCommandKind()               {}

// SQLCommand is a statement as text.
type SQLCommand struct {
	commandKind
	SQL            string                 `pb:"1"`
	Args           map[string]*Literal    `pb:"2"`
	PosArgs        []*Literal             `pb:"3"`
	NamedArguments map[string]*Expression `pb:"4"`
	PosArguments   []*Expression          `pb:"5"`
	Input          *Relation              `pb:"6"`
}

// CreateViewCommand gives a relation a name.
type CreateViewCommand struct {
	commandKind
	Input    *Relation `pb:"1"`
	Name     string    `pb:"2"`
	IsGlobal bool      `pb:"3"`
	Replace  bool      `pb:"4"`
}

// CheckpointCommand keeps the rows of a relation as they are now.
type CheckpointCommand struct {
	commandKind
	Relation     *Relation     `pb:"1"`
	Local        bool          `pb:"2"`
	Eager        bool          `pb:"3"`
	StorageLevel *StorageLevel `pb:"4"`
}

// CheckpointResult names what a checkpoint made.
type CheckpointResult struct {
	executeResult
	Relation *CachedRemoteRelation `pb:"1"`
}

// RemoveCachedRemoteRelationCommand lets the server forget a relation that it keeps.
type RemoveCachedRemoteRelationCommand struct {
	commandKind
	Relation *CachedRemoteRelation `pb:"1"`
}

// ExecuteExternalCommand hands a command to a data source.
type ExecuteExternalCommand struct {
	commandKind
	Runner  string            `pb:"1"`
	Command string            `pb:"2"`
	Options map[string]string `pb:"3"`
}
