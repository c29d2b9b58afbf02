package plan

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// DeclareVariable is DECLARE [OR REPLACE] [VARIABLE] name [type] [DEFAULT expression].
type DeclareVariable struct {
	Origin
	Name    []string
	Replace bool
	// Type is nil where the expression's counts.
	Type *types.Type
	// Default is nil for NULL.
	Default expr.Expr
}

// SetVariable is SET VAR name = expression, …, or SET VAR (names) = (query).
type SetVariable struct {
	Origin
	Names [][]string
	// Values are as many as Names, nil for DEFAULT; or none where Query is set.
	Values []expr.Expr
	Query  Node
}

// DropVariable is DROP TEMPORARY VARIABLE [IF EXISTS] name.
type DropVariable struct {
	Origin
	Name     []string
	IfExists bool
}

// ExecuteImmediate is EXECUTE IMMEDIATE text [INTO names] [USING arguments].
type ExecuteImmediate struct {
	Origin
	Text expr.Expr
	Into [][]string
	// Arguments are the values of the text's parameters; those with a name are an
	// [expr.Alias].
	Arguments []expr.Expr
}

// InsertDirectory is INSERT OVERWRITE DIRECTORY.
type InsertDirectory struct {
	Origin
	Path    string
	Using   string
	Options map[string]string
	Query   Node
}

func (*DeclareVariable) isCommand()  {}
func (*SetVariable) isCommand()      {}
func (*DropVariable) isCommand()     {}
func (*ExecuteImmediate) isCommand() {}
func (*InsertDirectory) isCommand()  {}
