// Package logic holds comparisons, AND, OR, NOT, CASE and what chooses among
// values: coalesce, if, nullif, greatest.
//
//	a AND b      b is asked only where a is not false      true  null  false
//	a OR b       b is asked only where a is not true         ╲     │     ╱
//	CASE         a value only where its condition holds     three-valued logic
//	coalesce     the next only where all before are null
//
// So these are compiled rather than kernels: they evaluate their arguments over
// narrower and narrower selections, and what is not chosen cannot fail.
//
// A comparison, NOT, AND, OR and the tests for null are [expr.Selector]s: in a
// filter they go from columns straight to a selection, and no column of booleans
// is made.
package logic
