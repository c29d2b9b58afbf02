package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

type checkCommand struct {
	job        jobFlags
	checkpoint string
	sessionFlags
}

func newCheck(p *program) *cobra.Command {
	k := new(checkCommand)
	c := p.command("check JOB.sql CHECKPOINT", "Say what becomes of a checkpoint if a changed job is started on it",
		arguments("JOB.sql", "CHECKPOINT"), func(args []string) error {
			k.job.file, k.checkpoint = args[0], args[1]
			return k.run(p)
		})
	c.Long = "Say what becomes of a checkpoint if a changed job is started on it. A query may be running on it."
	c.Flags().StringVar(&k.job.table, "table", "", "the streaming table of this `NAME`, if the job has several")
	k.add(c)
	return c
}

// refusedError says that the job would not start; the report says why.
type refusedError struct{ checkpoint string }

func (e *refusedError) Error() string {
	return fmt.Sprintf("the job cannot be started on the checkpoint %s", e.checkpoint)
}

// run compares a job with a checkpoint and prints what becomes of it.
func (c *checkCommand) run(p *program) error {
	s, err := c.open(p.out)
	if err != nil {
		return err
	}
	defer s.Close()
	w, err := definedBy(p.ctx, s, c.job, c.checkpoint, p.in)
	if err != nil {
		return err
	}
	report, err := w.Check(p.ctx, c.checkpoint)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	for _, f := range report.Findings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", f.Verdict, f.What, f.Text)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if report.Refused() {
		return &refusedError{c.checkpoint}
	}
	return nil
}
