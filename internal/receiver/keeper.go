package receiver

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"github.com/weirstream/weir/internal/blockstore"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/shuffle"
)

// KeeperOptions say where a [Keeper] keeps blocks.
type KeeperOptions struct {
	Stream  int
	Blocks  *blockstore.Store
	Level   blockstore.Level
	Tracker *Tracker
	// Log is the write-ahead log of the stream; nil: none.
	Log *Log
	// ReadOnly reads from the log what was written before, and writes nothing to it.
	ReadOnly bool
	// Clock is for the timeout; nil: the machine's.
	Clock clock.Clock
	// Timeout is how long storing one block may take; 0: 30 s.
	Timeout time.Duration
	// Warn is told what a user should know; nil: nobody.
	Warn func(message string)
}

// writes reports whether blocks are logged.
func (o *KeeperOptions) writes() bool { return o.Log != nil && !o.ReadOnly }

// Keeper keeps the received blocks of one stream (D110).
//
//	         ┌─▶ block store: memory, file, second file ─┐
//	Store ───┤                                           ├─▶ tracker ─▶ acknowledged
//	         └─▶ write-ahead log, if there is one ───────┘
//
//	Read: memory ─▶ file ─▶ second file ─▶ log ─▶ [LostBlockError]
//
// Its methods may be called from any goroutine.
type Keeper[T any] struct {
	o     KeeperOptions
	codec blockstore.Codec

	mu sync.Mutex
	// kept are the numbers of the blocks in the block store, flying those that are
	// being stored, since when.
	kept   map[int64]bool
	flying map[int64]time.Time
}

// LostBlockError is what reading a block reports that is nowhere any more.
type LostBlockError struct {
	Block BlockID
	Rows  int64
	// Cause is why the log could not help; nil if there is none.
	Cause error
}

// Error says which block of which stream is lost, and what would have helped.
func (e *LostBlockError) Error() string {
	text := fmt.Sprintf("Could not compute split, block %v not found: the %d rows of stream %d in it are no longer in memory or on disk, ",
		e.Block, e.Rows, e.Block.Stream)
	if e.Cause != nil {
		return text + "and the write-ahead log does not give them: " + e.Cause.Error()
	}
	return text + "and there is no write-ahead log. To keep received data over the loss of memory and over restarts, set a checkpoint " +
		"directory and spark.streaming.receiver.writeAheadLog.enable, or choose a storage level with disk"
}

// Unwrap is the cause.
func (e *LostBlockError) Unwrap() error { return e.Cause }

// NewKeeper makes a keeper. With a log, blocks are serialized and kept once whatever
// the level says, with a warning (D100b): the log is the second copy.
func NewKeeper[T any](o KeeperOptions) *Keeper[T] {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	warn := func(format string, args ...any) {
		if o.Warn != nil {
			o.Warn(fmt.Sprintf(format, args...))
		}
	}
	if o.writes() {
		if !o.Level.Serialized {
			warn("Storage level of stream %d: serialization is on, as the write-ahead log is", o.Stream)
		}
		if o.Level.Replicas > 1 {
			warn("Storage level of stream %d: replication %d is unnecessary when the write-ahead log is enabled, 1 is used",
				o.Stream, o.Level.Replicas)
		}
		o.Level.Serialized, o.Level.Replicas = true, 1
	}
	// What can be read nowhere else stays in memory.
	o.Level.Pinned = !o.Level.Disk && o.Level.Replicas < 2 && !o.writes()
	return &Keeper[T]{o: o, codec: codecOf[T](), kept: make(map[int64]bool), flying: make(map[int64]time.Time)}
}

// Level is the level at which blocks are kept.
func (k *Keeper[T]) Level() blockstore.Level { return k.o.Level }

// codecOf writes a block as the number of its rows and their encoding. Bytes count as
// encoded already.
func codecOf[T any]() blockstore.Codec {
	c := shuffle.CodecOf[T]()
	return blockstore.Codec{
		Encode: func(v any) ([]byte, error) {
			if e, ok := v.(encoded); ok {
				return e, nil
			}
			rows := v.([]T)
			return c.Append(binary.AppendUvarint(nil, uint64(len(rows))), rows)
		},
		Decode: func(b []byte) (any, error) {
			n, size := binary.Uvarint(b)
			if size <= 0 {
				return nil, errNoLength
			}
			if n > uint64(len(b)) && unsafe.Sizeof(*new(T)) > 0 {
				return nil, errNoLength // not even a byte for each row
			}
			rows := make([]T, n)
			if texts, ok := any(rows).([]string); ok {
				return rows, viewTexts(b[size:], texts)
			}
			_, err := c.Read(b[size:], rows)
			return rows, err
		},
	}
}

