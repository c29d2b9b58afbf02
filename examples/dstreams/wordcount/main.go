// Command wordcount counts the words of lines that come from a TCP server, such as
// nc -lk 9999, in one of three ways.
//
//	server ──▶ lines ──▶ words ─┬─ stateless: counts of each batch
//	                            ├─ windowed:  counts of the last 30 s, every 5 s
//	                            └─ stateful:  counts since the beginning, also over restarts
//
//	go run ./examples/dstreams/wordcount -mode stateful -checkpoint ck localhost 9999
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/rdd"
)

// options are the flags.
type options struct {
	mode, checkpoint, host string
	port                   int
	interval               time.Duration // the window is 30 intervals, its slide 5
	out                    io.Writer
}

func plus(a, b int) int  { return a + b }
func minus(a, b int) int { return a - b }

// total adds new counts to an old one.
func total(counts []int, old rdd.Option[int]) rdd.Option[int] {
	sum := old.Value
	for _, n := range counts {
		sum += n
	}
	return rdd.Some(sum)
}

// describe describes the streams.
func describe(c *rdd.Context, o options) (*dstream.Context, error) {
	conf := dstream.Conf{Out: o.out, Receiver: dstream.ReceiverConf{RestartDelay: o.interval, BlockInterval: o.interval / 5}}
	conf.Receiver.Log.Enable = o.mode != "stateless" // what was received is read again after a restart
	ssc := dstream.NewContext(c, o.interval, conf)
	level := dstream.DefaultReceiverLevel
	if conf.Receiver.Log.Enable {
		level = rdd.MemoryAndDiskSer // the log is the second copy
	}
	words := dstream.FlatMap(dstream.SocketTextStream(ssc, o.host, o.port, level), strings.Fields)
	ones := dstream.MapToPair(words, func(w string) (string, int) { return w, 1 })
	switch o.mode {
	case "stateless":
		dstream.Print(dstream.ReduceByKey(ones, plus), 10)
	case "windowed":
		counts := dstream.ReduceByKeyAndWindowInverse(ones, plus, minus, 30*o.interval, 5*o.interval,
			dstream.WindowConf[string, int]{Filter: func(p rdd.Pair[string, int]) bool { return p.Value > 0 }})
		dstream.Print(counts, 10)
	case "stateful":
		dstream.Print(dstream.UpdateStateByKey(ones, total, dstream.UpdateConf[string, int]{}), 10)
	default:
		return nil, fmt.Errorf("there is no mode %q; it is stateless, windowed or stateful", o.mode)
	}
	return ssc, ssc.Err()
}

// run counts until ctx is done, and then works off what was received.
func run(ctx context.Context, o options) error {
	c, err := rdd.NewContext(rdd.Config{Cores: 4})
	if err != nil {
		return err
	}
	defer c.Close()
	setup := func() (*dstream.Context, error) { return describe(c, o) }
	var ssc *dstream.Context
	if o.mode == "stateless" {
		ssc, err = setup()
	} else {
		ssc, err = dstream.GetOrCreate(o.checkpoint, setup)
	}
	if err != nil {
		return err
	}
	if err := ssc.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	if err := ssc.AwaitTermination(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return ssc.Stop(false, true)
}

func main() {
	o := options{out: os.Stdout}
	flag.StringVar(&o.mode, "mode", "stateless", "stateless, windowed or stateful")
	flag.StringVar(&o.checkpoint, "checkpoint", "checkpoint", "directory to go on from, of windowed and stateful")
	flag.DurationVar(&o.interval, "interval", time.Second, "interval of batches")
	flag.Parse()
	o.host = flag.Arg(0)
	port, err := strconv.Atoi(flag.Arg(1))
	if err != nil {
		fmt.Fprintln(os.Stderr, "usage: wordcount [-mode MODE] [-checkpoint DIR] HOST PORT")
		os.Exit(2)
	}
	o.port = port
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "wordcount:", err)
		os.Exit(1)
	}
}
