// Package regex matches text against Java's regular expressions and SQL's LIKE
// patterns.
//
//	Java pattern ─▶ tree ─┬─▶ program ─▶ Matcher: literal search, then backtracking
//	 (parse.go)           │                 │ too many steps
//	                      └─▶ RE2 text ─────▶ Go's regexp: never more than linear
//
// Most patterns of real queries are a few literals, classes and repeated classes.
// The [Matcher] looks for the longest literal that every match must have, and
// only around it runs the program, with captures and without allocating. A
// pattern that makes it go back and forth too long is finished by Go's regexp,
// whose time is linear in the text; so no pattern can stop a query.
//
// The meaning is Java's: classes with unions and intersections, quoting, flags,
// '.' and '$' with all line ends, case-insensitivity for ASCII unless (?u) is
// set. What needs more than a regular language is refused with the construct and
// its position: look-ahead and look-behind, back references, possessive and
// atomic groups; so are \G, \X and the flag U. Word boundaries are those of ASCII
// words.
//
// A group that is repeated without limit and may be empty, as in (a*)*, is left
// to Go's regexp altogether: it matches the same texts, but what such a group
// took last may differ from Java.
//
// [Like] is a pattern of % and _, compiled to a prefix, suffix, containment or
// equality test where it is one of these.
//
// Source: Spark SQL 4.3's RLIKE, LIKE, regexp_extract, regexp_replace, split.
package regex
