// Package types holds weir's data types, Spark's by name and by meaning.
//
// A [Type] says what a column holds; a [Schema] is an ordered list of named
// types. Both can be written and read in Spark's two spellings, DDL text and
// JSON, and turned into Arrow's types and back.
//
//	"a INT, b STRUCT<c: STRING>"  ─┐                      ┌─▶ DDL, simple string
//	{"type":"struct","fields":…}  ─┼─▶ Schema ─▶ []Field ─┼─▶ Spark's JSON
//	arrow.Schema                  ─┘                      └─▶ arrow.Schema
//
// A [Decimal] calculates without allocating and is rounded once, half up, as in
// Spark; it knows neither its scale nor its precision, which are its type's. What
// Arrow has no type for stands in the metadata of its field and comes back.
//
// How a value of each type lies in memory is the matter of the engine's
// columns; the Go type of one value is:
//
//	boolean bool     byte int8    short int16   int, date, year-month int32
//	long, timestamp, timestamp_ntz, time, day-time int64 (microseconds; time: nanoseconds)
//	float float32    double float64             decimal [Decimal]
//	string, char, varchar, binary, variant string
//	calendar interval [Interval]
//
// Source: Spark features S08 and the types of Spark SQL 4.3.
package types
