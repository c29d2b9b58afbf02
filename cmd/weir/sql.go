package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

type sqlCommand struct {
	execute, file, format string
	sessionFlags
}

func newSQL(p *program) *cobra.Command {
	s := new(sqlCommand)
	c := p.command("sql", "Run statements, or an interactive shell", arguments(), func([]string) error { return s.run(p) })
	c.Flags().StringVarP(&s.execute, "execute", "e", "", "run the statements of this `TEXT`; without them a shell on a terminal, else standard input")
	c.Flags().StringVarP(&s.file, "file", "f", "", "run the statements of this `FILE`")
	c.MarkFlagsMutuallyExclusive("execute", "file")
	addChoice(c, &s.format, "format", "how rows are printed", "table", "vertical", "json", "csv")
	s.add(c)
	return c
}

// run runs the statements of -e or -f, or of standard input, or those typed.
func (c *sqlCommand) run(p *program) error {
	text := c.execute
	switch {
	case c.file != "":
		b, err := os.ReadFile(c.file)
		if err != nil {
			return fmt.Errorf("read the statements: %w", err)
		}
		text = string(b)
	case c.execute == "" && isTerminal(p.in) && isTerminal(p.out):
		return c.shell(p)
	case c.execute == "":
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
	return runScript(p, s, text, p.out, c.format)
}
