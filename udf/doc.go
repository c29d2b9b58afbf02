// Package udf makes Go functions part of queries (S41): a scalar function, an
// aggregate, or a function that gives several rows. It is called by a name in SQL,
// once the session knows it, or directly in a DataFrame.
//
//	half := udf.Func1("half", func(x int64) float64 { return float64(x) / 2 })
//	err := session.Register(half)                      SELECT half(price) FROM t
//	df.Select(functions.UDF(half, "price"))            without Register
//
//	a column, BIGINT        the Go function        a column, DOUBLE
//	     7   ──▶ int64 7   ──▶  half  ──▶ 3.5   ──▶   3.5
//	  NULL   ───────────────────────────────────▶    NULL
//
// # Types
//
// The types of the arguments and of the result are those of the Go function, by
// the rules of structs in weir: int64 is BIGINT, string is STRING, time.Time is
// TIMESTAMP, a slice an ARRAY, a struct a STRUCT with its fields' names or the
// names in their tags. Arguments are cast to them where Spark casts by itself;
// elsewhere the query is refused (DATATYPE_MISMATCH). Strings are copied: a
// function may keep what it was given.
//
// # Nulls
//
// A pointer, slice or map is nil for null, as an argument and as a result. Where
// the argument's Go type cannot hold a null, the function is not called for it: a
// scalar function then gives null, an aggregate leaves the row out, a function of
// several rows gives none.
//
// # Errors
//
// An error of the function, or its panic, fails the query or the batch with
// FAILED_EXECUTE_UDF, the function's name, and for a panic its stack. Other
// queries go on.
//
// # Calls
//
// A function is called by several goroutines at once, for as many rows as the plan
// needs, in any order, and again where a batch of a stream runs again. What is not
// fixed by the arguments says so, with [NonDeterministic]; a stream whose batch
// must give the same rows when it is run again should have no such function.
package udf
