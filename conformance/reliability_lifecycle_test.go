//go:build unix

package conformance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/weirstream/weir"
)

// session opens one that ends with the test.
func session(t *testing.T, options ...weir.Option) *weir.Session {
	t.Helper()
	t.TempDir() // from here on it is removed after the session has ended
	s, err := weir.Open(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// write makes a file of a folder, as a whole, and the folder.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	tmp := filepath.Join(dir, "."+name)
	if err := os.WriteFile(tmp, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(tmp, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// refused expects an error with all of these texts.
func refused(t *testing.T, what string, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: there is no error", what)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error does not say %q: %v", what, text, err)
		}
	}
}

// numbers starts to write the JSON files of dir/in to dir/out.
func numbers(t *testing.T, s *weir.Session, dir string) (*weir.Query, error) {
	t.Helper()
	return s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).WriteStream().Format("json").
		Option("checkpointLocation", filepath.Join(dir, "ck")).Start(t.Context(), filepath.Join(dir, "out"))
}

// sum adds what a reader of the output sees.
func sum(t *testing.T, s *weir.Session, dir string) int64 {
	t.Helper()
	rows, err := s.Read().Schema("n BIGINT").JSON(filepath.Join(dir, "out")).SelectExpr("coalesce(sum(n), 0)").Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rows[0][0].(int64)
}

func TestSecondSessionOnACheckpoint(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in"), "1", `{"n":1}`)
	first := session(t)
	q, err := numbers(t, first, dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = numbers(t, session(t), dir)
	refused(t, "another session", err, "CONCURRENT_STREAM_LOG_UPDATE", filepath.Join(dir, "ck"))
	if err := first.Set("spark.sql.streaming.stopActiveRunOnRestart", "false"); err != nil {
		t.Fatal(err)
	}
	_, err = numbers(t, first, dir)
	refused(t, "the same session", err, "CONCURRENT_STREAM_LOG_UPDATE", q.ID())
	if err := first.Set("spark.sql.streaming.stopActiveRunOnRestart", "true"); err != nil {
		t.Fatal(err)
	}
	again, err := numbers(t, first, dir)
	if err != nil {
		t.Fatal(err)
	}
	if q.IsActive() || q.Err() != nil || again.ID() != q.ID() || again.RunID() == q.RunID() {
		t.Errorf("the run before: active %v, error %v; ids %s and %s", q.IsActive(), q.Err(), q.ID(), again.ID())
	}
	q = again
	if err := q.ProcessAllAvailable(t.Context()); err != nil {
		t.Fatal(err)
	}
	q.Stop()
	if got := sum(t, first, dir); got != 1 {
		t.Errorf("the sum is %d, want 1", got)
	}
}

// pausedFolder names the folder of a child that is stopped and wakes up.
const pausedFolder = "WEIR_TEST_PAUSED_FOLDER"

// TestPausedChild is no test: it is the process that TestPausedWriter stops.
func TestPausedChild(t *testing.T) {
	dir := os.Getenv(pausedFolder)
	if dir == "" {
		t.Skip("only as a child of TestPausedWriter")
	}
	q, err := numbers(t, session(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		err := q.ProcessAllAvailable(t.Context())
		fmt.Printf("processed: %v\n", err)
	}
}

// TestPausedWriter stops a process in its sleep. While it lives nobody else gets
// its checkpoint; once somebody has it by force, it writes nothing any more.
func TestPausedWriter(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in"), "1", `{"n":1}`)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPausedChild$", "-test.timeout=50s")
	cmd.Env = append(os.Environ(), pausedFolder+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	process := func() string {
		fmt.Fprintln(in, "process")
		for said.Scan() {
			if strings.HasPrefix(said.Text(), "processed: ") {
				return said.Text()
			}
		}
		t.Fatal("the child has gone")
		return ""
	}
	if got := process(); got != "processed: <nil>" {
		t.Fatal(got)
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	s := session(t)
	_, err = numbers(t, s, dir)
	refused(t, "beside a stopped process", err, "CONCURRENT_STREAM_LOG_UPDATE")
	// Somebody takes the lock away, as on a disk of the network that has lost it.
	if err := os.Remove(filepath.Join(dir, "ck", "journal", "lock")); err != nil {
		t.Fatal(err)
	}
	q, err := numbers(t, s, dir)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "in"), "2", `{"n":20}`)
	if err := q.ProcessAllAvailable(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "in"), "3", `{"n":300}`)
	if got := process(); !strings.Contains(got, "CONCURRENT_STREAM_LOG_UPDATE") {
		t.Errorf("the process that woke up says %s", got)
	}
	in.Close()
	cmd.Wait()
	if err := q.ProcessAllAvailable(t.Context()); err != nil {
		t.Fatal(err)
	}
	q.Stop()
	if got := sum(t, s, dir); got != 321 {
		t.Errorf("the sum is %d, want 321", got)
	}
}

