package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// terminal is the shell on a terminal of its own, and somebody who types.
type terminal struct {
	t   *testing.T
	tty *os.File
	cmd *exec.Cmd

	mu   sync.Mutex
	came bytes.Buffer
	news chan struct{} // filled when more has come
}

// newTerminal starts weir sql on a terminal.
func newTerminal(t *testing.T, history string, args ...string) *terminal {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"sql"}, args...)...)
	cmd.Env = append(os.Environ(), "WEIR_TEST_COMMAND=1", "WEIR_HISTORY="+history)
	cmd.Dir = t.TempDir()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 160})
	if err != nil {
		t.Skipf("no pseudo terminal: %v", err)
	}
	term := &terminal{t: t, tty: tty, cmd: cmd, news: make(chan struct{}, 1)}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		tty.Close()
	})
	go func() {
		var b [4096]byte
		for {
			n, err := tty.Read(b[:])
			term.mu.Lock()
			term.came.Write(b[:n])
			term.mu.Unlock()
			select {
			case term.news <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	term.expect("weir> ")
	return term
}

// keys types.
func (x *terminal) keys(text string) {
	if _, err := x.tty.WriteString(text); err != nil {
		x.t.Fatal(err)
	}
}

// expect waits until a text has come and gives what came up to its end.
func (x *terminal) expect(text string) string {
	x.t.Helper()
	return x.until(text, "", 0)
}

// until is expect, typing keys again and again.
func (x *terminal) until(text, keys string, every time.Duration) string {
	x.t.Helper()
	late := time.NewTimer(60 * time.Second)
	defer late.Stop()
	again := make(<-chan time.Time)
	if keys != "" {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		again = ticker.C
	}
	for {
		x.mu.Lock()
		if at := bytes.Index(x.came.Bytes(), []byte(text)); at >= 0 {
			found := string(x.came.Next(at + len(text)))
			x.mu.Unlock()
			return found
		}
		x.mu.Unlock()
		select {
		case <-x.news:
		case <-again:
			x.keys(keys)
		case <-late.C:
			x.mu.Lock()
			defer x.mu.Unlock()
			x.t.Fatalf("%q did not come; what came is\n%s", text, x.came.String())
		}
	}
}

// leave ends the shell and waits for it.
func (x *terminal) leave() {
	x.t.Helper()
	x.keys("\\q\r")
	if err := x.cmd.Wait(); err != nil {
		x.t.Error(err)
	}
}

const up = "\x1b[A"

func TestShellHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	x := newTerminal(t, file)
	x.keys("SELECT 40 + 2\r")
	x.expect("   -> ")
	x.keys("AS answer;\r")
	x.expect("|42    |")
	x.expect("(1 row)")
	x.expect("weir> ")
	x.keys(up + "\r")
	x.expect("|42    |")
	x.expect("weir> ")
	x.leave()

	x = newTerminal(t, file)
	x.keys(up + up + "\r") // before it stands \q, which is no statement
	x.expect("|42    |")
	x.expect("weir> ")
	x.leave()
}

func TestShellErrors(t *testing.T) {
	x := newTerminal(t, "")
	x.keys("SELECT a FROM VALUES (1) AS t(b);\r")
	text := x.expect("weir> ")
	if !strings.Contains(text, "UNRESOLVED_COLUMN") || !strings.Contains(text, "\n       ^") {
		t.Errorf("no caret beneath the name:\n%s", text)
	}
	x.keys("SELECT 1 +* 2;\r")
	if text := x.expect("weir> "); !strings.Contains(text, "PARSE_SYNTAX_ERROR") || !strings.Contains(text, "^") {
		t.Errorf("no caret:\n%s", text)
	}
	x.leave()
}

func TestShellTables(t *testing.T) {
	x := newTerminal(t, "")
	x.keys("SELECT id FROM range(100) ORDER BY id;\r")
	text := x.expect("(100 rows)")
	if n := strings.Count(text, "\n|"); n != 101 {
		t.Errorf("%d lines of cells, want 101", n)
	}
	x.expect("weir> ")
	x.keys("SELECT id FROM range(1000) ORDER BY id;\r")
	if text := x.expect("(more than 100 rows"); !strings.Contains(text, "only showing top 100 rows") {
		t.Errorf("the table is not cut:\n%s", text)
	}
	x.expect("weir> ")
	x.leave()
}

func TestShellInterrupt(t *testing.T) {
	x := newTerminal(t, "")
	x.keys("SELECT sum(id % 7) FROM range(100000000000000);\r")
	x.until("cancelled", "\x03", 200*time.Millisecond)
	x.keys("\r")
	x.expect("weir> ")
	x.keys("SELECT 1 + 1 AS two;\r")
	x.expect("|2  |")
	x.expect("weir> ")
	x.leave()
}

func TestShellCommands(t *testing.T) {
	x := newTerminal(t, "")
	x.keys("CREATE TEMPORARY VIEW people AS SELECT 'ann' AS given_name, 5 AS years;\r")
	x.expect("weir> ")
	for _, step := range [][2]string{
		{"\\d\r", "people"},
		{"\\d people\r", "given_name"},
		{"\\df abs\r", "Usage: abs(c) is the absolute value."},
		{"\\df array_s*\r", "array_size"},
		{"\\timing\r", "timing is on"},
		{"SELECT 3 AS three;\r", "time: "},
		{"\\format vertical\r", ""},
		{"SELECT 3 AS three;\r", "RECORD 0"},
		{"\\format csv\r", ""},
		{"SELECT 3 AS three;\r", "\n3"},
		{"\\set spark.sql.ansi.enabled\r", "true"},
		{"\\nothing\r", "there is no command"},
		{"\\?\r", "cancel the statement"},
		// Completion: of a keyword, a table, and a column of it.
		{"SELECT given\t FROM peop\t;\r", "ann"},
		{"SELECT 1 FROM people p WHERE p.ye\t > 3;\r", "p.years  >"},
	} {
		x.keys(step[0])
		x.expect(step[1])
		x.expect("weir> ")
	}
	x.leave()
}
