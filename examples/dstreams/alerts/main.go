// Command alerts reads events from files that are moved into a directory, names the owner
// of each host by a table that it reads anew for every batch, and raises an alert when a
// host had more errors within ten batches than a bound allows.
//
//	files ──▶ events ──▶ errors ──▶ window of ten batches, counted by host
//	                                     │ Transform: join with owners.csv
//	               alert: more than the bound of a host, with its owner
//
// An event is a line "host level text"; a line of the table is "host,owner".
//
//	go run ./examples/dstreams/alerts -events in -owners owners.csv -bound 3
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/rdd"
)

// options are the flags.
type options struct {
	events, owners string
	bound          int
	interval       time.Duration
	out            io.Writer
}

// alert is a host that had errors, and whose it is.
type alert struct {
	Host, Owner string
	Errors      int
}

// owners reads the table as it is now. A table that cannot be read fails the batch.
func owners(c *rdd.Context, name string) (*rdd.RDD[rdd.Pair[string, string]], error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var rows []rdd.Pair[string, string]
	for line := range strings.Lines(string(text)) {
		if host, owner, ok := strings.Cut(strings.TrimSpace(line), ","); ok {
			rows = append(rows, rdd.P(host, owner))
		}
	}
	return rdd.Parallelize(c, rows, 1), nil
}

// describe describes the streams.
func describe(c *rdd.Context, o options, conf dstream.Conf) *dstream.Context {
	ssc := dstream.NewContext(c, o.interval, conf)
	lines := dstream.Filter(dstream.TextFileStream(ssc, o.events), func(line string) bool { return len(strings.Fields(line)) >= 2 })
	levels := dstream.MapToPair(lines, func(line string) (host, level string) {
		words := strings.Fields(line)
		return words[0], words[1]
	})
	failures := dstream.Filter(levels, func(p rdd.Pair[string, string]) bool { return p.Value == "ERROR" })
	ones := dstream.MapValues(failures, func(string) int { return 1 })
	counts := dstream.ReduceByKeyAndWindow(ones, func(a, b int) int { return a + b }, 10*o.interval, 0)
	enriched := dstream.TryTransform(counts, func(r *rdd.RDD[rdd.Pair[string, int]], _ dstream.Time) (*rdd.RDD[alert], error) {
		table, err := owners(c, o.owners)
		if err != nil {
			return nil, err
		}
		return rdd.Map(rdd.LeftOuterJoin(r, table), func(p rdd.Pair[string, rdd.Pair[int, rdd.Option[string]]]) alert {
			a := alert{Host: p.Key, Owner: "nobody", Errors: p.Value.Key}
			if owner := p.Value.Value; owner.OK {
				a.Owner = owner.Value
			}
			return a
		}), nil
	})
	alerts := dstream.Filter(enriched, func(a alert) bool { return a.Errors > o.bound })
	dstream.ForeachRDD(alerts, func(ctx context.Context, r *rdd.RDD[alert], at dstream.Time) error {
		rows, err := rdd.Collect(ctx, r)
		if err != nil {
			return err
		}
		slices.SortFunc(rows, func(a, b alert) int { return strings.Compare(a.Host, b.Host) })
		for _, a := range rows {
			fmt.Fprintf(o.out, "%s ALERT %s of %s: %d errors\n", at.Time().Format(time.TimeOnly), a.Host, a.Owner, a.Errors)
		}
		return nil
	})
	return ssc
}

func main() {
	o := options{out: os.Stdout}
	flag.StringVar(&o.events, "events", "events", "directory of the files of events")
	flag.StringVar(&o.owners, "owners", "owners.csv", "table of hosts and owners")
	flag.IntVar(&o.bound, "bound", 3, "errors in ten batches above which there is an alert")
	flag.DurationVar(&o.interval, "interval", time.Second, "interval of batches")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "alerts:", err)
		os.Exit(1)
	}
}

// run watches until ctx is done.
func run(ctx context.Context, o options) error {
	c, err := rdd.NewContext(rdd.Config{})
	if err != nil {
		return err
	}
	defer c.Close()
	ssc := describe(c, o, dstream.Conf{})
	if err := ssc.Start(ctx); err != nil {
		return err
	}
	if err := ssc.AwaitTermination(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return ssc.Stop(false, false)
}
