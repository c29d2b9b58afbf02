// Package higher holds the functions that take lambda functions.
//
//	transform(array, x -> body)
//
//	rows       [a b] [c]             elements laid flat: one batch a call
//	parents     0 0   1              body.Apply evaluates it once for all of them
//	results    [p q] [r]             and the results are put back under the offsets
//
// aggregate goes through the arrays of a batch in step: first the first elements
// of all rows, then the second ones, so that its body too runs over columns.
package higher
