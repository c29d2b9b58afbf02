package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir"
)

type stateCommand struct {
	checkpoint      string
	operator, batch int64
	side, variable  string
	timers, changes bool
	format          string
}

func newState(p *program) *cobra.Command {
	s := new(stateCommand)
	c := p.command("state CHECKPOINT", "Show the state that a checkpoint holds", arguments("CHECKPOINT"), func(args []string) error {
		s.checkpoint = args[0]
		return s.run(p)
	})
	c.Long = "Show the state that the checkpoint of a query holds, running or not: its operators, or the rows of one."
	c.Flags().Int64Var(&s.operator, "operator", -1, "show the rows of operator `N`; without it the operators are listed")
	c.Flags().Int64Var(&s.batch, "batch", -1, "the rows as batch `N` left them; without it the last one")
	addChoice(c, &s.side, "side", "of a join of streams", "none", "left", "right")
	c.Flags().StringVar(&s.variable, "variable", "", "of an operator with variables, show the one of this `NAME`")
	c.Flags().BoolVar(&s.timers, "timers", false, "of an operator with timers, those that are registered")
	c.Flags().BoolVar(&s.changes, "changes", false, "what the batch changed, and those after it")
	addChoice(c, &s.format, "format", "how rows are printed", "table", "json", "csv")
	return c
}

// run prints state.
func (c *stateCommand) run(p *program) error {
	s, err := weir.Open(weir.WithOutput(p.out))
	if err != nil {
		return err
	}
	defer s.Close()
	if c.operator < 0 {
		return show(p.ctx, p.out, s.Read().Format("state-metadata").Load(c.checkpoint), c.format)
	}
	r := s.Read().Format("statestore").Option("operatorId", c.operator).Option("joinSide", c.side).Option("stateVarName", c.variable).
		Option("readRegisteredTimers", c.timers)
	switch {
	case c.changes && c.batch < 0:
		return &usageError{"--changes needs --batch, the first batch whose changes are shown"}
	case c.changes:
		r = r.Option("readChangeFeed", true).Option("changeStartBatchId", c.batch)
	case c.batch >= 0:
		r = r.Option("batchId", c.batch)
	}
	return show(p.ctx, p.out, r.Load(c.checkpoint), c.format)
}
