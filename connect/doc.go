// Package connect serves Spark Connect: PySpark and every other client of it run on the
// embedded engine.
//
//	pyspark ─ sc://127.0.0.1:15002 ─▶ Server ─▶ session of the client ─▶ weir.Session
//	                                    │         uploads, errors, runs
//	   ExecutePlan   plan ──▶ sparkplan.Decode ──▶ DataFrame ──▶ Arrow, a response a batch
//	   AnalyzePlan   plan ──▶ schema, explain, tree, …
//	   Config        settings; those that weir has none of are kept for the client
//	   AddArtifacts  rows too large for a plan
//
// A client makes up the id of its session; the first request with an id opens one. It
// ends when the client releases it, and with it its views and queries.
//
// A run answers with the schema, a batch of rows a response, and the word that it is
// complete. Streams of answers are never cut before that, so that a client has no
// cause to take one up again. An error travels with Spark's condition, its parameters and
// the class by which PySpark picks its exception; what a client asks of it later is kept
// for a while.
//
// There is no TLS and no token yet: a Server refuses to listen anywhere but on the
// loopback interface.
//
// Source: Spark Connect as of Spark 4.3.
package connect
