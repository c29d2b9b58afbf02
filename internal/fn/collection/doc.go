// Package collection holds the functions of arrays, maps and structs.
//
//	row ─▶ which elements? ─▶ rows of the child column ─▶ one gather at the end
//	       (slice, distinct, sort, element_at …)          values of any type, strings as views
//
// A function that rearranges elements works on row numbers of the child column
// only; the elements themselves, of whatever type, are copied once for the whole
// batch ([batch.Column.AppendRows]). Elements are compared by [expr.Order].
//
// Subscripts are those of Spark: a[0] and get count from 0, element_at from 1;
// beyond the ends ANSI mode raises INVALID_ARRAY_INDEX, get and try_element_at
// give null; a key that a map does not have gives null always.
package collection
