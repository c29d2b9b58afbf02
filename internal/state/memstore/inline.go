package memstore

import "github.com/weirstream/weir/internal/checkpoint"

// Inline reports whether a delta of the journal holds the changes itself; one that does
// not names a file that does.
func Inline(d checkpoint.Delta) bool { return len(d.Payload) > 0 && d.Payload[0] == inJournal }
