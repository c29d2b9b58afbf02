package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirstream/weir"
)

type runCommand struct {
	file, metrics string
	sessionFlags
}

func newRun(p *program) *cobra.Command {
	r := new(runCommand)
	c := p.command("run JOB.sql", "Run a job: a file of SQL statements", arguments("JOB.sql"), func(args []string) error {
		r.file = args[0]
		return r.run(p)
	})
	c.Long = "Run a job: a file of SQL statements; - is standard input. Streams run until they end or Ctrl-C."
	c.Flags().StringVar(&r.metrics, "metrics", "", "serve Prometheus metrics on this loopback `ADDRESS`, such as 127.0.0.1:4040")
	r.add(c)
	return c
}

// run runs the statements; streams run until they end or Ctrl-C.
func (c *runCommand) run(p *program) error {
	if strings.HasSuffix(c.file, ".py") {
		return &usageError{"Python jobs need the Spark Connect server, which this version of weir does not have"}
	}
	text, err := readJob(c.file, p.in)
	if err != nil {
		return err
	}
	view := newRunView(p)
	defer view.close()
	s, err := c.open(view.out)
	if err != nil {
		return err
	}
	defer s.Close()
	s.Streams().AddListener(view)
	stopMetrics, err := serveMetrics(c.metrics, s.MetricsHandler(), p.err)
	if err != nil {
		return err
	}
	defer stopMetrics()
	return runScript(p, s, text, view.out, "table")
}

// runScript runs statements, prints what they give, and waits for the streams
// that they have started.
func runScript(p *program, s *weir.Session, text string, out io.Writer, format string) error {
	var queries []*weir.Query
	err := s.Run(p.ctx, text, func(r weir.Result) error {
		if r.Query != nil {
			queries = append(queries, r.Query)
			return nil
		}
		return showResult(p.ctx, out, r, format)
	})
	if err != nil {
		return err
	}
	return await(queries)
}

func readJob(name string, in io.Reader) (string, error) {
	if name == "-" {
		b, err := io.ReadAll(in)
		return string(b), err
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("read the job: %w", err)
	}
	return string(b), nil
}
