package receiver

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// The records of the tracker's log; docs/format/dstream-wal.md draws them. Numbers are
// varints, so that records are small: one of a block takes about 60 bytes.
const (
	kindSnapshot = 'S' // all of it; the first record of a file
	kindAddition = 'A' // a block was stored
	kindBatch    = 'B' // a batch was given the first blocks of each queue
	kindCleanup  = 'C' // batches were forgotten

	trackerFormat = 1
)

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBlock(b []byte, block Block) []byte {
	b = binary.AppendVarint(b, block.ID.Number)
	b = binary.AppendVarint(b, block.Rows)
	b = appendText(b, string(block.Metadata))
	b = appendText(b, block.Segment.File)
	if block.Segment.File == "" {
		return b
	}
	b = binary.AppendVarint(b, block.Segment.Offset)
	b = binary.AppendVarint(b, block.Segment.Skip)
	return binary.AppendVarint(b, block.Segment.Length)
}

func appendBlocks(b []byte, blocks []Block) []byte {
	b = binary.AppendVarint(b, int64(len(blocks)))
	for _, block := range blocks {
		b = appendBlock(b, block)
	}
	return b
}

func encodeAddition(block Block) []byte {
	return appendBlock(binary.AppendVarint([]byte{kindAddition}, int64(block.ID.Stream)), block)
}

func encodeAllocation(batch int64, counts map[int]int) []byte {
	b := binary.AppendVarint([]byte{kindBatch}, batch)
	b = binary.AppendVarint(b, int64(len(counts)))
	for _, stream := range slices.Sorted(maps.Keys(counts)) {
		b = binary.AppendVarint(b, int64(stream))
		b = binary.AppendVarint(b, int64(counts[stream]))
	}
	return b
}

func encodeCleanup(before int64) []byte { return binary.AppendVarint([]byte{kindCleanup}, before) }

// snapshot is everything as one record.
func (s *tracked) snapshot() []byte {
	b := binary.AppendVarint([]byte{kindSnapshot}, trackerFormat)
	b = binary.AppendVarint(b, s.last)
	b = binary.AppendVarint(b, int64(len(s.streams)))
	for _, stream := range slices.Sorted(maps.Keys(s.streams)) {
		q := s.streams[stream]
		b = binary.AppendVarint(b, int64(stream))
		b = binary.AppendVarint(b, q.last)
		b = appendBlocks(b, q.blocks)
	}
	b = binary.AppendVarint(b, int64(len(s.batches)))
	for _, batch := range slices.Sorted(maps.Keys(s.batches)) {
		blocks := s.batches[batch]
		b = binary.AppendVarint(b, batch)
		b = binary.AppendVarint(b, int64(len(blocks)))
		for _, stream := range slices.Sorted(maps.Keys(blocks)) {
			b = binary.AppendVarint(b, int64(stream))
			b = appendBlocks(b, blocks[stream])
		}
	}
	return b
}

// errRecord is what a record is refused with whose bytes do not mean anything.
var errRecord = errors.New("the record does not hold what it should")

// reading reads a record; after the first thing that is wrong it reads zeros.
type reading struct {
	rest []byte
	bad  bool
}

func (r *reading) number() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// count is a number of things of which each takes at least a byte.
func (r *reading) count() int {
	n := r.number()
	if n < 0 || n > int64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return 0
	}
	return int(n)
}

func (r *reading) text() string {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(len(r.rest)-size) {
		r.bad, r.rest = true, nil
		return ""
	}
	text := string(r.rest[size : size+int(n)])
	r.rest = r.rest[size+int(n):]
	return text
}

func (r *reading) block(stream int) Block {
	b := Block{ID: BlockID{Stream: stream, Number: r.number()}, Rows: r.number()}
	if m := r.text(); m != "" {
		b.Metadata = []byte(m)
	}
	if b.Segment.File = r.text(); b.Segment.File != "" {
		b.Segment.Offset, b.Segment.Skip, b.Segment.Length = r.number(), r.number(), r.number()
	}
	return b
}

func (r *reading) blocks(stream int) []Block {
	var blocks []Block
	for range r.count() {
		blocks = append(blocks, r.block(stream))
	}
	return blocks
}

// apply takes in one record.
func (s *tracked) apply(record []byte) error {
	if len(record) == 0 {
		return errRecord
	}
	r := &reading{rest: record[1:]}
	switch record[0] {
	case kindSnapshot:
		if format := r.number(); format != trackerFormat {
			return fmt.Errorf("format %d is newer than this weir", format)
		}
		s.restore(r)
	case kindAddition:
		stream := int(r.number())
		block := r.block(stream)
		if r.bad {
			break
		}
		q := s.queue(stream)
		q.blocks = append(q.blocks, block)
		q.last = max(q.last, block.ID.Number)
	case kindBatch:
		s.allocate(r)
	case kindCleanup:
		before := r.number()
		maps.DeleteFunc(s.batches, func(batch int64, _ map[int][]Block) bool { return batch < before })
	default:
		return fmt.Errorf("a record of kind %q is newer than this weir", record[0])
	}
	if r.bad || len(r.rest) > 0 {
		return errRecord
	}
	return nil
}

// restore takes in a snapshot.
func (s *tracked) restore(r *reading) {
	*s = newTracked()
	s.last = r.number()
	for range r.count() {
		stream := int(r.number())
		s.streams[stream] = &queue{last: r.number(), blocks: r.blocks(stream)}
	}
	for range r.count() {
		batch := r.number()
		blocks := make(map[int][]Block)
		for range r.count() {
			stream := int(r.number())
			blocks[stream] = r.blocks(stream)
		}
		s.batches[batch] = blocks
	}
}

// allocate gives blocks to a batch.
func (s *tracked) allocate(r *reading) {
	batch := r.number()
	blocks := make(map[int][]Block)
	for range r.count() {
		stream, n := int(r.number()), r.number()
		q := s.queue(stream)
		if n < 0 || n > int64(len(q.blocks)) {
			r.bad = true
			return
		}
		blocks[stream] = q.blocks[:n:n]
		q.blocks = q.blocks[n:]
	}
	s.last = max(s.last, batch)
	s.batches[batch] = blocks
}
