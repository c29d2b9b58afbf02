package cells

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/types"
)

// TimersName stands for timers in the index, where the name of a variable stands.
const TimersName = "$timers"

// The names of what else is no variable of the user's.
const (
	timeoutName = "$timeout"
	stateName   = "state" // the one variable of a group function
)

// Specs are the tables of an operator: cells and index.
func Specs(name string, keys []types.Field) []state.Spec {
	text := types.Field{Name: "variable", Type: types.Of(types.String)}
	sub := types.Field{Name: "sub", Type: types.Of(types.Binary)}
	at := types.Field{Name: "time", Type: types.Of(types.Timestamp), Nullable: true}
	value := []types.Field{{Name: "value", Type: types.Of(types.Binary)}}
	return []state.Spec{
		{Name: name, Keys: append(slices.Clone(keys), text, sub), Values: value, ShardBy: len(keys), Pages: true},
		{Name: name, Keys: append(slices.Clone(keys), text, at, sub), Values: value, ShardBy: len(keys),
			Pages: true, EventTime: true, Time: len(keys) + 1},
	}
}

// Store is the state of one partition. It belongs to one goroutine. Errors of its
// tables are kept: see [Store.Err].
type Store struct {
	catalog   *Catalog
	groups    int // columns of the key
	cells     rows
	index     rows
	variables []stateful.Variable
	counts    Counts
	now       int64 // the time of the batch, in milliseconds
	swept     bool  // what was given up is gone
	err       error
	scratch   []byte
	times     []int64
}

// Counts are what a batch did.
type Counts struct {
	// Updated and Removed are values.
	Updated, Removed int64
	// Registered and Deleted are calls that make a timer and take one away, Expired
	// timers that were handled, within Timing.
	Registered, Deleted, Expired int64
	Timing                       time.Duration
	// Outlived are the values that went because of their TTL.
	Outlived int64
}

// New is the store over the two tables of a partition.
func New(c *Catalog, keys []types.Field, tables [2]state.Table, values [2]*Texts) *Store {
	specs := Specs("", keys)
	return &Store{catalog: c, groups: len(keys), cells: newRows(specs[0], tables[0], values[0]), index: newRows(specs[1], tables[1], values[1])}
}

// Begin begins a batch whose time is now, in milliseconds. What former runs had
// and this one has given up goes.
func (s *Store) Begin(now int64) {
	s.counts, s.now, s.err = Counts{}, now, nil
	if gone := s.catalog.forgotten(); gone != nil && !s.swept {
		s.cells.forget(s.groups, gone)
		s.index.forget(s.groups, gone)
		s.swept = true
	}
}

// Counts is what the batch did.
func (s *Store) Counts() Counts { return s.counts }

// Total is the number of values: entries of maps, and lists, each count as one.
func (s *Store) Total() int64 { return int64(s.cells.table.Len()) }

// Err is the first thing that went wrong.
func (s *Store) Err() error { return s.err }

func (s *Store) check(err error) {
	if s.err == nil {
		s.err = err
	}
}

// Key makes a row of columns the key whose state is looked at.
func (s *Store) Key(columns []*batch.Column, row int) {
	rows := [1]int32{int32(row)}
	for i, c := range columns {
		s.cells.key[i].Take(c, rows[:])
		s.index.key[i].Share(s.cells.key[i])
	}
}

// Declare implements [stateful.Store].
func (s *Store) Declare(v stateful.Variable) (int, error) {
	s.variables = append(s.variables, v)
	return len(s.variables) - 1, s.catalog.declare(v)
}

// Forget implements [stateful.Store].
func (s *Store) Forget(name string) { s.catalog.forget(name) }

// Schemas implements [stateful.Store].
func (s *Store) Schemas(variable int) []types.Schema {
	return s.catalog.Schemas(s.variables[variable].Name)
}

// Cell implements [stateful.Store].
func (s *Store) Cell(variable int) stateful.Cell {
	v := &s.variables[variable]
	if v.Kind == stateful.MapKind {
		return entries{s, v}
	}
	return value{s, v}
}

// Collection implements [stateful.Store].
func (s *Store) Collection(variable int) stateful.Collection {
	v := &s.variables[variable]
	if v.Kind == stateful.MapKind {
		return entries{s, v}
	}
	return list{s, v}
}

// Timers implements [stateful.Store].
func (s *Store) Timers() stateful.Timers { return timers{s} }

// at points the tables' rows at a cell.
func (s *Store) at(name, sub string) *rows {
	s.cells.setText(s.groups, name)
	s.cells.setText(s.groups+1, sub)
	return &s.cells
}

