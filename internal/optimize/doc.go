// Package optimize rewrites analyzed plans into cheaper ones with the same
// answer.
//
// One rule, one file. The rules run once each, in this order:
//
//	aliases.go    names of relations, which only the analyzer needs, go
//	fold.go       constant expressions become literals
//	nulls.go      conditions say which columns cannot be null
//	filters.go    filters move towards the sources
//	projects.go   projections over projections become one
//	watermarks.go filters by what projections compute go beneath watermarks
//	columns.go    columns that nobody reads go, down to the scan
//	nested.go     so do the fields of a scan's structs
//	scans.go      simple filters are handed to the source as well
//
// No rule removes or moves an operator that keeps state, nor moves anything past
// one, also where a batch is empty: the state's versions must follow the batches
// (SPARK-32776).
package optimize
