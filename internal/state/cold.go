package state

import "github.com/weirstream/weir/internal/rowcodec"

// Cold is a sorted map of bytes outside of memory, in which a [Tier] keeps rows:
// package lsmstore. It needs to keep nothing: what it holds can be made again
// from snapshots and deltas. After a crash it holds what some prefix of its
// writes made. One goroutine writes; views may be read beside each other.
type Cold interface {
	ColdView
	// Batch begins a write.
	Batch() ColdBatch
	// View is the map as it is now, whatever is written later.
	View() ColdView
}

// ColdView reads from a map.
type ColdView interface {
	// Get calls found for each key that is there; order lists the rows of keys
	// that are asked for, by rising key. The value is good for that call.
	Get(keys *rowcodec.Rows, order []int32, found func(row int32, value []byte) error) error
	// Scan yields from ≤ key < to, rising, until an error, which it returns.
	// Key and value are good for that call.
	Scan(from, to []byte, yield func(key, value []byte) error) error
	// Close frees what the view holds. For a map: it makes all writes durable.
	Close() error
}

// ColdBatch is a write of several keys, which happens at once or not at all. One
// of Commit and Discard ends it.
type ColdBatch interface {
	// Set gives a key a value.
	Set(key, value []byte) error
	// Delete takes a key out, if it is there.
	Delete(key []byte) error
	// Commit performs the write. It need not be durable.
	Commit() error
	// Discard drops the write.
	Discard()
}
