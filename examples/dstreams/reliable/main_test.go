package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var (
	kills = flag.Int("kills", 4, "how often the job is killed")
	seed  = flag.Uint64("seed", 42, "seed of the moments at which it is killed")
)

// child says that this process is the job.
const child = "WEIR_RELIABLE_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(child) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// sender is the server: it sends one parcel after the other, each until it is
// acknowledged.
type sender struct {
	listener net.Listener

	mu       sync.Mutex
	parcel   int64            // number of the one that is sent
	lines    []string         // its lines
	next     int64            // number of the next line
	acked    map[string]int64 // lines that were acknowledged, by word
	sent     map[string]int64 // lines that were sent, by word, each as often as it was
	parcels  int64            // that were acknowledged
	last     bool             // no more begin
	changed  chan struct{}    // something was acknowledged
	finished chan struct{}    // all that began was acknowledged
}

func newSender(t *testing.T) *sender {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sender{listener: l, acked: map[string]int64{}, sent: map[string]int64{}, changed: make(chan struct{}, 1),
		finished: make(chan struct{})}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.serve(conn) // one job at a time
		}
	}()
	return s
}

func words(lines []string, counts map[string]int64) {
	for _, l := range lines {
		_, word, _ := strings.Cut(l, " ")
		counts[word]++
	}
}

// serve sends to one run of the job until it is gone.
func (s *sender) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		number, text, ok := s.take()
		if !ok {
			return
		}
		if _, err := conn.Write([]byte(text)); err != nil {
			return
		}
		answer, err := r.ReadString('\n')
		if err != nil || answer != fmt.Sprintf("ACK %d\n", number) {
			return
		}
		s.acknowledged()
	}
}

// take is the parcel that is not acknowledged, or a new one.
func (s *sender) take() (int64, string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lines == nil {
		if s.last {
			return 0, "", false
		}
		s.parcel++
		for range 1 + s.parcel%20 {
			s.next++
			s.lines = append(s.lines, fmt.Sprintf("%d word%d", s.next, s.next*s.next%11))
		}
	}
	words(s.lines, s.sent)
	return s.parcel, fmt.Sprintf("PARCEL %d %d\n%s\n", s.parcel, len(s.lines), strings.Join(s.lines, "\n")), true
}

func (s *sender) acknowledged() {
	s.mu.Lock()
	defer s.mu.Unlock()
	words(s.lines, s.acked)
	s.lines = nil
	s.parcels++
	if s.last {
		close(s.finished)
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// finish lets no more parcels begin.
func (s *sender) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = true
	if s.lines == nil {
		close(s.finished)
	}
}

// job is a run of the job in a process of its own.
type job struct {
	cmd    *exec.Cmd
	output bytes.Buffer
	ended  chan error
}

func start(t *testing.T, s *sender, dir string) *job {
	t.Helper()
	j := &job{ended: make(chan error, 1)}
	j.cmd = exec.Command(os.Args[0], "-server", s.listener.Addr().String(), "-checkpoint", filepath.Join(dir, "checkpoint"),
		"-out", filepath.Join(dir, "counts.txt"), "-interval", "100ms")
	j.cmd.Env = append(os.Environ(), child+"=1", "TMPDIR="+filepath.Join(dir, "tmp"))
	j.cmd.Stdout, j.cmd.Stderr = &j.output, &j.output
	if err := j.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { j.ended <- j.cmd.Wait() }()
	t.Cleanup(func() { _ = j.cmd.Process.Kill() })
	return j
}

// TestKilled kills the job again and again. In the end the state has counted each line that
// the server had acknowledged, once; and those that came again, because the job died between
// storing and acknowledging them, no more often than they were sent.
func TestKilled(t *testing.T) {
	t.Logf("-kills=%d -seed=%d", *kills, *seed)
	random := rand.New(rand.NewPCG(*seed, 3))
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := newSender(t)
	for k := range *kills {
		j := start(t, s, dir)
		// Now and then it dies while it starts, otherwise some parcels later.
		parcels := random.IntN(60)
		if k == 0 {
			parcels = 1
		}
		wait := time.NewTimer(20 * time.Second)
		if random.IntN(5) == 0 {
			wait.Reset(time.Duration(random.IntN(200)) * time.Millisecond)
		}
		for late := false; parcels > 0 && !late; {
			select {
			case <-s.changed:
				parcels--
			case <-wait.C:
				late = true
			case err := <-j.ended:
				t.Fatalf("run %d ended: %v\n%s", k, err, &j.output)
			}
		}
		if k > 0 { // the first time at once, before there is a batch
			moment := time.NewTimer(time.Duration(random.IntN(30_000)) * time.Microsecond)
			<-moment.C
		}
		_ = j.cmd.Process.Kill()
		<-j.ended
		if err := os.RemoveAll(filepath.Join(dir, "tmp")); err != nil { // what was not logged is gone
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	j := start(t, s, dir)
	<-s.changed // it works after the last kill
	s.finish()
	select {
	case <-s.finished:
	case err := <-j.ended:
		t.Fatalf("the last run ended: %v\n%s", err, &j.output)
	}
	_ = j.cmd.Process.Signal(syscall.SIGTERM)
	if err := <-j.ended; err != nil {
		t.Fatalf("%v\n%s", err, &j.output)
	}
	text, err := os.ReadFile(filepath.Join(dir, "counts.txt"))
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	once, twice := map[string]int64{}, int64(0)
	for l := range strings.Lines(string(text)) {
		var word string
		var o, n int64
		if _, err := fmt.Sscan(l, &word, &o, &n); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		once[word] = o
		twice += n - o
		if n < s.acked[word] || n > s.sent[word] {
			t.Errorf("%s was counted %d times; it was acknowledged %d and sent %d times", word, n, s.acked[word], s.sent[word])
		}
	}
	if !maps.Equal(once, s.acked) {
		t.Errorf("counted %v, acknowledged %v\n%s", once, s.acked, &j.output)
	}
	t.Logf("%d kills, %d parcels, %d lines acknowledged, %d came twice, of %d that were sent again; words %q", *kills, s.parcels, s.next,
		twice, total(s.sent)-total(s.acked), slices.Sorted(maps.Keys(once)))
}

func total(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
