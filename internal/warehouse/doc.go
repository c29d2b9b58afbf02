// Package warehouse keeps the tables and views of spark_catalog.default: a definition each,
// as JSON in a directory of the warehouse that is no table's.
//
//	spark-warehouse/
//	  .weir/tables/sales.json     the definition: written whole, then renamed
//	  sales/part-….parquet        the files, unless LOCATION names another place
//	  sales-1a2b3c4d/part-…       those of CREATE OR REPLACE TABLE … AS
//
//	CREATE TABLE … AS ─▶ files ─▶ definition
//	CREATE OR REPLACE … AS ─▶ files in a new directory ─▶ definition ─▶ the old files go
//
// A definition is what makes a table: files without one are nothing, so that whoever
// replaces a table does it in the one step that renames the definition. A crash before
// leaves the old table, and one after it the new; what is left over lies in a directory
// that [Directory.Leftover] finds when the table is dropped.
//
// The package knows no session: it runs no query and reads no row.
package warehouse
