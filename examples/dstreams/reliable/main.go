// Command reliable counts words that a server sends in parcels, and loses none: the
// receiver acknowledges a parcel when it is stored and logged, and the server sends again
// what was not acknowledged. Kill it at any moment and start it again: it goes on.
//
//	server ── parcel 7 ──▶ courier ── StoreBlock ──▶ block, write-ahead log, tracker
//	   ◀──── ACK 7 ───────────┘ stored
//	                         every interval ─▶ counts by word (state) ─▶ counts.txt
//
// A parcel is a line "PARCEL <number> <lines>" and as many lines "<line number> <word>";
// the answer is "ACK <number>". A parcel that was stored, but whose answer was lost with
// the process, comes twice: at least once is what a receiver can do. The state knows the
// number of the last line of each word and counts a line that comes again apart.
//
//	go run ./examples/dstreams/reliable -serve localhost:9999
//	go run ./examples/dstreams/reliable -server localhost:9999 -checkpoint ck -out counts.txt
//
// The first command is a server to try it with; see serve.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/rdd"
)

// line is a word and the number of its line.
type line = rdd.Pair[string, int64]

// tally is the state of a word.
type tally struct {
	Lines int64 // that came
	Once  int64 // those that came again not counted
	Last  int64 // the greatest number of a line
}

// add counts the new lines of a word, in the order in which they came.
func add(numbers []int64, old rdd.Option[tally]) rdd.Option[tally] {
	t := old.Value
	for _, n := range numbers {
		t.Lines++
		if n > t.Last {
			t.Once, t.Last = t.Once+1, n
		}
	}
	return rdd.Some(t)
}

// courier is the receiver.
type courier struct{ server string }

// Receive fetches parcels until the context stops. Any error restarts it.
func (c courier) Receive(ctx context.Context, in *dstream.Intake[line]) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", c.server)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })() // ends what waits for the server
	r := bufio.NewReader(conn)
	for {
		number, parcel, err := read(r)
		if err != nil {
			return err
		}
		if err := in.StoreBlock(parcel); err != nil {
			return err // not acknowledged: it comes again
		}
		if _, err := fmt.Fprintf(conn, "ACK %d\n", number); err != nil {
			return err
		}
	}
}

// read reads one parcel.
func read(r *bufio.Reader) (number int64, parcel []line, err error) {
	var n int
	if _, err := fmt.Fscanf(r, "PARCEL %d %d\n", &number, &n); err != nil {
		return 0, nil, err
	}
	for range n {
		var l line
		if _, err := fmt.Fscanf(r, "%d %s\n", &l.Value, &l.Key); err != nil {
			return 0, nil, err
		}
		parcel = append(parcel, l)
	}
	return number, parcel, nil
}

// options are the flags.
type options struct {
	server, checkpoint, out string
	interval                time.Duration
	serve                   string // address at which to be the server; empty: be the job
	parcels                 int64  // of the server
}

// describe describes the streams.
func describe(o options) (*dstream.Context, error) {
	c, err := rdd.NewContext(rdd.Config{})
	if err != nil {
		return nil, err
	}
	var conf dstream.Conf
	conf.Receiver.Log.Enable = true
	conf.Receiver.RestartDelay = o.interval
	ssc := dstream.NewContext(c, o.interval, conf)
	ssc.Checkpoint(o.checkpoint)
	lines := dstream.ReceiverStream(ssc, courier{o.server}, rdd.MemoryAndDiskSer)
	counts := dstream.UpdateStateByKey(lines, add, dstream.UpdateConf[string, tally]{})
	counts.Checkpoint(5 * o.interval)
	dstream.ForeachRDD(counts, func(ctx context.Context, r *rdd.RDD[rdd.Pair[string, tally]], _ dstream.Time) error {
		rows, err := rdd.Collect(ctx, r)
		if err != nil {
			return err
		}
		return write(o.out, rows)
	})
	return ssc, nil
}

// write replaces the file of counts.
func write(name string, rows []rdd.Pair[string, tally]) error {
	slices.SortFunc(rows, func(a, b rdd.Pair[string, tally]) int { return strings.Compare(a.Key, b.Key) })
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintln(&b, r.Key, r.Value.Once, r.Value.Lines)
	}
	if err := os.WriteFile(name+".new", []byte(b.String()), 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// run counts until ctx is done, and then works off what was received.
func run(ctx context.Context, o options) error {
	ssc, err := dstream.GetOrCreate(o.checkpoint, func() (*dstream.Context, error) { return describe(o) })
	if err != nil {
		return err
	}
	if err := ssc.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	if err := ssc.AwaitTermination(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return ssc.Stop(true, true)
}

func main() {
	var o options
	flag.StringVar(&o.server, "server", "localhost:9999", "address of the server")
	flag.StringVar(&o.checkpoint, "checkpoint", "checkpoint", "directory to go on from")
	flag.StringVar(&o.out, "out", "counts.txt", "file of counts: word, lines, lines with those that came twice")
	flag.DurationVar(&o.interval, "interval", time.Second, "interval of batches")
	flag.StringVar(&o.serve, "serve", "", "be the server, at this address, rather than the job")
	flag.Int64Var(&o.parcels, "parcels", 1000, "how many parcels the server sends")
	flag.Parse()
	o.out = filepath.Clean(o.out)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	start := run
	if o.serve != "" {
		start = func(ctx context.Context, o options) error { return serve(ctx, o.serve, o.parcels, os.Stdout) }
	}
	if err := start(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "reliable:", err)
		os.Exit(1)
	}
}
