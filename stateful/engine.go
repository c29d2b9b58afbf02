package stateful

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Store is what the engine keeps for a processor: the state of the key that it is
// called for. It is the engine's side of a [Handle]; users have no need of it.
type Store interface {
	Declarer
	// Schemas are those that the values of a variable have had, by number, the
	// present one last.
	Schemas(variable int) []types.Schema
	// Cell is a variable with values by a key: none for a value, that of the map
	// for a map.
	Cell(variable int) Cell
	// Collection is a variable with several values.
	Collection(variable int) Collection
	// Timers are those of the key.
	Timers() Timers
}

// Declarer is the part of a [Store] that Init uses.
type Declarer interface {
	// Declare makes a variable, before the first call, and gives its number.
	Declare(v Variable) (int, error)
	// Forget forgets a variable of former runs.
	Forget(name string)
}

// Variable is a variable of a processor.
type Variable struct {
	Name string
	Kind Kind
	// Key is what the keys of a map look like, Value what the values do.
	Key, Value types.Schema
	// TTL is in milliseconds; 0: none.
	TTL int64
}

// Kind is the kind of a variable.
type Kind uint8

// The kinds.
const (
	ValueKind Kind = iota
	ListKind
	MapKind
)

// String is Spark's name.
func (k Kind) String() string { return [...]string{"ValueState", "ListState", "MapState"}[k] }

// Cell holds bytes by keys that are bytes.
type Cell interface {
	// Get is the value, good until the next change of the state.
	Get(key []byte) ([]byte, bool)
	// Put keeps a copy of the value.
	Put(key, value []byte)
	// Remove takes a value away, if there is one.
	Remove(key []byte)
}

// Collection is a list, or the entries of a map.
type Collection interface {
	// Len is the number of values, those that have expired not counted.
	Len() int
	// Append adds a value to a list.
	Append(value []byte)
	// Each gives the values with their keys, of a list none. What it gives is good
	// until the state changes; the collection may change between.
	Each(yield func(key, value []byte) bool)
	// Clear takes all away.
	Clear()
}

// Timers are the timers of a key, in milliseconds.
type Timers interface {
	// Register makes one, unless there is one.
	Register(at int64)
	// Delete takes one away, if there is one.
	Delete(at int64)
	// List are all, the earliest first, good until the next change.
	List() []int64
}

// Group is a key with its rows, as the engine has them.
type Group struct {
	// Keys are the columns of the keys, of which Row is the one.
	Keys []*batch.Column
	Row  int
	// Rows are its rows, none where it is called for a timeout.
	Rows Rows
	// Times are those of the batch.
	Times Times
}

// Rows gives rows of columns.
type Rows func(yield func(columns []*batch.Column, row int) bool)

// Columns say what a function is given.
type Columns struct {
	// Keys and Rows are the columns of keys and rows.
	Keys, Rows []types.Field
	// Initial are the columns of the initial state; nil: there is none.
	Initial []types.Field
}
