package shuffle

import (
	"iter"
	"runtime"
)

// Output is what a map task has for the partitions of the stage behind it: for
// each a series of segments, in the order written. It is complete when it is
// handed out, may then be read by many goroutines, and ends with Free.
type Output[T any] struct {
	codec Codec[T]
	parts [][]segment[T]
	file  *file
	grant grant
	rows  int64

	cleanup runtime.Cleanup
}

// holding is what an output has that the garbage collector does not see.
type holding struct {
	file   *file
	memory Memory
	held   int64
}

func (h holding) free() {
	if h.held > 0 {
		h.memory.Release(h.held)
	}
	if h.file != nil {
		h.file.remove()
	}
}

// segment is a run of values, in memory or in the file.
type segment[T any] struct {
	rows   []T
	frames []frame
	cells  interface {
		each(yield func(T) bool) (more bool)
	} // a *cellRun, or nil
}

// Rows is how many rows were written.
func (o *Output[T]) Rows() int64 { return o.rows }

// Bytes is roughly what the output takes, in memory and on disk.
func (o *Output[T]) Bytes() int64 {
	n := o.grant.used
	if o.file != nil {
		n += o.file.size
	}
	return n
}

// Each yields the rows of a partition until yield returns false.
func (o *Output[T]) Each(part int, yield func(T) bool) (more bool, err error) {
	for _, s := range o.parts[part] {
		if more, err = o.each(s, yield); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// each yields the rows of a segment.
func (o *Output[T]) each(s segment[T], yield func(T) bool) (more bool, err error) {
	if s.cells != nil && !s.cells.each(yield) {
		return false, nil
	}
	for i := range s.rows {
		if !yield(s.rows[i]) {
			return false, nil
		}
	}
	for _, at := range s.frames {
		rows, err := read(o.file, o.codec, at)
		if err != nil {
			return false, err
		}
		for i := range rows {
			if !yield(rows[i]) {
				return false, nil
			}
		}
	}
	return true, nil
}

// Free gives memory and file back. It may be called more than once. Nobody may
// read the output then. An output that is forgotten is freed some time later.
func (o *Output[T]) Free() {
	o.cleanup.Stop()
	o.grant.empty()
	o.parts = nil
	if o.file != nil {
		o.file.remove()
		o.file = nil
	}
}

// buffers deals rows to partitions and spills them when there is no room.
type buffers[T any] struct {
	space *Space
	out   *Output[T]
	rows  [][]T
}

func newBuffers[T any](s *Space, c Codec[T], parts int) *buffers[T] {
	return &buffers[T]{space: s, rows: make([][]T, parts),
		out: &Output[T]{codec: c, parts: make([][]segment[T], parts), grant: grant{memory: s.Memory}}}
}

// add writes one row, of roughly size bytes.
func (b *buffers[T]) add(part int, v T, size int64) error {
	b.rows[part] = append(b.rows[part], v)
	b.out.rows++
	if b.out.grant.add(size) {
		return nil
	}
	return b.spill()
}

// spill writes all rows to the file.
func (b *buffers[T]) spill() error {
	if b.out.file == nil {
		var err error
		if b.out.file, err = b.space.create(); err != nil {
			return err
		}
	}
	for p, rows := range b.rows {
		if len(rows) == 0 {
			continue
		}
		frames, err := write(b.out.file, b.out.codec, rows)
		if err != nil {
			return err
		}
		b.out.parts[p] = append(b.out.parts[p], segment[T]{frames: frames})
		clear(rows)
		b.rows[p] = rows[:0]
	}
	b.out.grant.empty()
	return nil
}

// unless frees the output of a writer that has not come to its end, because of an
// error or a panic in the rows.
func (b *buffers[T]) unless(done *bool) {
	if !*done {
		b.out.Free()
	}
}

// finish hands the output out.
func (b *buffers[T]) finish() (*Output[T], error) {
	for p, rows := range b.rows {
		if len(rows) > 0 {
			b.out.parts[p] = append(b.out.parts[p], segment[T]{rows: rows})
		}
	}
	b.out.grant.trim()
	held := holding{b.out.file, b.out.grant.memory, b.out.grant.held}
	b.out.cleanup = runtime.AddCleanup(b.out, holding.free, held)
	if b.out.file != nil {
		if err := b.out.file.seal(); err != nil {
			b.out.Free()
			return nil, err
		}
	}
	return b.out, nil
}

// Write deals rows to parts partitions.
func Write[T any](s *Space, c Codec[T], rows iter.Seq[T], parts int, partition func(T) int) (*Output[T], error) {
	b := newBuffers(s, c, parts)
	done := false
	defer b.unless(&done)
	var m Meter[T]
	for v := range rows {
		if err := b.add(partition(v), v, m.Size(&v)); err != nil {
			return nil, err
		}
	}
	done = true
	return b.finish()
}
