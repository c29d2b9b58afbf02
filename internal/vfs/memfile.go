package vfs

import (
	"io"
	"io/fs"
	"time"
)

// memoryWriter is a file of a Memory open for writing.
type memoryWriter struct {
	fs     *Memory
	name   string
	node   *node
	end    int64 // where Write goes
	closed bool
}

func (w *memoryWriter) Write(p []byte) (int, error) {
	n, err := w.WriteAt(p, w.end)
	w.end += int64(n)
	return n, err
}

func (w *memoryWriter) WriteAt(p []byte, off int64) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	err := w.change("write", func() error {
		w.fs.write(w.node, fileChange{off: off, data: p})
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *memoryWriter) Truncate(size int64) error {
	return w.change("truncate", func() error {
		w.fs.write(w.node, fileChange{off: size})
		return nil
	})
}

func (w *memoryWriter) Sync() error {
	return w.change("sync", func() error {
		w.fs.crash.syncData(w.node)
		return nil
	})
}

func (w *memoryWriter) Close() error {
	if w.closed {
		return fail("close", w.name, fs.ErrClosed)
	}
	w.closed = true
	return nil
}

func (w *memoryWriter) change(op string, apply func() error) error {
	return w.fs.change(op, w.name, func() error {
		if w.closed {
			return fs.ErrClosed
		}
		return apply()
	})
}

// write changes the content of a file.
func (m *Memory) write(n *node, c fileChange) {
	n.data = c.apply(n.data)
	n.modTime = m.now()
	if m.crash != nil {
		n.writes = append(n.writes, c.clone())
	}
}

// memoryReader is a file of a Memory open for reading.
type memoryReader struct {
	fs     *Memory
	name   string
	node   *node
	at     int64
	closed bool
}

func (r *memoryReader) Read(p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	err = r.look("read", func() error {
		if r.at >= int64(len(r.node.data)) {
			return io.EOF
		}
		n = copy(p, r.node.data[r.at:])
		r.at += int64(n)
		return nil
	})
	return n, err
}

func (r *memoryReader) ReadAt(p []byte, off int64) (n int, err error) {
	err = r.look("read", func() error {
		if off < 0 {
			return fs.ErrInvalid
		}
		if off < int64(len(r.node.data)) {
			n = copy(p, r.node.data[off:])
		}
		if n < len(p) {
			return io.EOF
		}
		return nil
	})
	return n, err
}

func (r *memoryReader) Size() (size int64, err error) {
	err = r.look("stat", func() error {
		size = int64(len(r.node.data))
		return nil
	})
	return size, err
}

func (r *memoryReader) Close() error {
	if r.closed {
		return fail("close", r.name, fs.ErrClosed)
	}
	r.closed = true
	return nil
}

func (r *memoryReader) look(op string, apply func() error) error {
	return r.fs.look(op, r.name, func() error {
		if r.closed {
			return fs.ErrClosed
		}
		return apply()
	})
}

// describe is the node as it is now, under a name.
func (n *node) describe(name string) fs.FileInfo {
	return description{name: name, size: int64(len(n.data)), dir: n.names != nil, modTime: n.modTime}
}

// description is the fs.FileInfo of a node.
type description struct {
	name    string
	size    int64
	dir     bool
	modTime time.Time
}

func (d description) Name() string       { return d.name }
func (d description) Size() int64        { return d.size }
func (d description) ModTime() time.Time { return d.modTime }
func (d description) IsDir() bool        { return d.dir }
func (d description) Sys() any           { return nil }

func (d description) Mode() fs.FileMode {
	if d.dir {
		return fs.ModeDir | 0o700
	}
	return 0o600
}
