package bench

import (
	"bytes"
	"context"
	_ "embed" // the peers' scripts
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/bench/gen"
	"github.com/weirstream/weir/connector/file/parquet"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/schedule"
	"github.com/weirstream/weir/types"
)

// The peers' scripts read what to do from their input, and print a line of JSON for
// each query.
var (
	//go:embed peers/duckdb_tpch.py
	duckdbTPCH string
	//go:embed peers/spark_tpch.py
	sparkTPCH string
)

const (
	tpchSeed = 1
	// linesPerScale is how many lines there are at scale 1.
	linesPerScale = 6_000_000
	// tpchPerFile is how many records a file of a table holds at most.
	tpchPerFile = 1 << 20
)

// tpchSuite runs the queries over the sales tables.
type tpchSuite struct {
	Options
	dir   string
	lines int64
	names []string // of the queries
	// answers are those of weir, by query, with which those of peers are compared.
	answers map[string][][]string
}

// TPCH runs batch queries over Parquet tables of [gen.SalesTables], and on the peers.
// Options.Events is the number of lines, six million unless it is given.
func TPCH(ctx context.Context, o Options) ([]Result, error) {
	t := &tpchSuite{Options: o, answers: make(map[string][][]string)}
	for _, q := range tpchQueries {
		t.names = append(t.names, q.name)
	}
	var err error
	if t.names, err = o.chosen(t.names); err != nil {
		return nil, err
	}
	if err := t.prepare(ctx); err != nil {
		return nil, err
	}
	all, err := t.measured(ctx)
	if err != nil {
		return all, err
	}
	for _, name := range o.Peers.Names {
		r, err := t.peer(ctx, name)
		if all = append(all, r...); err != nil {
			return all, err
		}
	}
	slices.SortStableFunc(all, func(a, b Result) int {
		return slices.Index(t.names, a.Query) - slices.Index(t.names, b.Query)
	})
	return all, nil
}

// prepare makes the tables where they are missing.
func (t *tpchSuite) prepare(ctx context.Context) error {
	folder, err := t.folder()
	if err != nil {
		return err
	}
	t.lines = t.events(linesPerScale)
	t.dir = filepath.Join(folder, fmt.Sprintf("sales-%d-seed-%d", t.lines, tpchSeed))
	if _, err := os.Stat(t.dir); err == nil {
		return nil
	}
	t.logf("making the sales tables of %d lines in %s", t.lines, t.dir)
	making := t.dir + ".new"
	if err := os.RemoveAll(making); err != nil {
		return err
	}
	for _, table := range gen.SalesTables {
		if err := t.write(ctx, making, table); err != nil {
			return err
		}
	}
	return os.Rename(making, t.dir)
}

// write writes one table, its files beside each other.
func (t *tpchSuite) write(ctx context.Context, dir, table string) error {
	scale := float64(t.lines) / linesPerScale
	s, err := gen.NewSales(table, scale, tpchSeed)
	if err != nil {
		return err
	}
	files := gen.Files{Records: s.Records, PerFile: tpchPerFile, Extension: ".parquet"}
	if err := os.MkdirAll(filepath.Join(dir, table), 0o755); err != nil {
		return err
	}
	pool := schedule.Pool{Workers: max(t.Workers, 2)}
	return pool.Run(ctx, files.Len(), func(ctx context.Context, _, i int) error {
		s, err := gen.NewSales(table, scale, tpchSeed)
		if err != nil {
			return err
		}
		f, err := os.Create(filepath.Join(dir, table, files.Name(i)))
		if err != nil {
			return err
		}
		from, to := files.Range(i)
		return errors.Join(writeSales(ctx, f, s, from, to), f.Close())
	})
}

func writeSales(ctx context.Context, f *os.File, s *gen.Sales, from, to int64) error {
	w, err := parquet.NewWriter(f, s.Schema(), "snappy")
	if err != nil {
		return err
	}
	for from < to {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := int(min(to-from, batch.Size))
		if err := w.Write(s.Fill(from, n)); err != nil {
			return err
		}
		from += int64(n)
	}
	return w.Close()
}

// chosenQueries are those to run.
func (t *tpchSuite) chosenQueries() []tpchQuery {
	return slices.DeleteFunc(slices.Clone(tpchQueries), func(q tpchQuery) bool { return !slices.Contains(t.names, q.name) })
}

// measured runs the queries on weir, each once more to warm up.
func (t *tpchSuite) measured(ctx context.Context) ([]Result, error) {
	s, err := t.session()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for _, table := range gen.SalesTables {
		text := fmt.Sprintf("CREATE TEMPORARY VIEW %s USING parquet OPTIONS (path '%s')", table, filepath.Join(t.dir, table))
		if _, err := s.SQL(text).Collect(ctx); err != nil {
			return nil, err
		}
	}
	var all []Result
	for _, q := range t.chosenQueries() {
		var rounds []Result
		for round := range t.rounds() + 1 {
			if err := ctx.Err(); err != nil {
				return all, err
			}
			r := t.run(ctx, s, q)
			if round > 0 {
				rounds = append(rounds, r)
			}
		}
		r := median(rounds)
		t.logf("%s weir: %.3f s, %.3f s of CPU %s", q.name, r.Seconds, r.CPUSeconds, r.Failed)
		all = append(all, r)
	}
	return all, nil
}

