package dstream

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/rdd"
)

var seed = flag.Uint64("seed", 42, "seed of the random tests")

// server is a TCP server that a test speaks for.
type server struct {
	t        *testing.T
	listener net.Listener
	port     int
	conns    chan net.Conn
}

func serve(t *testing.T) *server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := &server{t: t, listener: l, port: l.Addr().(*net.TCPAddr).Port, conns: make(chan net.Conn, 10)}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			s.conns <- c
		}
	}()
	return s
}

// until lets time pass until the rows seen fulfil a condition.
func until[T any](b *bench, got *seen[T], what string, enough func(rows []T) bool) []T {
	b.t.Helper()
	limit := time.Now().Add(20 * time.Second)
	for {
		got.mu.Lock()
		var rows []T
		for _, at := range got.times {
			rows = append(rows, got.rows[at]...)
		}
		got.mu.Unlock()
		if enough(rows) {
			return rows
		}
		if time.Now().After(limit) {
			b.t.Fatalf("%s: only %d rows came", what, len(rows))
		}
		b.steps(1)
	}
}

// TestSocketTextStream: a server that refuses, sends, closes in the middle of a line and
// comes back.
func TestSocketTextStream(t *testing.T) {
	b := newBench(t, Conf{})
	first := serve(t)
	first.listener.Close() // refuses
	got := watch(SocketTextStream(b.ssc, "127.0.0.1", first.port))
	messages := make(chan string, 100)
	b.ssc.Listen(func(e Event) {
		if e, ok := e.(ReceiverStopped); ok {
			messages <- e.Receiver.LastMessage
		}
	})
	b.start()
	expect(t, <-messages, fmt.Sprintf("Restarting receiver with delay 2000ms: Error connecting to 127.0.0.1:%d", first.port))
	l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", first.port))
	if err != nil {
		t.Skip("somebody has taken the port")
	}
	defer l.Close()
	accepted := make(chan net.Conn)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() }) // and it is not collected before
			accepted <- c
		}
	}()
	accept := func() net.Conn {
		for {
			select {
			case c := <-accepted:
				return c
			default:
				b.steps(1)
			}
		}
	}
	c := accept()
	fmt.Fprint(c, "one\ntw")
	until(b, got, "the first line", func(rows []string) bool { return len(rows) == 1 })
	fmt.Fprint(c, "o\r\n\nno end")
	c.Close()
	expect(t, <-messages, "Restarting receiver with delay 2000ms: Socket data stream had no more data")
	c = accept()
	fmt.Fprint(c, "back \xff\xe6\xb0\n")
	rows := until(b, got, "all lines", func(rows []string) bool { return len(rows) == 5 })
	expect(t, fmt.Sprintf("%q", rows), "[\"one\" \"two\" \"\" \"no end\" \"back \ufffd\ufffd\"]")
	if r := b.ssc.Receivers(); len(r) != 1 || r[0].Name != "SocketReceiver-0" || !r[0].Active {
		t.Errorf("receivers: %+v", r)
	}
}

// TestSocketFlood: a server that sends more than memory holds; nothing is dropped, and the
// order stays.
func TestSocketFlood(t *testing.T) {
	b := newBench(t, Conf{})
	c, err := rdd.NewContext(rdd.Config{Cores: 2, Memory: 1 << 20, LocalDirs: []string{t.TempDir()}})
	must(t, err)
	t.Cleanup(func() { c.Close() })
	b.c = c
	b.context(Conf{})
	s := serve(t)
	const lines = 100_000
	n, wrong := 0, ""
	done := make(chan int, 1000)
	ForeachRDD(SocketTextStream(b.ssc, "127.0.0.1", s.port), func(ctx context.Context, r *rdd.RDD[string], _ Time) error {
		rows, err := rdd.Collect(ctx, r)
		for _, row := range rows {
			if !strings.HasPrefix(row, fmt.Sprint(n, " ")) && wrong == "" {
				wrong = fmt.Sprintf("line %d is %q", n, row)
			}
			n++
		}
		done <- n
		return err
	})
	b.start()
	conn := <-s.conns
	go func() {
		w := bufio.NewWriter(conn)
		for i := range lines {
			fmt.Fprintf(w, "%d %s\n", i, "0123456789012345678901234567890123456789")
		}
		w.Flush()
	}()
	limit := time.Now().Add(30 * time.Second)
	for at := 0; at < lines; {
		b.steps(1)
		at = <-done
		if time.Now().After(limit) {
			t.Fatalf("only %d lines came", at)
		}
	}
	must(t, b.ssc.Stop(false, false))
	if wrong != "" || n != lines {
		t.Errorf("%d lines; %s", n, wrong)
	}
}

