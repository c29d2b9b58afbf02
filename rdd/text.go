package rdd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"unsafe"

	"github.com/klauspost/compress/gzip"

	"github.com/weirstream/weir/internal/vfs"
)

// TextFile are the lines of text files, without their ends, which are \n, \r\n or \r
// (R01). paths is a comma-separated list of files, directories and patterns with * ? []
// {}. Files whose names end with gz, bz2, deflate or zst are decompressed. Large files
// are cut; there are at least about parts partitions, 0 for Spark's min(2, default
// parallelism).
//
// A line is a view of the block that was read: a program that keeps a few lines of a
// large file clones them (strings.Clone).
func TextFile(c *Context, paths string, parts int) *RDD[string] {
	if parts <= 0 {
		parts = min(2, c.DefaultParallelism())
	}
	files, err := inputs(c.fs, paths)
	r := textRDD(c, files, paths, parts)
	r.failed(err)
	return r
}

// textRDD are the lines of files.
func textRDD(c *Context, files []input, name string, parts int) *RDD[string] {
	splits := splitsOf(files, parts)
	file := newNode(c, "HadoopRDD", "textFile", len(splits))
	file.name = name
	r := &RDD[string]{node: newNode(c, "MapPartitionsRDD", "textFile", len(splits), file),
		compute: func(t *Task, part int) iter.Seq[string] { return linesOf(t, splits[part]) }}
	r.name = name
	return r
}

// TextFileOf are the lines of one file, whose name is taken as it is: commas and
// patterns mean nothing. It is cut as [TextFile] cuts it.
func TextFileOf(c *Context, name string, parts int) *RDD[string] {
	if parts <= 0 {
		parts = min(2, c.DefaultParallelism())
	}
	files, err := exactly(c, name)
	r := textRDD(c, files, name, parts)
	r.failed(err)
	return r
}

// exactly is a file by its name.
func exactly(c *Context, name string) ([]input, error) {
	name = filepath.ToSlash(name)
	info, err := c.fs.Stat(name)
	if err != nil {
		return nil, err
	}
	return []input{{name: name, size: info.Size()}}, nil
}

// Glob are the files and directories that a pattern with * ? [] {} matches, in order; an
// error if there are none.
func (c *Context) Glob(pattern string) ([]string, error) {
	return expand(c.fs, filepath.ToSlash(pattern))
}

// textBlock is how much of a file is read at once. Lines are views of blocks, so that
// one that is kept keeps its block.
const textBlock = 64 << 10

// linesOf yields the lines of a split: those that begin in it, or at its end, but for
// the one at its beginning, which belongs to the split before.
func linesOf(t *Task, s split) iter.Seq[string] {
	return func(yield func(string) bool) {
		if err := readLines(t, s, yield); err != nil {
			t.Fail(fmt.Errorf("%s: %w", s.name, err))
		}
	}
}

func readLines(t *Task, s split, yield func(string) bool) error {
	f, err := t.rdd.fs.Open(s.name)
	if err != nil {
		return err
	}
	defer f.Close()
	end := s.to
	var from io.Reader
	if packed(s.name) {
		z, done, err := unpacked(s.name, f)
		if err != nil {
			return err
		}
		defer done()
		from, end = z, 1<<62
	} else {
		// One byte more at the beginning shows whether a line begins there.
		from = io.NewSectionReader(f, max(s.from-1, 0), 1<<62)
	}
	if end-s.from >= large {
		t.rdd.reserve.take(t.rdd.config.Memory)
	}
	l := &lines{t: t, from: from, at: max(s.from-1, 0), end: end, yield: yield}
	if s.from > 0 {
		l.skip = true
	}
	return l.run()
}

// lines cuts blocks into lines.
type lines struct {
	t     *Task
	from  io.Reader
	at    int64 // of the first byte in block
	end   int64 // no line begins after it
	skip  bool  // the first line belongs to the split before
	yield func(string) bool

	block []byte // what was read and not yielded
	last  bool   // nothing follows the block
}

func (l *lines) run() error {
	for !l.t.stopped() {
		if err := l.fill(); err != nil {
			return err
		}
		if !l.cut() || l.last {
			return nil
		}
	}
	return nil
}

