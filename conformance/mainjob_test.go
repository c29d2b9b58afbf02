package conformance

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the random tests")

// childFolder names the folder of a test binary that runs as the job that is to be
// killed; childTrigger is its trigger.
const (
	childFolder  = "WEIR_TEST_JOB_FOLDER"
	childTrigger = "WEIR_TEST_JOB_TRIGGER"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := wordJob(dir, os.Getenv(childTrigger)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// corpus is the text of the main job.
type corpus struct {
	files []string
	lines []string
	words map[string]int64 // how often each word occurs
}

// readCorpus reads the Go sources of this Go: all of them, or those of a few
// packages in short tests. Its count of the words is the one that weir's are
// compared with.
func readCorpus(t *testing.T) *corpus {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output() // a binary of -trimpath does not know it
	if err != nil {
		t.Skipf("there is no go: %v", err)
	}
	goroot := strings.TrimSpace(string(out))
	root := filepath.Join(goroot, "src")
	c := &corpus{words: make(map[string]int64)}
	roots := []string{goroot}
	if testing.Short() {
		roots = []string{filepath.Join(root, "sort"), filepath.Join(root, "path"), filepath.Join(root, "container")}
	}
	for _, dir := range roots {
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && strings.HasSuffix(p, ".go") {
				c.files = append(c.files, p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	ends := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	for _, p := range c.files {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSuffix(ends.Replace(string(b)), "\n")
		if text == "" && len(b) == 0 {
			continue
		}
		c.lines = append(c.lines, strings.Split(text, "\n")...)
	}
	for _, l := range c.lines {
		for _, w := range strings.Split(l, " ") {
			c.words[w]++
		}
	}
	t.Logf("%d files, %d lines, %d words", len(c.files), len(c.lines), len(c.words))
	return c
}

// serve sends every line to each connection and returns the port.
func (c *corpus) serve(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				w := bufio.NewWriterSize(conn, 1<<16)
				for _, line := range c.lines {
					w.WriteString(line)
					if err := w.WriteByte('\n'); err != nil {
						return // the job has gone
					}
				}
				w.Flush()
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// compare tells the first words whose counts differ.
func compare(t *testing.T, what string, got, want map[string]int64) {
	t.Helper()
	differ := 0
	for w, n := range want {
		if got[w] != n {
			if differ++; differ <= 5 {
				t.Errorf("%s: the word %.60q was counted %d times and occurs %d times", what, w, got[w], n)
			}
		}
	}
	for w, n := range got {
		if _, ok := want[w]; !ok {
			if differ++; differ <= 5 {
				t.Errorf("%s: %.60q was counted %d times and is no word of the text", what, w, n)
			}
		}
	}
	if differ > 0 {
		t.Errorf("%s: %d words differ", what, differ)
	}
}

// short is a word as the console job counts it. The console makes every cell as
// wide as the widest one, and one word of the text has 22 thousand characters.
const short = `CASE WHEN length(word) > 64 THEN sha2(word, 256) ELSE word END`

// shown are the counts as the console shows them: long words by their digest,
// control characters escaped.
func shown(words map[string]int64) map[string]int64 {
	escape := strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`, "\f", `\f`, "\b", `\b`, "\v", `\v`, "\a", `\a`)
	out := make(map[string]int64, len(words))
	for w, n := range words {
		if utf8.RuneCountInString(w) > 64 {
			w = fmt.Sprintf("%x", sha256.Sum256([]byte(w)))
		}
		out[escape.Replace(w)] += n
	}
	return out
}

// screen keeps the last table that is printed.
type screen struct{ last []byte }

func (s *screen) Write(b []byte) (int, error) {
	if i := bytes.LastIndex(b, []byte("\nBatch: ")); i >= 0 {
		s.last = s.last[:0]
	}
	s.last = append(s.last, b...)
	return len(b), nil
}

func (s *screen) table(t *testing.T) map[string]int64 {
	t.Helper()
	got := make(map[string]int64)
	for line := range bytes.Lines(s.last) {
		row := strings.TrimSuffix(string(line), "|\n")
		if !strings.HasPrefix(row, "|") || len(row) == len(line) {
			continue
		}
		at := strings.LastIndexByte(row, '|')
		if at == 0 {
			t.Fatalf("the row %q has one cell", row)
		}
		n, err := strconv.ParseInt(strings.Trim(row[at+1:], " "), 10, 64)
		if err != nil {
			continue // the names of the columns
		}
		got[strings.Trim(row[1:at], " ")] += n // different control characters may look alike
	}
	return got
}

// until calls done when a query has read so many lines.
type until struct {
	id    string
	lines int64
	done  chan struct{}
}

func (*until) OnStarted(weir.QueryStarted)       {}
func (*until) OnIdle(weir.QueryIdle)             {}
func (*until) OnTerminated(weir.QueryTerminated) {}
func (u *until) OnProgress(p *weir.Progress) {
	if p.Name != u.id {
		return
	}
	if u.lines -= p.InputRows(); u.lines == 0 {
		close(u.done)
	}
}

// TestMainJobSocket is the main job: the words of a real text that comes over
// sockets are counted to the console, and written to Parquet.
func TestMainJobSocket(t *testing.T) {
	begin := time.Now()
	c := readCorpus(t)
	port := c.serve(t)
	out := &screen{}
	s, err := weir.Open(weir.WithOutput(out))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	words := func() *weir.DataFrame {
		lines := s.ReadStream().Format("socket").Option("host", "127.0.0.1").Option("port", port).Load()
		return lines.Select(f.Explode(f.Split("value", " ")).As("word"))
	}
	dir := t.TempDir()
	counted := &until{"counts", int64(len(c.lines)), make(chan struct{})}
	written := &until{"words", int64(len(c.lines)), make(chan struct{})}
	s.Streams().AddListener(counted)
	s.Streams().AddListener(written)
	counts, err := words().SelectExpr(short+" AS word").GroupBy("word").Count().WriteStream().QueryName("counts").
		OutputMode(weir.Complete).Format("console").Option("numRows", 10_000_000).Option("truncate", false).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files, err := words().WriteStream().QueryName("words").Format("parquet").
		Option("checkpointLocation", filepath.Join(dir, "ck")).Start(t.Context(), filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range []*until{counted, written} {
		select {
		case <-u.done:
		case <-counts.Done():
			t.Fatal(counts.Err())
		case <-files.Done():
			t.Fatal(files.Err())
		}
	}
	counts.Stop()
	files.Stop()
	if err := errors.Join(counts.Err(), files.Err()); err != nil {
		t.Fatal(err)
	}
	t.Logf("the jobs took %v with reading the text", time.Since(begin).Round(time.Millisecond))
	compare(t, "console", out.table(t), shown(c.words))
	compare(t, "parquet", grouped(t, s.Read().Parquet(filepath.Join(dir, "out"))), c.words)
	t.Logf("%v with the comparison", time.Since(begin).Round(time.Millisecond))
}

// grouped counts the words of a table.
func grouped(t *testing.T, words *weir.DataFrame) map[string]int64 {
	t.Helper()
	rows, err := words.GroupBy("word").Count().Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]int64, len(rows))
	for _, r := range rows {
		got[r[0].(string)] = r[1].(int64)
	}
	return got
}

// wordJob reads the folder in: its words go to JSON files in words, the counts of
// a batch to the file counts/<batch>, once for its number.
func wordJob(dir, trigger string) error {
	ctx := context.Background()
	at, err := weir.ParseTrigger(trigger)
	if err != nil {
		return err
	}
	s, err := weir.Open()
	if err != nil {
		return err
	}
	defer s.Close()
	words := s.ReadStream().Text(filepath.Join(dir, "in")).Select(f.Explode(f.Split("value", " ")).As("word"))
	files, err := words.WriteStream().Format("json").Trigger(at).
		Option("checkpointLocation", filepath.Join(dir, "words-ck")).Start(ctx, filepath.Join(dir, "words"))
	if err != nil {
		return err
	}
	counts, err := words.GroupBy("word").Count().WriteStream().OutputMode(weir.Update).Trigger(at).
		Option("checkpointLocation", filepath.Join(dir, "counts-ck")).
		ForeachBatch(func(ctx context.Context, batch *weir.DataFrame, id int64) error {
			return writeCounts(ctx, batch, filepath.Join(dir, "counts", fmt.Sprintf("%09d", id)))
		}).Start(ctx)
	if err != nil {
		return err
	}
	return errors.Join(files.AwaitTermination(ctx), counts.AwaitTermination(ctx))
}

// writeCounts writes a file unless it is there.
func writeCounts(ctx context.Context, batch *weir.DataFrame, name string) error {
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	out, err := os.Create(name + ".tmp")
	if err != nil {
		return err
	}
	defer out.Close()
	w := bufio.NewWriter(out)
	if err := batch.WriteJSON(ctx, w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return os.Rename(name+".tmp", name)
}

// TestMainJobFolder moves the text's files into a folder while the job reads it
// in a process of its own, which is killed three times.
func TestMainJobFolder(t *testing.T) {
	begin := time.Now()
	t.Logf("-seed=%d", *seed)
	random := rand.New(rand.NewPCG(*seed, 1))
	c := readCorpus(t)
	dir := t.TempDir()
	for _, name := range []string{"in", "stage", "counts"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range c.files {
		b, err := os.ReadFile(p)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "stage", fmt.Sprintf("%06d.go", i)), b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("the text is ready after %v", time.Since(begin).Round(time.Millisecond))
	longest := 4 * time.Second
	if testing.Short() {
		longest = 300 * time.Millisecond
	}
	triggers := []string{"1 second", "1 second", "availableNow", "availableNow"}
	for run, trigger := range triggers {
		from, to := run*len(c.files)/len(triggers), (run+1)*len(c.files)/len(triggers)
		after := time.Duration(random.Int64N(int64(longest)))
		if run == len(triggers)-1 {
			move(t, dir, from, to)
			after, to = time.Minute, from
		}
		killed := child(t, dir, trigger, after, func() { move(t, dir, from, to) })
		t.Logf("run %d, %s: killed after %v: %v", run, trigger, after, killed)
		if !killed && trigger != "availableNow" {
			t.Fatalf("run %d ended by itself", run)
		}
		if killed && run == len(triggers)-1 {
			t.Fatal("the last run did not come to its end")
		}
	}
	t.Logf("the jobs are done after %v", time.Since(begin).Round(time.Millisecond))
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	compare(t, "json files", grouped(t, s.Read().Schema("word STRING").JSON(filepath.Join(dir, "words"))), c.words)
	compare(t, "foreachBatch", latest(t, filepath.Join(dir, "counts")), c.words)
	t.Logf("%v in all", time.Since(begin).Round(time.Millisecond))
}

// move puts some of the files where the job finds them.
func move(t *testing.T, dir string, from, to int) {
	for i := from; i < to; i++ {
		name := fmt.Sprintf("%06d.go", i)
		if err := os.Rename(filepath.Join(dir, "stage", name), filepath.Join(dir, "in", name)); err != nil {
			t.Error(err)
			return
		}
	}
}

// child runs the job in another process while work goes on, kills it after a
// while, and reports whether that was necessary.
func child(t *testing.T, dir, trigger string, after time.Duration, work func()) (killed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+dir, childTrigger+"="+trigger)
	var said bytes.Buffer
	cmd.Stderr, cmd.Stdout = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	work()
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && !exit.Exited() {
		return true
	}
	if err != nil {
		t.Fatalf("the job failed: %v\n%s", err, said.String())
	}
	return false
}

// latest reads the counts of all batches; of a word the last one holds.
func latest(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "?????????"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	got := make(map[string]int64)
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(b) {
			var row struct {
				Word  string
				Count int64
			}
			if err := json.Unmarshal(line, &row); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got[row.Word] = row.Count
		}
	}
	return got
}
