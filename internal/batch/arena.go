package batch

import "unsafe"

// Arena keeps the bytes of strings that must outlive the batch they came with.
// Strings taken from it stay good until its Reset. The zero Arena is ready. An
// Arena belongs to one goroutine.
type Arena struct {
	chunk []byte   // the chunk being filled
	full  [][]byte // the chunks before it
	total int      // bytes in full and spare
	spare [][]byte // chunks that Reset has emptied, of maxChunk bytes
}

// minChunk is the size of an arena's first chunk, in bytes; each further one is
// larger, up to maxChunk. Of these Reset keeps as many as were in use, and maxSpare.
const (
	minChunk = 4 << 10
	maxChunk = 1 << 20
	maxSpare = 4
)

// Copy is s with its bytes in the arena.
func (a *Arena) Copy(s string) string {
	if len(s) == 0 {
		return ""
	}
	b := a.Alloc(len(s))
	copy(b, s)
	return unsafe.String(unsafe.SliceData(b), len(s))
}

// Alloc is n bytes of the arena, for the caller to fill.
func (a *Arena) Alloc(n int) []byte {
	if len(a.chunk)+n > cap(a.chunk) {
		a.next(n)
	}
	start := len(a.chunk)
	a.chunk = a.chunk[:start+n]
	return a.chunk[start : start+n : start+n]
}

// Bytes is the memory the arena holds.
func (a *Arena) Bytes() int { return a.total + cap(a.chunk) }

// Reset forgets all strings and keeps about the memory that they took for reuse.
func (a *Arena) Reset() {
	a.poison()
	a.chunk = a.chunk[:0]
	most := max(maxSpare, len(a.full))
	for _, c := range a.full {
		if cap(c) == maxChunk {
			a.spare = append(a.spare, c[:0])
		}
	}
	if len(a.spare) > most {
		clear(a.spare[most:])
		a.spare = a.spare[:most]
	}
	clear(a.full)
	a.full, a.total = a.full[:0], maxChunk*len(a.spare)
}

func (a *Arena) next(n int) {
	size := min(max(minChunk, 2*cap(a.chunk)), maxChunk)
	if cap(a.chunk) > 0 {
		a.full = append(a.full, a.chunk)
		a.total += cap(a.chunk)
	}
	if k := len(a.spare); k > 0 && n <= maxChunk {
		a.chunk, a.spare = a.spare[k-1], a.spare[:k-1]
		a.total -= maxChunk
		return
	}
	a.chunk = make([]byte, 0, max(size, n))
}

// View is b as a string that shares its bytes: it is good as long as nobody
// writes to b.
func View(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
