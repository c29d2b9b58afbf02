// Package weir is stream processing with the semantics of Spark's Structured
// Streaming, as a library.
//
// A [Session] reads sources, as streams or as tables, into DataFrames. A
// [DataFrame] is a plan: its methods chain, compute nothing and return no
// errors; what went wrong is remembered and reported by the action, all of it,
// with the places in the program. A stream is started with
// [DataFrame.WriteStream] and runs as a [Query], batch by batch, until it is
// stopped.
//
//	ReadStream ─▶ DataFrame ─▶ Select, Where, GroupBy, Join, … ─▶ WriteStream.Start ─▶ Query
//	Read       ─▶     │                                        └▶ Collect, Show, Count, Write
//	SQL        ─▶     │ CreateOrReplaceTempView ─▶ SQL
//
// Counting words from a socket:
//
//	s, err := weir.Open()
//	lines := s.ReadStream().Format("socket").
//		Option("host", "localhost").Option("port", 9999).Load()
//	words := lines.Select(f.Explode(f.Split("value", " ")).As("word"))
//	q, err := words.GroupBy("word").Count().
//		WriteStream().OutputMode(weir.Complete).Format("console").Start(ctx)
//	err = q.AwaitTermination(ctx)
//
// Where a column or its name may stand the parameter is ...any: a string is a
// column's name, a functions.Column itself, anything else an error of the chain.
package weir
