package dstream

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/rdd"
)

// The RDD of a batch becomes a table that SQL reads, and an RDD again.
func TestSQLOverBatches(t *testing.T) {
	b := newBench(t, Conf{})
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	type word struct {
		Word string `weir:"word"`
	}
	in := Map(b.pairsIn("a1 b2 a3", "", "c1"), func(p keyed) word { return word{p.Key} })
	var got []string
	ForeachRDD(in, func(ctx context.Context, r *rdd.RDD[word], at Time) error {
		table, err := rdd.ToDataFrame(ctx, s, r)
		if err != nil {
			return err
		}
		if err := table.CreateOrReplaceTempView("words"); err != nil {
			return err
		}
		counts, err := rdd.FromDataFrame[rdd.Pair[string, int64]](ctx, b.c, s.SQL("select word, count(*) as n from words group by word order by word"), 1)
		if err != nil {
			return err
		}
		rows, err := rdd.Collect(ctx, counts)
		got = append(got, fmt.Sprint(rows))
		return err
	})
	b.start()
	for _, batch := range b.steps(3) {
		if f := batch.Outputs[0].Failure; f != "" {
			t.Error(f)
		}
	}
	expect(t, strings.Join(got, " "), "[(a,2) (b,1)] [] [(c,1)]")
}

// With one core there is none for jobs beside receivers.
func TestOneCore(t *testing.T) {
	c, err := rdd.NewContext(rdd.Config{Cores: 1, LocalDirs: []string{t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var log strings.Builder
	ssc := NewContext(c, 1500*time.Microsecond, Conf{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if !strings.Contains(log.String(), "level=WARN msg=\"one core only") {
		t.Errorf("the log has %q", log.String())
	}
	if err := ssc.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "the batch interval is 1.5ms; it must be whole milliseconds") {
		t.Errorf("Start returns %v", err)
	}
}
