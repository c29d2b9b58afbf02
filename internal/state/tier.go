package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/rowcodec"
)

// Tier keeps all rows of an operator's last version outside of memory, those of
// all partitions in one map; memory then holds those that are in use. The slots
// of a partition read from it while a batch runs; what changed is written after
// the commit, with the number of the version, in one write:
//
//	task ─▶ Slots.Find ─── a key that is not resident ──▶ Tier ─▶ Cold
//	Save: Slots.Delta ──── rows and deleted keys ───────▶ the write of v
//	[commit of the batch]                                 Commit
//	Slots.Evict ── drops rows in memory; all of them are in the map
//
// A key in the map is the row's shard, its event time where keys expire, and the
// key itself, so that a shard lies together, the oldest first:
//
//	'r' │ shard │ 1, time (8 bytes), or 2 without one │ key      ▶ value
//	'v'                                                          ▶ version, rows by shard
//
// Reading may be done by many goroutines, each for shards of its own; the rest
// belongs to the query's.
type Tier struct {
	cold    Cold
	spec    Spec
	version Version // that the map holds; -1: none, it is being made

	counts   [keytable.ShardCount]int64 // rows by shard
	change   [keytable.ShardCount]int64 // by how much write changes them
	earliest [keytable.ShardCount]int64 // no row that is not in memory has an earlier time
	write    ColdBatch                  // of the next version; nil: none
	next     Version                    // that write leads to
	broken   atomic.Pointer[error]      // why the map is to be made anew; nil: it is well
}

// The first bytes of keys in the map.
const (
	tierRows    = 'r'
	tierVersion = 'v'
)

// Before the time in a key.
const (
	tierTimed    = 1
	tierTimeless = 2
)

// NewTier is the tier that a map holds, at version -1 if it holds none.
func NewTier(spec Spec, cold Cold) (*Tier, error) {
	t := &Tier{cold: cold, spec: spec, version: -1}
	t.forgetTimes()
	err := cold.Scan([]byte{tierVersion}, []byte{tierVersion + 1}, func(_, value []byte) error {
		d := numbers{data: value}
		v := Version(d.next(math.MaxInt64))
		for i := range t.counts {
			t.counts[i] = int64(d.next(math.MaxInt64))
		}
		if d.bad || len(d.data) > 0 {
			return errors.New("the version of the rows on disk has another form")
		}
		t.version = v
		return nil
	})
	return t, err
}

// Version is the version that the map holds, -1 while it holds none.
func (t *Tier) Version() Version { return t.version }

// Err is why the map cannot be used any more, nil while it can.
func (t *Tier) Err() error {
	if err := t.broken.Load(); err != nil {
		return *err
	}
	return nil
}

// fail notes that the map could not be read or written, for any goroutine.
func (t *Tier) fail(err error) error {
	if err != nil {
		t.broken.CompareAndSwap(nil, &err)
	}
	return err
}

// Close makes what was written durable.
func (t *Tier) Close() error {
	t.Rollback()
	return t.cold.Close()
}

// Len is the number of rows of shards.
func (t *Tier) Len(s Shards) (n int) {
	for shard := int(s.First); shard <= int(s.Last); shard++ {
		n += int(t.counts[shard])
	}
	return n
}

// Unversion begins to change rows outside of a version: until Seal and Commit the
// map holds none.
func (t *Tier) Unversion() error {
	t.version = -1
	w := t.cold.Batch()
	if err := w.Delete([]byte{tierVersion}); err != nil {
		w.Discard()
		return err
	}
	return w.Commit()
}

// Seal ends what the next Commit writes: it leads to version v.
func (t *Tier) Seal(v Version) error {
	value := binary.AppendUvarint(nil, uint64(v))
	for i, n := range t.counts {
		value = binary.AppendUvarint(value, uint64(n+t.change[i]))
	}
	t.next = v
	return t.pending().Set([]byte{tierVersion}, value)
}

// Commit writes what was gathered until Seal.
func (t *Tier) Commit() error {
	if t.write == nil {
		return nil
	}
	for i, n := range t.change {
		t.counts[i] += n
	}
	w := t.write
	t.write, t.change = nil, [keytable.ShardCount]int64{}
	if err := w.Commit(); err != nil {
		return t.fail(err)
	}
	t.version = t.next
	return nil
}

// Rollback drops what was gathered since the last Commit.
func (t *Tier) Rollback() {
	if t.write != nil {
		t.write.Discard()
	}
	t.write, t.change = nil, [keytable.ShardCount]int64{}
	t.forgetTimes()
}

// forgetTimes makes the next search for expired rows look everywhere.
func (t *Tier) forgetTimes() {
	for i := range t.earliest {
		t.earliest[i] = math.MinInt64
	}
}

// pending is the write of the next version.
func (t *Tier) pending() ColdBatch {
	if t.write == nil {
		t.write = t.cold.Batch()
	}
	return t.write
}

