package bench

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/weirstream/weir/bench/gen"
	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/rdd"
)

const (
	shortInterval = 10 * time.Millisecond
	// shortLines is how many lines come in one interval: 50,000 a second.
	shortLines = 500
	// shortCount is how many batches there are.
	shortCount = 1_000
)

// short counts the words of lines from a socket in batches of 10 ms, by the machine's
// clock. What is timed is how long after the end of its interval a batch has ended.
func (d *dstreamSuite) short(ctx context.Context) (r Result, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, err
	}
	defer l.Close()
	go sendLines(ctx, l)
	run, done, err := d.open(shortInterval, dstream.Conf{Receiver: dstream.ReceiverConf{BlockInterval: shortInterval / 2}})
	if err != nil {
		return r, err
	}
	defer done()
	counted(run, wordsOf(dstream.SocketTextStream(run.ssc, "127.0.0.1", l.Addr().(*net.TCPAddr).Port, rdd.MemoryOnly)))
	ended := make(chan dstream.Batch, shortCount)
	defer run.ssc.Listen(func(e dstream.Event) {
		if e, ok := e.(dstream.BatchCompleted); ok {
			select {
			case ended <- e.Batch:
			default:
			}
		}
	})()
	var took []time.Duration
	whole, err := measure(func() error {
		if err := run.ssc.Start(ctx); err != nil {
			return err
		}
		for len(took) < shortCount {
			select {
			case batch := <-ended:
				if batch.Records() == 0 && len(took) == 0 {
					continue // the connection is not there yet
				}
				r.Events += batch.Records()
				took = append(took, batch.Ended.Sub(batch.Time.Time()))
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	slices.Sort(took)
	r.P50, r.P99, r.Rows = took[len(took)/2].Seconds(), took[len(took)*99/100].Seconds(), -1
	r.Seconds, r.CPUSeconds, r.PeakRSSBytes = whole.wall.Seconds(), whole.cpu.Seconds(), whole.peak
	r.EventsPerSecond = float64(r.Events) / (shortCount * shortInterval.Seconds())
	if wanted := float64(shortLines) / shortInterval.Seconds(); r.EventsPerSecond < 0.9*wanted {
		err = fmt.Errorf("%s lines a second came, %s were wanted", rate(r.EventsPerSecond), rate(wanted))
	}
	d.logf("%s: %s lines/s, p50 %v, p99 %v", shortBatches, rate(r.EventsPerSecond), seconds(r.P50), seconds(r.P99))
	return r, err
}

// sendLines sends the lines of each interval when it has come, and what was missed.
func sendLines(ctx context.Context, l net.Listener) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	lines := gen.NewLines(1)
	var sent int64
	var text []byte
	begin := time.Now()
	tick := time.NewTicker(shortInterval)
	defer tick.Stop()
	for ctx.Err() == nil {
		<-tick.C
		due := int64(time.Since(begin)/shortInterval) * shortLines
		n := due - sent
		text = lines.Append(text[:0], sent, int(n))
		if _, err := conn.Write(text); err != nil {
			return
		}
		sent += n
	}
}
