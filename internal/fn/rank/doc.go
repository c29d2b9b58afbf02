// Package rank holds the functions that exist only OVER a window: ranks, and values
// of neighbouring rows.
//
// The operator has sorted the rows and found the partitions and, in them, the rows
// that are equal under the order, the peers. A function sees one partition:
//
//	row      from                    to
//	key        1   1   3   4   4   4
//	peers      └───┘   │   └───────┘
//	rank       1   1   3   4   4   4
//	lag(key)   ∅   1   1   3   4   4
//
// and appends one value for each row. A value of another row is a row number that
// is gathered at the end, so no type needs a loop of its own.
package rank
