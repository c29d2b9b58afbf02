// Package dstream makes batches of streams: Spark Streaming's discretized streams, in
// typed Go.
//
// A [Stream] is described once, by functions over streams, and has an [rdd.RDD] for each
// interval. A [Context] makes the batches: at the end of each interval it asks the
// outputs for their jobs, the outputs ask their streams for the RDD of that time, and
// those ask the streams above them.
//
//	          ┌──────────────── one batch ────────────────┐
//	clock ──▶ generator ──▶ graph: output ─▶ … ─▶ input    executor ──▶ listeners
//	              │             RDD of 12:00:01 ──────────▶ jobs, in order
//	              └──▶ checkpoint: what is pending, what was read, where state lies
//
//	c, err := rdd.NewContext(rdd.Config{})
//	ssc := dstream.NewContext(c, time.Second, dstream.Conf{})
//	lines := dstream.TextFileStream(ssc, "in")
//	words := dstream.FlatMap(lines, strings.Fields)
//	counts := dstream.CountByValue(words)
//	dstream.Print(counts, 10)
//	err = ssc.Start(ctx)
//	err = ssc.AwaitTermination(ctx)
//
// Go has no generic methods, so steps are functions. None returns an error: the context
// remembers what was described wrongly, and [Context.Start] reports it.
//
// # Time
//
// Batches lie on a grid of the batch interval that 1970 began with. A stream of slide s
// has RDDs only every s, counted from the start; a window over it has those of the time
// before. RDDs are kept as long as somebody needs them, and then forgotten.
//
// # State
//
// Windows that are reduced with an inverse, [UpdateStateByKey] and [MapWithState] make
// the RDD of a batch from that of the batch before. They need [Context.Checkpoint]: now
// and then their RDDs are written there, which cuts the lineage, and every batch writes
// what a new process needs to go on ([GetOrCreate]).
//
// Every row is in state once, whatever happens. An output may run twice for one batch,
// after a crash; the time of the batch is the key by which its effect is made once.
//
// # Receivers
//
// A [Receiver] brings rows in on a goroutine of its own ([ReceiverStream],
// [SocketTextStream]). They are cut into blocks, which are kept until no batch needs
// them; each is a partition of the batch that it came before.
//
//	receiver ─▶ block ─┬─▶ memory, disk, second directory
//	                   └─▶ write-ahead log ─▶ acknowledged ─▶ batch
//
// With a checkpoint directory and Receiver.Log.Enable of [Conf], what was acknowledged
// is in the state once, also after the process was killed.
//
// # Rules for functions
//
// Functions run in tasks, on any goroutine, and run again after failures; see package
// rdd. A task that fails is tried again; after that the output of that batch has
// failed, later batches run, and [Context.AwaitTermination] returns the error. Functions
// given to [Transform] run where jobs are made, one at a time; those given to
// [ForeachRDD] run where jobs run.
//
// Features: D01 to D144.
package dstream