// fill reads into a new block, behind what is left of the old one.
func (l *lines) fill() error {
	next := blank(max(textBlock, 2*len(l.block)))
	n := copy(next, l.block)
	for {
		m, err := l.from.Read(next[n:])
		n += m
		l.block = next[:n]
		if err == io.EOF {
			l.last = true
			return nil
		}
		if err != nil {
			return err
		}
		if m > 0 && n >= len(next)/2 || n == len(next) {
			return nil
		}
	}
}

// cut yields the whole lines of the block; false if no more are wanted.
func (l *lines) cut() bool {
	carriage := bytes.IndexByte(l.block, '\r') >= 0
	for len(l.block) > 0 {
		n, ends := lineEnd(l.block, carriage, l.last)
		if n < 0 {
			return true
		}
		if l.skip {
			l.skip = false
		} else {
			if l.at >= l.end {
				return false
			}
			if !l.yield(unsafe.String(unsafe.SliceData(l.block), n)) {
				return false
			}
		}
		l.block = l.block[n+ends:]
		l.at += int64(n + ends)
	}
	return true
}

// lineEnd is the length of the first line and of what ends it; -1 if its end is not
// in b.
func lineEnd(b []byte, carriage, last bool) (n, ends int) {
	n = bytes.IndexByte(b, '\n')
	if carriage {
		before := b
		if n >= 0 {
			before = b[:n]
		}
		if c := bytes.IndexByte(before, '\r'); c >= 0 {
			switch {
			case c+1 == n:
				return c, 2
			case c+1 == len(b) && !last:
				return -1, 0 // a \n may follow
			default:
				return c, 1
			}
		}
	}
	if n >= 0 {
		return n, 1
	}
	if last {
		return len(b), 0
	}
	return -1, 0
}

// WholeTextFiles are pairs of the name and the content of each file, parts partitions
// of about equal size, 0 for min(2, default parallelism).
func WholeTextFiles(c *Context, paths string, parts int) *RDD[Pair[string, string]] {
	return wholeFiles(c, "wholeTextFiles", paths, parts, func(b []byte) string { return string(b) })
}

// BinaryFiles are pairs of the name and the bytes of each file, as [WholeTextFiles].
func BinaryFiles(c *Context, paths string, parts int) *RDD[Pair[string, []byte]] {
	return wholeFiles(c, "binaryFiles", paths, parts, func(b []byte) []byte { return b })
}

func wholeFiles[T any](c *Context, op, paths string, parts int, of func([]byte) T) *RDD[Pair[string, T]] {
	if parts <= 0 {
		parts = min(2, c.DefaultParallelism())
	}
	files, err := inputs(c.fs, paths)
	parts = min(parts, len(files))
	r := Generate(c, parts, func(t *Task, part int) iter.Seq[Pair[string, T]] {
		return func(yield func(Pair[string, T]) bool) {
			for _, f := range files[part*len(files)/parts : (part+1)*len(files)/parts] {
				b, err := readAll(t, f.name)
				if err != nil {
					t.Fail(err)
					return
				}
				if t.stopped() || !yield(Pair[string, T]{Key: f.name, Value: of(b)}) {
					return
				}
			}
		}
	})
	r.kind, r.op, r.name = "WholeTextFileRDD", op, paths
	r.failed(err)
	return r
}

