// Package collate holds the functions of collations: collate and collation, the table
// collations(), and those that look for a text in another without regard to case.
//
//	'xAyaZ'   ─▶ lower case + where characters begin ─▶ find "a" ─▶ characters 2 and 4
//	'İx'      ─▶ i ̇ x        "i" is not found: a match never begins or ends within a pair
//
// Users call the second kind by their common names: contains, replace, split_part. Package
// collated puts these here in their place where the text's collation is UTF8_LCASE. [Key]
// is what comparisons, groups, joins and orders see of a text with a collation, and of
// arrays and structs of such texts.
package collate