// A batch of a socket that was planned and not committed is lost with its process.
func TestPlannedSocketBatchIsRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			fmt.Fprintln(c, "a line")
		}
	}()
	s, dir := session(t), t.TempDir()
	start := func() (*weir.Query, error) {
		return s.ReadStream().Format("socket").Option("host", "127.0.0.1").Option("port", l.Addr().(*net.TCPAddr).Port).Load().
			WriteStream().Option("checkpointLocation", filepath.Join(dir, "ck")).
			ForeachBatch(func(context.Context, *weir.DataFrame, int64) error { return errors.New("the sink is full") }).Start(t.Context())
	}
	q, err := start()
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "the first run", q.AwaitTermination(t.Context()), "the sink is full", "FOREACH_BATCH_USER_FUNCTION_ERROR")
	_, err = start()
	refused(t, "the restart", err, "batch 0", "cannot")
	t.Log(err)
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(10 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestStartAndStopLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in"), "1", `{"n":1}`)
	before := 0
	for cycle := range 21 {
		s, err := weir.Open()
		if err != nil {
			t.Fatal(err)
		}
		q, err := numbers(t, s, dir)
		if err != nil {
			t.Fatal(err)
		}
		if cycle%3 > 0 {
			if err := q.ProcessAllAvailable(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if cycle%2 == 0 {
			q.Stop()
		}
		s.Close()
		eventually(t, "the query leaves the session", func() bool { return len(s.Streams().Active()) == 0 })
		if q.IsActive() || q.Err() != nil {
			t.Fatalf("cycle %d: active %v, error %v", cycle, q.IsActive(), q.Err())
		}
		if cycle == 0 {
			before = runtime.NumGoroutine()
		}
	}
	eventually(t, fmt.Sprintf("%d goroutines are left, %d were there", runtime.NumGoroutine(), before),
		func() bool { return runtime.NumGoroutine() <= before+2 })
	if got := sum(t, session(t), dir); got != 1 {
		t.Errorf("the sum is %d, want 1", got)
	}
}

func TestStopDuringABatch(t *testing.T) {
	s, dir := session(t), t.TempDir()
	write(t, filepath.Join(dir, "in"), "1", `{"n":1}`)
	var ids []int64
	start := func(f func(ctx context.Context) error) *weir.Query {
		q, err := s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).WriteStream().
			Option("checkpointLocation", filepath.Join(dir, "ck")).
			ForeachBatch(func(ctx context.Context, _ *weir.DataFrame, id int64) error {
				ids = append(ids, id)
				return f(ctx)
			}).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	inside := make(chan struct{})
	q := start(func(ctx context.Context) error {
		close(inside)
		<-ctx.Done()
		return context.Cause(ctx)
	})
	<-inside
	q.Stop()
	if q.Err() != nil {
		t.Errorf("a query that was stopped in a batch ended with %v", q.Err())
	}
	q = start(func(context.Context) error { return nil })
	if err := q.ProcessAllAvailable(t.Context()); err != nil {
		t.Fatal(err)
	}
	q.Stop()
	if fmt.Sprint(ids) != "[0 0]" {
		t.Errorf("the batches %v ran, want batch 0 twice", ids)
	}
}

func panics() { panic("the user's mistake") }

func TestPanicOfAUserFunction(t *testing.T) {
	s, dir := session(t), t.TempDir()
	write(t, filepath.Join(dir, "in"), "1", `{"n":1}`)
	other, err := numbers(t, s, dir)
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int64
	bad, err := s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).WriteStream().
		ForeachBatch(func(context.Context, *weir.DataFrame, int64) error { calls.Add(1); panics(); return nil }).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = bad.AwaitTermination(t.Context())
	refused(t, "the query", err, "FOREACH_BATCH_USER_FUNCTION_ERROR", "the user's mistake", "conformance.panics")
	write(t, filepath.Join(dir, "in"), "2", `{"n":2}`)
	if err := other.ProcessAllAvailable(t.Context()); err != nil {
		t.Fatalf("the other query: %v", err)
	}
	if got := sum(t, s, dir); got != 3 || calls.Load() != 1 {
		t.Errorf("the sum is %d, want 3; %d calls, want 1", got, calls.Load())
	}
}
