package main

import (
	"io"
)

type sqlCommand struct {
	Execute string `short:"e" help:"The statements to run; without them a shell on a terminal, else standard input." placeholder:"TEXT"`
	Format  string `default:"table" enum:"table,json,csv" help:"How rows are printed: table, json or csv."`
	sessionFlags
}

// Run runs the statements of -e, or of standard input, or those typed.
func (c *sqlCommand) Run(p *program) error {
	if c.Execute == "" && isTerminal(p.in) && isTerminal(p.out) {
		return c.shell(p)
	}
	text := c.Execute
	if text == "" {
		b, err := io.ReadAll(p.in)
		if err != nil {
			return err
		}
		text = string(b)
	}
	s, err := c.open(p.out)
	if err != nil {
		return err
	}
	defer s.Close()
	return runScript(p, s, text, p.out, c.Format)
}
