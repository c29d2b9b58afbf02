package file

import (
	"bytes"
	"errors"
	"io"
	"math"
)

// lineChunks cuts a stream of bytes into chunks of whole lines, for decoders
// that take many lines at once. A chunk lies in a buffer that the next call uses
// again; of each buffer only the line that is cut off is copied.
//
//	     │◀──────── range ────────▶│
//	…aaa\nbbb│bb\nccc\nddd\n … yyy\nzz│zzz\n…
//	            └─ first line          └─ last line, read to its end
//
// A line belongs to the range in which its first byte lies. Lines end with \n,
// \r\n or \r, unless a separator is given; the last needs no end. A chunk has
// \n and \r\n only: a lone \r is replaced. Where records go over several lines,
// complete cuts them, and nothing is replaced.
type lineChunks struct {
	source io.Reader
	sep    []byte // nil: the three usual ends
	buf    []byte
	start  int   // first byte not given yet
	end    int   // end of what was read
	at     int64 // place of start in the text
	left   int64 // bytes from start on in which lines may begin; math.MaxInt64: no bound
	eof    bool
	err    error // sticky, after what was read before it is given
	// complete is the length of the whole records that begin a chunk; nil where
	// records are lines.
	complete func(chunk []byte) int
}

// The first sizes of the buffer: large enough to make reading and the copy of
// the cut line cheap and batches of hundreds of rows; small enough to stay in the
// second cache, together with the columns. A MiB, which fills a batch with records
// of a few hundred bytes, costs 7 % more a record.
const (
	textChunk   = 256 << 10
	recordChunk = 256 << 10
)

// longestLine bounds the buffer, in bytes.
const longestLine = math.MaxInt32 - 8

var errLongLine = errors.New("a line is longer than 2 GiB; is the line separator right?")

// newLineChunks reads from source, which stands at the beginning of a line, the
// lines that begin in the next left bytes. size is the first size of its buffer.
func newLineChunks(source io.Reader, sep []byte, left int64, size int) *lineChunks {
	return &lineChunks{source: source, sep: sep, buf: make([]byte, size), left: left}
}

// lastEnd is the place after the last line end in b, -1 without one.
func (l *lineChunks) lastEnd(b []byte) int {
	if l.complete != nil {
		if n := l.complete(b); n > 0 {
			return n
		}
		return -1
	}
	if l.sep != nil {
		if i := bytes.LastIndex(b, l.sep); i >= 0 {
			return i + len(l.sep)
		}
		return -1
	}
	if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
		return i + 1
	}
	return -1
}

// firstEnd is the place after the first line end that ends at or after from, -1
// without one.
func (l *lineChunks) firstEnd(b []byte, from int) int {
	if l.sep != nil {
		from = max(0, from-len(l.sep))
		if i := bytes.Index(b[from:], l.sep); i >= 0 {
			return from + i + len(l.sep)
		}
		return -1
	}
	from = max(0, from-1)
	if i := bytes.IndexByte(b[from:], '\n'); i >= 0 {
		return from + i + 1
	}
	return -1
}

// skipLine passes over the rest of a line and its end. It counts the bytes as
// part of the range.
func (l *lineChunks) skipLine() error {
	for {
		if i := l.firstEnd(l.buf[l.start:l.end], 0); i >= 0 {
			l.advance(i)
			return nil
		}
		if l.eof {
			l.advance(l.end - l.start)
			return l.err
		}
		// What is skipped need not be kept, but for a separator cut in two.
		l.advance(max(0, l.end-l.start-max(0, len(l.sep)-1)))
		if err := l.more(); err != nil {
			return err
		}
	}
}

func (l *lineChunks) advance(n int) {
	l.start += n
	l.at += int64(n)
	if l.left != math.MaxInt64 {
		l.left -= int64(n)
	}
}

// next gives the next whole lines, io.EOF after the last.
func (l *lineChunks) next() ([]byte, error) {
	for {
		have := l.buf[l.start:l.end]
		cut := -1
		switch {
		case l.left <= 0:
			return nil, io.EOF
		case int64(len(have)) >= l.left:
			cut = l.firstEnd(have, int(l.left))
		default:
			cut = l.lastEnd(have)
		}
		if cut < 0 && l.eof {
			if l.err != nil {
				return nil, l.err
			}
			if len(have) == 0 {
				return nil, io.EOF
			}
			cut = len(have)
		}
		if cut >= 0 {
			l.advance(cut)
			chunk := have[:cut]
			if l.sep == nil && l.complete == nil {
				replaceLoneReturns(chunk)
			}
			return chunk, nil
		}
		if err := l.more(); err != nil {
			return nil, err
		}
	}
}

// more reads on behind what is there, which it moves to the front.
func (l *lineChunks) more() error {
	if l.start > 0 {
		l.end = copy(l.buf, l.buf[l.start:l.end])
		l.start = 0
	}
	if l.end == len(l.buf) {
		if len(l.buf) >= longestLine {
			return errLongLine
		}
		l.buf = append(l.buf, make([]byte, min(len(l.buf), longestLine-len(l.buf)))...)
	}
	for l.end < len(l.buf) && !l.eof {
		n, err := l.source.Read(l.buf[l.end:])
		l.end += n
		if err != nil {
			l.eof = true
			if err != io.EOF {
				l.err = err
			}
		}
		if n > 0 && l.complete == nil { // complete looks at all bytes each time, so let them be many
			break
		}
	}
	return nil
}

// replaceLoneReturns turns each \r that no \n follows into \n.
func replaceLoneReturns(b []byte) {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '\r')
		if i < 0 {
			return
		}
		from += i + 1
		if from == len(b) || b[from] != '\n' {
			b[from-1] = '\n'
		}
	}
}

// byteOrderMark may begin a UTF-8 file and is no part of its text.
var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// skipMark passes over a byte order mark.
func (l *lineChunks) skipMark() error {
	for l.end-l.start < len(byteOrderMark) && !l.eof {
		if err := l.more(); err != nil {
			return err
		}
	}
	if bytes.HasPrefix(l.buf[l.start:l.end], byteOrderMark) {
		l.advance(len(byteOrderMark))
	}
	return nil
}

// rest is everything from here on, in one piece.
func (l *lineChunks) rest() ([]byte, error) {
	for !l.eof {
		if err := l.more(); err != nil {
			return nil, err
		}
	}
	all := l.buf[l.start:l.end]
	l.advance(len(all))
	return all, l.err
}