// TestSocketStream reads numbers of four bytes; an error restarts the receiver.
func TestSocketStream(t *testing.T) {
	b := newBench(t, Conf{})
	s := serve(t)
	got := watch(SocketStream(b.ssc, "127.0.0.1", s.port, func(r io.Reader) iter.Seq2[uint32, error] {
		return func(yield func(uint32, error) bool) {
			for {
				var four [4]byte
				_, err := io.ReadFull(r, four[:])
				if errors.Is(err, io.EOF) {
					return
				}
				if !yield(binary.BigEndian.Uint32(four[:]), err) || err != nil {
					return
				}
			}
		}
	}, rdd.MemoryOnly))
	messages := make(chan string, 100)
	b.ssc.Listen(func(e Event) {
		if e, ok := e.(ReceiverStopped); ok {
			messages <- e.Receiver.LastMessage
		}
	})
	b.start()
	c := <-s.conns
	_, err := c.Write([]byte{0, 0, 0, 7, 0, 0, 1, 0, 9})
	must(t, err)
	c.Close()
	rows := until(b, got, "numbers", func(rows []uint32) bool { return len(rows) == 2 })
	expect(t, fmt.Sprint(rows), "[7 256]")
	expect(t, <-messages, "Restarting receiver with delay 2000ms: Error receiving data")
}

// TestRawSocketStream sends encoded blocks; one that is cut off restarts the receiver.
func TestRawSocketStream(t *testing.T) {
	for _, level := range []rdd.StorageLevel{rdd.MemoryOnly, DefaultReceiverLevel} {
		b := newBench(t, Conf{})
		s := serve(t)
		got := blocksOf(RawSocketStream[string](b.ssc, "127.0.0.1", s.port, level))
		b.start()
		c := <-s.conns
		for _, rows := range [][]string{{"a", "b"}, {"c"}} {
			block, err := EncodeBlock(rows)
			must(t, err)
			_, err = c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(block))), block...))
			must(t, err)
		}
		rows := until(b, got, "blocks", func(rows [][]string) bool { return len(rows) == 2 })
		expect(t, fmt.Sprint(rows), "[[a b] [c]]")
		_, err := c.Write([]byte{0, 0, 1, 0, 9})
		must(t, err)
		c.Close()
		for b.ssc.Receivers()[0].LastMessage != "Restarting receiver with delay 2000ms: Error receiving data" {
			b.steps(1)
		}
		must(t, b.ssc.Stop(false, false))
	}
}

// pieces gives what it reads in random pieces.
type pieces struct {
	from   io.Reader
	random *rand.Rand
}

func (p pieces) Read(b []byte) (int, error) { return p.from.Read(b[:1+p.random.IntN(min(len(b), 40))]) }

// TestLinesAreCut compares lines with a slow definition, for random texts in random
// pieces.
func TestLinesAreCut(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	random := rand.New(rand.NewPCG(*seed, 1))
	parts := []string{"\n", "\r", "\r\n", "a", "bc", "é", "", "\xff", strings.Repeat("long ", 30)}
	for range 300 {
		var text strings.Builder
		for range random.IntN(40) {
			text.WriteString(parts[random.IntN(len(parts))])
		}
		l := &lineCutter{chunk: make([]byte, 64)}
		var got []string
		r := pieces{bytes.NewReader([]byte(text.String())), random}
		for over := false; !over; {
			l.makeRoom()
			n, err := r.Read(l.chunk[l.filled:])
			l.filled += n
			over = err != nil
			l.cut(over)
			got = append(got, l.lines...)
		}
		want := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\xff", "\ufffd").Replace(text.String()), "\n")
		if want[len(want)-1] == "" {
			want = want[:len(want)-1]
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q is cut into\n%q, want\n%q", text.String(), got, want)
		}
	}
}

// BenchmarkSocketLines is the way of lines of 99 bytes from a connection to their block.
func BenchmarkSocketLines(b *testing.B) {
	text := bytes.Repeat([]byte(strings.Repeat("x", 98)+"\n"), 10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := bytes.NewReader(text)
		l := &lineCutter{chunk: make([]byte, socketChunk)}
		for over := false; !over; {
			l.makeRoom()
			n, err := r.Read(l.chunk[l.filled:])
			l.filled += n
			over = err != nil
			l.cut(over)
		}
	}
}
