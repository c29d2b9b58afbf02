package dstream

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/weirstream/weir/connector/socket"
	"github.com/weirstream/weir/internal/receiver"
	"github.com/weirstream/weir/rdd"
)

// SocketTextStream is the lines that a server sends, which it connects to as a client
// (D10). Lines end with \n, \r\n or \r and are UTF-8; what is not comes as U+FFFD. A
// connection that is refused or ends is tried again after [ReceiverConf].RestartDelay.
// The receiver is unreliable: see [Receiver].
//
// The level is [DefaultReceiverLevel] if none is given. A line is a view of the chunk
// that it came in: a program that keeps a few of many clones them (strings.Clone).
func SocketTextStream(ssc *Context, host string, port int, level ...rdd.StorageLevel) *Stream[string] {
	return socketStream(ssc, "socketTextStream", host, port, receiveLines, level)
}

// SocketStream is what decode makes of the bytes that a server sends (D11). An error that
// it yields restarts the receiver, as the end of the bytes does.
func SocketStream[T any](ssc *Context, host string, port int, decode func(r io.Reader) iter.Seq2[T, error], level ...rdd.StorageLevel) *Stream[T] {
	return socketStream(ssc, "socketStream", host, port, func(r io.Reader, in *Intake[T]) error {
		for row, err := range decode(r) {
			if err == nil {
				err = in.Store(row)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}, level)
}

// RawSocketStream is blocks of rows that a server sends as they are to be stored (D11): for
// each four bytes with its length, the highest first, and what [EncodeBlock] has written.
// They are kept serialized, and decoded by tasks only. It is the quickest way in.
func RawSocketStream[T any](ssc *Context, host string, port int, level ...rdd.StorageLevel) *Stream[T] {
	return socketStream(ssc, "rawSocketStream", host, port, func(r io.Reader, in *Intake[T]) error {
		b := bufio.NewReaderSize(r, socketChunk)
		for {
			var length [4]byte
			if _, err := io.ReadFull(b, length[:]); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			n := binary.BigEndian.Uint32(length[:])
			if n > longestLine {
				return fmt.Errorf("a block of %d bytes was announced; does the server send blocks?", n)
			}
			block, err := io.ReadAll(io.LimitReader(b, int64(n)))
			if err == nil && len(block) < int(n) {
				err = io.ErrUnexpectedEOF
			}
			if err == nil {
				err = in.StoreEncoded(block)
			}
			if err != nil {
				return err
			}
		}
	}, level)
}

// EncodeBlock writes rows as a block for [RawSocketStream].
func EncodeBlock[T any](rows []T) ([]byte, error) { return receiver.EncodeBlock(rows) }

func socketStream[T any](ssc *Context, op, host string, port int, receive func(io.Reader, *Intake[T]) error, level []rdd.StorageLevel) *Stream[T] {
	at := DefaultReceiverLevel
	if len(level) > 0 {
		at = level[0]
	}
	r := &socketReceiver[T]{address: net.JoinHostPort(host, strconv.Itoa(port)), receive: receive}
	return receiverStream(ssc, streamKind{"SocketInputDStream", op, "SocketReceiver"}, r, at)
}

// socketReceiver receives from a server.
type socketReceiver[T any] struct {
	address string
	receive func(r io.Reader, in *Intake[T]) error
}

// Receive connects and receives until the connection ends.
func (s *socketReceiver[T]) Receive(ctx context.Context, in *Intake[T]) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", s.address)
	if err != nil {
		in.Restart("Error connecting to "+s.address, err)
		return nil
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // ends what waits for bytes
	err = s.receive(conn, in)
	_ = conn.Close() // nothing was written to it
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		in.Restart("Error receiving data", err)
	default:
		in.Restart("Socket data stream had no more data", nil)
	}
	return nil
}

// socketChunk is how much is read at once, at most.
const socketChunk = 64 << 10

// longestLine is how long a line may be.
const longestLine = 1 << 30

// receiveLines stores lines as views of the chunks that are read.
func receiveLines(r io.Reader, in *Intake[string]) error {
	l := &lineCutter{chunk: make([]byte, socketChunk)}
	for {
		l.makeRoom()
		n, err := r.Read(l.chunk[l.filled:])
		l.filled += n
		over := err != nil
		l.cut(over)
		if e := in.StoreEach(l.lines); e != nil {
			return e
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case over:
			return err
		case l.filled-l.start > longestLine:
			return fmt.Errorf("a line is longer than %d bytes; does the server send lines of text?", longestLine)
		}
	}
}

// lineCutter cuts what was read into lines. Chunks are never written to again where lines
// have been cut from them.
type lineCutter struct {
	chunk   []byte
	start   int // of the line that has not ended
	scanned int // up to where the chunk has been searched
	filled  int
	lines   []string // cut last
	skipLF  bool     // the last line ended with \r: a \n right behind belongs to it
}

// makeRoom goes on in a new chunk if little of this one is left.
func (l *lineCutter) makeRoom() {
	if len(l.chunk)-l.filled >= len(l.chunk)/16 {
		return
	}
	rest := l.chunk[l.start:l.filled]
	next := make([]byte, max(socketChunk, 2*len(rest)))
	copy(next, rest)
	l.chunk, l.scanned, l.filled, l.start = next, l.scanned-l.start, len(rest), 0
}

// cut cuts the lines that have ended; over says that no more comes.
func (l *lineCutter) cut(over bool) {
	l.lines = l.lines[:0]
	data := l.chunk[:l.filled]
	if l.skipLF && l.scanned < l.filled {
		l.skipLF = false
		if data[l.scanned] == '\n' {
			l.scanned++
			l.start = l.scanned
		}
	}
	from := l.start
	carriage := bytes.IndexByte(data[l.scanned:], '\r') >= 0
	for {
		n := bytes.IndexByte(data[l.scanned:], '\n')
		if carriage {
			n = bytes.IndexAny(data[l.scanned:], "\r\n")
		}
		if n < 0 {
			break
		}
		end := l.scanned + n
		next := end + 1
		if data[end] == '\r' && next == l.filled {
			l.skipLF = true
		} else if data[end] == '\r' && data[next] == '\n' {
			next++
		}
		l.line(end)
		l.start, l.scanned = next, next
	}
	l.scanned = l.filled
	if over && l.start < l.filled {
		l.line(l.filled)
		l.start = l.filled
	}
	if len(l.lines) > 0 && !utf8.Valid(data[from:l.start]) {
		for i, s := range l.lines {
			if !utf8.ValidString(s) {
				l.lines[i] = socket.Decode(s)
			}
		}
	}
}

// line takes the line that ends at a byte.
func (l *lineCutter) line(end int) {
	if end == l.start {
		l.lines = append(l.lines, "")
		return
	}
	l.lines = append(l.lines, unsafe.String(&l.chunk[l.start], end-l.start))
}
