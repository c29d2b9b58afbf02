// Package vfs is the file system as weir sees it: few operations, each with a
// stated durability, so that a test can put another file system underneath.
//
//	checkpoint, state, spill, file connector
//	                 │
//	                 ▼
//	     FS ── Writer ── Reader ── Stage ─▶ Publish | Replace
//	                 │
//	   ┌─────────┬───┴─────┬───────────────────────────┐
//	   ▼         ▼         ▼                           ▼
//	 Disk     Memory     Crash                       Inject
//	 (os)    (a tree)   (a Memory that forgets      (an FS around another one,
//	                     what was not synced)        that fails by a rule)
//
// What is durable when, in every implementation:
//
//   - bytes of a file: when [Writer.Sync] returned nil;
//   - the name of a file (created, linked, renamed, removed): when
//     [FS.SyncDir] of its directory returned nil;
//   - a directory made by [FS.MkdirAll]: when that returned nil.
//
// A Sync that failed is never tried again: the kernel may have thrown the
// dirty pages away and would call the second try a success. Whoever gets such
// an error stops, and what is on the disk is read again at the next start.
//
// A whole file that must appear at once goes through [Stage]: written beside
// its place under a temporary name, synced, then linked (fails if the name is
// taken: [Staged.Publish]) or renamed (takes the name over: [Staged.Replace]),
// then the directory is synced. That order stands there and nowhere else.
//
// [Crash] records every operation that changes something. [Crash.StopAt] lets
// the machine die in operation k, and [Crash.Image] is the disk that the next
// start finds: only what was synced, everything, or any seeded mixture, torn
// at 512 bytes. A crash test is a loop over k and a few seeds.
package vfs
