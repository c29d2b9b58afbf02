// Package sparkpb holds the messages of Spark Connect: plans, commands, and what a
// client and a server say to each other, with the wire format they travel in.
//
//	bytes ── Unmarshal ──▶ *ExecuteRequest ─ Plan ─ Relation ─ Kind: *Project ─ …
//	      ◀── Marshal ────                                      │
//	                                                 package sparkplan
//	                                                            │
//	                                             plan.Node, expr.Expr, types.Type
//
// A message is a Go struct. What a field may hold of many kinds is an interface
// named for it: a [Relation] has a Kind, which is a *Project, a *Filter and so on,
// so that a type switch reads it. Alternatives that are few are fields of which one
// is not nil. A field that tells "not there" from zero is a pointer.
//
// The numbers are Spark's, and all of the wire that two programs must agree on; the
// names are ours. Go's registry of message types knows nothing of these, so that a
// program may link another client of Spark Connect too.
//
// The structs are all that says what is on the wire:
//
//	`pb:"3"`                the number; how it travels follows from the Go type:
//	                          bool, int32, int64, uint32, an enumeration   varint
//	                          float32, float64                             4, 8 bytes
//	                          string, []byte, *Message                     length, bytes
//	                          []T    one after the other, numbers packed into one
//	                          map    pairs of key and value
//	                          *T     of a number or text: written even if it is zero
//	`pb:"1,optional"`       bytes that may be empty and still there
//	`pb:"3,oneof=trigger"`  of the fields of a struct with this word one is there
//	`pb:"kind"`             a Kind; the numbers of its arms stand in a table beside it
//
// They are read by reflection once, at the first use, into a table for each struct
// ([layout]) that one loop writes by and one reads by. Plans are small: what a plan
// costs is its analysis.
//
// What a newer client sends beyond these messages is skipped and listed: a Kind that is
// nil together with an [UnknownField] says that the other side wants what we do not
// know. Left out are declarative pipelines.
//
// [Unmarshal] copies nothing: texts and bytes lie in the data that it was given.
// Depth and number of messages are bounded, so that no bytes can fill the stack or,
// by more than a small factor of their length, the memory.
//
// Source: Spark Connect as of Spark 4.3.
package sparkpb
