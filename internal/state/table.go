package state

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Version is a version of state: that which batch n starts from is n. Version 0
// is empty.
type Version int64

// Values are an operator's arrays by slot. The store asks for them when it
// commits and fills them when it loads; between, it does not touch them.
type Values interface {
	// Types are the types of the columns of a slot's value.
	Types() []types.Type
	// Reset makes the slots from ≤ s < to empty; slots up to to exist
	// afterwards.
	Reset(from, to int)
	// Save appends the values of these slots to out, a column a type. Strings
	// may be views, good until the next change.
	Save(slots []int32, out []*batch.Column) error
	// Load makes row i of in the value of slots[i], whatever it was. Nothing of
	// in is kept. The slots exist and differ.
	Load(slots []int32, in []*batch.Column) error
}

// Forgetter is an ability of [Values] that keep more than arrays by slot: Forget
// is called when all slots are taken out at once, before others are loaded.
type Forgetter interface{ Forget() }

// Loose is an ability of [Values] that know how much memory they hold beyond arrays by
// slot: texts, lists and the like, with what is left of those that were replaced. Where it
// is not known, it is estimated by what rows have when they are written.
type Loose interface {
	Loose() (bytes int, known bool)
}

// Table is the keyed state of one operator in one partition, as the operator
// sees it. It belongs to one goroutine at a time. A slot is good until the batch
// is committed or fails, if rows may leave memory, and else until it is deleted.
type Table interface {
	// Find puts the slot of each selected row's key into slots, dense. A key
	// that is new gets a new slot, emptied by [Values].Reset, before it returns.
	// sel may be nil; slots has an entry for each selected row.
	Find(keys []*batch.Column, rows int, sel, slots []int32) error
	// MarkDirty says that the values of these slots have changed in this batch,
	// or are wanted as if they had. A slot may be named often.
	MarkDirty(slots []int32)
	// Delete takes keys out. A slot named may be given to another key by the
	// next Find.
	Delete(slots []int32)
	// Keys are the keys by slot. They are the table's, and good until its next
	// Find or Delete, and, if rows may leave memory, Live or Expired.
	Keys() []*batch.Column
	Lister
}

// Lister lists slots of a table. Each method appends to slots and returns it. If
// rows may leave memory, Live and Expired bring those back that they list.
type Lister interface {
	// Len is the number of keys.
	Len() int
	// Live lists all keys, in the order of their hashes.
	Live(slots []int32) []int32
	// Dirty lists what was marked since the last commit and is still there, in
	// the order in which it was first marked.
	Dirty(slots []int32) []int32
	// Expired lists the keys whose event time is at or before until, in
	// microseconds: the oldest first, and of one time in the order of the
	// hashes of the keys, so in the same order however the table was loaded.
	// Keys without an event time never expire.
	Expired(until int64, slots []int32) []int32
}

// Spec is what the state of an operator looks like.
type Spec struct {
	// Name is Spark's name of the operator, as stateStoreSave (S193b).
	Name string
	// Keys are the key columns.
	Keys []types.Field
	// ShardBy is how many of the key columns, from the first on, decide the shard
	// of a key; 0: all. Keys that are equal in these lie in one partition, whatever
	// the others are: those of a join's rows, which differ by a number.
	ShardBy int
	// Numbered says that a key is found once, when its row comes: the last key column
	// is a number that never comes again. No index of the keys is kept then. It
	// changes nothing of what is written.
	Numbered bool
	// Pages says that the operator keeps no slot from one batch to the next, and
	// finds by Find what it needs, so that rows may leave memory between batches;
	// see [Tier].
	Pages bool
	// Values are the columns of a value; the name of one says what made it, as
	// sum, so that another function over the same types is found out.
	Values []types.Field
	// EventTime says that keys expire: at the value of column Time of Keys, in
	// microseconds, plus Width.
	EventTime bool
	// Time is the place of the event time in Keys, if there is one.
	Time int
	// Width is 0, or that of the time windows whose start the event time is.
	Width int64
}

// KeyTypes are the types of the key columns.
func (s *Spec) KeyTypes() []types.Type { return fieldTypes(s.Keys) }

// ValueTypes are the types of the columns of a value.
func (s *Spec) ValueTypes() []types.Type { return fieldTypes(s.Values) }

// ShardKeys are those of the key columns that decide the shard.
func (s *Spec) ShardKeys(keys []*batch.Column) []*batch.Column {
	if s.ShardBy > 0 {
		return keys[:s.ShardBy]
	}
	return keys
}

func fieldTypes(fields []types.Field) []types.Type {
	list := make([]types.Type, len(fields))
	for i, f := range fields {
		list[i] = f.Type
	}
	return list
}

// Shards is a range of shards: First ≤ shard ≤ Last.
type Shards struct{ First, Last uint8 }

// Has reports whether a shard is in the range.
func (s Shards) Has(shard uint8) bool { return s.First <= shard && shard <= s.Last }

// Overlaps reports whether two ranges have a shard in common.
func (s Shards) Overlaps(o Shards) bool { return s.First <= o.Last && o.First <= s.Last }
