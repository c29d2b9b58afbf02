package plan

import "github.com/weirstream/weir/types"

// AlterTable is ALTER TABLE, ALTER VIEW and COMMENT ON TABLE: one of the changes is set.
type AlterTable struct {
	Origin
	Name []string
	// View is ALTER VIEW.
	View bool
	// Rename is the new name.
	Rename []string
	// Add are new columns.
	Add []types.Field
	// Set and Unset change TBLPROPERTIES.
	Set   map[string]string
	Unset []string
	// Comment is that of COMMENT ON TABLE.
	Comment *string
	// Query is the new one of a view, Text as it is written.
	Query Node
	Text  string
}

// Truncate is TRUNCATE TABLE name [PARTITION (…)].
type Truncate struct {
	Origin
	Name      []string
	Partition []PartitionValue
}

func (*AlterTable) isCommand() {}
func (*Truncate) isCommand()   {}
