package plan

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Command is a statement that is not a query. Each kind is a struct of this
// file.
type Command interface{ isCommand() }

// CreateView is CREATE [OR REPLACE] [[GLOBAL] TEMPORARY] VIEW.
type CreateView struct {
	Origin
	Name    []string
	Columns []string
	Replace bool
	// IfNotExists leaves an existing view alone.
	IfNotExists bool
	// Query is the view's text as a plan; nil where Using is set.
	Query Node
	// Using is a format: the view reads it, as a table or as STREAM(view).
	Using   string
	Options map[string]string
	Schema  *types.Schema
	// Permanent is a view of the catalog: its Text is kept, with the Comment, the
	// Properties and the Comments of its columns.
	Permanent  bool
	Text       string
	Comment    string
	Properties map[string]string
	Comments   map[string]string
}

// CreateStreamingTable is the job form: CREATE STREAMING TABLE name [USING
// format] [PARTITIONED BY (…)] [OPTIONS (…)] AS query over STREAM(…) (S230).
type CreateStreamingTable struct {
	Origin
	Name        []string
	IfNotExists bool
	Using       string
	PartitionBy []string
	// Options are the sink's, with outputMode, checkpointLocation, trigger,
	// queryName among them.
	Options map[string]string
	Query   Node
}

// InsertInto is INSERT INTO|OVERWRITE name query.
type InsertInto struct {
	Origin
	Name      []string
	Overwrite bool
	// Partition are the columns of PARTITION (…).
	Partition []PartitionValue
	// IfNotExists leaves an existing partition alone.
	IfNotExists bool
	// ByName matches the query's columns by their names.
	ByName  bool
	Columns []string
	Query   Node
}

// PartitionValue is a column of PARTITION (column [= value]). Value is nil where the
// rows say it.
type PartitionValue struct {
	Column string
	Value  expr.Expr
}

// Set is SET key = value, SET key, SET. Value is nil where it is only asked.
type Set struct {
	Origin
	Key   string
	Value *string
}

// Reset is RESET [key].
type Reset struct {
	Origin
	Key string
}

// DropView is DROP VIEW|TABLE [IF EXISTS] name.
type DropView struct {
	Origin
	Name     []string
	IfExists bool
	// View is DROP VIEW, which drops no table.
	View bool
}

// Explain is EXPLAIN [EXTENDED|FORMATTED] statement.
type Explain struct {
	Origin
	Mode      string
	Statement Statement
}

// Show is SHOW TABLES|VIEWS|FUNCTIONS|COLUMNS|DATABASES|…: What are the words in
// lower case.
type Show struct {
	Origin
	What    string
	Pattern string
	Name    []string
	// User is SHOW USER FUNCTIONS: those that are not built in.
	User bool
	// Partition picks partitions.
	Partition []PartitionValue
}

// Describe is DESCRIBE [TABLE|QUERY|FUNCTION] …
type Describe struct {
	Origin
	// What is "table", "query", "function" or "database".
	What  string
	Name  []string
	Query Node
	// Extended tells more of a table.
	Extended bool
	// Column is one column that is asked for.
	Column []string
	// Partition is one partition that is asked for.
	Partition []PartitionValue
}

// Statement is one SQL statement: a query or a command.
type Statement struct {
	Query   Node // nil for a command
	Command Command
	// Text is the statement's own text, At its place in the whole.
	Text string
	At   fault.Position
}

func (*CreateView) isCommand()           {}
func (*CreateStreamingTable) isCommand() {}
func (*InsertInto) isCommand()           {}
func (*Set) isCommand()                  {}
func (*Reset) isCommand()                {}
func (*DropView) isCommand()             {}
func (*Explain) isCommand()              {}
func (*Show) isCommand()                 {}
func (*Describe) isCommand()             {}
