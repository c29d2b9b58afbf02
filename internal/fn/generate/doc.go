// Package generate holds the functions that give several rows for one: explode,
// posexplode, inline, stack, and their outer forms.
//
//	row 0  ["a" "b"]        parents 0 0 2
//	row 1  []          ──▶  column  a b c
//	row 2  ["c"]            outer: row 1 gives a row of nulls
//
// Where all rows of an array column are asked for and none is null, its elements
// already lie in the order wanted: the generated column is the array's child
// itself, and only the parents are written down.
package generate
