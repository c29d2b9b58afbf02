package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/weirstream/weir"
)

type runCommand struct {
	File    string `arg:"" help:"The job: a file of SQL statements; - is standard input."`
	Metrics string `help:"Serve Prometheus metrics on this loopback address." placeholder:"127.0.0.1:4040"`
	sessionFlags
}

// Run runs the statements; streams run until they end or Ctrl-C.
func (c *runCommand) Run(p *program) error {
	if strings.HasSuffix(c.File, ".py") {
		return &usageError{"Python jobs need the Spark Connect server, which this version of weir does not have"}
	}
	text, err := readJob(c.File, p.in)
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
	stopMetrics, err := serveMetrics(c.Metrics, s.MetricsHandler(), p.err)
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
