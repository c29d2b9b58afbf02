// Package schedule runs the tasks of a stage on the cores of this machine.
//
// A job is a list of stages; a stage is a number of tasks that do not depend on
// each other; stages run one after another. A [Pool] has a fixed number of
// workers. A worker is not a goroutine but a number: whatever is kept per worker
// (compiled expressions, scratch) is used by one task at a time.
//
//	stage 0: task 0 1 2 3 …  ─▶ workers 0..n-1 ─▶ all done ─▶ stage 1: …
//
// Tasks are started in order of their numbers. Their results are kept by task,
// never by worker, so that the outcome does not depend on which was faster. A
// stage of one task, or a pool of one worker, runs on the caller's goroutine:
// a small batch costs no switch.
//
// The first failure stops the stage: tasks that have not begun are left out,
// those that run see their context cancelled.
//
// A [Scheduler] runs the stages of several jobs at once, as RDDs have them. A
// failed task is tried again, up to a number of failures; which job gets the
// next free worker is decided by age or fairly between pools.
//
//	job 3, stage 5 (pool a) ─┐
//	job 4, stage 6 (pool b) ─┼─▶ choose ─▶ a free worker ─▶ attempt ─▶ done, or again
//	job 4, stage 7 (pool b) ─┘
package schedule
