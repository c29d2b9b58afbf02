// Command wordcount counts the words of a text that comes over a socket, and
// prints the whole count after every batch.
//
//	socket ─▶ lines ─▶ split, explode ─▶ words ─▶ count by word ─▶ console
//
// Give it something to read with nc -lk 9999, then start it. wordcount.sql beside
// it is the same job for weir run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
)

func main() {
	port := flag.Int("port", 9999, "the port of localhost to read from")
	rows := flag.Int("rows", 20, "how many words to print")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := count(ctx, *port, *rows); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "wordcount:", err)
		os.Exit(1)
	}
}

// count runs the job until ctx ends.
func count(ctx context.Context, port, rows int, options ...weir.Option) error {
	s, err := weir.Open(options...)
	if err != nil {
		return err
	}
	defer s.Close()
	lines := s.ReadStream().Format("socket").Option("host", "localhost").Option("port", port).Load()
	words := lines.Select(f.Explode(f.Split("value", " ")).As("word"))
	q, err := words.GroupBy("word").Count().WriteStream().OutputMode(weir.Complete).
		Format("console").Option("numRows", rows).Option("truncate", false).Start(ctx)
	if err != nil {
		return err
	}
	return q.AwaitTermination(ctx)
}
