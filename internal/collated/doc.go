// Package collated gives expressions their collations and takes them out of plans again.
//
//	c = 'A'   ─▶ Resolve ─▶ c = ('A' collate UTF8_LCASE)     while names and types are found
//	          ─▶ Lower   ─▶ key(c) = key('A')                once the plan is analyzed
//
// # Which collation
//
// Every text has a collation and a strength: explicit (COLLATE), implicit (a column, a
// field, a cast) or default (a literal, what functions make of literals). Where several
// texts meet, as in a comparison or in concat, the stronger one's is taken and the others
// are cast to it. Two explicit ones that differ are COLLATION_MISMATCH.EXPLICIT; two
// implicit ones leave the result undecided, and whoever compares it gets
// INDETERMINATE_COLLATION. [Resolve] does this for a call; the table rules says for which
// functions.
//
// # Comparing
//
// Operators know bytes only. [Lower] rewrites an analyzed plan so that they see keys
// (package collation): both sides of a comparison, the keys of joins, orders, windows and
// deduplication. A group by a collated column becomes
//
//	Aggregate [key(c) AS k] [first(c) AS c, …]
//
// so that a group bears the spelling that came first; state, in a stream, holds the key.
// What compares values one by one, as min, max and the functions of arrays do, goes by the
// order of the type, which knows the collation (expr.OrderOf). Plans without collations are
// not touched, nor are expressions walked for them more than once.
package collated
