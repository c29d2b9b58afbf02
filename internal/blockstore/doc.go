// Package blockstore keeps computed partitions and shares out memory.
//
// A block is one partition of a persisted RDD. Where it lies is said by its
// [Level]: as Go values in memory, as bytes in memory, in a file, and a second
// time in a second directory. Memory is one budget for blocks (storage) and for
// the tables and buffers of running tasks (execution). Execution that needs
// more drives the least recently used blocks out, but never below half of the
// budget; blocks drive out each other, never those of their own RDD (R13).
//
//	Put ─▶ room? ─ yes ─▶ memory ──── evicted ──▶ file (levels with disk), or dropped
//	         └──── no ──▶ file, or nothing          │
//	Get ─▶ memory ─▶ file ─▶ second file ─▶ nothing: compute it again
//
// A file that cannot be read, or whose checksum is wrong, counts as lost: what
// is here can always be computed again.
package blockstore
