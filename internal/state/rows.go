package state

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/keytable"
)

// ShardRun says how many rows of a list that is in order of shard are of one.
type ShardRun struct {
	Shard uint8
	Rows  int
}

// codec turns rows into blocks and back. It keeps its columns from call to call.
type codec struct {
	spec         *Spec
	keys, values []*batch.Column
	sorted       []int32
	shards       []uint8
	writer       columnWriter
	body         []byte
	frames       []byte // the buffer of the last delta
	hasher       keytable.Hasher
	mirror       func(keys, values []*batch.Column, n int) error // of what is encoded; nil: nothing
	width        width                                           // of values
}

func newCodec(spec *Spec) *codec {
	// values is never nil, not even where a value has no columns: nil stands for
	// deleted rows.
	c := &codec{spec: spec, values: []*batch.Column{}}
	for _, t := range spec.KeyTypes() {
		c.keys = append(c.keys, batch.NewColumn(t, 0))
	}
	for _, t := range spec.ValueTypes() {
		c.values = append(c.values, batch.NewColumn(t, 0))
	}
	return c
}

// order puts rows of keys in order of shard, those of one shard as they were, and
// says how many there are of each. The result is the codec's.
func (c *codec) order(keys []*batch.Column, height int, rows []int32) ([]int32, []ShardRun) {
	c.shards = c.shardsOf(keys, height, rows, c.shards[:0])
	var counts [keytable.ShardCount]int
	for _, shard := range c.shards {
		counts[shard]++
	}
	at, runs := 0, make([]ShardRun, 0, min(len(rows), len(counts)))
	for shard, n := range counts {
		if n > 0 {
			runs = append(runs, ShardRun{uint8(shard), n})
		}
		counts[shard], at = at, at+n
	}
	c.sorted = slices.Grow(c.sorted[:0], len(rows))[:len(rows)]
	for i, shard := range c.shards {
		c.sorted[counts[shard]] = rows[i]
		counts[shard]++
	}
	return c.sorted, runs
}

// shardsOf appends the shards of rows of keys.
func (c *codec) shardsOf(keys []*batch.Column, height int, rows []int32, out []uint8) []uint8 {
	return c.hasher.Shards(c.spec.ShardKeys(keys), height, rows, out)
}

// add appends blocks of rows to p: the keys, and, where values is not nil, what
// it saves of them. Those of a delta are not put in order: they were touched in the
// order in which they lie in memory, or nearly so.
func (c *codec) add(p *Part, keys []*batch.Column, height int, rows []int32, values Values) error {
	var runs []ShardRun
	if !p.framed {
		rows, runs = c.order(keys, height, rows)
	}
	c.writer.begin(!p.framed)
	most := blockRows
	for len(rows) > 0 {
		n := min(most, len(rows))
		b := block{deleted: values == nil, rows: n}
		if !p.framed {
			b.runs, runs = cutRuns(runs, n)
		}
		if err := c.take(keys, rows[:n], values); err != nil {
			return err
		}
		size, err := c.append(p, b)
		if err != nil {
			return err
		}
		rows = rows[n:]
		for most > 1 && size/n*most > maxBlock {
			most /= 2
		}
	}
	return nil
}

// append appends a block of what the codec's columns hold, and gives its size.
func (c *codec) append(p *Part, b block) (size int, err error) {
	if p.framed {
		before := len(p.frames)
		p.frames = appendFrame(p.frames, func(dst []byte) []byte { return c.encode(b.encodeHead(dst), b.deleted) })
		size = len(p.frames) - before
		p.blocks = append(p.blocks, b)
		err = p.spill()
	} else {
		c.body = c.encode(c.body[:0], b.deleted)
		size, b.body = len(c.body), bytes.Clone(c.body)
		p.blocks = append(p.blocks, b)
	}
	if err != nil || c.mirror == nil {
		return size, err
	}
	if b.deleted {
		return size, c.mirror(c.keys, nil, b.rows)
	}
	return size, c.mirror(c.keys, c.values, b.rows)
}

// take makes the codec's columns the keys of rows and, where values is not nil, what
// it saves of them.
func (c *codec) take(keys []*batch.Column, rows []int32, values Values) error {
	for i, k := range c.keys {
		k.Take(keys[i], rows)
	}
	if values == nil {
		return nil
	}
	for _, v := range c.values {
		v.Resize(0)
	}
	if err := values.Save(rows, c.values); err != nil {
		return err
	}
	for _, v := range c.values {
		if v.Len() != len(rows) {
			return fmt.Errorf("state: %d rows of %s were saved, want %d", v.Len(), v.Type, len(rows)) // a programmer's error
		}
	}
	c.width.measure(c.values)
	return nil
}

// encode appends the codec's columns as the body of a block.
func (c *codec) encode(dst []byte, deleted bool) []byte {
	c.writer.block()
	for _, k := range c.keys {
		dst = c.writer.column(dst, k)
	}
	if !deleted {
		for _, v := range c.values {
			dst = c.writer.column(dst, v)
		}
	}
	return dst
}

