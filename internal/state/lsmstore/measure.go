package lsmstore

import (
	"sync/atomic"

	"github.com/weirstream/weir/internal/state"
)

// traffic counts what is asked of a map and what is put there, since the last
// Measure.
type traffic struct {
	gets, bytesRead    atomic.Int64 // keys; values that were found
	puts, bytesWritten atomic.Int64 // keys set or deleted; keys and values
}

// since are numbers of the database that only grow, as of the last Measure.
type since struct{ hits, misses, flushed, compactedIn, compacted, compacting int64 }

// Measure tells of the map since the last call (S193c), by the names that Spark
// gives its store on disk: those whose meaning is the same in a log-structured
// merge tree of another make.
func (d *DB) Measure(add func(name string, n int64)) {
	add("rocksdbGetCount", d.traffic.gets.Swap(0))
	add("rocksdbTotalBytesRead", d.traffic.bytesRead.Swap(0))
	add("rocksdbPutCount", d.traffic.puts.Swap(0))
	add("rocksdbTotalBytesWritten", d.traffic.bytesWritten.Swap(0))
	m := d.db.Metrics()
	size, now := int64(0), since{hits: m.BlockCache.Hits, misses: m.BlockCache.Misses, compacting: m.Compact.Duration.Milliseconds()}
	for i := range m.Levels {
		l := &m.Levels[i]
		size += l.TablesSize
		now.flushed += int64(l.TableBytesFlushed)
		now.compactedIn += int64(l.TableBytesIn + l.TableBytesRead)
		now.compacted += int64(l.TableBytesCompacted)
	}
	before := d.since
	d.since = now
	add("rocksdbSstFileSize", size)
	add("rocksdbReadBlockCacheHitCount", now.hits-before.hits)
	add("rocksdbReadBlockCacheMissCount", now.misses-before.misses)
	add("rocksdbTotalBytesWrittenByFlush", now.flushed-before.flushed)
	add("rocksdbTotalBytesReadByCompaction", now.compactedIn-before.compactedIn)
	add("rocksdbTotalBytesWrittenByCompaction", now.compacted-before.compacted)
	add("rocksdbTotalCompactionLatencyMs", now.compacting-before.compacting)
}

var _ state.Measured = (*DB)(nil)
