// Package frames says what the relations come to that DataFrames have and SQL has no
// words for.
//
//	FillNA, DropNA, ReplaceNA ─┐
//	Summary, SampleBy, ToSchema ┼─▶ [Rewrite] ─▶ Project, Filter, Aggregate of calls
//	Moment, ApproxQuantile ────┘    over the        that the analyzer resolves
//	                                resolved input
//
// Each is made of relations and functions that there are already: filling a column is
// coalesce, a summary one aggregation whose values stack makes rows of. Names and types
// of the input must be known, so that its columns can be told by their types; the
// analyzer resolves the input, calls Rewrite, and resolves what comes of it.
//
// The columns of others depend on rows: a pivot without values, crosstab, transpose.
// [Settle] computes those rows, of what it is lent by the session, before the relation
// is resolved.
package frames
