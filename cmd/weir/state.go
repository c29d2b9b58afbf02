package main

import "github.com/weirstream/weir"

type stateCommand struct {
	Checkpoint string `arg:"" help:"The checkpoint of a query, running or not."`
	Operator   int64  `default:"-1" help:"Show the rows of this operator; without it the operators are listed." placeholder:"N"`
	Batch      int64  `default:"-1" help:"The rows as this batch left them; without it the last one." placeholder:"N"`
	Side       string `enum:"left,right,none" default:"none" help:"Of a join of streams: left or right."`
	Variable   string `help:"Of an operator with variables: the one to show." placeholder:"NAME"`
	Timers     bool   `help:"Of an operator with timers: those that are registered."`
	Changes    bool   `help:"What the batch changed, and those after it."`
	Format     string `enum:"table,json,csv" default:"table" help:"table, json or csv."`
}

// Run prints state.
func (c *stateCommand) Run(p *program) error {
	s, err := weir.Open(weir.WithOutput(p.out))
	if err != nil {
		return err
	}
	defer s.Close()
	if c.Operator < 0 {
		return show(p.ctx, p.out, s.Read().Format("state-metadata").Load(c.Checkpoint), c.Format)
	}
	r := s.Read().Format("statestore").Option("operatorId", c.Operator).Option("joinSide", c.Side).Option("stateVarName", c.Variable).
		Option("readRegisteredTimers", c.Timers)
	switch {
	case c.Changes && c.Batch < 0:
		return &usageError{"--changes needs --batch, the first batch whose changes are shown"}
	case c.Changes:
		r = r.Option("readChangeFeed", true).Option("changeStartBatchId", c.Batch)
	case c.Batch >= 0:
		r = r.Option("batchId", c.Batch)
	}
	return show(p.ctx, p.out, r.Load(c.Checkpoint), c.Format)
}
