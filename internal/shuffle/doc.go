// Package shuffle brings the rows of equal keys together.
//
// A map task deals its rows to the partitions of the stage behind it, an
// [Output]; a reduce task reads its partition of all outputs. With a [Combiner]
// both sides merge the values of a key in a [Table].
//
//	map task 0 ─▶ table or buffers ─▶ Output: [p0 p1 p2]─┐
//	map task 1 ─▶ table or buffers ─▶ Output: [p0 p1 p2]─┼─▶ partition 1 ─▶ table ─▶ rows
//	map task 2 ─▶ table or buffers ─▶ Output: [p0 p1 p2]─┘
//
// What does not fit the memory that [Space] grants goes to files, as compressed
// frames with checksums. The outcome is the same, in the same order: rows come by
// the number of the map task and, within it, in the order in which they were
// written; keys in the order in which they were first seen. A table that had to
// be spilled is finished bucket by bucket, and the buckets are merged by the
// number at which each key was first seen.
//
// Sorting ([Sort]) is stable, in memory or as runs on disk that are merged.
//
// The package also has what both ends agree on: the stable [Hash] of keys and
// the [Codec] of values.
package shuffle
