// Package sparkplan turns the messages of Spark Connect into logical plans and plans
// into messages.
//
//	*sparkpb.Relation   ── Decode ──▶  plan.Node
//	*sparkpb.Expression ── DecodeExpr ▶ expr.Expr        unresolved, as a parser makes them
//	*sparkpb.DataType   ── DecodeType ▶ types.Type
//	                    ◀── Encode… ──         └─ Lower ─▶ plan.Node for the analyzer
//
// The two directions are inverse: the nodes of packages plan and expr match the
// messages one to one, and where SQL has no word for what a client says there is a node
// of its own (plan/wire.go, expr/wire.go). Every one of the plans that Spark keeps for
// its own tests comes back as the same message.
//
// What is written in two ways on the wire comes out in the way of a client of Spark
// 4.3: types of literals beside them and not inside, names without needless quotes,
// renames as pairs, switches that are off where a client always says them.
//
// Plan ids count from 0 on the wire and from 1 in plans, where 0 is none. Where in the
// user's program something was written travels as the Site of a [fault.Position] on every
// node, so that errors of the analyzer can tell.
//
// What weir cannot compute, functions in other languages and extensions, is carried as
// a Foreign node with its message. [Lower] refuses it, and puts what SQL would say for
// all else that clients alone say: it stands before the analyzer.
//
// Source: Spark Connect as of Spark 4.3.
package sparkplan
