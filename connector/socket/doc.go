// Package socket reads lines of text from a TCP server (Spark feature S20).
//
// The source is a client: it connects when the query starts, and a goroutine of
// its own reads what the server sends.
//
//	server ─▶ receive ─▶ chunk ─▶ chunk ─▶ chunk      one goroutine writes at the end
//	                       │        │        └─ being filled; lines in it can be read
//	                       │        └─ admitted by Latest, read as views by any number of readers
//	                       └─ behind Commit: reused
//
// Lines are views of the chunks they came in; nothing is copied but the
// beginning of a line that goes on in the next chunk. A line ends at \n, \r or
// \r\n; bytes that are no UTF-8 become U+FFFD; the last line need not be ended.
//
// # When the query is slower than the server
//
// Once the lines behind the last batch have as many bytes as the buffer may
// hold, the source stops reading, TCP fills up and the server waits. No line is
// ever dropped. Lines of running and uncommitted batches come on top, so that
// the source holds about three times its limit at most.
//
// # What gets lost
//
// A socket cannot be read again. What was received and not committed is gone
// after a restart, and so the source is not replayable ([source.Replayable]):
// an engine refuses to run a planned batch of it again. When the server closes
// the connection what came stays readable and a warning says so.
package socket
