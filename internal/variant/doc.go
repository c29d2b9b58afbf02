// Package variant holds values whose type is known only at run time, in Spark's
// binary form.
//
//	one column value:  metadata                       value
//	                   header, n, offsets, names      header, …
//
//	header & 3   0 primitive (its type above)   1 short text (its length above)
//	             2 object: n, ids of names in their order, offsets, values
//	             3 array: n, offsets, values
//
// Metadata is the dictionary of all names of fields. It tells its own length, so a
// value of a column is the two, one behind the other. [Parse] makes them of JSON,
// [Node] is the tree for those who change something, and [Value] reads in place.
package variant
