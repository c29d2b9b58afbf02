// Command queue makes a stream of a queue of RDDs: five of the numbers from 1 to 1000 in
// 10 partitions, one a second, of which it counts the last digits.
//
//	queue: 1…1000, 1…1000, … ──▶ x % 10 ──▶ (digit, 1) ──▶ reduceByKey ──▶ print
//
//	go run ./examples/dstreams/queue
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/rdd"
)

// rounds is how many RDDs there are.
const rounds = 5

// run makes the batches and then stops gracefully.
func run(ctx context.Context, interval time.Duration, conf dstream.Conf) error {
	c, err := rdd.NewContext(rdd.Config{})
	if err != nil {
		return err
	}
	defer c.Close()
	ssc := dstream.NewContext(c, interval, conf)
	queue := new(dstream.Queue[int64])
	digits := dstream.MapToPair(dstream.QueueStream(ssc, queue, dstream.QueueConf[int64]{}), func(x int64) (int64, int) { return x % 10, 1 })
	dstream.Print(dstream.ReduceByKey(digits, func(a, b int) int { return a + b }), 10)

	done := make(chan struct{}, 1)
	batches := 0
	ssc.Listen(func(e dstream.Event) {
		if _, ok := e.(dstream.BatchCompleted); ok {
			if batches++; batches == rounds {
				done <- struct{}{}
			}
		}
	})
	for range rounds {
		queue.Push(rdd.Numbers(c, 1, 1001, 1, 10))
	}
	if err := ssc.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
	return ssc.Stop(false, true)
}

func main() {
	interval := flag.Duration("interval", time.Second, "interval of batches")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *interval, dstream.Conf{}); err != nil {
		fmt.Fprintln(os.Stderr, "queue:", err)
		os.Exit(1)
	}
}
