package main

import (
	"fmt"
	"io"
	"os"
)

type sqlCommand struct {
	Execute string `short:"e" help:"The statements to run; without them a shell on a terminal, else standard input." placeholder:"TEXT"`
	File    string `short:"f" help:"A file of statements to run." placeholder:"FILE" xor:"text"`
	Format  string `default:"table" enum:"table,vertical,json,csv" help:"How rows are printed: table, vertical, json or csv."`
	sessionFlags
}

// Run runs the statements of -e or -f, or of standard input, or those typed.
func (c *sqlCommand) Run(p *program) error {
	text := c.Execute
	switch {
	case c.Execute != "" && c.File != "":
		return &usageError{"-e and -f exclude each other"}
	case c.File != "":
		b, err := os.ReadFile(c.File)
		if err != nil {
			return fmt.Errorf("read the statements: %w", err)
		}
		text = string(b)
	case c.Execute == "" && isTerminal(p.in) && isTerminal(p.out):
		return c.shell(p)
	case c.Execute == "":
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
