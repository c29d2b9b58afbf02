package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir"
)

// last is the last word of the text that the server sends: a table with it has
// counted everything.
const last = "the-end"

// text is what is sent: many lines, one of them long, one empty, blanks in a row,
// letters of several bytes.
func text() string {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "to be or not to be %d\n", i%7)
	}
	b.WriteString("\ngrüße  世界\n" + strings.Repeat("word ", 100_000) + "\n" + last + "\n")
	return b.String()
}

// expected counts the words of the text without weir.
func expected() map[string]int {
	counts := make(map[string]int)
	for line := range strings.Lines(text()) {
		for _, word := range strings.Split(strings.TrimSuffix(line, "\n"), " ") {
			counts[word]++
		}
	}
	return counts
}

// serve sends the text to every connection and returns the port.
func serve(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // the listener is closed
			}
			go func() {
				defer c.Close()
				if _, err := c.Write([]byte(text())); err != nil {
					t.Logf("send the text: %v", err)
				}
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// screen keeps what is printed and calls done when the last word is there.
type screen struct {
	bytes.Buffer
	done func()
}

func (s *screen) Write(b []byte) (int, error) {
	n, err := s.Buffer.Write(b)
	if bytes.Contains(b, []byte(last)) {
		s.done()
	}
	return n, err
}

var row = regexp.MustCompile(`(?m)^\|(.*?) *\|(\d+) *\|$`)

// table reads the last table on the screen.
func (s *screen) table(t *testing.T) map[string]int {
	t.Helper()
	all := s.String()
	all = all[max(strings.LastIndex(all, "Batch:"), 0):]
	counts := make(map[string]int)
	for _, m := range row.FindAllStringSubmatch(all, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		counts[m[1]] = n
	}
	return counts
}

// job runs a job until the last word is counted and returns the last table.
func job(t *testing.T, run func(ctx context.Context, out weir.Option) error) map[string]int {
	t.Helper()
	limit, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	ctx, cancel := context.WithCancel(limit)
	defer cancel()
	s := &screen{done: cancel}
	if err := run(ctx, weir.WithOutput(s)); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	if limit.Err() != nil {
		t.Fatalf("the last word has not come; the screen is\n%s", s.String())
	}
	return s.table(t)
}

func TestGo(t *testing.T) {
	port := serve(t)
	got := job(t, func(ctx context.Context, out weir.Option) error { return count(ctx, port, 1_000_000, out) })
	if d := cmp.Diff(expected(), got); d != "" {
		t.Error(d)
	}
}

func TestSQL(t *testing.T) {
	port := serve(t)
	b, err := os.ReadFile("wordcount.sql")
	if err != nil {
		t.Fatal(err)
	}
	script := strings.NewReplacer("9999", strconv.Itoa(port), "'1 second'", "'100 milliseconds', numRows '1000000', truncate 'false'").
		Replace(string(b))
	t.Chdir(t.TempDir())
	got := job(t, func(ctx context.Context, out weir.Option) error {
		s, err := weir.Open(out)
		if err != nil {
			return err
		}
		defer s.Close()
		return s.Run(ctx, script, func(r weir.Result) error {
			if r.Query == nil {
				return nil
			}
			return r.Query.AwaitTermination(ctx)
		})
	})
	if d := cmp.Diff(expected(), got); d != "" {
		t.Error(d)
	}
}

// The README shows these programs: what it says is what the tests run.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	job, err := os.ReadFile("wordcount.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, job, _ = bytes.Cut(job, []byte("\n")) // its comment
	if !bytes.Contains(readme, bytes.TrimSpace(job)) {
		t.Error("the SQL job of README is not wordcount.sql")
	}
	_, body, _ := bytes.Cut(program, []byte("	defer s.Close()\n"))
	for line := range strings.Lines(string(body)) {
		if line = strings.TrimSpace(line); len(line) > 1 && !strings.Contains(string(readme), line) {
			t.Errorf("README's Go program lacks the line %s", line)
		}
	}
}
