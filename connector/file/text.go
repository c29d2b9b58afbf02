package file

import (
	"bytes"
	"context"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// textDecoder reads the lines of a file, or the whole file, as one column of
// strings.
type textDecoder struct{ lines Lines }

func (d textDecoder) divisible(name string) bool {
	return !d.lines.Whole && d.lines.Charset == nil && !compressed(name)
}

func (d textDecoder) open(p part, fsys vfs.FS, scan connector.Scan) (connector.Reader, error) {
	lines, closer, err := openLines(p, fsys, d.lines, textChunk)
	if err != nil {
		return nil, err
	}
	r := &textRows{path: p.file.path, lines: lines, closer: closer, whole: d.lines.Whole, out: batch.New(scan.Schema)}
	if len(r.out.Columns) > 0 {
		r.value = r.out.Columns[0]
	}
	r.sep = []byte{'\n'}
	if lines.sep != nil {
		r.sep = lines.sep
	} else {
		r.returns = true
	}
	return r, nil
}

// textRows gives lines as views of the chunk they lie in: nothing is copied.
type textRows struct {
	path    string
	lines   *lineChunks
	closer  io.Closer
	whole   bool
	sep     []byte
	returns bool   // a \r before the line end belongs to it
	chunk   []byte // what is left of it
	out     *batch.Batch
	value   *batch.Column // nil where only lines are counted
	rows    [batch.Size]string
}

// Next gives the lines of a chunk, at most [batch.Size].
func (t *textRows) Next(ctx context.Context) (*connector.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if t.whole {
		return t.wholeFile()
	}
	if len(t.chunk) == 0 {
		var err error
		if t.chunk, err = t.lines.next(); err != nil {
			return nil, t.failed(err)
		}
	}
	n := t.cut()
	t.out.Rows, t.out.Sel = n, nil
	if t.value != nil {
		batch.Reset(t.value, t.rows[:n], nil)
	}
	return t.out, nil
}

// cut fills rows from the chunk.
func (t *textRows) cut() int {
	chunk, n := t.chunk, 0
	for n < len(t.rows) && len(chunk) > 0 {
		i, width := 0, 1
		if len(t.sep) == 1 {
			i = bytes.IndexByte(chunk, t.sep[0])
		} else {
			i, width = bytes.Index(chunk, t.sep), len(t.sep)
		}
		next := i + width
		if i < 0 {
			i, next = len(chunk), len(chunk)
		}
		line := chunk[:i]
		if t.returns && i > 0 && next > i && line[i-1] == '\r' {
			line = line[:i-1]
		}
		t.rows[n] = batch.View(line)
		n++
		chunk = chunk[next:]
	}
	t.chunk = chunk
	return n
}

func (t *textRows) wholeFile() (*connector.Batch, error) {
	if t.lines == nil {
		return nil, io.EOF
	}
	content, err := t.lines.rest()
	if err != nil {
		return nil, t.failed(err)
	}
	t.lines = nil
	t.out.Rows, t.out.Sel = 1, nil
	t.rows[0] = batch.View(content)
	if t.value != nil {
		batch.Reset(t.value, t.rows[:1], nil)
	}
	return t.out, nil
}

func (t *textRows) failed(err error) error {
	if err == io.EOF {
		return err
	}
	return damagedText(t.path, err)
}

// Close closes the file.
func (t *textRows) Close() error { return t.closer.Close() }

// textSchema is what a text file holds (S10).
var textSchema = types.NewSchema(types.Field{Name: "value", Type: types.Of(types.String), Nullable: true})
