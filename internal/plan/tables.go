package plan

import "github.com/weirstream/weir/types"

// CreateTable is CREATE TABLE over files, with AS a query written to them.
type CreateTable struct {
	Origin
	Name        []string
	IfNotExists bool
	// Replace is CREATE OR REPLACE.
	Replace bool
	// Like is the table or view whose columns it has; nil for none.
	Like []string
	// Using is the format; empty for the default, Parquet.
	Using string
	// Schema is nil where the files or the query have it.
	Schema      *types.Schema
	PartitionBy []string
	Options     map[string]string
	// Location is where the files lie; empty for the warehouse.
	Location string
	// Properties are those of TBLPROPERTIES.
	Properties map[string]string
	// Comment is empty for none.
	Comment string
	Query   Node
}

// Use is USE [DATABASE] name: only the catalog's one schema can be used.
type Use struct {
	Origin
	Name []string
}

// Cache is CACHE TABLE name [AS query], UNCACHE TABLE and CLEAR CACHE. What a table
// holds is computed when it is read, so that only the view of AS is left of it.
type Cache struct {
	Origin
	Name []string
	// Query is that of CACHE TABLE … AS; nil otherwise.
	Query Node
	// Drop is UNCACHE and CLEAR CACHE; the latter has no Name.
	Drop, IfExists bool
}

// Refresh is REFRESH TABLE name and REFRESH 'path'. Tables list their files whenever
// they are read, so there is nothing to do but to look for the table.
type Refresh struct {
	Origin
	Name []string
}

func (*CreateTable) isCommand() {}
func (*Use) isCommand()         {}
func (*Cache) isCommand()       {}
func (*Refresh) isCommand()     {}
