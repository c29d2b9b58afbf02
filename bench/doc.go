// Package bench measures weir, beside other engines where asked. weir bench is its
// command; nothing of it is a test.
//
//	gen ─▶ files, or column batches in memory ─▶ query ─▶ noop sink
//	                                               │ progress of every batch
//	peer's script, the same files ─▶ its CSV line  ▼
//	          └────────────────────────────────▶ Result ─▶ table with ratios, JSON
//
// The suites:
//
//	nexmark  the queries of an online auction over Parquet, JSON, or columns in memory
//	latency  durable batches of one row, beside append and fsync on the same disk
//	start    from exec to the first committed batch; idle memory; size of the binary
//	lines    grep and word count over lines of text
//	dstream  jobs of discretized streams: the same, windows, state, batches of 10 ms and
//	         without data; its peer is Spark Streaming, by a program in peers/
//	tpch     nine batch queries over tables of the shape of TPC-H; the scripts of its
//	         peers lie in peers/, and their answers must be weir's
//
// Three rules keep the figures honest. A figure stands beside its peer's of the
// same run: the engines take turns, query by query, and of several rounds the
// median counts. Everything is durable: each query has a checkpoint on the disk
// where the data lies. A rate is that of the last half of the batches, by the time
// that the triggers took, for weir and for Spark alike; what a query cost as a
// whole, start and warm-up included, stands beside it in CPU seconds.
package bench