func readAll(t *Task, name string) ([]byte, error) {
	if !packed(name) {
		return t.rdd.fs.ReadFile(name)
	}
	f, err := t.rdd.fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, done, err := unpacked(name, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer done()
	return io.ReadAll(z)
}

// BinaryRecords are the records of size bytes each that files consist of. A file whose
// length is no multiple of it fails the action.
func BinaryRecords(c *Context, paths string, size int) *RDD[[]byte] {
	files, err := inputs(c.fs, paths)
	return recordsRDD(c, files, err, paths, size)
}

// BinaryRecordsOf are the records of one file, whose name is taken as it is.
func BinaryRecordsOf(c *Context, name string, size int) *RDD[[]byte] {
	files, err := exactly(c, name)
	return recordsRDD(c, files, err, name, size)
}

// recordsRDD are the records of files, or what was wrong with them.
func recordsRDD(c *Context, files []input, err error, name string, size int) *RDD[[]byte] {
	r := Generate(c, len(files), func(t *Task, part int) iter.Seq[[]byte] {
		return func(yield func([]byte) bool) {
			b, err := readAll(t, files[part].name)
			if err == nil && len(b)%size != 0 {
				err = fmt.Errorf("%s: its %d bytes are no multiple of the record length %d", files[part].name, len(b), size)
			}
			if err != nil {
				t.Fail(err)
				return
			}
			for ; len(b) > 0; b = b[size:] {
				if !yield(b[:size:size]) {
					return
				}
			}
		}
	})
	r.kind, r.op, r.name = "BinaryRecordsRDD", "binaryRecords", name
	r.failed(err)
	if size <= 0 {
		r.failed(errors.New("the record length must be positive"))
	}
	return r
}

// Compression is how saved text is packed.
type Compression string

// The ways to pack saved text.
const (
	Plain Compression = ""
	Gzip  Compression = ".gz"
)

// SaveAsTextFile writes each row as a line, in the form of fmt.Sprint, to a new
// directory with a file for each partition, part-00000 and so on, and then the empty
// file _SUCCESS (R12). A directory that exists is refused.
func SaveAsTextFile[T any](ctx context.Context, r *RDD[T], dir string, packing ...Compression) error {
	suffix := Plain
	if len(packing) > 0 {
		suffix = packing[0]
	}
	return saveParts(ctx, r, dir, "saveAsTextFile", string(suffix), func(t *Task, name string, rows iter.Seq[T]) error {
		return writeStaged(t, name, func(w io.Writer) error {
			if suffix == Gzip {
				z := gzip.NewWriter(w)
				return errors.Join(writeLines(z, rows), z.Close())
			}
			return writeLines(w, rows)
		})
	})
}

func writeLines[T any](w io.Writer, rows iter.Seq[T]) error {
	var b []byte
	for v := range rows {
		if s, ok := any(v).(string); ok {
			b = append(b, s...)
		} else {
			b = fmt.Append(b, v)
		}
		if b = append(b, '\n'); len(b) >= textBlock {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(b)
	return err
}

// SaveAsObjectFile writes rows to a new directory in a form that [ObjectFile] reads:
// frames with checksums, encoded as partitions on disk are. It is not Spark's, which
// is Java's.
func SaveAsObjectFile[T any](ctx context.Context, r *RDD[T], dir string) error {
	return saveParts(ctx, r, dir, "saveAsObjectFile", "", writeObjects[T])
}

// ObjectFile are the rows that [SaveAsObjectFile] has written.
func ObjectFile[T any](c *Context, paths string) *RDD[T] {
	files, err := inputs(c.fs, paths)
	r := Generate(c, len(files), func(t *Task, part int) iter.Seq[T] { return readObjects[T](t, files[part].name) })
	r.kind, r.op, r.name = "MapPartitionsRDD", "objectFile", paths
	r.failed(err)
	return r
}

// saveParts runs the job of a saving action: every attempt writes a file of its own
// that appears when it is whole, so that a failed one leaves nothing.
func saveParts[T any](ctx context.Context, r *RDD[T], dir, op, suffix string, save func(t *Task, name string, rows iter.Seq[T]) error) error {
	if r.err != nil {
		return r.err
	}
	dir = filepath.ToSlash(dir)
	fsys := r.c.fs
	if ok, err := vfs.Exists(fsys, dir); err != nil || ok {
		if err == nil {
			err = fmt.Errorf("Output directory %s already exists: %w", dir, fs.ErrExist)
		}
		return err
	}
	if err := fsys.MkdirAll(dir); err != nil {
		return err
	}
	err := run(ctx, r, op, func(t *Task, part int) error {
		return save(t, path.Join(dir, partName(part)+suffix), r.iterator(t, part))
	})
	if err != nil {
		return err
	}
	w, err := fsys.Create(path.Join(dir, "_SUCCESS"))
	if err == nil {
		err = errors.Join(w.Sync(), w.Close(), fsys.SyncDir(dir))
	}
	return err
}