// cutRuns takes the runs of the first n rows off.
func cutRuns(runs []ShardRun, n int) (first, rest []ShardRun) {
	for i, r := range runs {
		if r.Rows > n {
			first = append(slices.Clone(runs[:i]), ShardRun{r.Shard, n})
			rest = slices.Clone(runs[i:])
			rest[0].Rows -= n
			if n == 0 {
				first = first[:i]
			}
			return first, rest
		}
		n -= r.Rows
	}
	return runs, nil
}

// maxFrames is how long a buffer of deltas may be that is kept.
const maxFrames = 64 << 20

// Delta is what changed since the last commit. The part is good until the next one.
// If it is large and open is not nil, it goes to the file that open gives while it
// is made; [Part.Write] writes the rest.
func (s *Slots) Delta(h Header, open func() (io.Writer, error)) (*Part, error) {
	h.Deleted, h.Rows = s.removedRows, len(s.dirty)
	p := &Part{Header: h, framed: true, frames: s.codec.frames[:0], open: open}
	defer func() {
		if s.codec.frames = p.frames; cap(p.frames) > maxFrames {
			s.codec.frames = nil
		}
	}()
	if s.tier != nil {
		if err := s.tier.changes(); err != nil {
			return nil, err
		}
		s.codec.mirror = s.tier.mirror
		defer func() { s.codec.mirror = nil }()
	}
	if h.Deleted > 0 {
		if err := s.codec.add(p, s.removed, s.removedRows, batch.Range(0, s.removedRows), nil); err != nil {
			return nil, err
		}
	}
	if h.Rows > 0 {
		if err := s.codec.add(p, s.table.Keys(), s.table.Slots(), s.dirty, s.values); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Snapshot is a copy of all rows.
func (s *Slots) Snapshot(h Header) (*Part, error) {
	h.Snapshot, h.Deleted, h.Rows = true, 0, s.Len()
	p := &Part{Header: h}
	if h.Rows == 0 {
		return p, nil
	}
	return p, s.codec.add(p, s.table.Keys(), s.table.Slots(), s.table.Live(nil), s.values)
}

// Apply brings the keys of a part into the table, those of wanted shards. What it
// brings counts as committed; call Clear when all parts are in.
func (s *Slots) Apply(p *Part, wanted func(shard uint8) bool) error {
	s.table.Tighten() // a later part may have a row again
	for i := range p.blocks {
		b := &p.blocks[i]
		sel, all := b.wanted(wanted)
		if len(b.runs) > 0 && len(sel) == 0 {
			continue
		}
		body, err := b.open()
		if err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
		if err := s.codec.decode(b, body); err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
		if len(b.runs) == 0 {
			sel, all = s.codec.wanted(p, b, wanted)
		}
		if all {
			sel = nil
		} else if len(sel) == 0 {
			continue
		}
		if err := s.applyBlock(b, sel); err != nil {
			return err
		}
	}
	return nil
}

// wanted lists the rows of wanted shards of a block in no order, whose keys the
// codec's columns hold, and says whether all are wanted.
func (c *codec) wanted(p *Part, b *block, wanted func(shard uint8) bool) (sel []int32, all bool) {
	all = true
	for shard := int(p.Shards.First); shard <= int(p.Shards.Last); shard++ {
		all = all && wanted(uint8(shard))
	}
	if all {
		return nil, true
	}
	c.shards = c.shardsOf(c.keys, b.rows, batch.Range(0, b.rows), c.shards[:0])
	for i, shard := range c.shards {
		if wanted(shard) {
			sel = append(sel, int32(i))
		}
	}
	return sel, len(sel) == b.rows
}

// wanted lists the rows of wanted shards, and says whether that is all of them.
func (b *block) wanted(wanted func(shard uint8) bool) (sel []int32, all bool) {
	at := int32(0)
	for _, r := range b.runs {
		if wanted(r.Shard) {
			for k := range int32(r.Rows) {
				sel = append(sel, at+k)
			}
		}
		at += int32(r.Rows)
	}
	return sel, len(sel) == b.rows
}

// decode makes the codec's columns those of a block.
func (c *codec) decode(b *block, body []byte) error {
	r := columnReader{data: body, most: b.most}
	list := c.keys
	if !b.deleted {
		list = append(list[:len(list):len(list)], c.values...)
	}
	for _, col := range list {
		if err := r.column(col, b.rows); err != nil {
			return err
		}
	}
	if len(r.data) > 0 {
		return fmt.Errorf("%d bytes are left over", len(r.data))
	}
	return nil
}

func (s *Slots) applyBlock(b *block, sel []int32) error {
	n := b.rows
	if sel != nil {
		n = len(sel)
	}
	if s.tier != nil {
		return s.tier.apply(b, sel)
	}
	slots := make([]int32, n)
	if b.deleted {
		s.table.Lookup(s.codec.keys, b.rows, sel, slots)
		s.Delete(slices.DeleteFunc(slots, func(slot int32) bool { return slot < 0 }))
		return nil
	}
	if err := s.Find(s.codec.keys, b.rows, sel, slots); err != nil {
		return err
	}
	values := s.codec.values
	s.codec.width.measure(values)
	if sel != nil {
		values = make([]*batch.Column, len(values))
		for i, v := range s.codec.values {
			values[i] = batch.NewColumn(v.Type, n)
			values[i].Take(v, sel)
		}
	}
	return s.values.Load(slots, values)
}
