// Package memory holds streams and tables in memory (Spark features S23, S64).
//
//	AddRows, AddBatch ─▶ Stream ─▶ query ─▶ sink ─▶ Table ─▶ Rows, SELECT … FROM its name
//	   any goroutine     offset = index of          one per query name, kept by
//	                     the added batch            the Format
//
// A [Stream] is a source for tests and for programs that have rows at hand:
// what is added in one call is one batch of it and one offset. Any number of
// queries may read it; rows go when every open query has committed them.
//
// A [Format] is the sink "memory": it makes a [Table] named like the query,
// which can be read while the query runs. A batch that runs again is taken once.
package memory
