package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/connector/console"
)

type runCommand struct {
	File    string            `arg:"" help:"The job: a file of SQL statements; - is standard input."`
	Conf    map[string]string `help:"Settings, as NAME=VALUE." placeholder:"NAME=VALUE"`
	Workers int               `help:"How many tasks run at once; 0 is one for each processor."`
	Metrics string            `help:"Serve Prometheus metrics on this loopback address." placeholder:"127.0.0.1:4040"`
}

// Run runs the statements; streams run until they end or Ctrl-C.
func (c *runCommand) Run(p *program) error {
	if strings.HasSuffix(c.File, ".py") {
		return &usageError{"Python jobs need the Spark Connect server, which this version of weir does not have"}
	}
	text, err := readFile(c.File)
	if err != nil {
		return err
	}
	options := []weir.Option{weir.WithOutput(p.out), weir.WithWorkers(c.Workers)}
	for k, v := range c.Conf {
		options = append(options, weir.WithConf(k, v))
	}
	s, err := weir.Open(options...)
	if err != nil {
		return err
	}
	defer s.Close()
	stopMetrics, err := serveMetrics(c.Metrics, s)
	if err != nil {
		return err
	}
	defer stopMetrics()
	var queries []*weir.Query
	err = s.Run(p.ctx, text, func(r weir.Result) error {
		if r.Query != nil {
			queries = append(queries, r.Query)
			return nil
		}
		return show(p, r.Rows, "table")
	})
	if err != nil {
		return err
	}
	return await(p, queries)
}

// await waits until every query has ended; the first failure stops the others.
func await(p *program, queries []*weir.Query) error {
	errs := make([]error, len(queries))
	var wg sync.WaitGroup
	for i, q := range queries {
		wg.Go(func() {
			select {
			case <-p.ctx.Done():
				q.Stop()
				errs[i] = q.Err()
			case <-q.Done():
				errs[i] = q.Err()
			}
			if errs[i] != nil {
				for _, other := range queries {
					if other != q {
						other.Stop()
					}
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func readFile(name string) (string, error) {
	if name == "-" {
		b, err := io.ReadAll(os.Stdin)
		return string(b), err
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("read the job: %w", err)
	}
	return string(b), nil
}

// show prints a table, if it has columns.
func show(p *program, d *weir.DataFrame, format string) error {
	if d == nil {
		return nil
	}
	schema, err := d.Schema(p.ctx)
	if err != nil {
		return err
	}
	if schema.Len() == 0 {
		return nil
	}
	switch format {
	case "json":
		return d.WriteJSON(p.ctx, p.out)
	case "csv":
		return d.WriteCSV(p.ctx, p.out)
	default:
		return d.ShowTo(p.ctx, p.out, console.Layout{})
	}
}
