// Package csvtext reads and writes CSV records as columns, by Spark's rules.
//
// It is the CSV of the file source and sink and of from_csv, to_csv and
// schema_of_csv.
//
//	chunk ─▶ records ─▶ fields ─▶ columns
//	          │           │          └ convert.go: by the type; a wrong text is a null
//	          │           └ fields.go: separators, quotes, escapes
//	          └ decoder.go: line ends, blank lines, comments, header, modes
//
// Columns are found by position. A record with too few or too many fields, or
// with a text that does not fit its column's type, is malformed: the others are
// kept, the record's text goes to the corrupt column, or the record is dropped
// and counted, or the reading ends, by [Mode].
//
// Fields are views of the chunk where nothing in them had to be changed. Bytes
// that are not UTF-8 are read as U+FFFD.
//
// Quotes follow the parser that Spark uses: within quotes a backslash takes the
// meaning from a quote or a backslash behind it; a quote that is followed by
// neither a separator nor the end makes the field an unquoted one, quotes
// included (see [UnescapedQuotes]).
//
// Source: Spark feature S12 and the CSV functions of Spark SQL 4.3.
package csvtext
