// Package collation says what the collations of Spark mean: which texts are equal under
// one, and which comes first.
//
//	UTF8_BINARY        bytes
//	UTF8_LCASE         letters without their case
//	…_RTRIM            either, without the spaces at the end
//
//	'Straße ' ─▶ Key(UTF8_LCASE_RTRIM) ─▶ "straße"     compared, hashed, sorted by its bytes
//
// A text's key is all that comparison needs. Package collated rewrites = and <, GROUP BY,
// joins and orders so that they see keys, and nothing below the analyzer knows of
// collations; where values of a type are compared one by one, as in arrays, Compare is
// the order.
//
// Case goes character by character: the lower case of a character is the one of Unicode's
// simple mapping, but the final sigma ς is σ, and İ is two characters, i and a dot above.
//
// Collations of ICU (UNICODE and those of languages) are known by name, as types of
// columns, and refused where values would have to be compared: their order is a table of
// ICU's, and none for Go is of the version that Spark has.
package collation