// viewTexts reads strings as the codec of strings does, but as views of b, which nobody
// changes.
func viewTexts(b []byte, texts []string) error {
	lengths, at := b, 0
	for range texts {
		_, size := binary.Uvarint(b[at:])
		if size <= 0 {
			return errNoLength
		}
		at += size
	}
	text := unsafe.String(unsafe.SliceData(b[at:]), len(b)-at)
	for i := range texts {
		n, size := binary.Uvarint(lengths)
		if n > uint64(len(text)) {
			return errNoLength
		}
		lengths = lengths[size:]
		texts[i], text = text[:n], text[n:]
	}
	return nil
}

// encoded is a block in the form of files.
type encoded []byte

var errNoLength = errors.New("the block does not hold the rows that it should")

// EncodeBlock writes rows as a block, for [Intake.StoreEncoded].
func EncodeBlock[T any](rows []T) ([]byte, error) { return codecOf[T]().Encode(rows) }

// id is the name of a block in the block store, apart from those of RDDs. Blocks of a
// stream do not drive each other out: the oldest are needed first.
func (k *Keeper[T]) id(number int64) blockstore.ID {
	return blockstore.ID{RDD: -1 - k.o.Stream, Part: int(number)}
}

// Store stores a block. When it returns nil, the block is kept at the level, is in the
// log if there is one, and is known to the tracker: the rows may be acknowledged. The
// slice of rows belongs to the keeper then. After an error nothing is kept, but the log
// may hold the rows; no batch reads them there.
func (k *Keeper[T]) Store(id BlockID, rows []T, metadata []byte) error {
	return k.store(id, content[T]{rows: rows}, metadata)
}

// storeEncoded is Store of rows that [EncodeBlock] has written.
func (k *Keeper[T]) storeEncoded(id BlockID, data []byte) error {
	if _, size := binary.Uvarint(data); size <= 0 {
		return errNoLength
	}
	return k.store(id, content[T]{data: data}, nil)
}

// content is a block as rows, or encoded if they are nil.
type content[T any] struct {
	rows []T
	data encoded
}

// count is how many rows there are.
func (c content[T]) count() int64 {
	if c.data == nil {
		return int64(len(c.rows))
	}
	n, _ := binary.Uvarint(c.data)
	return int64(n)
}

func (k *Keeper[T]) store(id BlockID, c content[T], metadata []byte) error {
	started := k.o.Clock.Now()
	k.mu.Lock()
	k.flying[id.Number] = started
	k.mu.Unlock()
	segment, err := k.keep(id, c, started.Add(k.o.Timeout))
	if err == nil {
		err = k.o.Tracker.AddBlock(Block{ID: id, Rows: c.count(), Segment: segment, Metadata: metadata})
	}
	if err != nil {
		k.o.Blocks.Remove(k.id(id.Number))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.flying, id.Number)
	k.kept[id.Number] = err == nil
	if err != nil {
		delete(k.kept, id.Number)
	}
	return err
}

// keep puts a block into the block store and into the log at the same time.
func (k *Keeper[T]) keep(id BlockID, c content[T], deadline time.Time) (Segment, error) {
	if !k.o.writes() {
		return Segment{}, k.put(id, c, deadline)
	}
	data := c.data
	if data == nil {
		b, err := k.codec.Encode(c.rows)
		if err != nil {
			return Segment{}, fmt.Errorf("%v: %w", id, err)
		}
		data = b
	}
	type outcome struct {
		segment Segment
		err     error
	}
	logged := make(chan outcome, 1)
	go func() {
		s, err := k.o.Log.Append(data)
		logged <- outcome{s, err}
	}()
	// A block that finds no room is read from the log.
	stored := k.o.Blocks.Put(k.id(id.Number), k.o.Level, k.codec, data, int64(len(data)))
	timer := k.o.Clock.NewTimer(deadline.Sub(k.o.Clock.Now()))
	defer timer.Stop()
	select {
	case o := <-logged:
		return o.segment, errors.Join(o.err, stored)
	case <-timer.C():
		return Segment{}, fmt.Errorf("%v was not in the write-ahead log after %v (spark.streaming.receiver.blockStoreTimeout)",
			id, k.o.Timeout)
	}
}