func (t *tpchSuite) run(ctx context.Context, s *weir.Session, q tpchQuery) Result {
	r := Result{Suite: "tpch", Query: q.name, Input: "parquet", Engine: "weir", Events: t.lines}
	var rows []weir.Row
	c, err := measure(func() (err error) {
		rows, err = s.SQL(q.text).Collect(ctx)
		return err
	})
	if err != nil {
		r.Failed, _, _ = strings.Cut(err.Error(), "\n")
		return r
	}
	r.Seconds, r.CPUSeconds, r.PeakRSSBytes, r.Rows = c.wall.Seconds(), c.cpu.Seconds(), c.peak, int64(len(rows))
	r.EventsPerSecond = float64(t.lines) / r.Seconds
	if t.answers[q.name], err = cells(ctx, s.SQL(q.text), rows); err != nil {
		r.Failed = err.Error()
	}
	return r
}

// peerResult is a line that a script prints.
type peerResult struct {
	Query   string     `json:"query"`
	Seconds float64    `json:"seconds"`
	CPU     float64    `json:"cpu_seconds"`
	Peak    int64      `json:"peak_rss_bytes"`
	Rows    [][]string `json:"rows"`
}

// peer runs the queries on a peer, and compares its answers with weir's.
func (t *tpchSuite) peer(ctx context.Context, name string) ([]Result, error) {
	threads := t.Workers
	if threads <= 0 {
		threads = 2
	}
	job := map[string]any{"data": t.dir, "tables": gen.SalesTables, "threads": threads, "rounds": t.rounds()}
	var queries [][2]string
	for _, q := range t.chosenQueries() {
		queries = append(queries, [2]string{q.name, q.text})
	}
	job["queries"] = queries
	text, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "python3", "-c", map[string]string{"duckdb": duckdbTPCH, "spark": sparkTPCH}[name])
	cmd.Stdin = bytes.NewReader(text)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(problems.String()), "\n")
		return nil, fmt.Errorf("%s: %w: %s", name, err, lines[len(lines)-1])
	}
	var all []Result
	for line := range bytes.Lines(out) {
		var p peerResult
		if err := json.Unmarshal(line, &p); err != nil {
			return all, err
		}
		r := Result{Suite: "tpch", Query: p.Query, Input: "parquet", Engine: name, Events: t.lines, Seconds: p.Seconds,
			EventsPerSecond: float64(t.lines) / p.Seconds, CPUSeconds: p.CPU, PeakRSSBytes: p.Peak, Rows: int64(len(p.Rows))}
		if why := differ(t.answers[p.Query], p.Rows); why != "" {
			r.Failed = "the answer is not weir's: " + why
		}
		t.logf("%s %s: %.3f s, %.3f s of CPU %s", p.Query, name, r.Seconds, r.CPUSeconds, r.Failed)
		all = append(all, r)
	}
	return all, nil
}

// differ says how two answers differ; numbers may by the last digits.
func differ(a, b [][]string) string {
	if len(a) != len(b) {
		return fmt.Sprintf("%d rows, %d rows", len(a), len(b))
	}
	for i := range a {
		for k := range a[i] {
			x, errX := strconv.ParseFloat(a[i][k], 64)
			y, errY := strconv.ParseFloat(b[i][k], 64)
			same := a[i][k] == b[i][k]
			if errX == nil && errY == nil {
				same = math.Abs(x-y) <= 1e-6*max(math.Abs(x), math.Abs(y), 1)
			}
			if !same {
				return fmt.Sprintf("row %d, column %d: %s, %s", i+1, k+1, a[i][k], b[i][k])
			}
		}
	}
	return ""
}

// cells are the values of rows as texts, as the peers' scripts print them.
func cells(ctx context.Context, d *weir.DataFrame, rows []weir.Row) ([][]string, error) {
	schema, err := d.Schema(ctx)
	if err != nil {
		return nil, err
	}
	out := make([][]string, len(rows))
	for i, row := range rows {
		for k, v := range row {
			text := fmt.Sprint(v)
			switch v := v.(type) {
			case nil:
				text = "" // as the scripts' null becomes
			case types.Decimal:
				text = v.Format(schema.Fields[k].Type.Scale)
			case int32:
				if schema.Fields[k].Type.Kind == types.Date {
					text = time.Unix(int64(v)*86400, 0).UTC().Format(time.DateOnly)
				}
			}
			out[i] = append(out[i], text)
		}
	}
	return out, nil
}
