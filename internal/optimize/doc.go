// Package optimize rewrites analyzed plans into cheaper ones with the same
// answer.
//
// One rule, one file. The rules run in this order, projects.go behind columns.go once
// more:
//
//	analyzed plan
//	  ▼ aliases.go       names of relations, which only the analyzer needs, go
//	  ▼ fold.go          constant expressions become literals
//	  ▼ watermarks.go    subqueries go beneath watermarks
//	  ▼ nulls.go         conditions say which columns cannot be null
//	  ▼ filters.go       filters move towards the sources; with them
//	      disjunctions.go  what all branches of an OR say stands alone
//	      outer.go         outer joins whose nulls no filter lets through are inner ones
//	  ▼ joinorder.go     joins of tables in the order that makes few rows, by sizes.go
//	  ▼ projects.go      projections over projections become one
//	  ▼ watermarks.go    filters by what projections compute go beneath watermarks
//	  ▼ columns.go       columns that nobody reads go, down to the scan
//	  ▼ nested.go        so do the fields of a scan's structs
//	  ▼ scans.go         simple filters are handed to the source as well
//	optimized plan
//
// No rule removes or moves an operator that keeps state, nor moves anything past
// one, also where a batch is empty: the state's versions must follow the batches
// (SPARK-32776).
package optimize
