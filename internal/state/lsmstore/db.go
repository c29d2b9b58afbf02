package lsmstore

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"

	"github.com/weirstream/weir/internal/rowcodec"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/vfs"
)

// Options say what a [DB] may take.
type Options struct {
	// Memory is what its buffers and its cache take together, in bytes. Zero:
	// 32 MiB.
	Memory int64
}

// leastMemory is what a DB takes at least, in bytes.
const leastMemory = 2 << 20

// DB is a sorted map of bytes on disk, a [state.Cold].
type DB struct {
	view
	fs *fileSystem
	db *pebble.DB

	traffic *traffic // its views count there, too
	since   since
}

// Open opens the map in a directory, which it makes. One that cannot be opened is
// an error; the caller removes it and opens another.
func Open(fsys vfs.FS, dir string, o Options) (*DB, error) {
	if o.Memory == 0 {
		o.Memory = 32 << 20
	}
	o.Memory = max(o.Memory, leastMemory)
	files := &fileSystem{under: fsys}
	if err := fsys.MkdirAll(dir); err != nil {
		return nil, err
	}
	cache := pebble.NewCache(o.Memory / 2)
	defer cache.Unref()
	options := &pebble.Options{
		FS: files, Cache: cache, DisableWAL: true, FormatMajorVersion: pebble.FormatNewest,
		MemTableSize: uint64(min(o.Memory/4, 64<<20)), MemTableStopWritesThreshold: 2,
		L0CompactionThreshold: 4, Logger: &logger{files},
		// A file that is damaged ends the map too: it is made anew from what is true.
		EventListener:              &pebble.EventListener{DataCorruption: func(c pebble.DataCorruptionInfo) { files.end(c.Details) }},
		CompactionConcurrencyRange: func() (int, int) { return 1, 1 },
	}
	for i := range options.Levels {
		options.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	db, err := openQuietly(dir, options, files)
	if err != nil {
		return nil, err
	}
	t := &traffic{}
	return &DB{view: view{reader: db, fs: files, traffic: t}, fs: files, db: db, traffic: t}, nil
}

// openQuietly opens a database, and gives what was damaged as an error.
func openQuietly(dir string, o *pebble.Options, files *fileSystem) (db *pebble.DB, err error) {
	db, err = pebble.Open(dir, o)
	if failure := files.failure(); failure != nil {
		if err == nil {
			err = db.Close()
		}
		return nil, errors.Join(failure, err)
	}
	return db, err
}

// Batch begins a write.
func (d *DB) Batch() state.ColdBatch {
	return &write{Batch: d.db.NewBatch(), fs: d.fs, traffic: d.traffic}
}

// View is the map as it is now.
func (d *DB) View() state.ColdView {
	s := d.db.NewSnapshot()
	return &view{reader: s, fs: d.fs, traffic: d.traffic, end: s.Close}
}

// Close makes all writes durable, and closes the files.
func (d *DB) Close() error {
	return errors.Join(d.db.Flush(), d.db.Close(), d.fs.failure())
}

// reader is a database or a snapshot of one.
type reader interface {
	NewIter(o *pebble.IterOptions) (*pebble.Iterator, error)
}

// view reads from a map.
type view struct {
	reader  reader
	fs      *fileSystem
	traffic *traffic
	end     func() error
}

// Get implements [state.ColdView].
func (v *view) Get(keys *rowcodec.Rows, order []int32, found func(row int32, value []byte) error) (err error) {
	if err := v.fs.failure(); err != nil {
		return err
	}
	it, err := v.reader.NewIter(nil)
	if err != nil {
		return err
	}
	bytesRead := 0
	defer func() {
		err = errors.Join(err, it.Close())
		v.traffic.gets.Add(int64(len(order)))
		v.traffic.bytesRead.Add(int64(bytesRead))
	}()
	for _, row := range order {
		key := keys.Row(int(row))
		if !it.SeekGE(key) {
			if it.Error() != nil {
				return it.Error()
			}
			break // no key is greater
		}
		if !bytes.Equal(it.Key(), key) {
			continue
		}
		value, err := it.ValueAndErr()
		bytesRead += len(value)
		if err == nil {
			err = found(row, value)
		}
		if err != nil {
			return err
		}
	}
	return it.Error()
}

// Scan implements [state.ColdView].
func (v *view) Scan(from, to []byte, yield func(key, value []byte) error) (err error) {
	if err := v.fs.failure(); err != nil {
		return err
	}
	it, err := v.reader.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		value, err := it.ValueAndErr()
		if err == nil {
			err = yield(it.Key(), value)
		}
		if err != nil {
			return err
		}
	}
	return it.Error()
}

// Close frees a view.
func (v *view) Close() error { return v.end() }

// write is a write that is being gathered.
type write struct {
	*pebble.Batch
	fs      *fileSystem
	traffic *traffic
}

// Set gives a key a value.
func (w *write) Set(key, value []byte) error { return w.Batch.Set(key, value, nil) }

// Delete takes a key out.
func (w *write) Delete(key []byte) error { return w.Batch.Delete(key, nil) }

// Commit performs the write.
func (w *write) Commit() error {
	w.traffic.puts.Add(int64(w.Batch.Count()))
	w.traffic.bytesWritten.Add(int64(w.Batch.Len()))
	err := w.Batch.Commit(pebble.NoSync)
	return errors.Join(err, w.Batch.Close(), w.fs.failure())
}

// Discard drops the write.
func (w *write) Discard() { _ = w.Batch.Close() } // nothing was written that could be lost

// logger keeps Pebble quiet. What it calls fatal ends the map, not the process.
type logger struct{ files *fileSystem }

func (*logger) Infof(string, ...any)  {}
func (*logger) Errorf(string, ...any) {}

// Fatalf is called where Pebble has found itself inconsistent, after which
// nothing that it would do can be trusted.
func (l *logger) Fatalf(format string, args ...any) {
	err := fmt.Errorf("pebble: "+format, args...)
	if l.files.failure() == nil {
		panic(err) // no disk has failed: a programmer's error
	}
	l.files.end(err)
}

var _ state.Cold = (*DB)(nil)
