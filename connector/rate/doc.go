// Package rate generates numbered rows, so many a second or so many a batch
// (Spark features S21, S22).
//
//	rate              value 0 1 2 …, as many as the clock allows since the query's first start
//	                  offset: seconds since then        timestamp: when the row was due
//	rate-micro-batch  value 0 1 2 …, rowsPerBatch for every batch
//	                  offset: {"offset":rows,"timestamp":ms}    timestamp: of the batch's start
//
// Both are replayable: a row is a function of its number. The start of rate is
// kept in the source's log, so that a restarted query goes on counting from it.
package rate
