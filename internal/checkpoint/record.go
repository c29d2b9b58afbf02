package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// kind says what a record of the journal is. A frame is a row of records:
//
//	┌──────┬─────────────────┬──────┐
//	│ kind │ length (uvarint)│ body │ …
//	└──────┴─────────────────┴──────┘
//	open    format, epoch, part, length of the previous file that counts;
//	        its name, the query's id (strings)
//	plan    batch, then the text of offsets/<batch>
//	commit  batch, then the text of commits/<batch>
//	delta   operator, version, store (string), then the payload
//	forget  operator, first version to keep, store (string)
//	note    name (string), then the value
//
// Numbers are uvarints; a string is its length and its bytes. The kinds are letters so
// that a dump of the file can be read.
type kind byte

const (
	kindOpen   kind = 'O'
	kindPlan   kind = 'P'
	kindCommit kind = 'C'
	kindDelta  kind = 'D'
	kindForget kind = 'F'
	kindNote   kind = 'N'
)

// format is the version of the journal's records that this package writes and
// reads.
const format = 1

// errShort is met when a record ends before its fields do.
var errShort = errors.New("the record ends too early")

// opening is the first record of a journal file.
type opening struct {
	id       fileID
	queryID  string
	previous string // name of the file before it; empty for none
	length   int64  // how many bytes of that file count
}

// encoder builds the payload of a frame.
type encoder struct {
	payload []byte
	body    []byte // of the record under way
}

func (e *encoder) number(n int64) { e.body = binary.AppendUvarint(e.body, uint64(n)) }
func (e *encoder) text(s string)  { e.number(int64(len(s))); e.body = append(e.body, s...) }
func (e *encoder) bytes(b []byte) { e.body = append(e.body, b...) }
func (e *encoder) end(k kind) {
	e.payload = append(e.payload, byte(k))
	e.payload = binary.AppendUvarint(e.payload, uint64(len(e.body)))
	e.payload = append(e.payload, e.body...)
	e.body = e.body[:0]
}

func (e *encoder) opening(o opening) {
	e.number(format)
	e.number(o.id.epoch)
	e.number(o.id.part)
	e.number(o.length)
	e.text(o.previous)
	e.text(o.queryID)
	e.end(kindOpen)
}

func (e *encoder) numbered(k kind, batch int64, text []byte) {
	e.number(batch)
	e.bytes(text)
	e.end(k)
}

func (e *encoder) delta(d Delta) {
	e.number(int64(d.Operator))
	e.number(d.Version)
	e.text(d.Store)
	e.bytes(d.Payload)
	e.end(kindDelta)
}

func (e *encoder) forget(f forgotten) {
	e.number(int64(f.operator))
	e.number(f.before)
	e.text(f.store)
	e.end(kindForget)
}

func (e *encoder) note(name string, value []byte) {
	e.text(name)
	e.bytes(value)
	e.end(kindNote)
}

// decoder takes a record apart. After the first error everything is zero.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) number() int64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || int64(n) < 0 {
		d.rest, d.err = nil, errShort
		return 0
	}
	d.rest = d.rest[size:]
	return int64(n)
}

func (d *decoder) take(n int64) []byte {
	if n > int64(len(d.rest)) {
		d.rest, d.err = nil, errShort
		return nil
	}
	taken := d.rest[:n:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) text() string { return string(d.take(d.number())) }
func (d *decoder) all() []byte  { return d.take(int64(len(d.rest))) }

// eachRecord calls do with each record of a frame.
func eachRecord(payload []byte, do func(kind, *decoder) error) error {
	d := decoder{rest: payload}
	for len(d.rest) > 0 {
		k := kind(d.take(1)[0])
		body := decoder{rest: d.take(d.number())}
		if d.err != nil {
			return d.err
		}
		if err := do(k, &body); err != nil {
			return fmt.Errorf("record %q: %w", byte(k), err)
		}
		if body.err != nil {
			return fmt.Errorf("record %q: %w", byte(k), body.err)
		}
	}
	return nil
}

func (d *decoder) opening() (opening, error) {
	if f := d.number(); f != format && d.err == nil {
		return opening{}, fmt.Errorf("the journal has format %d, and this weir reads %d", f, format)
	}
	o := opening{id: fileID{epoch: d.number(), part: d.number()}, length: d.number()}
	o.previous = d.text()
	o.queryID = d.text()
	return o, d.err
}
