package socket

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the random tests")

// server is one connection that a source made.
type server struct {
	t    testing.TB
	s    *source
	conn net.Conn
	woke chan struct{} // has an entry after a wake
	warn *bytes.Buffer
}

// serve listens, opens a source with these options beside host and port, and
// accepts its connection.
func serve(t testing.TB, with map[string]string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	m := map[string]string{"host": "127.0.0.1", "port": port}
	for k, v := range with {
		m[k] = v
	}
	v := &server{t: t, woke: make(chan struct{}, 1), warn: &bytes.Buffer{}}
	src, err := Format{}.OpenSource(t.Context(), connector.SourceSpec{Options: connector.NewOptions(m),
		Env: connector.Env{Now: time.Now, Warn: slog.New(slog.NewTextHandler(v.warn, nil))}})
	if err != nil {
		t.Fatal(err)
	}
	v.s = src.(*source)
	if v.conn, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	v.s.Wake(func() {
		select {
		case v.woke <- struct{}{}:
		default:
		}
	})
	t.Cleanup(func() {
		v.conn.Close()
		if err := v.s.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

func (v *server) send(text string) {
	v.t.Helper()
	if _, err := v.conn.Write([]byte(text)); err != nil {
		v.t.Fatal(err)
	}
}

// await asks Latest after each wake until line n-1 is admitted.
func (v *server) await(from connector.Offset, n int) connector.Offset {
	v.t.Helper()
	for {
		to, err := v.s.Latest(v.t.Context(), from, connector.Limit{})
		if err != nil {
			v.t.Fatal(err)
		}
		if last, _ := strconv.Atoi(string(to)); to != nil && last >= n-1 {
			return to
		}
		select {
		case <-v.woke:
		case <-time.After(10 * time.Second):
			v.t.Fatalf("line %d did not come; Latest(%s) is %s", n-1, from, to)
		}
	}
}

// ended waits until the source has seen the end of the connection.
func (v *server) ended() {
	v.t.Helper()
	v.conn.Close()
	select {
	case <-v.s.done:
	case <-time.After(10 * time.Second):
		v.t.Fatal("the source does not notice that the server has gone")
	}
}

func (v *server) lines(from, to connector.Offset) []string {
	v.t.Helper()
	var list []string
	for _, row := range connectortest.Read(v.t, v.s, from, to, connector.Scan{Schema: v.s.Schema()}) {
		list = append(list, row[0].(string))
	}
	return list
}

func TestLinesAsJavaReadsThem(t *testing.T) {
	tests := []struct {
		name, sent string
		want       []string
	}{
		{"feeds", "a\nb\n", []string{"a", "b"}},
		{"returns and feeds", "a\r\nb\r\n", []string{"a", "b"}},
		{"returns", "a\rb\r", []string{"a", "b"}},
		{"empty lines", "\n\r\n\r\r\n", []string{"", "", "", ""}},
		{"the last line need not end", "a\nb", []string{"a", "b"}},
		{"wide characters", "é世界😀\n", []string{"é世界😀"}},
		{"not UTF-8", "a\xffb\nok\n\xe4\xb8|\xf0\x9f\x98\n\xc3\n", []string{"a\ufffdb", "ok", "\ufffd|\ufffd", "\ufffd"}},
	}
	for _, tt := range tests {
		for _, every := range []int{1, 2, 1 << 20} {
			t.Run(fmt.Sprintf("%s in pieces of %d", tt.name, every), func(t *testing.T) {
				if got := cutIn(tt.sent, func() int { return every }); !reflect.DeepEqual(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		}
	}
}

// cutIn feeds text to a cutter in pieces of the given sizes.
func cutIn(text string, size func() int) []string {
	var k cutter
	var found []line
	data := []byte(text)
	for filled := 0; filled < len(data); {
		filled = min(filled+size(), len(data))
		found = k.cut(data[:filled], found)
	}
	if k.start < len(data) {
		found = append(found, line{uint32(k.start), uint32(len(data))})
	}
	fixed := repaired(nil, data, found, 0)
	var list []string
	for i, l := range found {
		s, ok := fixed[i]
		if !ok {
			s = string(data[l.start:l.end])
		}
		list = append(list, s)
	}
	return list
}

func TestRandomTextInRandomPieces(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	r := rand.New(rand.NewPCG(*seed, 1))
	for range 2000 {
		b := make([]byte, r.IntN(40))
		for i := range b {
			b[i] = "ab\n\r"[r.IntN(4)]
		}
		got := cutIn(string(b), func() int { return 1 + r.IntN(5) })
		norm := strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\r", "\n")
		var want []string
		for line := range strings.Lines(norm) {
			want = append(want, strings.TrimSuffix(line, "\n"))
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %q, want %q", b, got, want)
		}
	}
}

func TestContract(t *testing.T) {
	var v *server
	sent := 0
	connectortest.Source(t, connectortest.SourceCase{
		Loses: true,
		Open: func(t testing.TB) connector.Source {
			v = serve(t, map[string]string{"includeTimestamp": "true"})
			return v.s
		},
		Feed: func(_ testing.TB, round int) {
			for i := range 3 {
				v.send(fmt.Sprintf("round %d line %d\n", round, i))
			}
			sent += 3
			v.await(nil, sent)
		},
	})
}

func TestServerThatCloses(t *testing.T) {
	v := serve(t, nil)
	v.send("first\nlast, not ended")
	v.ended()
	to := v.await(nil, 2)
	if got := v.lines(nil, to); !reflect.DeepEqual(got, []string{"first", "last, not ended"}) {
		t.Errorf("got %q", got)
	}
	if w := v.warn.String(); !strings.Contains(w, "127.0.0.1") || !strings.Contains(w, "closed the connection") || !strings.Contains(w, "lines=2") {
		t.Errorf("the warning is %q", w)
	}
}

// The sender is held back: with a full buffer the source reads no more than the
// kernel takes in, and goes on, without a loss, when batches have been planned.
func TestFullBufferHoldsTheSenderBack(t *testing.T) {
	v := serve(t, map[string]string{"bufferBytes": "100000"})
	const n = 400_000
	var sender sync.WaitGroup
	sender.Go(func() {
		w := bufio.NewWriterSize(v.conn, 64<<10)
		for i := range n {
			fmt.Fprintf(w, "this is line %08d of a long text, and it has more than fifty bytes\n", i)
		}
		w.Flush()
	})
	var from connector.Offset
	got := 0
	for got < n {
		to := v.await(from, got+1)
		list := v.lines(from, to)
		if size := len(list) * 70; size > 2_500_000 {
			t.Fatalf("%d bytes were admitted with a buffer of 100000", size)
		}
		for _, s := range list {
			if want := fmt.Sprintf("this is line %08d of", got); !strings.HasPrefix(s, want) {
				t.Fatalf("line %d is %q", got, s)
			}
			got++
		}
		if from != nil {
			if err := v.s.Commit(t.Context(), from); err != nil {
				t.Fatal(err)
			}
		}
		from = to
	}
	sender.Wait()
	v.s.buffer.mu.Lock()
	defer v.s.buffer.mu.Unlock()
	if n := len(v.s.buffer.chunks); n > 8 {
		t.Errorf("%d chunks are held after the commits", n)
	}
}

func TestLongLine(t *testing.T) {
	v := serve(t, nil)
	size := 64 << 20
	if testing.Short() {
		size = 3 << 20
	}
	long := strings.Repeat("x", size)
	var sender sync.WaitGroup
	sender.Go(func() { v.send("short\n" + long + "\nend\n") })
	to := v.await(nil, 3)
	sender.Wait()
	got := v.lines(nil, to)
	if len(got) != 3 || got[0] != "short" || got[1] != long || got[2] != "end" {
		t.Errorf("%d lines of %d bytes came back", len(got), len(got[1]))
	}
}

func TestTimestampIsWhenTheLineCame(t *testing.T) {
	v := serve(t, map[string]string{"includeTimestamp": "true"})
	before := time.Now().Truncate(time.Millisecond)
	v.send("a\n")
	to := v.await(nil, 1)
	row := connectortest.Read(t, v.s, nil, to, connector.Scan{Schema: v.s.Schema()})[0]
	at := time.UnixMicro(row[1].(int64))
	if at.Before(before) || at.After(time.Now()) || at.Nanosecond()%1e6 != 0 {
		t.Errorf("the line came at %v", at)
	}
}

func TestRestartCountsOn(t *testing.T) {
	v := serve(t, nil)
	v.send("a\nb\n")
	to := v.await(connector.Offset("41"), 44)
	if string(to) != "43" {
		t.Errorf("two lines after 41 end at %s", to)
	}
	if got := v.lines(connector.Offset("41"), to); !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Errorf("got %q", got)
	}
	if _, err := v.s.Plan(t.Context(), connector.Offset("30"), connector.Offset("41")); err == nil {
		t.Error("lines of an earlier connection were planned")
	}
}

func TestPartitions(t *testing.T) {
	v := serve(t, map[string]string{"numPartitions": "2"})
	v.send("a\nb\nc\n")
	to := v.await(nil, 3)
	splits, err := v.s.Plan(t.Context(), nil, to)
	if err != nil || len(splits) != 2 || splits[0].Rows != 1 || splits[1].Rows != 2 {
		t.Errorf("splits %+v, %v", splits, err)
	}
}

func TestRefusals(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	tests := []struct {
		name    string
		options map[string]string
		want    []string
	}{
		{"nobody listens", map[string]string{"host": "127.0.0.1", "port": port}, []string{"127.0.0.1:" + port, "start the server first"}},
		{"no host", map[string]string{"port": "1"}, []string{"host"}},
		{"no port", map[string]string{"host": "h"}, []string{"port"}},
		{"port no number", map[string]string{"host": "h", "port": "http"}, []string{"port", "http"}},
		{"misspelt", map[string]string{"host": "h", "port": "1", "includeTimestmp": "true"}, []string{"did you mean includeTimestamp"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Format{}.OpenSource(t.Context(), connector.SourceSpec{Options: connector.NewOptions(tt.options)})
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
		})
	}
}

// BenchmarkReceive sends 99-byte lines through the loopback.
func BenchmarkReceive(b *testing.B) {
	v := serve(b, nil)
	block := bytes.Repeat([]byte(strings.Repeat("x", 99)+"\n"), 10_000)
	ctx, stop := context.WithCancel(b.Context())
	var sender sync.WaitGroup
	sender.Go(func() {
		for ctx.Err() == nil {
			if _, err := v.conn.Write(block); err != nil {
				return
			}
		}
	})
	var from connector.Offset
	rows := 0
	for b.Loop() {
		to := v.await(from, rows+1)
		splits, err := v.s.Plan(ctx, from, to)
		if err != nil {
			b.Fatal(err)
		}
		for _, split := range splits {
			r, err := v.s.Open(ctx, split, connector.Scan{Schema: v.s.Schema()})
			if err != nil {
				b.Fatal(err)
			}
			for {
				batch, err := r.Next(ctx)
				if err != nil {
					break
				}
				rows += batch.Rows
			}
		}
		if err := v.s.Commit(ctx, to); err != nil {
			b.Fatal(err)
		}
		from = to
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mlines/s")
	stop()
	v.conn.Close()
	sender.Wait()
}
