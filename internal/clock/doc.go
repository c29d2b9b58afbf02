// Package clock is the only clock of the engine.
//
// A query's trigger, the batch generator of dstream and the receivers ask a
// [Clock] for the time and wait on its timers; nothing else in the engine looks
// at the time. A program runs on the [System] clock. A test runs on a [Manual]
// one, which stands still until it is told to move:
//
//	   trigger ──▶ Clock ──▶ System   the machine's time
//	receivers ──▶       └──▶ Manual   stands at 12:00 until Advance(time.Second)
//
// Pure parts (microbatch, watermark) take no clock at all: they are given
// times. Code that only computes and waits may be tested with testing/synctest
// instead; the Manual clock is for queries that also read sockets and files,
// which keep a synctest bubble from moving.
package clock
