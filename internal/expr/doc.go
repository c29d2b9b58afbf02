// Package expr holds expressions: their tree, the table of functions, and their
// way into kernels.
//
//	SQL text, DataFrame, Connect
//	        │ unresolved nodes: UnresolvedAttribute, UnresolvedFunction, …
//	        ▼ analyze: names by id, functions by the Registry, types, casts
//	Ref, Literal, Call, Cast, Alias, AggregateCall, GeneratorCall
//	        │ optimize: folding, push-down
//	        ▼ Compile(e, input, env)
//	Eval: batch in, column out          Predicate: batch in, selection out
//
// Every operator of SQL is a function with a name ("+", "and", "when"), as in
// Spark Connect, so the tree has few kinds of node and a new function is one row
// in a theme's table (packages fn/…).
//
// # Evaluation
//
// An [Eval] computes the rows of a batch that a selection lists and no others: a
// row that a filter has dropped, or a branch that CASE has not taken, cannot
// fail. Its result has a value at the same physical row, or is a constant. It
// belongs to the Eval and is good until its next Eval.
//
// A compiled expression keeps scratch columns, so it belongs to one goroutine:
// every task compiles its own.
package expr
