package sparkpb

import "google.golang.org/protobuf/encoding/protowire"

// Questions to the catalog; all of them are relations.

// Catalog is a question to the catalog: its kind.
type Catalog struct {
	relationKind
	// Kind says which one; nil where it is of none that is known here.
	Kind CatalogKind `pb:"kind"`
}

// CatalogKind is what a [Catalog] may ask.
type CatalogKind interface{ isCatalogKind() }

// catalogKind makes a message one of them.
type catalogKind struct{ message }

func (*catalogKind) isCatalogKind() {}

// catalogKinds are all of them, by number.
var catalogKinds = map[protowire.Number]CatalogKind{
	1: (*CurrentDatabase)(nil), 2: (*SetCurrentDatabase)(nil), 3: (*ListDatabases)(nil),
	4: (*ListTables)(nil), 5: (*ListFunctions)(nil), 6: (*ListColumns)(nil), 7: (*GetDatabase)(nil),
	8: (*GetTable)(nil), 9: (*GetFunction)(nil), 10: (*DatabaseExists)(nil),
	11: (*TableExists)(nil), 12: (*FunctionExists)(nil), 13: (*CreateExternalTable)(nil),
	14: (*CreateTable)(nil), 15: (*DropTempView)(nil), 16: (*DropGlobalTempView)(nil),
	17: (*RecoverPartitions)(nil), 18: (*IsCached)(nil), 19: (*CacheTable)(nil),
	20: (*UncacheTable)(nil), 21: (*ClearCache)(nil), 22: (*RefreshTable)(nil),
	23: (*RefreshByPath)(nil), 24: (*CurrentCatalog)(nil), 25: (*SetCurrentCatalog)(nil),
	26: (*ListCatalogs)(nil), 27: (*DropTable)(nil), 28: (*DropView)(nil),
	29: (*CreateDatabase)(nil), 30: (*DropDatabase)(nil), 31: (*ListPartitions)(nil),
	32: (*ListViews)(nil), 33: (*GetTableProperties)(nil), 34: (*GetCreateTableString)(nil),
	35: (*TruncateTable)(nil), 36: (*AnalyzeTable)(nil),
}

// CurrentDatabase asks for the current database.
type CurrentDatabase struct{ catalogKind }

// SetCurrentDatabase changes the current database.
type SetCurrentDatabase struct {
	catalogKind
	DbName string `pb:"1"`
}

// ListDatabases lists databases.
type ListDatabases struct {
	catalogKind
	Pattern *string `pb:"1"`
}

// ListTables lists tables and views.
type ListTables struct {
	catalogKind
	DbName  *string `pb:"1"`
	Pattern *string `pb:"2"`
}

// ListFunctions lists functions.
type ListFunctions struct {
	catalogKind
	DbName  *string `pb:"1"`
	Pattern *string `pb:"2"`
}

// ListColumns lists the columns of a table.
type ListColumns struct {
	catalogKind
	TableName string  `pb:"1"`
	DbName    *string `pb:"2"`
}

// GetDatabase describes a database.
type GetDatabase struct {
	catalogKind
	DbName string `pb:"1"`
}

// GetTable describes a table.
type GetTable struct {
	catalogKind
	TableName string  `pb:"1"`
	DbName    *string `pb:"2"`
}

// GetFunction describes a function.
type GetFunction struct {
	catalogKind
	FunctionName string  `pb:"1"`
	DbName       *string `pb:"2"`
}

// DatabaseExists asks whether there is a database.
type DatabaseExists struct {
	catalogKind
	DbName string `pb:"1"`
}

// TableExists asks whether there is a table.
type TableExists struct {
	catalogKind
	TableName string  `pb:"1"`
	DbName    *string `pb:"2"`
}

// FunctionExists asks whether there is a function.
type FunctionExists struct {
	catalogKind
	FunctionName string  `pb:"1"`
	DbName       *string `pb:"2"`
}