// entry points the index at a row without a time.
func (s *Store) entry(name, sub string) *rows {
	s.index.setText(s.groups, name)
	s.index.key[s.groups+1].SetNull(0)
	s.index.setText(s.groups+2, sub)
	return &s.index
}

// timed points the index at a row with a time, in milliseconds.
func (s *Store) timed(name string, ms int64, sub string) *rows {
	s.index.setText(s.groups, name)
	s.index.key[s.groups+1].SetNotNull(0)
	batch.Values[int64](s.index.key[s.groups+1])[0] = micros(ms)
	s.index.setText(s.groups+2, sub)
	return &s.index
}

// micros are milliseconds in microseconds, as far as there are that many.
func micros(ms int64) int64 {
	return max(min(ms, math.MaxInt64/1000), math.MinInt64/1000) * 1000
}

func (s *Store) get(r *rows) ([]byte, bool) {
	b, ok, err := r.get()
	s.check(err)
	return b, ok && err == nil
}

func (s *Store) put(r *rows, value ...[]byte) { s.check(r.put(value...)) }

func (s *Store) remove(r *rows) bool {
	ok, err := r.remove()
	s.check(err)
	return ok
}

// The flags of a value.
const (
	expires  = 1 << iota // eight bytes follow: when, in milliseconds
	hasState             // of a group: there is a state, not a timeout alone
)

// stamp is what a value of a variable begins with.
func (s *Store) stamp(v *stateful.Variable) []byte {
	if v.TTL == 0 {
		return []byte{0}
	}
	return binary.LittleEndian.AppendUint64([]byte{expires}, uint64(s.now+v.TTL))
}

// open splits a value into the time at which it expires, 0 for never, and the
// rest.
func open(b []byte) (expiry int64, rest []byte) {
	if len(b) < 1 || b[0]&expires == 0 || len(b) < 9 {
		return 0, b[min(1, len(b)):]
	}
	return int64(binary.LittleEndian.Uint64(b[1:])), b[9:]
}

// alive reports whether what expires at a time can still be read.
func (s *Store) alive(expiry int64) bool { return expiry == 0 || expiry > s.now }

// watch enters what has just been written in the index, where it expires, and
// takes the entry of what it replaces out.
func (s *Store) watch(v *stateful.Variable, sub string, old int64) {
	now := int64(0)
	if v.TTL > 0 {
		now = s.now + v.TTL
	}
	s.rewatch(v.Name, sub, old, now)
}

// rewatch moves the entry of a cell in the index from one time to another; 0 is
// none.
func (s *Store) rewatch(name, sub string, old, now int64) {
	if old == now {
		return
	}
	if old != 0 {
		s.remove(s.timed(name, old, sub))
	}
	if now != 0 {
		s.put(s.timed(name, now, sub))
	}
}

// Due are the keys whose timers have run out at until, in milliseconds: the
// earliest first. What has expired by then goes. keys get the keys of the timers.
func (s *Store) Due(until int64, keys []*batch.Column) []Timer {
	return s.due(micros(until), TimersName, keys)
}

// Overdue are the keys whose timeout is before until, in milliseconds.
func (s *Store) Overdue(until int64, keys []*batch.Column) []Timer {
	return s.due(micros(until)-1, timeoutName, keys)
}

// Timer is a timer that has run out.
type Timer struct {
	At  int64 // in milliseconds
	Row int   // of the keys
}

func (s *Store) due(until int64, name string, keys []*batch.Column) []Timer {
	var list []Timer
	for _, d := range s.index.due(until, keys) {
		if d.name == name {
			list = append(list, Timer{At: d.at / 1000, Row: d.key})
			continue
		}
		s.Key(keys, d.key)
		s.expire(d)
	}
	return list
}

// expire takes a value of the key that has expired away.
func (s *Store) expire(d timed) {
	s.remove(s.timed(d.name, d.at/1000, d.sub))
	at := slices.IndexFunc(s.variables, func(v stateful.Variable) bool { return v.Name == d.name })
	if at < 0 {
		return // of a variable that is no more
	}
	s.counts.Outlived++
	switch v := &s.variables[at]; v.Kind {
	case stateful.ValueKind:
		s.lose(s.remove(s.at(v.Name, "")))
	case stateful.MapKind:
		entries{s, v}.drop(d.sub, true)
	case stateful.ListKind:
		list{s, v}.drop(d.sub)
	}
}

func (s *Store) lose(there bool) {
	if there {
		s.counts.Removed++
	}
}

// Next is the earliest time in the index, in milliseconds; false: there is none.
func (s *Store) Next() (int64, bool) {
	if e, ok := s.index.table.(interface{ Earliest() (int64, bool) }); ok {
		at, ok := e.Earliest()
		return at / 1000, ok
	}
	return 0, false
}
