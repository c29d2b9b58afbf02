package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// source is a connection and the lines that came over it. Its offsets are the
// number of the last line, from 0, counted since the query's first start.
type source struct {
	options options
	env     connector.Env
	conn    net.Conn
	buffer  *buffer
	done    chan struct{} // closed when receive ends

	baseOnce sync.Once
	base     int64 // the query's number of this connection's first line

	wakeMu sync.Mutex
	wakes  map[int]func()
	waker  int // names the next entry of wakes
}

func newSource(o options, conn net.Conn, env connector.Env) *source {
	if env.Now == nil {
		env.Now = time.Now
	}
	return &source{options: o, env: env, conn: conn, buffer: newBuffer(o.buffer), done: make(chan struct{}),
		wakes: make(map[int]func())}
}

// receive reads until the server or the query ends.
func (s *source) receive() {
	defer close(s.done)
	var k cutter
	c := s.buffer.next(0)
	for s.buffer.wait() {
		if len(c.data)-c.filled < len(c.data)/16 {
			c = s.roll(c, &k)
		}
		n, err := s.conn.Read(c.data[c.filled:])
		c.filled += n
		lines := k.cut(c.data[:c.filled], c.lines)
		if err != nil && k.start < c.filled {
			lines = append(lines, line{uint32(k.start), uint32(c.filled)})
		}
		s.add(c, lines)
		switch {
		case err != nil:
			s.over(err)
			return
		case c.filled-k.start > longest:
			s.buffer.finish(fault.New(fault.IllegalState,
				"socket: %s sent a line longer than %d bytes; is it a server of text lines?", s.options.address(), longest))
			s.wake()
			return
		}
	}
}

// roll makes a new chunk and takes the beginning of the current line into it.
func (s *source) roll(c *chunk, k *cutter) *chunk {
	tail := c.data[k.start:c.filled]
	next := s.buffer.next(len(tail))
	next.filled = copy(next.data, tail)
	k.scanned -= k.start
	k.start = 0
	return next
}

func (s *source) add(c *chunk, lines []line) {
	if len(lines) == len(c.lines) {
		return
	}
	fixed := repaired(c.fixed, c.data, lines, len(c.lines))
	s.buffer.publish(c, lines, fixed, s.env.Now().UnixMilli()*1000)
	s.wake()
}

// over tells the user that no more will come.
func (s *source) over(err error) {
	s.buffer.finish(nil)
	s.wake()
	if s.env.Warn == nil || errors.Is(err, net.ErrClosed) {
		return
	}
	reason := "it closed the connection"
	if !errors.Is(err, io.EOF) {
		reason = err.Error()
	}
	s.buffer.mu.Lock()
	lines := s.buffer.end()
	s.buffer.mu.Unlock()
	s.env.Warn.Warn("socket: no more lines will come from "+s.options.address()+"; those received stay readable",
		"reason", reason, "lines", lines)
}

func (s *source) Schema() types.Schema { return s.options.schema() }

// Replayable is false: lines that were not committed are gone after a restart.
func (s *source) Replayable() bool { return false }

func (s *source) Description() string { return s.options.String() }

// Latest admits every line that came. Asking from an offset says that the lines
// up to there have batches: the receiver then makes room for others.
func (s *source) Latest(_ context.Context, from connector.Offset, _ connector.Limit) (connector.Offset, error) {
	next, err := s.after(from)
	if err != nil {
		return nil, err
	}
	end := s.buffer.admit(next)
	if end > next {
		return json.Marshal(s.base + end - 1)
	}
	s.buffer.mu.Lock()
	defer s.buffer.mu.Unlock()
	return from, s.buffer.failure
}

