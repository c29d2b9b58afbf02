// Package exec holds the operators that keep no state between batches.
//
// An [Operator] is one node of a running plan. The consumer pulls:
//
//	Scan ─▶ Filter ─▶ Project ─▶ PartialAggregate ─▶ Exchange │ ─▶ … ─▶ sink
//	         stage 0, one chain a worker              stored by task   stage 1
//
// A chain of operators is built once when the query starts and lives as long as
// the query. For each task of each batch it is opened, pulled to its end, and
// may then be opened for another task. Operators are single-threaded; work is
// split between goroutines at the [Exchange] and nowhere else: the tasks of one
// stage fill it, those of the next read it, in the order of the tasks that
// filled it, so that the order of rows does not depend on who was faster.
//
// Package keyed adds the operators that keep state.
package exec
