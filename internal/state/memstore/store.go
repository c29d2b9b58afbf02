package memstore

import (
	"fmt"

	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/state"
)

// Store is the keyed state of one operator in one partition, a [state.Table]. A
// task has it while a batch runs, its [State] at other times.
type Store struct {
	*state.Slots
	shards state.Shards
	name   string // of the shards, in the journal

	version state.Version // that the table holds, but for what has changed since
	since   growth        // since the last snapshot
	writing bool          // a snapshot is being written
	last    int64         // bytes of the last snapshot
	read    int64         // rows that a restart reads before those of since
	grown   int64         // rows of the last delta
	loaded  bool          // it was read from files since the last batch
}

// growth is what has been added to the deltas.
type growth struct {
	versions      int
	bytes, inline int64
	rows          int64 // and deleted keys
}

// shardsOf is the range of shards of a partition; see exec.Partition.
func shardsOf(partition, partitions int) state.Shards {
	first := (partition*keytable.ShardCount + partitions - 1) / partitions
	next := ((partition+1)*keytable.ShardCount + partitions - 1) / partitions
	return state.Shards{First: uint8(first), Last: uint8(next - 1)}
}

// storeName is how a range of shards is called in the journal.
func storeName(s state.Shards) string { return fmt.Sprintf("%d-%d", s.First, s.Last) }

// parseStore is the opposite of storeName.
func parseStore(name string) (s state.Shards, ok bool) {
	n, err := fmt.Sscanf(name, "%d-%d", &s.First, &s.Last)
	return s, n == 2 && err == nil && storeName(s) == name && s.First <= s.Last
}