// after is this connection's number of the first line behind an offset. The
// first offset asked for fixes how the lines are counted.
func (s *source) after(o connector.Offset) (int64, error) {
	last := int64(-1)
	if o != nil {
		if err := json.Unmarshal(o, &last); err != nil {
			return 0, fault.New(fault.IllegalState, "socket: %s is no offset of this source", o).Wrap(err)
		}
	}
	s.baseOnce.Do(func() { s.base = last + 1 })
	return last + 1 - s.base, nil
}

// lines are the numbers of a split's lines, the last exclusive.
type lines struct{ from, to int64 }

// smallestSplit is the bytes that make a split of their own worth while.
const smallestSplit = 512 << 10

func (s *source) Plan(_ context.Context, from, to connector.Offset) ([]connector.Split, error) {
	start, err := s.after(from)
	if err != nil {
		return nil, err
	}
	end, err := s.after(to)
	if err != nil {
		return nil, err
	}
	held, ok := s.buffer.pieces(start, end)
	if !ok {
		return nil, s.lost(start, end)
	}
	var cuts []int64
	if n := int64(s.options.partitions); n > 0 {
		for i := int64(1); i <= n; i++ {
			cuts = append(cuts, start+(end-start)*i/n)
		}
	} else {
		cuts = bySize(held, start, end)
	}
	return splits(start, cuts, s.base), nil
}

// bySize gives the ends of runs of whole pieces that are large enough.
func bySize(held []piece, start, end int64) []int64 {
	var cuts []int64
	size, at := 0, start
	for _, p := range held {
		size += int(p.lines[len(p.lines)-1].end - p.lines[0].start)
		at += int64(len(p.lines))
		if size >= smallestSplit && at < end {
			cuts, size = append(cuts, at), 0
		}
	}
	return append(cuts, end)
}

func splits(start int64, cuts []int64, base int64) []connector.Split {
	var list []connector.Split
	for _, cut := range cuts {
		if cut > start {
			list = append(list, connector.Split{Label: fmt.Sprintf("lines %d to %d", base+start, base+cut-1),
				Rows: cut - start, Bytes: -1, Part: lines{start, cut}})
		}
		start = cut
	}
	return list
}

func (s *source) lost(from, to int64) error {
	return fault.New(fault.IllegalState, "socket: lines %d to %d of %s are not there: a socket cannot be read again "+
		"after a restart; start the query with a new checkpoint location", s.base+from, s.base+to-1, s.options.address())
}

func (s *source) Open(_ context.Context, split connector.Split, scan connector.Scan) (connector.Reader, error) {
	part := split.Part.(lines)
	held, ok := s.buffer.pieces(part.from, part.to)
	if !ok {
		return nil, s.lost(part.from, part.to)
	}
	r := &reader{pieces: held, batch: batch.New(scan.Schema), fill: make([]func(), scan.Schema.Len())}
	for i, f := range scan.Schema.Fields {
		c := r.batch.Columns[i]
		if f.Name == "timestamp" {
			r.fill[i] = func() { r.times(batch.Values[int64](c)) }
		} else {
			r.fill[i] = func() { r.texts(batch.Values[string](c)) }
		}
	}
	return r, nil
}

// Commit frees the lines up to an offset.
func (s *source) Commit(_ context.Context, to connector.Offset) error {
	next, err := s.after(to)
	if err == nil {
		s.buffer.drop(next)
	}
	return err
}

// Wake calls wake whenever lines have come, and when no more will.
func (s *source) Wake(wake func()) (stop func()) {
	s.wakeMu.Lock()
	defer s.wakeMu.Unlock()
	id := s.waker
	s.waker++
	s.wakes[id] = wake
	return func() {
		s.wakeMu.Lock()
		defer s.wakeMu.Unlock()
		delete(s.wakes, id)
	}
}

func (s *source) wake() {
	s.wakeMu.Lock()
	defer s.wakeMu.Unlock()
	for _, wake := range s.wakes {
		wake()
	}
}

// Close ends the connection and waits for the receiver.
func (s *source) Close() error {
	s.buffer.close()
	err := s.conn.Close()
	<-s.done
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
