package rdd

import (
	"strings"
	"sync"
	"unsafe"
)

// reserve is memory that nobody touches, so that the system never gives it: it counts for
// the garbage collector, which begins when the heap has doubled. A context that reads
// files in blocks and drops them at once has a heap of a few megabytes otherwise, and
// collects it twenty times a second of reading, which cost more than reading did.
type reserve struct {
	once  sync.Once
	bytes []byte
}

const (
	// reserved is how much is reserved at most, in bytes.
	reserved = 64 << 20
	// large is from which size of a split on it is worth it, in bytes.
	large = 8 << 20
)

// take reserves, within a sixteenth of the memory that the context may use.
func (r *reserve) take(memory int64) {
	r.once.Do(func() { r.bytes = make([]byte, min(reserved, memory/16)) })
}

// blank is n bytes that hold anything: they are about to be overwritten.
func blank(n int) []byte {
	var b strings.Builder // the one in the library that does not clear what it allocates
	b.Grow(n)
	b.WriteByte(0)
	return unsafe.Slice(unsafe.StringData(b.String()), n)
}