// sizeOf is roughly what rows take in memory.
func (k *Keeper[T]) sizeOf(rows []T) (size int64) {
	if k.o.Level.Serialized {
		return 0 // the block store knows
	}
	var m shuffle.Meter[T]
	for i := range rows {
		size += m.Size(&rows[i])
	}
	return size
}

// roomRetry is how long a block waits for memory.
const roomRetry = 50 * time.Millisecond

// put puts a block into the block store, waiting for memory until the deadline.
func (k *Keeper[T]) put(id BlockID, c content[T], deadline time.Time) error {
	at, level := k.id(id.Number), k.o.Level
	value, size := any(c.rows), k.sizeOf(c.rows)
	if c.data != nil {
		level.Serialized, value = true, c.data
	}
	for {
		if err := k.o.Blocks.Put(at, level, k.codec, value, size); err != nil {
			return fmt.Errorf("Could not store %v to block manager: %w", id, err)
		}
		if k.o.Blocks.Has(at) {
			return nil
		}
		if !k.o.Clock.Now().Before(deadline) {
			return fmt.Errorf("Could not store %v to block manager: no memory was free for %v. Choose a storage level with disk, "+
				"or limit the rate (spark.streaming.receiver.maxRate, spark.streaming.backpressure.enabled)", id, k.o.Timeout)
		}
		<-k.o.Clock.NewTimer(roomRetry).C()
	}
}

// Has reports whether a block can be read, as far as that is known without reading.
func (k *Keeper[T]) Has(b Block) bool {
	return k.o.Blocks.Has(k.id(b.ID.Number)) || k.o.Log != nil && b.Segment.File != ""
}

// Read gives the rows of a block from wherever they are. The error is a
// [LostBlockError].
func (k *Keeper[T]) Read(b Block) ([]T, error) {
	if v, ok := k.o.Blocks.Get(k.id(b.ID.Number)); ok {
		return v.([]T), nil
	}
	if b.Segment.File == "" && k.o.Blocks.Has(k.id(b.ID.Number)) {
		return nil, fmt.Errorf("%v is there, but cannot be decoded: its bytes are no block of %T", b.ID, *new(T))
	}
	lost := &LostBlockError{Block: b.ID, Rows: b.Rows}
	if k.o.Log == nil || b.Segment.File == "" {
		return nil, lost
	}
	data, err := k.o.Log.Read(b.Segment)
	if err == nil {
		var v any
		if v, err = k.codec.Decode(data); err == nil {
			return v.([]T), nil
		}
	}
	lost.Cause = err
	return nil, lost
}

// Clean gives back what the blocks take that no batch reads any more: those that the
// tracker has forgotten, and the files of the log before a time that hold no others.
func (k *Keeper[T]) Clean(before time.Time) error {
	k.mu.Lock()
	var old []int64
	for number := range k.kept {
		old = append(old, number)
	}
	for _, since := range k.flying {
		if since.Before(before) {
			before = since
		}
	}
	k.mu.Unlock()
	live, files := make(map[int64]bool), make(map[string]bool)
	for _, b := range k.o.Tracker.live(k.o.Stream) {
		live[b.ID.Number] = true
		files[b.Segment.File] = true
	}
	for _, number := range old {
		if live[number] {
			continue
		}
		k.o.Blocks.Remove(k.id(number))
		k.mu.Lock()
		delete(k.kept, number)
		k.mu.Unlock()
	}
	if k.o.Log == nil {
		return nil
	}
	return k.o.Log.Clean(before, func(file string) bool { return files[file] })
}

// Close ends the log and takes all blocks out of the block store.
func (k *Keeper[T]) Close() error {
	k.mu.Lock()
	for number := range k.kept {
		k.o.Blocks.Remove(k.id(number))
	}
	clear(k.kept)
	k.mu.Unlock()
	if k.o.Log == nil {
		return nil
	}
	return k.o.Log.Close()
}
