package main

import (
	"fmt"
	"text/tabwriter"
)

type checkCommand struct {
	Job        string `arg:"" help:"The job, perhaps changed: a file of SQL statements; - is standard input."`
	Checkpoint string `arg:"" help:"The checkpoint on which it would be started. A query may be running on it."`
	Table      string `help:"The job's streaming table, if it has several." placeholder:"NAME"`
	sessionFlags
}

// refusedError says that the job would not start; the report says why.
type refusedError struct{ checkpoint string }

func (e *refusedError) Error() string {
	return fmt.Sprintf("the job cannot be started on the checkpoint %s", e.checkpoint)
}

// Run compares a job with a checkpoint and prints what becomes of it.
func (c *checkCommand) Run(p *program) error {
	s, err := c.open(p.out)
	if err != nil {
		return err
	}
	defer s.Close()
	w, err := definedBy(p.ctx, s, jobFlags{c.Job, c.Table}, c.Checkpoint, p.in)
	if err != nil {
		return err
	}
	report, err := w.Check(p.ctx, c.Checkpoint)
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
		return &refusedError{c.Checkpoint}
	}
	return nil
}
