// Package analyze gives names and types to a plan.
//
//	plan with names ─▶ Analyzer.Analyze ─▶ plan with columns by id ─▶ package streamcheck
//	                     │ relations: views, files, formats           (output mode, S50-S58)
//	                     │ columns:   names, stars, fields, aliases
//	                     │ functions: registry, coercion
//	                     └ shapes:    aggregates, generators, time windows, subqueries
//
// A plan is analyzed from the leaves up. Every relation that is read gets columns
// with new ids, so a view used twice, as in a self join, has two sets of columns
// that cannot be confused.
//
// # Shapes
//
// What SQL writes in one SELECT comes out as several simple nodes. An aggregate
// becomes
//
//	Project [n * 2 AS n2]            what SELECT computes of the groups
//	  Filter (n > 1)                 HAVING
//	    Aggregate [k] [k, count(1) AS n]   keys and aggregate functions only
//
// a generator in a select list becomes a Generate beneath the Project, and a
// time window a column computed beneath the operator that uses it, with the rows
// without event time filtered out (S105).
//
// Failures carry Spark's conditions and the place in the text.
package analyze
