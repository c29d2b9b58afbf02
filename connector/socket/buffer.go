package socket

import (
	"sort"
	"sync"
)

// buffer holds the lines between the last commit and the newest. Lines are
// numbered from 0 in the order in which they came over this connection.
type buffer struct {
	limit int64 // bytes of lines behind admitted that may wait

	mu       sync.Mutex
	room     sync.Cond // waits for room, or for closed
	chunks   []*chunk  // the last one is being filled
	spare    []*chunk  // chunks to be used again
	admitted int64     // lines that batches have been planned for
	closed   bool      // the query is over
	ended    bool      // no more will come
	failure  error     // why not, where the server is not to blame
}

const (
	firstChunk = 64 << 10
	largeChunk = 1 << 20
	spares     = 4       // chunks kept for reuse
	longest    = 1 << 30 // bytes of a line
)

func newBuffer(limit int) *buffer {
	b := &buffer{limit: int64(limit)}
	b.room.L = &b.mu
	return b
}

// end is the number of the line after the newest.
func (b *buffer) end() int64 {
	if len(b.chunks) == 0 {
		return 0
	}
	c := b.chunks[len(b.chunks)-1]
	return c.first + int64(len(c.lines))
}

// bytesBefore is the bytes of all lines before this one since the beginning.
func (b *buffer) bytesBefore(n int64) int64 {
	if len(b.chunks) == 0 {
		return 0
	}
	c := b.chunks[max(b.find(n-1), 0)]
	k := min(n-c.first, int64(len(c.lines)))
	if k <= 0 {
		return c.before
	}
	return c.before + int64(c.lines[k-1].end)
}

// find is the chunk that holds line n, or the nearest before it, or -1.
func (b *buffer) find(n int64) int {
	return sort.Search(len(b.chunks), func(i int) bool { return b.chunks[i].first > n }) - 1
}

// wait blocks until there is room for more lines. It reports false when the
// query is over.
func (b *buffer) wait() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.closed && b.bytesBefore(b.end())-b.bytesBefore(b.admitted) >= b.limit {
		b.room.Wait()
	}
	return !b.closed
}

// publish makes lines, a longer form of c.lines, the lines of c.
func (b *buffer) publish(c *chunk, lines []line, fixed map[int]string, micros int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.times = append(c.times, arrival{len(c.lines), micros})
	c.lines, c.fixed = lines, fixed
}

// next makes a chunk with room for at least tail bytes and some more the last
// one. A last one without lines goes away.
func (b *buffer) next(tail int) *chunk {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := &chunk{}
	size := firstChunk
	if n := len(b.chunks); n > 0 {
		last := b.chunks[n-1]
		c.first, c.before = b.end(), b.bytesBefore(b.end())
		size = min(2*len(last.data), largeChunk)
		if len(last.lines) == 0 {
			b.chunks = b.chunks[:n-1]
		}
	}
	size = max(size, 2*tail)
	if n := len(b.spare); n > 0 && size <= largeChunk {
		old := b.spare[n-1]
		b.spare = b.spare[:n-1]
		c.data, c.lines, c.times = old.data, old.lines[:0], old.times[:0]
	} else {
		c.data = make([]byte, size)
	}
	b.chunks = append(b.chunks, c)
	return c
}

// admit notes that the lines before n belong to batches, and gives the number of
// the line after the newest.
func (b *buffer) admit(n int64) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n > b.admitted {
		b.admitted = n
		b.room.Broadcast()
	}
	return b.end()
}

// drop frees the chunks whose lines all come before n.
func (b *buffer) drop(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := 0
	for k < len(b.chunks)-1 && b.chunks[k+1].first <= n {
		if c := b.chunks[k]; len(c.data) == largeChunk && len(b.spare) < spares {
			b.spare = append(b.spare, c)
		}
		k++
	}
	clear(b.chunks[:k])
	b.chunks = append(b.chunks[:0], b.chunks[k:]...)
}

// piece is a run of lines of one chunk.
type piece struct {
	c     *chunk
	from  int // place in lines of the first
	lines []line
	times []arrival
	fixed map[int]string
}

// pieces are the lines [from, to); false if not all of them are held.
func (b *buffer) pieces(from, to int64) ([]piece, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if from >= to {
		return nil, true
	}
	i := b.find(from)
	if i < 0 || to > b.end() {
		return nil, false
	}
	var list []piece
	for ; from < to; i++ {
		c := b.chunks[i]
		start, end := from-c.first, min(to-c.first, int64(len(c.lines)))
		if end > start {
			list = append(list, piece{c, int(start), c.lines[start:end], c.times, c.fixed})
		}
		from = c.first + end
	}
	return list, true
}

// finish says that no more will come, because of err if that is not nil.
func (b *buffer) finish(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended, b.failure = true, err
}

// close wakes a waiting receiver for good.
func (b *buffer) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.room.Broadcast()
}
