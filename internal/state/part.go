package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/s2"
)

// magic begins every part; its last byte is the format.
const magic = "wst\x02"

// blockRows is how many rows a block holds at most, unless they are large, when
// it holds fewer: maxBlock is what a block should take, in bytes.
const (
	blockRows = 8192
	maxBlock  = 4 << 20
)

// minCompress is the length in bytes from which a piece of a column, or the body of
// a block, is compressed.
const minCompress = 512

// spillBytes is from how many encoded bytes on a delta that may go to a file does.
const spillBytes = 1 << 20

// Header says what a part holds.
type Header struct {
	// Snapshot: all rows, else those that changed.
	Snapshot bool
	// Operator is the operator's number in its query.
	Operator int
	// Version is the one that the part leads to.
	Version Version
	// Shards are those that the part is about; it has no rows of others.
	Shards Shards
	// Deleted and Rows are how many keys are deleted, and how many rows come
	// after that.
	Deleted, Rows int
}

// Part is a delta or a snapshot of one partition, encoded:
//
//	magic │ header │ block │ block │ …
//
// Header and blocks are frames with a length and a sum. The blocks with deleted
// keys come first. A block of a snapshot holds rows in order of shard and says how
// many there are of each, so that a reader passes over what it does not need. A
// delta has its rows as they were first touched, and is written while it is made.
type Part struct {
	Header
	blocks []block
	framed bool   // the blocks are in frames as soon as they are made
	frames []byte // the encoded blocks, over a buffer of whoever made the part

	open  func() (io.Writer, error) // opens the file of a large delta; nil: there is none
	file  io.Writer                 // that file, once it is open
	ahead int64                     // bytes that went there
}

// block is a list of rows, encoded as columns. Those of a Part that was parsed
// hold the body as it lies in the file.
type block struct {
	deleted, compressed bool
	rows, size          int        // size: of the body of a compressed one, before compression
	runs                []ShardRun // none: the rows are in no order
	body                []byte
	most                int // elements of its lists; 0 is as many as 32 bits count
}

