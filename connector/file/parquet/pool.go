package parquet

import (
	"sync"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Pool keeps the buffers of pages from one file to the next. The zero Pool is
// ready; any number of goroutines may open files with it. It holds as much as
// the files that were open at one time needed.
type Pool struct {
	mu   sync.Mutex
	free []*recycler
}

func (p *Pool) take() *recycler {
	if p == nil {
		return &recycler{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return &recycler{}
	}
	last := len(p.free) - 1
	r := p.free[last]
	p.free = p.free[:last]
	return r
}

func (p *Pool) give(r *recycler) {
	if p == nil || r == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, r)
}

// recycler keeps the buffers of pages for the next column chunk, whose pages
// are about as large. It belongs to one goroutine.
type recycler struct{ free [][]byte }

var _ memory.Allocator = (*recycler)(nil)

// Allocate gives the smallest free buffer that is large enough, or a new one.
func (r *recycler) Allocate(size int) []byte {
	best := -1
	for i, b := range r.free {
		if cap(b) >= size && (best < 0 || cap(b) < cap(r.free[best])) {
			best = i
		}
	}
	if best < 0 {
		return make([]byte, size)
	}
	b := r.free[best][:size]
	last := len(r.free) - 1
	r.free[best], r.free[last] = r.free[last], nil
	r.free = r.free[:last]
	return b
}

// Reallocate gives a buffer of another size that begins with the same bytes.
func (r *recycler) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) {
		return b[:size]
	}
	grown := r.Allocate(size)
	copy(grown, b)
	r.Free(b)
	return grown
}

// Free takes a buffer back.
func (r *recycler) Free(b []byte) {
	if cap(b) > 0 {
		r.free = append(r.free, b[:0])
	}
}