// tierCodec turns rows of columns into keys and values of the map and back. It
// keeps scratch and belongs to one goroutine.
type tierCodec struct {
	spec   *Spec
	rows   *codec // for shards
	keys   *rowcodec.Keys
	values *rowcodec.Values
	shards []uint8
	one    [1]int32
	arena  batch.Arena
	tails  rowcodec.Rows
}

func newTierCodec(spec *Spec, rows *codec) *tierCodec {
	return &tierCodec{spec: spec, rows: rows, keys: rowcodec.NewKeys(spec.KeyTypes(), nil),
		values: rowcodec.NewValues(spec.ValueTypes())}
}

// encodeKeys makes dst the keys in the map of rows of key columns.
func (c *tierCodec) encodeKeys(keys []*batch.Column, height int, rows []int32, dst *rowcodec.Rows) {
	dst.Reset()
	c.shards = c.rows.shardsOf(keys, height, rows, c.shards[:0])
	for i, row := range rows {
		dst.Bytes = append(dst.Bytes, tierRows, c.shards[i])
		if c.spec.EventTime {
			dst.Bytes = appendTime(dst.Bytes, keys[c.spec.Time], row)
		}
		c.one[0] = row
		c.keys.Encode(rowcodec.Input{Columns: keys, Sel: c.one[:]}, dst)
	}
}

func appendTime(dst []byte, times *batch.Column, row int32) []byte {
	if times.Null(int(row)) {
		return append(dst, tierTimeless)
	}
	return appendInstant(dst, batch.Values[int64](times)[row])
}

func appendInstant(dst []byte, time int64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, tierTimed), uint64(time)^1<<63)
}

// tail is a key in the map without what stands before the row's key.
func (c *tierCodec) tail(key []byte) ([]byte, error) {
	at := 2
	if c.spec.EventTime {
		at++
		if len(key) > 2 && key[2] == tierTimed {
			at += 8
		}
	}
	if len(key) < at {
		return nil, fmt.Errorf("a key on disk has %d bytes", len(key))
	}
	return key[at:], nil
}

// decodeKeys makes columns those of keys in the map, good until the next call.
func (c *tierCodec) decodeKeys(keys *rowcodec.Rows, columns []*batch.Column) error {
	c.tails.Reset()
	c.arena.Reset()
	for i := range keys.Len() {
		tail, err := c.tail(keys.Row(i))
		if err != nil {
			return err
		}
		c.tails.Append(tail)
	}
	return c.keys.Decode(&c.tails, columns, &c.arena)
}

// set adds rows of columns to the next write.
func (t *Tier) set(c *tierCodec, keys, values []*batch.Column, n int, into ColdBatch) error {
	var k, v rowcodec.Rows
	c.encodeKeys(keys, n, batch.Range(0, n), &k)
	c.values.Encode(rowcodec.Input{Columns: values, N: n}, &v)
	for i := range n {
		if err := into.Set(k.Row(i), v.Row(i)); err != nil {
			return err
		}
	}
	if t.spec.EventTime {
		t.lower(keys[t.spec.Time], batch.Range(0, n), c.shards)
	}
	return nil
}

// lower notes that rows with these times may not be in memory.
func (t *Tier) lower(times *batch.Column, rows []int32, shards []uint8) {
	values := batch.Values[int64](times)
	for i, row := range rows {
		if !times.Null(int(row)) {
			t.earliest[shards[i]] = min(t.earliest[shards[i]], values[row])
		}
	}
}

// remove adds deletions to the next write.
func (t *Tier) remove(c *tierCodec, keys []*batch.Column, n int, into ColdBatch) error {
	var k rowcodec.Rows
	c.encodeKeys(keys, n, batch.Range(0, n), &k)
	for i := range n {
		if err := into.Delete(k.Row(i)); err != nil {
			return err
		}
	}
	return nil
}

// apply writes a block of a part at once: n rows of keys, deleted where values is
// nil. The blocks of one shard are written by one goroutine.
func (t *Tier) apply(c *tierCodec, keys, values []*batch.Column, n int) error {
	var k rowcodec.Rows
	c.encodeKeys(keys, n, batch.Range(0, n), &k)
	there := make([]bool, n)
	order := sortedRows(&k)
	err := t.cold.Get(&k, order, func(row int32, _ []byte) error {
		there[row] = true
		return nil
	})
	if err != nil {
		return err
	}
	w := t.cold.Batch()
	if values == nil {
		err = t.remove(c, keys, n, w)
	} else {
		err = t.set(c, keys, values, n, w)
	}
	if err != nil {
		w.Discard()
		return err
	}
	for i, shard := range c.shards {
		switch {
		case values == nil && there[i]:
			t.counts[shard]--
		case values != nil && !there[i]:
			t.counts[shard]++
		}
	}
	return w.Commit()
}

// sortedRows lists the rows of k by rising bytes.
func sortedRows(k *rowcodec.Rows) []int32 {
	order := slices.Clone(batch.Range(0, k.Len()))
	slices.SortFunc(order, func(a, b int32) int { return bytes.Compare(k.Row(int(a)), k.Row(int(b))) })
	return order
}
