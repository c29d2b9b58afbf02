// Package avro reads and writes Avro container files as batches.
//
// Schemas are parsed and files are written with github.com/twmb/avro. Rows are
// decoded and encoded here, between the bytes of a block and the columns of a
// batch, by steps that are chosen once from the file's schema and the wanted one:
//
//	header: schema, codec, marker
//	   │ plan: one step a field, or a skip
//	   ▼
//	block ─▶ decompress ─▶ rows ─▶ step ─▶ batch.Column
//	marker
//	block …
//
// # Splits
//
// A file is read in parts without being looked through: a block belongs to the
// part in which the marker before it begins.
//
// # Types
//
// Types are Spark's reading of Avro (S210): see [TypeOf] and [SchemaOf]. A union of
// null and one other is a nullable column, one of int and long a long, one of float
// and double a double; any other is a struct with a field for every member. A
// record that holds itself has no form in a table and is refused.
//
// # Schemas that differ
//
// A field that the file lacks is null, or its default where a schema was given for
// reading; one that nobody wants is skipped. Numbers may be read as wider ones.
package avro
