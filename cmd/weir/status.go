package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/weirstream/weir"
)

// isTerminal reports whether w is a terminal that understands more than text.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// statusLine is one line at the foot of a terminal. Text that is printed through
// [statusLine.above] goes above it. A nil *statusLine shows nothing.
type statusLine struct {
	mu   sync.Mutex
	to   io.Writer
	text string
	open bool // what was printed last does not end its line: nothing is shown
}

// set changes the line.
func (s *statusLine) set(text string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = text
	if !s.open {
		fmt.Fprint(s.to, "\r\x1b[K", text)
	}
}

// above is a writer to w that takes the line away while it writes.
func (s *statusLine) above(w io.Writer) io.Writer {
	if s == nil {
		return w
	}
	return aboveLine{s, w}
}

type aboveLine struct {
	line *statusLine
	to   io.Writer
}

func (a aboveLine) Write(b []byte) (int, error) {
	s := a.line
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.text != "" && !s.open {
		fmt.Fprint(s.to, "\r\x1b[K")
	}
	n, err := a.to.Write(b)
	if n > 0 {
		s.open = b[n-1] != '\n'
	}
	if !s.open {
		fmt.Fprint(s.to, s.text)
	}
	return n, err
}

// runView shows how the queries of a job get on: in one line on a terminal, as
// logs elsewhere. It hears of all queries of the session.
type runView struct {
	out  io.Writer // where results are printed
	line *statusLine

	mu   sync.Mutex
	each map[string]*gauge // by run id
	keys []string          // of each, in order of start
}

// gauge is what a query has done in this run.
type gauge struct {
	name    string
	batches int64
	rows    int64
	last    *weir.Progress
}

func newRunView(p *program) *runView {
	v := &runView{out: p.out, each: make(map[string]*gauge)}
	if isTerminal(p.err) {
		v.line = &statusLine{to: p.err}
		v.out = v.line.above(p.out)
		slog.SetDefault(slog.New(slog.NewTextHandler(v.line.above(p.err), &slog.HandlerOptions{Level: slog.LevelWarn})))
	}
	return v
}

// close takes the line away.
func (v *runView) close() { v.line.set("") }

// OnStarted begins to count for a query.
func (v *runView) OnStarted(e weir.QueryStarted) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.each[e.RunID] = &gauge{name: e.Name}
	v.keys = append(v.keys, e.RunID)
	if v.line == nil {
		slog.Info("query started", "name", e.Name, "id", e.ID)
	}
}

// OnProgress shows a batch.
func (v *runView) OnProgress(p *weir.Progress) {
	v.mu.Lock()
	defer v.mu.Unlock()
	g := v.each[p.RunID]
	if g == nil {
		return
	}
	g.batches++
	g.rows += p.InputRows()
	g.last = p
	slog.Debug("batch done", "query", p.Name, "batch", p.Batch, "rows", p.InputRows(), "took", p.BatchDuration)
	v.draw()
}

// OnIdle changes nothing.
func (v *runView) OnIdle(weir.QueryIdle) {}

// OnTerminated takes a query off the line.
func (v *runView) OnTerminated(e weir.QueryTerminated) {
	v.mu.Lock()
	defer v.mu.Unlock()
	g := v.each[e.RunID]
	if g == nil {
		return
	}
	if v.line == nil {
		slog.Info("query ended", "name", g.name, "id", e.ID, "batches", g.batches, "rows", g.rows)
	}
	delete(v.each, e.RunID)
	v.draw()
}

// draw shows each running query in a few words.
func (v *runView) draw() {
	if v.line == nil {
		return
	}
	var parts []string
	for _, k := range v.keys {
		g := v.each[k]
		if g == nil || g.last == nil {
			continue
		}
		text := fmt.Sprintf("%s: batch %d, %s rows, %s rows/s", g.name, g.last.Batch, grouped(g.rows),
			grouped(int64(g.last.ProcessedRate())))
		if t := g.last.EventTime; t != nil && t.Watermark.Unix() > 0 {
			text += ", watermark " + t.Watermark.Format("2006-01-02 15:04:05")
		}
		parts = append(parts, text)
	}
	v.line.set(fitted(strings.Join(parts, " | "), v.line.to))
}

// fitted cuts a line to the width of the terminal: a longer one would scroll.
func fitted(line string, w any) string {
	width := 80
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			width = n
		}
	}
	if r := []rune(line); len(r) >= width {
		return string(r[:width-1])
	}
	return line
}

// grouped writes a number with a comma between each three digits.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
