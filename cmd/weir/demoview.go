package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
)

// window is a row of the demo's first query.
type window struct {
	second                time.Time
	kind                  string
	bids, highest, volume int64
}

// windowsOf copies the rows of a batch, whose columns are those of demo.sql.
func windowsOf(b *connector.Batch) []window {
	list := make([]window, b.Len())
	for i := range list {
		row := b.Row(i)
		list[i] = window{
			second:  time.UnixMicro(batch.Values[int64](b.Columns[0])[row]).UTC(),
			kind:    strings.Clone(batch.Values[string](b.Columns[1])[row]),
			bids:    batch.Values[int64](b.Columns[2])[row],
			highest: batch.Values[int64](b.Columns[3])[row],
			volume:  batch.Values[int64](b.Columns[4])[row],
		}
	}
	return list
}

// shown is how many windows the table on a terminal has.
const shown = 12

// demoView shows the demo while it runs: a table that is drawn anew on a terminal,
// a line every second elsewhere. It hears of the queries as a listener, and of
// rows from the [tap].
type demoView struct {
	to     io.Writer
	live   bool // a terminal
	colour bool
	begin  time.Time
	before int64 // events of earlier runs

	mu      sync.Mutex
	windows []window
	last    map[string]*weir.Progress // by the query's name
	batches int64
	drawn   int   // lines that are on the screen
	told    int64 // events in the last plain line
}

func newDemoView(p *program, before int64) *demoView {
	return &demoView{to: p.out, live: isTerminal(p.out), colour: os.Getenv("NO_COLOR") == "", begin: time.Now(),
		before: before, told: before, last: make(map[string]*weir.Progress)}
}

// add takes rows that were written.
func (v *demoView) add(rows []window) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.windows = append(v.windows, rows...)
	slices.SortStableFunc(v.windows, func(a, b window) int {
		return cmp.Or(a.second.Compare(b.second), cmp.Compare(a.kind, b.kind))
	})
	if n := len(v.windows) - shown; n > 0 {
		v.windows = slices.Delete(v.windows, 0, n)
	}
}

// OnStarted changes nothing.
func (v *demoView) OnStarted(weir.QueryStarted) {}

// OnProgress keeps the newest progress of each query.
func (v *demoView) OnProgress(p *weir.Progress) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last[p.Name] = p
	v.batches++
}

// OnIdle changes nothing.
func (v *demoView) OnIdle(weir.QueryIdle) {}

// OnTerminated changes nothing.
func (v *demoView) OnTerminated(weir.QueryTerminated) {}

// run draws now and then until the returned function is called.
func (v *demoView) run() (stop func()) {
	every := time.Second
	if v.live {
		every = 200 * time.Millisecond
	}
	ticks := time.NewTicker(every)
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ticks.C:
				v.draw()
			case <-end:
				return
			}
		}
	}()
	return func() {
		ticks.Stop()
		close(end)
		<-done
		if v.live {
			v.draw()
		}
	}
}

// events is how far both queries are.
func (v *demoView) events() int64 {
	if len(v.last) < 2 {
		return v.before
	}
	least := int64(-1)
	for _, p := range v.last {
		n, err := strconv.ParseInt(string(p.Sources[0].End), 10, 64)
		if err != nil {
			n = v.before // a batch without data before the first one with
		}
		if least < 0 || n < least {
			least = n
		}
	}
	return least
}

func (v *demoView) draw() {
	v.mu.Lock()
	defer v.mu.Unlock()
	events := v.events()
	rate := float64(events-v.before) / time.Since(v.begin).Seconds()
	watermark := "none yet"
	if p := v.last["windows"]; p != nil && p.EventTime != nil && p.EventTime.Watermark.Unix() > 0 {
		watermark = p.EventTime.Watermark.Format("15:04:05.000")
	}
	if !v.live {
		if events > v.told {
			v.told = events
			fmt.Fprintf(v.to, "%s events, %s a second, %d batches, watermark %s\n", grouped(events), grouped(int64(rate)),
				v.batches, watermark)
		}
		return
	}
	var b strings.Builder
	if v.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\x1b[J", v.drawn)
	}
	body := v.table()
	body = append(body, fmt.Sprintf("%s events   %s a second   %d batches   watermark %s", grouped(events),
		grouped(int64(rate)), v.batches, watermark))
	v.drawn = len(body)
	for _, line := range body {
		b.WriteString(fitted(line, v.to) + "\n")
	}
	io.WriteString(v.to, b.String())
}

// table is the newest windows as lines.
func (v *demoView) table() []string {
	head := fmt.Sprintf("%-10s %-8s %10s %14s %18s", "second", "channel", "bids", "highest", "volume")
	if v.colour {
		head = "\x1b[1m" + head + "\x1b[0m"
	}
	lines := []string{head}
	for _, w := range v.windows {
		lines = append(lines, fmt.Sprintf("%-10s %-8s %10s %14s %18s", w.second.Format("15:04:05"), w.kind, grouped(w.bids),
			grouped(w.highest), grouped(w.volume)))
	}
	return lines
}
