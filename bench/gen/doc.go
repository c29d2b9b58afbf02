// Package gen makes the data of the benchmarks: auction events, advertising
// events and lines of words.
//
//	Generator ─┬─ Fill(from, n)   ─▶ typed columns        Parquet files, replayed batches
//	           └─ Append(from, n) ─▶ lines of text        Write, WriteDir: JSON and text files
//
// Record n of a generator is a function of its seed and n, as in
// internal/nexmark: files can be written by many goroutines, in pieces, again.
//
//	nexmark  the stream of the Nexmark benchmark, 333 bytes of JSON an event; of the three
//	         records only the one that is there is written
//	ysb      the Yahoo streaming benchmark: 7 strings, 253 bytes of JSON; Campaigns is the
//	         static table of it
//	lines    99 characters a line, 15 words, 700,000 different words by Zipf's law
package gen
