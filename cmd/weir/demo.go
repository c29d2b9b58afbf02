package main

import (
	"context"
	_ "embed" // the job's text
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weirstream/weir"
)

type demoCommand struct {
	lasts         time.Duration
	events, batch int64
	dir           string
	seed          int64
	reset         bool
	sessionFlags
}

func newDemo(p *program) *cobra.Command {
	d := new(demoCommand)
	c := p.command("demo", "Run the main job on built-in input", arguments(), func([]string) error { return d.run(p) })
	c.Flags().DurationVar(&d.lasts, "for", 0, "run for this `TIME`; without --events the default is 20s")
	c.Flags().Int64Var(&d.events, "events", 0, "run up to event `N` as fast as possible, and end")
	c.Flags().StringVar(&d.dir, "dir", "", "results and checkpoints lie in `DIR`; the default is weir-demo in your cache")
	c.Flags().Int64Var(&d.seed, "seed", 1, "which events there are")
	c.Flags().Int64Var(&d.batch, "batch", 100_000, "a batch takes at most `N` events")
	c.Flags().BoolVar(&d.reset, "reset", false, "forget what was processed before, and start anew")
	d.add(c)
	return c
}

//go:embed demo.sql
var demoJob string

// demoRate is the events of a second of event time, and of wall time where
// --events is not given.
const demoRate = 50_000

// run runs the job of demo.sql, and ends with what was processed. Run again, it
// goes on from its checkpoint.
func (c *demoCommand) run(p *program) error {
	if c.events < 0 || c.lasts < 0 || c.batch < 1 || c.seed < 0 {
		return &usageError{"--events, --for, --seed and --batch must be positive"}
	}
	if err := c.directory(); err != nil {
		return err
	}
	before, err := processed(c.dir)
	if err != nil {
		return err
	}
	view := newDemoView(p, before)
	s, err := c.open(p.out, weir.WithConnectors(tap{view}))
	if err != nil {
		return err
	}
	defer s.Close()
	s.Streams().AddListener(view)
	if err := c.process(p, s, view); err != nil {
		return err
	}
	// Ctrl-C has ended the stream; the totals are read nevertheless.
	t, err := readTotals(context.WithoutCancel(p.ctx), s, c.dir)
	if err != nil {
		return err
	}
	return t.print(p.out, before, c.dir)
}

// process runs the job until it ends.
func (c *demoCommand) process(p *program, s *weir.Session, view *demoView) error {
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	if d := c.duration(); d > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, d)
		defer stop()
	}
	fmt.Fprintf(p.err, "weir demo: results in %s\n", c.dir)
	var queries []*weir.Query
	err := s.Run(ctx, c.job(), func(r weir.Result) error {
		if r.Query != nil {
			queries = append(queries, r.Query)
		}
		return nil
	})
	if err != nil {
		cancel()
		return errors.Join(err, await(queries))
	}
	stopView := view.run()
	err = await(queries)
	stopView()
	return err
}

// duration is how long the demo runs; zero is until all events are done.
func (c *demoCommand) duration() time.Duration {
	if c.lasts == 0 && c.events == 0 {
		return 20 * time.Second
	}
	return c.lasts
}

// job is the text of demo.sql with the parameters of this run.
func (c *demoCommand) job() string {
	source := fmt.Sprintf("seed '%d', rate '%d', maxEventsPerTrigger '%d'", c.seed, demoRate, c.batch)
	trigger := "500 milliseconds"
	if c.events > 0 {
		source += fmt.Sprintf(", events '%d'", c.events)
		trigger = "availableNow"
	} else {
		source += fmt.Sprintf(", eventsPerSecond '%d'", demoRate)
	}
	return strings.NewReplacer("${source}", source, "${rate}", fmt.Sprint(demoRate), "${trigger}", trigger,
		"${format}", tap{}.Name(), "${dir}", strings.ReplaceAll(strings.ReplaceAll(c.dir, `\`, `\\`), "'", `\'`)).Replace(demoJob)
}

// demoSettings are what a directory of the demo was made with.
type demoSettings struct {
	Seed int64 `json:"seed"`
}

// directory makes the directory, or checks that what lies there was made with the
// same seed.
func (c *demoCommand) directory() error {
	if c.dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			cache = "." // nobody's home: the working directory
		}
		c.dir = filepath.Join(cache, "weir-demo")
	}
	dir, err := filepath.Abs(c.dir)
	if err != nil {
		return err
	}
	c.dir = dir
	name := filepath.Join(dir, "demo.json")
	if c.reset {
		if err := resetDemo(dir, name); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return c.newDirectory(name)
	}
	if err != nil {
		return err
	}
	var made demoSettings
	if err := json.Unmarshal(text, &made); err != nil {
		return fmt.Errorf("%s: %w; start anew with --reset", name, err)
	}
	if made.Seed != c.seed {
		return &usageError{fmt.Sprintf("%s was made with --seed %d, not %d: start anew with --reset, or take another --dir",
			dir, made.Seed, c.seed)}
	}
	return nil
}

// newDirectory notes the settings in a directory that must be empty.
func (c *demoCommand) newDirectory(name string) error {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "demo.json") {
			return &usageError{fmt.Sprintf("%s is not empty and holds no demo: take another --dir", c.dir)}
		}
	}
	text, err := json.Marshal(demoSettings{c.seed})
	if err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// resetDemo removes what the demo has made, and only in a directory of its own.
// The note goes last, so that a reset that was interrupted can be repeated.
func resetDemo(dir, note string) error {
	if _, err := os.Stat(note); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, name := range []string{"windows", "highest", "checkpoints", "demo.json"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// printer writes to a writer and keeps the first error, for reports of many lines.
type printer struct {
	to  io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.to, format, args...)
	}
}