// CreateExternalTable makes a table over files.
type CreateExternalTable struct {
	catalogKind
	TableName string            `pb:"1"`
	Path      *string           `pb:"2"`
	Source    *string           `pb:"3"`
	Schema    *DataType         `pb:"4"`
	Options   map[string]string `pb:"5"`
}

// CreateTable makes a table.
type CreateTable struct {
	catalogKind
	TableName   string            `pb:"1"`
	Path        *string           `pb:"2"`
	Source      *string           `pb:"3"`
	Description *string           `pb:"4"`
	Schema      *DataType         `pb:"5"`
	Options     map[string]string `pb:"6"`
}

// DropTempView drops a temporary view.
type DropTempView struct {
	catalogKind
	ViewName string `pb:"1"`
}

// DropGlobalTempView drops a global temporary view.
type DropGlobalTempView struct {
	catalogKind
	ViewName string `pb:"1"`
}

// RecoverPartitions finds the partitions of a table again.
type RecoverPartitions struct {
	catalogKind
	TableName string `pb:"1"`
}

// IsCached asks whether a table is cached.
type IsCached struct {
	catalogKind
	TableName string `pb:"1"`
}

// CacheTable caches a table.
type CacheTable struct {
	catalogKind
	TableName    string        `pb:"1"`
	StorageLevel *StorageLevel `pb:"2"`
}

// UncacheTable forgets what is cached of a table.
type UncacheTable struct {
	catalogKind
	TableName string `pb:"1"`
}

// ClearCache forgets all that is cached.
type ClearCache struct{ catalogKind }

// RefreshTable forgets what is known of a table's files.
type RefreshTable struct {
	catalogKind
	TableName string `pb:"1"`
}

// RefreshByPath forgets what is known of the files under a path.
type RefreshByPath struct {
	catalogKind
	Path string `pb:"1"`
}

// CurrentCatalog asks for the current catalog.
type CurrentCatalog struct{ catalogKind }

// SetCurrentCatalog changes the current catalog.
type SetCurrentCatalog struct {
	catalogKind
	CatalogName string `pb:"1"`
}

// ListCatalogs lists catalogs.
type ListCatalogs struct {
	catalogKind
	Pattern *string `pb:"1"`
}

// DropTable drops a table.
type DropTable struct {
	catalogKind
	TableName string `pb:"1"`
	IfExists  bool   `pb:"2"`
	Purge     bool   `pb:"3"`
}

// DropView drops a view.
type DropView struct {
	catalogKind
	ViewName string `pb:"1"`
	IfExists bool   `pb:"2"`
}

// CreateDatabase makes a database.
type CreateDatabase struct {
	catalogKind
	DbName      string            `pb:"1"`
	IfNotExists bool              `pb:"2"`
	Properties  map[string]string `pb:"3"`
}

// DropDatabase drops a database.
type DropDatabase struct {
	catalogKind
	DbName   string `pb:"1"`
	IfExists bool   `pb:"2"`
	Cascade  bool   `pb:"3"`
}

// ListPartitions lists the partitions of a table.
type ListPartitions struct {
	catalogKind
	TableName string `pb:"1"`
}

// ListViews lists views.
type ListViews struct {
	catalogKind
	DbName  *string `pb:"1"`
	Pattern *string `pb:"2"`
}

// GetTableProperties asks for the properties of a table.
type GetTableProperties struct {
	catalogKind
	TableName string `pb:"1"`
}

// GetCreateTableString asks for the statement that makes a table.
type GetCreateTableString struct {
	catalogKind
	TableName string `pb:"1"`
	AsSerde   bool   `pb:"2"`
}

// TruncateTable deletes all rows of a table.
type TruncateTable struct {
	catalogKind
	TableName string `pb:"1"`
}

// AnalyzeTable computes the statistics of a table.
type AnalyzeTable struct {
	catalogKind
	TableName string `pb:"1"`
	NoScan    bool   `pb:"2"`
}
