package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/zeebo/xxh3"

	"github.com/weirstream/weir"
)

// totals are what the demo has processed in all its runs. All but events is read
// from the files it has written: rows that were written twice or never show.
type totals struct {
	events   int64
	windows  int64  // rows of the first query: a second and a kind of channel each
	bids     int64  // in those windows
	highest  int64  // rows of the second query
	checksum string // of sums over all columns
}

// readTotals reads the files of both queries.
func readTotals(ctx context.Context, s *weir.Session, dir string) (totals, error) {
	t := totals{}
	var err error
	if t.events, err = processed(dir); err != nil {
		return t, err
	}
	windows, err := sums(ctx, s, "json", filepath.Join(dir, "windows"),
		"second TIMESTAMP, kind STRING, bids BIGINT, highest BIGINT, volume BIGINT",
		"count(*)", "sum(bids)", "sum(highest)", "sum(volume)", "sum(length(kind) * bids)")
	if err != nil {
		return t, err
	}
	highest, err := sums(ctx, s, "parquet", filepath.Join(dir, "highest"), "",
		"count(*)", "sum(auction)", "sum(bidder)", "sum(price)", "sum(length(kind) * price)")
	if err != nil {
		return t, err
	}
	t.windows, t.bids, t.highest = windows[0], windows[1], highest[0]
	t.checksum = fmt.Sprintf("%016x", xxh3.HashString(fmt.Sprint(windows, highest)))
	return t, nil
}

// sums computes aggregates of the files of a sink; zeros where there are none.
func sums(ctx context.Context, s *weir.Session, format, dir, schema string, aggregates ...string) ([]int64, error) {
	out := make([]int64, len(aggregates))
	if _, err := os.Stat(filepath.Join(dir, "_spark_metadata")); errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	r := s.Read().Format(format)
	if schema != "" {
		r.Schema(schema)
	}
	if err := r.Load(dir).CreateOrReplaceTempView("written"); err != nil {
		return nil, err
	}
	text := "SELECT "
	for i, a := range aggregates {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("CAST(coalesce(%s, 0) AS BIGINT) AS c%d", a, i)
	}
	rows, err := s.SQL(text + " FROM written").Collect(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the totals from %s: %w", dir, err)
	}
	for i, v := range rows[0] {
		out[i] = v.(int64)
	}
	return out, nil
}

// print ends the demo. What comes first is the same for every run that ends at
// the same event, however often it was interrupted.
func (t totals) print(w io.Writer, before int64, dir string) error {
	p := printer{to: w}
	p.printf("events   %s\nwindows  %s, with %s bids\nhighest  %s bids\nrows     %s written\nchecksum %s\n", grouped(t.events),
		grouped(t.windows), grouped(t.bids), grouped(t.highest), grouped(t.windows+t.highest), t.checksum)
	p.printf("this run processed %s events; the results lie in %s; run again to go on\n", grouped(t.events-before), dir)
	return p.err
}

// processed is how many events both queries have processed: the least offset of
// the committed batches in their checkpoints, from Spark's logs there.
func processed(dir string) (int64, error) {
	least := int64(-1)
	for _, query := range []string{"windows", "highest"} {
		n, err := committed(filepath.Join(dir, "checkpoints", query))
		if err != nil {
			return 0, err
		}
		if least < 0 || n < least {
			least = n
		}
	}
	return least, nil
}

// committed is the offset of the newest committed batch of a query with one
// source whose offsets are numbers.
func committed(checkpoint string) (int64, error) {
	batch, err := newest(filepath.Join(checkpoint, "commits"))
	if err != nil || batch < 0 {
		return 0, err
	}
	name := filepath.Join(checkpoint, "offsets", strconv.FormatInt(batch, 10))
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	var offset int64
	if err := json.Unmarshal(lines[len(lines)-1], &offset); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return offset, nil
}

// newest is the greatest number that names a file of a directory, -1 for none.
func newest(dir string) (int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	last := int64(-1)
	for _, e := range entries {
		if n, err := strconv.ParseInt(e.Name(), 10, 64); err == nil {
			last = max(last, n)
		}
	}
	return last, nil
}
