// Package rdd computes with resilient distributed datasets: lazy, partitioned
// collections of any Go type that remember how they were made.
//
// Transformations ([Map], [Filter], [ReduceByKey], …) describe a new [RDD] and
// compute nothing. Actions ([Collect], [Count], [SaveAsTextFile], …) run a job: the
// lineage is cut into stages where rows must meet by key, and a stage runs one
// task for each partition.
//
//	lines := rdd.TextFile(c, "input/*.txt", 0)            ─┐
//	words := rdd.FlatMap(lines, strings.Fields)            │ stage 0: one pass, no copies
//	ones := rdd.MapToPair(words, one)                     ─┘
//	counts := rdd.ReduceByKey(ones, add)     ── shuffle ──▶ stage 1
//	top, err := rdd.Top(ctx, counts, 10, byCount)
//
// Go has no generic methods, so the typed steps are functions over types. Within a
// stage rows pass from function to function as iter.Seq: nothing is stored between
// them and nothing is boxed.
//
// A step never returns an error: an RDD that was built wrongly remembers it, and
// the action reports it. A function of the user's that panics fails its task, with
// the stack; a task is tried up to four times ([Config]). Functions that can fail
// have forms that return errors ([TryMap], [MapPartitions] by [Task.Fail]).
//
// A task runs on any goroutine, and the same partition may be computed more than
// once: after a failure, after eviction of a persisted partition, or for two jobs.
// Functions must therefore not depend on variables that others change. Go does not
// copy what a closure refers to, as Spark does; use [Accumulator] and [Broadcast].
//
// The order of rows is deterministic: by partition, within it by the order of the
// map tasks and of their rows, and by the first row of a key. It depends neither
// on which task was faster nor on how much memory there was.
//
// Features: R01 to R21.
package rdd
