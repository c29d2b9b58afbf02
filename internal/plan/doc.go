// Package plan holds logical plans: what is to be computed, not how.
//
// A plan is a tree of nodes, one Go type a kind of relation, matching the
// relations of Spark Connect one to one by meaning. SQL, DataFrames and Connect
// make unresolved trees; the analyzer gives every node its columns; the
// optimizer rewrites; the planner of package physical makes operators of it.
//
//	Read, View, LocalRelation, Range                     leaves
//	   │
//	Filter, Project, Aggregate, Generate, Sort, Limit,   one input
//	WithWatermark, SubqueryAlias, Deduplicate, …
//	   │
//	Join, Union                                          several
//	   │
//	Scan                                                 a leaf that the analyzer has resolved
//
// Nodes are never changed once made: a rewrite makes new ones.
package plan
