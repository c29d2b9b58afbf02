// Package fault holds the failures that a user can act on.
//
// Such a failure has a [Condition], a stable name that equals Spark's, and
// parameters. Everything else is an ordinary Go error, wrapped with what was
// being tried.
//
//	parser ─┐
//	analyzer┼─▶ Error{Condition, Params, Message, Position} ─▶ root package, Connect, terminal
//	query  ─┘
//
// The sentence of a message is ours; the name of the condition and its
// SQLSTATE are Spark's, so that a Spark Connect client finds what it expects
// (feature S240).
package fault
