package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/weirstream/weir"
)

type replayCommand struct {
	checkpoint, batches string
	job                 jobFlags
	rows                int
	sessionFlags
}

func newReplay(p *program) *cobra.Command {
	r := new(replayCommand)
	c := p.command("replay CHECKPOINT --batches N..M", "Run batches of a checkpoint again, and show what each operator took and gave",
		arguments("CHECKPOINT"), func(args []string) error {
			r.checkpoint = args[0]
			return r.run(p)
		})
	c.Flags().StringVar(&r.batches, "batches", "", "run batches `N..M` again: 3..7, or 7 alone, or 3.. for all from 3 on")
	c.Flags().StringVar(&r.job.file, "job", "", "run `JOB.sql`, if the checkpoint does not remember its job, or to try a changed one")
	c.Flags().StringVar(&r.job.table, "table", "", "the streaming table of this `NAME`, if the job has several")
	c.Flags().IntVarP(&r.rows, "rows", "v", 0, "show `N` of the rows that each operator gave")
	required(c, "batches")
	r.add(c)
	return c
}

// run runs batches again and prints what they did.
func (c *replayCommand) run(p *program) error {
	first, last, err := batchRange(c.batches)
	if err != nil {
		return err
	}
	s, err := c.open(p.out)
	if err != nil {
		return err
	}
	defer s.Close()
	w, err := definedBy(p.ctx, s, c.job, c.checkpoint, p.in)
	if err != nil {
		return err
	}
	return w.Replay(p.ctx, weir.ReplayOptions{Checkpoint: c.checkpoint, First: first, Last: last, Sample: c.rows},
		func(t *weir.BatchTrace) error { return printTrace(p.out, t) })
}

// batchRange reads N, N..M or N.. as batches.
func batchRange(text string) (first, last int64, err error) {
	from, to, several := strings.Cut(text, "..")
	first, err = strconv.ParseInt(from, 10, 64)
	last = first
	if err == nil && several {
		last = -1
		if to != "" {
			last, err = strconv.ParseInt(to, 10, 64)
		}
	}
	if err != nil || first < 0 || several && to != "" && last < first {
		return 0, 0, &usageError{fmt.Sprintf("--batches is %q; write it as 7, 3..7 or 3..", text)}
	}
	return first, last, nil
}

// jobFlags say which query is meant.
type jobFlags struct{ file, table string }

// definedBy is the query of a job, or the one that a checkpoint remembers.
func definedBy(ctx context.Context, s *weir.Session, f jobFlags, checkpoint string, in io.Reader) (*weir.StreamWriter, error) {
	script, table, err := s.JobOf(checkpoint)
	if err != nil {
		return nil, err
	}
	if f.file != "" {
		text, err := readJob(f.file, in)
		if err != nil {
			return nil, err
		}
		if script = text; !strings.Contains(text, table) {
			table = ""
		}
	} else if script == "" {
		return nil, &usageError{fmt.Sprintf("the checkpoint %s does not remember its job: the query was started by a program, or there "+
			"are secrets in the script. Give the job with --job", checkpoint)}
	}
	if f.table != "" {
		table = f.table
	}
	return s.Define(ctx, script, table)
}

// printTrace prints what a batch did.
func printTrace(w io.Writer, t *weir.BatchTrace) error {
	note := ""
	if !t.Committed {
		note = ", planned and not committed"
	}
	fmt.Fprintf(w, "batch %d of %s%s\n", t.Batch, moment(t.Timestamp), note)
	fmt.Fprintf(w, "  watermark %s, late at or before %s", moment(t.Watermark), moment(t.Late))
	if !t.Next.IsZero() {
		fmt.Fprintf(w, ", next %s", moment(t.Next))
	}
	fmt.Fprintln(w)
	for _, s := range t.Sources {
		fmt.Fprintf(w, "  source %s: %s to %s\n", s.Description, place(s.Start), place(s.End))
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "  took\tgave\tstate\tupdated\tremoved\tlate\toperator")
	for _, o := range t.Operators {
		fmt.Fprintf(table, "  %s\t%s\t", count(o.Took), count(o.Gave))
		if s := o.State; s != nil {
			fmt.Fprintf(table, "%d\t%d\t%d\t%d\t", s.RowsTotal, s.RowsUpdated, s.RowsRemoved, s.RowsDropped)
		} else {
			fmt.Fprint(table, "\t\t\t\t")
		}
		fmt.Fprintf(table, "%s%s\n", strings.Repeat("  ", o.Depth), o.Text)
		for _, row := range o.Sample {
			fmt.Fprintf(table, "  \t\t\t\t\t\t%s  | %s\n", strings.Repeat("  ", o.Depth), row)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	text := map[weir.Likeness]string{weir.SameState: ", state as the batch left it", weir.OtherState: ", state not as the batch left it"}[t.State]
	_, err := fmt.Fprintf(w, "  rows for the sink: %d%s\n\n", t.Rows, text)
	return err
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.999") }

func place(offset []byte) string {
	if len(offset) == 0 {
		return "the beginning"
	}
	return string(offset)
}

// count is a number of rows; - where the operator is part of another.
func count(n int64) string {
	if n < 0 {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}
