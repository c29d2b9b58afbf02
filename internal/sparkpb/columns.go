package sparkpb

// Relations that give the rows of their input other columns.

// Project is SELECT.
type Project struct {
	relationKind
	Input       *Relation     `pb:"1"`
	Expressions []*Expression `pb:"3"`
}

// SubqueryAlias is a relation with a name.
type SubqueryAlias struct {
	relationKind
	Input     *Relation `pb:"1"`
	Alias     string    `pb:"2"`
	Qualifier []string  `pb:"3"`
}

// Drop is all columns but some.
type Drop struct {
	relationKind
	Input       *Relation     `pb:"1"`
	Columns     []*Expression `pb:"2"`
	ColumnNames []string      `pb:"3"`
}

// ToDF is all columns under other names.
type ToDF struct {
	relationKind
	Input       *Relation `pb:"1"`
	ColumnNames []string  `pb:"2"`
}

// WithColumnsRenamed is some columns under other names.
type WithColumnsRenamed struct {
	relationKind
	Input            *Relation         `pb:"1"`
	RenameColumnsMap map[string]string `pb:"2"`
	Renames          []*Rename         `pb:"3"`
}

// Rename is a column's old and new name.
type Rename struct {
	message
	ColumnName    string `pb:"1"`
	NewColumnName string `pb:"2"`
}

// WithColumns is more columns, or other values for some.
type WithColumns struct {
	relationKind
	Input   *Relation `pb:"1"`
	Aliases []*Alias  `pb:"2"`
}

// Unpivot stands for columns turned into rows.
type Unpivot struct {
	relationKind
	Input              *Relation      `pb:"1"`
	Ids                []*Expression  `pb:"2"`
	Values             *UnpivotValues `pb:"3"`
	VariableColumnName string         `pb:"4"`
	ValueColumnName    string         `pb:"5"`
}

// UnpivotValues is the columns that become rows.
type UnpivotValues struct {
	message
	Values []*Expression `pb:"1"`
}

// Transpose stands for columns for rows and rows for columns.
type Transpose struct {
	relationKind
	Input        *Relation     `pb:"1"`
	IndexColumns []*Expression `pb:"2"`
}

// ToSchema stands for columns by name and type of a schema.
type ToSchema struct {
	relationKind
	Input  *Relation `pb:"1"`
	Schema *DataType `pb:"2"`
}

// Parse is text parsed into columns.
type Parse struct {
	relationKind
	Input   *Relation         `pb:"1"`
	Format  ParseFormat       `pb:"2"`
	Schema  *DataType         `pb:"3"`
	Options map[string]string `pb:"4"`
}

// ParseFormat is the format of text.
type ParseFormat int32

// The values of ParseFormat.
const (
	ParseFormatUnspecified ParseFormat = 0
	ParseFormatCsv         ParseFormat = 1
	ParseFormatJSON        ParseFormat = 2
	ParseFormatXml         ParseFormat = 3
)
