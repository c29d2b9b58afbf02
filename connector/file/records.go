package file

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// recordCounts counts what the readers of a source found malformed.
type recordCounts struct{ malformed, dropped atomic.Int64 }

func (c *recordCounts) add(malformed, dropped int64) {
	if malformed > 0 {
		c.malformed.Add(malformed)
	}
	if dropped > 0 {
		c.dropped.Add(dropped)
	}
}

// recordRows is what readers of records have in common: the chunk being decoded.
type recordRows struct {
	part   part
	fs     vfs.FS
	lines  *lineChunks
	closer io.Closer
	whole  bool // the file is one chunk
	chunk  []byte
	counts *recordCounts
	form   Lines
}

// fetch makes chunk not empty; io.EOF after the last.
func (r *recordRows) fetch() (err error) {
	if len(r.chunk) > 0 {
		return nil
	}
	if r.whole {
		r.chunk, err = r.lines.rest()
		if err == nil && len(r.chunk) == 0 {
			return io.EOF
		}
	} else {
		r.chunk, err = r.lines.next()
	}
	if err != nil && err != io.EOF {
		return damagedText(r.part.file.path, err)
	}
	return err
}

// each gives every chunk to look, and closes the file.
func (r *recordRows) each(ctx context.Context, look func(chunk []byte) error) (err error) {
	for err == nil {
		if err = r.fetch(); err == nil {
			if err = look(r.chunk); err == nil {
				r.chunk, err = nil, ctx.Err()
			}
		}
	}
	if err == io.EOF {
		err = nil
	}
	if closing := r.Close(); closing != nil {
		err = errors.Join(err, unreadable(r.part.file.path, closing))
	}
	return err
}

// malformed names the file and the line at which chunk now begins. The line is
// counted only now, so that it costs nothing while all goes well.
func (r *recordRows) malformed(err error) error {
	place := r.part.file.path
	e := fault.New(fault.MalformedRecord, "%s has a record that cannot be read; mend it, or set the option mode to "+
		"PERMISSIVE or DROPMALFORMED to go on without it", place).With("path", place)
	if line, ok := r.lineNumber(); ok && !r.whole {
		e = fault.New(fault.MalformedRecord, "line %d of %s cannot be read; mend it, or set the option mode to "+
			"PERMISSIVE or DROPMALFORMED to go on without it", line, place).With("path", place)
	}
	return e.With("badRecord", shorten(r.firstLine())).Wrap(err)
}

// shorten keeps a message readable.
func shorten(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

func (r *recordRows) firstLine() string {
	end := r.lines.firstEnd(r.chunk, 1)
	if end < 0 || r.whole {
		end = len(r.chunk)
	}
	return string(r.chunk[:end])
}

// lineNumber counts the lines before the present place from the file's start.
func (r *recordRows) lineNumber() (int64, bool) {
	target := r.lines.at - int64(len(r.chunk))
	lines, closer, err := openLines(part{file: r.part.file}, r.fs, r.form, recordChunk)
	if err != nil {
		return 0, false
	}
	defer closer.Close()
	number := int64(1)
	for lines.at < target {
		before := lines.at
		chunk, err := lines.next()
		if err != nil {
			return 0, false
		}
		if over := lines.at - target; over > 0 {
			chunk = chunk[:max(0, target-before)]
		}
		for len(chunk) > 0 {
			end := lines.firstEnd(chunk, 1)
			if end < 0 {
				break
			}
			number++
			chunk = chunk[end:]
		}
	}
	return number, true
}

// Close closes the file.
func (r *recordRows) Close() error { return r.closer.Close() }
