package bench

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/bench/gen"
)

const (
	linesRecords = 10_000_000
	linesPerFile = 1_000_000
)

// Lines counts the lines with a word in them, and the words, over files of a
// million lines, one a batch.
func Lines(ctx context.Context, o Options) ([]Result, error) {
	queries := []struct{ name, text string }{
		{"grep", "select count(*) as n from lines where contains(value, 'abc')"},
		{"word count", "select word, count(*) as n from (select explode(split(value, ' ')) as word from lines) group by word"},
	}
	chosen, err := o.chosen([]string{queries[0].name, queries[1].name})
	if err != nil {
		return nil, err
	}
	dir, total, err := o.files(ctx, Dataset{Kind: "lines", Seed: 1, Format: "text",
		Files: gen.Files{Records: o.events(linesRecords), PerFile: linesPerFile}})
	if err != nil {
		return nil, err
	}
	var out []Result
	for _, q := range queries {
		if !slices.Contains(chosen, q.name) {
			continue
		}
		var rounds []Result
		for range o.rounds() {
			r, err := o.countLines(ctx, dir, q.text, total)
			if err != nil {
				text, _, _ := strings.Cut(err.Error(), "\n")
				r = Result{Failed: text}
			}
			r.Suite, r.Query, r.Input, r.Engine = "lines", q.name, "text", "weir"
			o.logf("%s: %s lines/s, %.0f MB/s", q.name, rate(r.EventsPerSecond), r.EventsPerSecond*(gen.LineLength+1)/1e6)
			rounds = append(rounds, r)
		}
		out = append(out, median(rounds))
	}
	return out, ctx.Err()
}

func (o *Options) countLines(ctx context.Context, dir, text string, total int64) (r Result, err error) {
	s, err := o.session()
	if err != nil {
		return r, err
	}
	defer s.Close()
	lines := s.ReadStream().Format("text").Option("maxFilesPerTrigger", 1).Load(dir)
	if err := lines.CreateOrReplaceTempView("lines"); err != nil {
		return r, err
	}
	checkpoint, done, err := o.scratch()
	if err != nil {
		return r, err
	}
	defer done()
	var q *weir.Query
	took, err := measure(func() error {
		q, err = s.SQL(text).WriteStream().Format("noop").OutputMode(weir.Update).Option("checkpointLocation", checkpoint).
			Trigger(weir.AvailableNow()).Start(ctx)
		if err != nil {
			return err
		}
		return q.AwaitTermination(ctx)
	})
	if err != nil {
		return r, err
	}
	r = steady(q.RecentProgress(), linesPerFile, total)
	r.Seconds, r.CPUSeconds, r.PeakRSSBytes = took.wall.Seconds(), took.cpu.Seconds(), took.peak
	if r.Events == 0 {
		return r, errors.New("no lines were read")
	}
	return r, nil
}
