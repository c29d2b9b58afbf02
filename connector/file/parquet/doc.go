// Package parquet reads and writes Parquet files as batches.
//
// Reading decodes only the leaf columns of the scan, through the column readers
// of arrow-go, into buffers that are used again for every batch:
//
//	footer ─▶ row groups that the statistics do not rule out
//	             │
//	             ▼   one leaf per wanted column of the file
//	   pages ─▶ leaf: levels (def, rep) + dense values
//	             │                           │ convert (int96, millis, decimals …)
//	             ▼                           ▼
//	   node: validity, offsets         values spread to their rows ─▶ batch.Column
//
// # Levels
//
// A leaf gives a definition level, a repetition level and, where the definition
// level is the greatest, a value. A node at a depth of k lists has a slot for
// every entry with rep ≤ k whose definition level reaches that of the innermost
// list; it is not null where the definition level reaches its own. All nodes,
// structs, lists, maps and leaves, are filled by that one rule ([node]).
//
// # Views
//
// A string is a view of a decompressed page or of a dictionary. A page's buffer
// is used again for the next page of its column, so before a leaf turns a page
// within a batch it copies the strings it has. Dictionaries and the last page
// of a row group stay until the batch after it is asked for.
//
// # Types
//
// Types are Spark's reading of Parquet (S10, S60): timestamps are INT64 micros
// or millis or INT96, decimals INT32, INT64 or fixed bytes; what is read may be
// wider than what is stored, never narrower. Writing is Spark's modern form:
// three-level lists, timestamps in micros, snappy.
package parquet
