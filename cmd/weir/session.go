package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/connector/console"
)

// sessionFlags are what the commands that open a session have in common.
type sessionFlags struct {
	conf          settings
	workers       int
	memory, store string
}

// add adds the flags to a command.
func (f *sessionFlags) add(c *cobra.Command) {
	f.conf = settings{}
	c.Flags().Var(f.conf, "conf", "a setting; once for each")
	c.Flags().IntVar(&f.workers, "workers", 0, "how many tasks run at once; `N` = 0 is one for each processor")
	addStateFlags(c, &f.store, &f.memory)
}

// addStateFlags adds the flags about state.
func addStateFlags(c *cobra.Command, store, memory *string) {
	c.Flags().StringVar(memory, "memory", "", "a query may take memory of this `SIZE`, such as 1GiB; state beyond it goes to disk")
	addOptionalChoice(c, store, "store", "where keyed state lives: mem, in memory while it fits, or lsm, on disk", "mem", "lsm")
}

// stateOptions are those of the flags about state.
func stateOptions(store, memory string) (options []weir.Option) {
	if store != "" {
		options = append(options, weir.WithConf("spark.sql.streaming.stateStore.providerClass", store))
	}
	if memory != "" {
		options = append(options, weir.WithConf("spark.weir.memory", memory))
	}
	return options
}

// open opens a session that prints to out.
func (f *sessionFlags) open(out io.Writer, more ...weir.Option) (*weir.Session, error) {
	if f.workers < 0 {
		return nil, &usageError{fmt.Sprintf("--workers is %d; it must be 0 or more", f.workers)}
	}
	options := append([]weir.Option{weir.WithOutput(out), weir.WithWorkers(f.workers)}, more...)
	options = append(options, stateOptions(f.store, f.memory)...)
	for k, v := range f.conf {
		options = append(options, weir.WithConf(k, v))
	}
	s, err := weir.Open(options...)
	if err == nil {
		boundHeap(s)
	}
	return s, err
}

// boundHeap makes the garbage collector work more often where memory is limited: the
// heap then becomes one and a half times what lives, by default twice. A limit of the
// heap would bring it to a standstill in batches that need more for as long as they run.
// Whoever sets GOGC or GOMEMLIMIT knows better.
func boundHeap(s *weir.Session) {
	if most, _ := s.Get("spark.weir.memory"); most != "0" && os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(50)
	}
}

// await waits until every query has ended; the first failure stops the others.
// Queries that were started with a context end with it, after the batch that runs.
func await(queries []*weir.Query) error {
	errs := make([]error, len(queries))
	var wg sync.WaitGroup
	for i, q := range queries {
		wg.Go(func() {
			<-q.Done()
			if errs[i] = q.Err(); errs[i] != nil {
				for _, other := range queries {
					other.Stop()
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// show prints a table, if it has columns.
func show(ctx context.Context, w io.Writer, d *weir.DataFrame, format string) error {
	if d == nil {
		return nil
	}
	schema, err := d.Schema(ctx)
	if err != nil {
		return err
	}
	if schema.Len() == 0 {
		return nil
	}
	switch format {
	case "json":
		return d.WriteJSON(ctx, w)
	case "csv":
		return d.WriteCSV(ctx, w)
	case "vertical":
		return d.ShowTo(ctx, w, console.Layout{Vertical: true})
	default:
		return d.ShowTo(ctx, w, console.Layout{})
	}
}

// showResult prints what a statement gives: as a table, or as it is where that is one
// text of many lines, which nobody can read in the cells of a table.
func showResult(ctx context.Context, w io.Writer, r weir.Result, format string) error {
	if r.Rows == nil || format != "table" || !manyLines(r.Text) {
		return show(ctx, w, r.Rows, format)
	}
	return showText(ctx, w, r.Rows)
}

// manyLines reports whether a statement gives one text of many lines: EXPLAIN and SHOW
// CREATE TABLE do.
func manyLines(statement string) bool {
	words := strings.Fields(strings.ToUpper(statement))
	return len(words) > 1 && (words[0] == "EXPLAIN" || words[0] == "SHOW" && words[1] == "CREATE")
}

func showText(ctx context.Context, w io.Writer, d *weir.DataFrame) error {
	rows, err := d.Collect(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := fmt.Fprintln(w, r[0]); err != nil {
			return err
		}
	}
	return nil
}
