// Package receiver is the machinery beneath the receivers of a streaming context:
// it keeps what they bring in until a batch has read it.
//
//	Receiver ─▶ Intake ─▶ Generator ──┐   blocks cut every 200 ms
//	   ▲             └─ StoreBlock ───┼─▶ Keeper ─┬─▶ block store   memory, disk, replica
//	Supervisor                        │           └─▶ Log           receivedData/<stream>
//	restarts, stops, limits the rate  │                  │ durable
//	   ▲                              └──────────────────▼
//	Tracker ◀── AddBlock ── Log receivedBlockMetadata
//	   │
//	   └── AllocateBlocksToBatch(t) ─▶ BlocksOf(t, stream) ─▶ Keeper.Read, a block a partition
//
// A [Supervisor] runs a [Receiver] and hands it an [Intake]. Single rows are cut into
// blocks by a [Generator]; rows that are stored together are a block of their own and
// are stored when the call returns. A [Keeper] puts a block into the block store and
// into the write-ahead log ([Log]) at once, and then tells the [Tracker]; only then is
// the block acknowledged. The tracker deals the blocks to batches.
//
// What is acknowledged is in a batch, whatever happens: with the logs on, also after
// kill -9. A batch that was allocated has the same blocks after a restart. A full disk,
// a slow disk or a full queue hold receivers back, and nothing is dropped.
//
// How a streaming context uses it:
//
//	OpenTracker            when it is made, with Recover if it comes from a checkpoint
//	NewKeeper, NewSupervisor   for each stream with a receiver, before the start
//	Tracker.Start          at its start, after recovered batches were allocated again
//	AllocateBlocksToBatch  before the jobs of a batch are made; after an error no batch is run
//	BlocksOf, Keeper.Read  in the jobs of the batch
//	Estimator.Completed, Tracker.UpdateRate   after a batch, with back-pressure
//	Tracker.Clean, Keeper.Clean   when a batch is done, checkpointed and not remembered
//	Tracker.Stop           at its end; then Unallocated blocks make further batches
//	Keeper.Close, Tracker.Close   at last
//
// The package knows nothing of RDDs or of graphs of streams. Features D90 to D114.
package receiver