// castagnoli is the polynomial of all sums.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Write writes the part, or what of it is not in its file yet, and gives its size.
// It compresses large blocks, and lets go of each after it was written, so that a
// part can be written once.
func (p *Part) Write(to io.Writer) (int64, error) {
	if p.framed {
		p.file = to
		err := p.flush()
		return p.ahead, err
	}
	frame := append(make([]byte, 0, 64), magic...)
	frame = appendFrame(frame, p.encodeHeader)
	written := int64(0)
	for i := -1; i < len(p.blocks); i++ {
		if i >= 0 {
			frame = appendFrame(frame[:0], p.blocks[i].encode)
			p.blocks[i].body = nil
		}
		n, err := to.Write(frame)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// flush writes the frames that are made to the file.
func (p *Part) flush() error {
	if p.ahead == 0 {
		head := appendFrame(append(make([]byte, 0, 64), magic...), p.encodeHeader)
		n, err := p.file.Write(head)
		if p.ahead += int64(n); err != nil {
			return err
		}
	}
	n, err := p.file.Write(p.frames)
	p.ahead, p.frames = p.ahead+int64(n), p.frames[:0]
	return err
}

// spill writes frames to the delta's file, if it may have one and they are many.
func (p *Part) spill() (err error) {
	if p.open == nil || len(p.frames) < spillBytes {
		return nil
	}
	if p.file == nil {
		if p.file, err = p.open(); err != nil {
			return err
		}
	}
	return p.flush()
}

// Size is about how long a delta is, encoded, before it is written.
func (p *Part) Size() int { return int(p.ahead) + len(p.frames) + 64 }

// Bytes is the part in one piece; as with Write it can be had once.
func (p *Part) Bytes() []byte {
	if p.framed {
		dst := append(make([]byte, 0, len(p.frames)+64), magic...)
		return append(appendFrame(dst, p.encodeHeader), p.frames...)
	}
	size := 64
	for i := range p.blocks {
		size += len(p.blocks[i].body) + 4*len(p.blocks[i].runs) + 64
	}
	size += size / 4 // what compressing may need beyond
	dst := append(make([]byte, 0, size), magic...)
	dst = appendFrame(dst, p.encodeHeader)
	for i := range p.blocks {
		dst = appendFrame(dst, p.blocks[i].encode)
	}
	return dst
}

// appendFrame appends the length and the sum of what encode appends, and that.
func appendFrame(dst []byte, encode func([]byte) []byte) []byte {
	start := len(dst)
	dst = encode(append(dst, 0, 0, 0, 0, 0, 0, 0, 0))
	length := dst[start : start+4]
	binary.LittleEndian.PutUint32(length, uint32(len(dst)-start-8))
	sum := crc32.Update(crc32.Checksum(length, castagnoli), castagnoli, dst[start+8:])
	binary.LittleEndian.PutUint32(dst[start+4:], sum)
	return dst
}

func (p *Part) encodeHeader(dst []byte) []byte {
	kind := byte('D')
	if p.Snapshot {
		kind = 'S'
	}
	dst = append(dst, kind)
	for _, v := range [...]uint64{uint64(p.Operator), uint64(p.Version), uint64(p.Shards.First), uint64(p.Shards.Last),
		uint64(p.Deleted), uint64(p.Rows)} {
		dst = binary.AppendUvarint(dst, v)
	}
	return dst
}

// The flags of a block.
const (
	flagDeleted    = 1
	flagCompressed = 2
)

// encode appends a block whose body is there.
func (b *block) encode(dst []byte) []byte {
	if len(b.body) >= minCompress {
		at, most := len(dst)+64+4*len(b.runs), s2.MaxEncodedLen(len(b.body))
		dst = slices.Grow(dst, at+most-len(dst))
		if c := s2.Encode(dst[at:at+most], b.body); len(c) < len(b.body) {
			b.compressed, b.size = true, len(b.body)
			return append(b.encodeHead(dst), c...)
		}
	}
	return append(b.encodeHead(dst), b.body...)
}

// encodeHead appends what stands before the body.
func (b *block) encodeHead(dst []byte) []byte {
	flags := byte(0)
	if b.deleted {
		flags = flagDeleted
	}
	if b.compressed {
		flags |= flagCompressed
	}
	dst = append(dst, flags)
	dst = binary.AppendUvarint(dst, uint64(b.rows))
	if b.compressed {
		dst = binary.AppendUvarint(dst, uint64(b.size))
	}
	dst = binary.AppendUvarint(dst, uint64(len(b.runs)))
	last := uint8(0)
	for _, r := range b.runs {
		dst = binary.AppendUvarint(dst, uint64(r.Shard-last))
		dst = binary.AppendUvarint(dst, uint64(r.Rows))
		last = r.Shard
	}
	return dst
}

// ParsePart checks every sum and reads the headers. The part keeps content.
func ParsePart(content []byte) (*Part, error) {
	at := len(magic)
	switch {
	case len(content) < at || string(content[:at-1]) != magic[:at-1]:
		return nil, errors.New("it does not begin as a file of state does")
	case content[at-1] != magic[at-1]:
		return nil, fmt.Errorf("it has form %d of state, and this weir reads form %d", content[at-1], magic[at-1])
	}
	header, at, err := frameAt(content, at)
	if err != nil {
		return nil, err
	}
	p := &Part{}
	if err := p.decodeHeader(header); err != nil {
		return nil, err
	}
	deleted, rows := 0, 0
	for at < len(content) {
		start := at
		var payload []byte
		if payload, at, err = frameAt(content, at); err != nil {
			return nil, err
		}
		var b block
		if err := b.decode(payload); err != nil {
			return nil, fmt.Errorf("block at byte %d: %w", start, err)
		}
		if b.deleted {
			deleted += b.rows
		} else {
			rows += b.rows
		}
		p.blocks = append(p.blocks, b)
	}
	if deleted != p.Deleted || rows != p.Rows {
		return nil, fmt.Errorf("it says that it has %d deleted keys and %d rows, and has %d and %d", p.Deleted, p.Rows, deleted, rows)
	}
	return p, nil
}

// frameAt is the frame at a byte of content, checked, and where the next begins.
func frameAt(content []byte, at int) (payload []byte, next int, err error) {
	if len(content)-at < 8 {
		return nil, 0, fmt.Errorf("it ends at byte %d, in the middle", len(content))
	}
	length := content[at : at+4]
	n := int64(binary.LittleEndian.Uint32(length))
	if n > int64(len(content)-at-8) {
		return nil, 0, fmt.Errorf("the frame at byte %d goes beyond the end", at)
	}
	payload = content[at+8 : at+8+int(n)]
	sum := crc32.Update(crc32.Checksum(length, castagnoli), castagnoli, payload)
	if sum != binary.LittleEndian.Uint32(content[at+4:]) {
		return nil, 0, fmt.Errorf("the sum of the frame at byte %d is wrong", at)
	}
	return payload, at + 8 + int(n), nil
}

// decodeHeader reads a header.
func (p *Part) decodeHeader(data []byte) error {
	if len(data) == 0 || data[0] != 'D' && data[0] != 'S' {
		return errors.New("its kind is unknown to this weir")
	}
	p.Snapshot = data[0] == 'S'
	d := numbers{data: data[1:]}
	p.Operator, p.Version = d.next(maxRows), Version(d.next(1<<62))
	p.Shards = Shards{uint8(d.next(255)), uint8(d.next(255))}
	p.Deleted, p.Rows = d.next(maxRows), d.next(maxRows)
	if d.bad || len(d.data) > 0 {
		return errors.New("its header has another form")
	}
	return nil
}

// maxRows is more than any part has.
const maxRows = 1<<31 - 1

func (b *block) decode(data []byte) error {
	if len(data) == 0 || data[0] > flagDeleted|flagCompressed {
		return errors.New("its kind is unknown to this weir")
	}
	b.deleted, b.compressed = data[0]&flagDeleted != 0, data[0]&flagCompressed != 0
	d := numbers{data: data[1:]}
	if b.rows = d.next(blockRows); b.compressed {
		b.size = d.next(maxRows)
	}
	rows, shard, runs := 0, 0, d.next(256)
	for i := range runs {
		step := d.next(255)
		shard += step
		r := ShardRun{uint8(shard), d.next(maxRows)}
		rows += r.Rows
		b.runs = append(b.runs, r)
		if d.bad || shard > 255 || i > 0 && step == 0 {
			return errors.New("its list of shards has another form")
		}
	}
	b.body = d.data
	switch {
	case d.bad || b.rows == 0 || runs > 0 && rows != b.rows:
		return errors.New("its list of shards has another form")
	case b.compressed:
		if n, err := s2.DecodedLen(b.body); err != nil || n != b.size {
			return errors.New("its compressed body has another length")
		}
	}
	return nil
}

// open is the body, decompressed.
func (b *block) open() ([]byte, error) {
	if !b.compressed {
		return b.body, nil
	}
	return s2.Decode(nil, b.body)
}

// numbers reads uvarints; after the first bad one, bad is set and all are zero.
type numbers struct {
	data []byte
	bad  bool
}

func (d *numbers) next(most uint64) int {
	v, n := binary.Uvarint(d.data)
	if n <= 0 || v > most || d.bad {
		d.bad = true
		return 0
	}
	d.data = d.data[n:]
	return int(v)
}
