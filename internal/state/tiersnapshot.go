package state

import (
	"fmt"
	"io"

	"github.com/weirstream/weir/internal/rowcodec"
)

// TierSnapshot is a version of some shards in a tier, to be written as a part
// while the tier goes on. It belongs to one goroutine, which need not be the
// query's.
type TierSnapshot struct {
	spec   Spec
	shards Shards
	rows   int
	view   ColdView
}

// Snapshot is the tier's version as it is now.
func (t *Tier) Snapshot(s Shards) *TierSnapshot {
	return &TierSnapshot{spec: t.spec, shards: s, rows: t.Len(s), view: t.cold.View()}
}

// sampleRows is from how many rows the size of all is estimated.
const sampleRows = 256

// Write writes the snapshot as a part, a block at a time, and ends it.
func (s *TierSnapshot) Write(to io.Writer, h Header) (written int64, err error) {
	defer s.view.Close()
	h.Snapshot, h.Deleted, h.Rows, h.Shards = true, 0, s.rows, s.shards
	w := &partWriter{to: to, codec: newCodec(&s.spec)}
	w.tier = newTierCodec(&s.spec, w.codec)
	if err := s.sample(w); err != nil {
		return 0, err
	}
	w.part = Part{Header: h}
	frame := appendFrame(append([]byte(nil), magic...), w.part.encodeHeader)
	if err := w.write(frame); err != nil {
		return w.written, err
	}
	err = s.scan(w.add)
	if err == nil {
		err = w.flush()
	}
	if err == nil && w.rows != s.rows {
		err = fmt.Errorf("there are %d rows and should be %d", w.rows, s.rows)
	}
	return w.written, err
}

func (s *TierSnapshot) scan(yield func(key, value []byte) error) error {
	for shard := int(s.shards.First); shard <= int(s.shards.Last); shard++ {
		from, to := []byte{tierRows, uint8(shard)}, []byte{tierRows, uint8(shard), 0xFF}
		if err := s.view.Scan(from, to, yield); err != nil {
			return err
		}
	}
	return nil
}

// sample finds out how many rows make a block.
func (s *TierSnapshot) sample(w *partWriter) error {
	rows, size := 0, 0
	err := s.scan(func(key, value []byte) error {
		rows, size = rows+1, size+len(key)+len(value)
		if rows == sampleRows {
			return io.EOF
		}
		return nil
	})
	w.most = blockRows
	if rows > 0 {
		w.most = max(1, min(blockRows, maxBlock*rows/size))
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// partWriter makes blocks of the rows of a tier.
type partWriter struct {
	to      io.Writer
	codec   *codec
	tier    *tierCodec
	part    Part
	most    int // rows in a block
	rows    int
	written int64

	keys, values rowcodec.Rows
	runs         []ShardRun
	frame        []byte
}

func (w *partWriter) add(key, value []byte) error {
	shard := key[1]
	if n := len(w.runs); n > 0 && w.runs[n-1].Shard == shard {
		w.runs[n-1].Rows++
	} else {
		w.runs = append(w.runs, ShardRun{shard, 1})
	}
	w.rows++
	w.keys.Append(key)
	w.values.Append(value)
	if w.keys.Len() < w.most {
		return nil
	}
	return w.flush()
}

// flush writes the rows that were added as a block.
func (w *partWriter) flush() error {
	n := w.keys.Len()
	if n == 0 {
		return nil
	}
	c := w.codec
	if err := w.tier.decodeKeys(&w.keys, c.keys); err != nil {
		return err
	}
	if err := w.tier.values.Decode(&w.values, c.values); err != nil {
		return err
	}
	c.writer.begin(true)
	c.body = c.encode(c.body[:0], false)
	b := block{rows: n, runs: w.runs, body: c.body}
	w.frame = appendFrame(w.frame[:0], b.encode)
	w.keys.Reset()
	w.values.Reset()
	w.runs = w.runs[:0]
	return w.write(w.frame)
}

func (w *partWriter) write(frame []byte) error {
	n, err := w.to.Write(frame)
	w.written += int64(n)
	return err
}
