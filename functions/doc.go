// Package functions holds [Column] and the SQL functions that make columns.
//
//	f.Explode(f.Split(f.Col("value"), " ")).As("word")
//	   │            │
//	   └── Column ──┘  a tree of names and calls; nothing is looked up yet
//	        ▼
//	DataFrame.Select(…) ─▶ the analyzer finds names, functions and types
//
// A Column is a value that is never changed; every method gives a new one. Where
// a function takes ...any or any, a string is the name of a column, a Column
// itself, and any other value a constant; use [Lit] for a constant string.
// What is wrong with a Column is reported by the action of the DataFrame that
// uses it.
//
// A function that has no Go function of its own here is called by its SQL name
// with [Call], or in SQL text with [Expr].
package functions

//go:generate go run ./gen
