package checkpoint

import (
	"errors"
	"io/fs"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// mirrorBurst is how many files of one log are written at a time while the query
// runs. A query with hundreds of batches a second leaves gaps, which Close
// fills: Spark itself reads the two newest entries.
const mirrorBurst = 10

// mirror writes Spark's files in the background.
type mirror struct {
	writing sync.Mutex // one writer of files at a time
	wake    chan struct{}
	quit    chan struct{}
	done    chan struct{} // nil if nothing runs
	once    sync.Once
}

// start begins to write c's files.
func (m *mirror) start(c *Checkpoint) {
	delay := c.options.mirrorDelay()
	if delay < 0 {
		return
	}
	m.wake, m.quit, m.done = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	m.poke()
	go m.run(c, delay)
}

func (m *mirror) run(c *Checkpoint, delay time.Duration) {
	defer close(m.done)
	timer := time.NewTimer(delay)
	defer timer.Stop()
	for {
		select {
		case <-m.quit:
			return
		case <-m.wake:
		}
		timer.Reset(delay)
		select {
		case <-m.quit:
			return
		case <-timer.C:
		}
		if err := c.Mirror(); err != nil && c.options.Warn != nil {
			c.options.Warn.Warn("Spark's files in the checkpoint are behind the journal", "checkpoint", c.dir, "error", err)
		}
	}
}

// poke says that there is something to write. It never blocks.
func (m *mirror) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// halt ends the writing in the background.
func (m *mirror) halt() {
	if m.done == nil {
		return
	}
	m.once.Do(func() { close(m.quit) })
	<-m.done
}

// logFiles is how far one of Spark's logs is written.
type logFiles struct {
	dir     string
	texts   func(*live) map[int64][]byte
	next    int64   // the first batch that has not been looked at
	gaps    []int64 // batches before next that have no file yet
	cleared int64   // no file below this one is left
}

// Mirror writes those of Spark's files that are behind the journal, the newest
// ones if there are many.
func (c *Checkpoint) Mirror() error { return c.writeFiles(false) }

// writeFiles writes Spark's files, on closing with all gaps filled. Offsets
// come before commits, so that no batch is committed without a plan.
func (c *Checkpoint) writeFiles(closing bool) error {
	c.mirror.writing.Lock()
	defer c.mirror.writing.Unlock()
	most := int64(math.MaxInt64)
	for _, l := range c.files {
		due, texts, below, err := c.due(l, most, closing)
		if err != nil {
			return err
		}
		most = l.next - 1 // a batch that was planned and committed in between has no plan there yet
		for i, batch := range due {
			if err := c.writeFile(l, batch, texts[i]); err != nil {
				c.postpone(l, due[i:])
				return err
			}
		}
		if err := clearFiles(c.fs, l, below, closing); err != nil {
			return err
		}
	}
	return nil
}

// due returns the batches of a log that are to be written now, none above most, their
// texts, and the batch below which files are not kept.
func (c *Checkpoint) due(l *logFiles, most int64, closing bool) (due []int64, texts [][]byte, below int64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.broken != nil || c.journal.err != nil {
		return nil, nil, 0, c.broken
	}
	if err := c.journal.fenced(); err != nil {
		return nil, nil, 0, err
	}
	known := l.texts(c.live)
	last := l.next - 1
	for _, batch := range slices.Sorted(maps.Keys(known)) {
		if batch >= l.next && batch <= most {
			due = append(due, batch)
			last = batch
		}
	}
	if closing {
		due = append(l.gaps, due...)
		l.gaps = nil
	} else if extra := len(due) - mirrorBurst; extra > 0 {
		l.gaps = append(l.gaps, due[:extra]...)
		due = due[extra:]
	}
	gone := func(batch int64) bool { return known[batch] == nil }
	l.gaps = slices.DeleteFunc(l.gaps, gone)
	due = slices.DeleteFunc(due, gone)
	for _, batch := range due {
		texts = append(texts, known[batch])
	}
	l.next = last + 1
	return due, texts, last - c.options.retain(), nil
}

// writeFile publishes one file. One that is there already must say the same.
func (c *Checkpoint) writeFile(l *logFiles, batch int64, text []byte) error {
	name := entryName(l.dir, batch)
	err := publishEntry(c.fs, name, text)
	if errors.Is(err, fs.ErrNotExist) { // somebody has removed the directory
		if err = c.fs.MkdirAll(l.dir); err == nil {
			err = publishEntry(c.fs, name, text)
		}
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	same, err := sameEntry(c.fs, batch, name, text)
	if same || err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = fault.New(fault.ConcurrentLogUpdate, "another engine wrote %s while this query was running on the checkpoint. Let "+
		"only one use it at a time", name)
	return c.broken
}

// postpone leaves batches for the time when the checkpoint is closed.
func (c *Checkpoint) postpone(l *logFiles, rest []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.gaps = append(l.gaps, rest...)
}

// clearFiles removes what is not kept any more. It looks only once in a while.
func clearFiles(fsys vfs.FS, l *logFiles, below int64, closing bool) error {
	if below <= l.cleared || (below < l.cleared+mirrorBurst && !closing) {
		return nil
	}
	found, err := batches(fsys, l.dir)
	if err != nil {
		return err
	}
	for _, batch := range found {
		if batch >= below {
			break
		}
		if err := removeEntry(fsys, entryName(l.dir, batch)); err != nil {
			return err
		}
	}
	l.cleared = below
	return nil
}
