package main

import (
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/rdd"
)

// options are the flags of count.
type options struct {
	server, checkpoint string
	interval           time.Duration
	out                io.Writer
}

// hashtags are the words of a text that begin with #, without what stands behind them.
func hashtags(text string) (tags []string) {
	for word := range strings.FieldsSeq(text) {
		if tag := strings.TrimRight(strings.ToLower(word), ".,;:!?…)\"'"); len(tag) > 1 && tag[0] == '#' {
			tags = append(tags, tag)
		}
	}
	return tags
}

// count prints how often each hashtag has come, of all batches so far.
func count(ctx context.Context, o options) error {
	host, text, err := net.SplitHostPort(o.server)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	c, err := rdd.NewContext(rdd.Config{Cores: 4})
	if err != nil {
		return err
	}
	defer c.Close()
	ssc, err := dstream.GetOrCreate(o.checkpoint, func() (*dstream.Context, error) {
		ssc := dstream.NewContext(c, o.interval, dstream.Conf{Out: o.out})
		tags := dstream.FlatMap(dstream.SocketTextStream(ssc, host, port), hashtags)
		counts := dstream.UpdateStateByKey(dstream.CountByValue(tags), func(now []int64, before rdd.Option[int64]) rdd.Option[int64] {
			sum := before.Value
			for _, n := range now {
				sum += n
			}
			return rdd.Some(sum)
		}, dstream.UpdateConf[string, int64]{})
		dstream.Print(dstream.Transform(counts, func(r *rdd.RDD[rdd.Pair[string, int64]], _ dstream.Time) *rdd.RDD[rdd.Pair[string, int64]] {
			return rdd.SortBy(r, func(p rdd.Pair[string, int64]) int64 { return p.Value }, rdd.Descending, 1)
		}), 10)
		return ssc, ssc.Err()
	})
	if err != nil {
		return err
	}
	if err := ssc.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	if err := ssc.AwaitTermination(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return ssc.Stop(false, false)
}
