// Package builtin is the list of all built-in functions.
//
//	fn/cast  fn/logic  fn/math  fn/text  fn/time  fn/collection   fn/aggregate  fn/generate
//	    └────────┴─────────┴────────┴────────┴──────────┴──────────────┴────────────┘
//	                                        │ tables
//	                                   [Registry]  ──▶ analyze, SQL shell, documentation
//
// A theme's package has a table; a new function is a row there. Only further
// names for a function stand here.
package builtin
