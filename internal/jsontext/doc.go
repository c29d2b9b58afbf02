// Package jsontext reads and writes JSON records as columns, by Spark's rules.
//
// It is the JSON of the file source and sink and of from_json, to_json and
// schema_of_json.
//
//	           ┌─ fast path: plain JSON that fits the schema, one pass ──┐
//	chunk ─────┤        │ anything unusual                              ├─▶ columns
//	 (lines)   └────────▼ general path: options, wrong types, bad lines ─┘
//	              unwanted fields are checked and skipped
//
// The fast path ([Decoder] fast.go, scan.go, keys.go) compares the expected key
// in place, eight bytes at once, and takes strings as views of the chunk. It
// checks every byte: structure, strings with their escapes, control characters
// and UTF-8, the grammar of numbers. It never reports anything: whatever it does
// not like it leaves to the general path (parser.go, token.go, convert.go), which
// reads the line again from its beginning and decides what Spark would make of
// it. So the meaning of every input is written down once, in the general path,
// and a test compares the two on every kind of line.
//
// # What a malformed record gives
//
// A record with a syntax error gives a row of nulls; a value that does not fit
// its type gives a null in its place and what else there is stays (Spark's
// partial results). Both put the record's text into the corrupt column, are
// dropped and counted, or end the reading, by [Mode]. Where Spark's parser
// stumbles on after a syntax error within a nested struct and keeps a part, weir
// gives nulls.
//
// What stands behind the first value of a line does not count, as in Spark.
//
// Source: Spark feature S11 and the JSON functions of Spark SQL 4.3.
package jsontext
