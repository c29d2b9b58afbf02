package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Peers are the engines that run beside weir, by their own scripts.
type Peers struct {
	// Names are spark and duckdb.
	Names []string
	// Dir is the folder with spark_nexmark.py and duckdb_nexmark.py.
	Dir string

	duckdb []map[string]Result // of each round: DuckDB's script runs all queries at once
}

// peerNames are the engines that there are scripts for.
var peerNames = []string{"spark", "duckdb"}

// Check reports what is missing.
func (p *Peers) Check() error {
	for _, name := range p.Names {
		if !slices.Contains(peerNames, name) {
			return fmt.Errorf("there is no peer %s; there are %v", name, peerNames)
		}
		if p.Dir == "" {
			return errors.New("the peers' scripts are no part of weir: say with --peers in which folder they lie")
		}
		script := filepath.Join(p.Dir, name+"_nexmark.py")
		if _, err := os.Stat(script); err != nil {
			return fmt.Errorf("the script of %s: %w", name, err)
		}
	}
	return nil
}

// run runs a query on each peer that reads this input.
func (p *Peers) run(ctx context.Context, n *nexmarkSuite, query string, round int) ([]Result, error) {
	var out []Result
	for _, name := range p.Names {
		if n.input == "typed" || name == "duckdb" && n.input != "parquet" {
			continue
		}
		r, err := p.one(ctx, name, n, query, round)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if err != nil {
			r = Result{Failed: err.Error()}
		}
		if r.Events == 0 && err == nil {
			continue // not among the queries of its script
		}
		r.Suite, r.Query, r.Input, r.Engine = "nexmark", query, n.input, name
		out = append(out, r)
	}
	return out, nil
}

func (p *Peers) one(ctx context.Context, name string, n *nexmarkSuite, query string, round int) (Result, error) {
	dir, done, err := n.scratch()
	if err != nil {
		return Result{}, err
	}
	defer done()
	script, err := filepath.Abs(filepath.Join(p.Dir, name+"_nexmark.py"))
	if err != nil {
		return Result{}, err
	}
	if name == "duckdb" {
		if round < len(p.duckdb) {
			return p.duckdb[round][query], nil
		}
		text, err := runPeer(ctx, dir, script, n.dir)
		if err != nil {
			return Result{}, err
		}
		p.duckdb = append(p.duckdb, duckdbResults(text, n.total))
		return p.duckdb[round][query], nil
	}
	text, err := runPeer(ctx, dir, script, n.dir, n.input, "out.csv", query, "2")
	if err != nil {
		return Result{}, err
	}
	return sparkResult(text, n.total)
}

// runPeer runs a script in a folder of its own and returns what it printed.
func runPeer(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "python3", args...)
	cmd.Dir = dir
	cmd.WaitDelay = 10 * time.Second
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(problems.String()), "\n")
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, lines[len(lines)-1])
	}
	return out.String(), nil
}

// pairs are the NAME=VALUE fields of a line that are numbers.
func pairs(line string) map[string]float64 {
	m := make(map[string]float64)
	for field := range strings.SplitSeq(strings.TrimSpace(line), ",") {
		if name, value, ok := strings.Cut(field, "="); ok {
			if v, err := strconv.ParseFloat(value, 64); err == nil {
				m[name] = v
			}
		}
	}
	return m
}

// sparkResult reads the last line of Spark's script with figures, which are for so
// many events.
func sparkResult(text string, events int64) (Result, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	slices.Reverse(lines)
	for _, line := range lines {
		if strings.Contains(line, "FAILED") {
			return Result{}, errors.New(line)
		}
		m := pairs(line)
		if m["wall_s"] == 0 {
			continue
		}
		return Result{
			Events: events, Seconds: m["wall_s"], EventsPerSecond: m["ev_s_steady"],
			CPUSeconds: m["cpu_s"], PeakRSSBytes: int64(m["rss_mb"]) << 20, Rows: -1,
		}, nil
	}
	return Result{}, errors.New("the script printed no figures")
}

// duckdbEvents is what DuckDB's script takes for the number of events when it
// computes rates.
const duckdbEvents = 5_000_000

// duckdbResults reads the lines of DuckDB's script, by query.
func duckdbResults(text string, events int64) map[string]Result {
	all := make(map[string]Result)
	for line := range strings.Lines(text) {
		name, _, ok := strings.Cut(line, ",")
		m := pairs(line)
		if !ok || m["ev_s"] == 0 {
			continue
		}
		took := duckdbEvents / m["ev_s"]
		all[name] = Result{Events: events, Seconds: took, EventsPerSecond: float64(events) / took,
			CPUSeconds: m["cpu_s_per_Mev"] * duckdbEvents / 1e6, Rows: -1}
	}
	return all
}
