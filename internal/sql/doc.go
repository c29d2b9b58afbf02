// Package sql reads Spark's SQL: text in, plans out, with the place in the text
// on every node (feature S231 and the job form S230).
//
//	text ─▶ lexer ─▶ tokens ─▶ parser ─▶ plan.Statement
//	                            │  statement.go, create.go      commands
//	                            │  query.go, select.go, pipe.go queries
//	                            │  relation.go, join.go         FROM
//	                            └▶ expression.go, primary.go    expressions → package expr
//
// The whole text becomes tokens first, so that looking ahead costs nothing and
// nothing is ever read twice. Queries are read by recursive descent, expressions
// by operator precedence: a function reads an operand and then takes operators
// as long as they bind more tightly than the one that called it.
//
//	a + b * c = d AND e        binary(OR)
//	                             └ binary(AND) ─ a + b * c = d
//	                                               └ binary(=) …
//
// No word is reserved, as in Spark's default mode: a keyword is one only where it
// makes sense, and elsewhere a name. Operators become functions by the names
// that package expr lists ("+", "and", "when"); what Spark's own parser takes
// apart (a <> b is NOT a = b; CASE x WHEN y compares) is taken apart here too.
//
// The first error ends a text: from then on the parser sees its end, so that no
// function has to check after each step. Depth is bounded by [maxDepth] and
// [maxChain]: any text gives a plan or an error, never a full stack.
package sql
