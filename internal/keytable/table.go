package keytable

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/invariant"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// form is how a table finds its keys; see the package's text.
type form uint8

const (
	formNone form = iota
	formWord
	formPair
	formText
	formRow
	formFold
)

// Table gives each distinct key an id. It belongs to one goroutine.
//
// A call that finds no new key allocates nothing.
type Table struct {
	types []types.Type
	form  form

	loose bool // nobody looks keys up; see Loosen
	word  wordIndex
	null  uint32 // formWord: the id+1 of the null key
	pair  pairIndex
	pack  packing
	fold  *fold     // formFold
	codec *rowCodec // formRow

	ids   idList
	keys  keyColumns
	arena batch.Arena // the bytes of texts
	lost  int         // bytes in the arena that belong to deleted keys
	// minLost is how many must be lost before the others are copied, and moves how
	// often they were.
	minLost, moves int

	flat    flattener
	hasher  Hasher
	scratch *scratch
}

// scratch is what a chunk of rows needs.
type scratch struct {
	words [chunk]uint64
	miss  [chunk]int32
	pair  pairChunk
}

// New is an empty table for keys of these types, which must contain no map.
func New(keyTypes []types.Type) *Table {
	leaves := leafTypes(nil, keyTypes...)
	t := &Table{types: keyTypes, scratch: new(scratch), minLost: minLost}
	t.keys = newKeyColumns(keyTypes)
	var packs bool
	t.pack, packs = newPacking(leaves)
	switch {
	case len(leaves) == 0:
		t.form = formNone
	case len(leaves) == 1 && packs && leafWidth(leaves[0]) > 0 && leafWidth(leaves[0]) <= 8:
		t.form = formWord
	case packs:
		t.form = formPair
	case len(leaves) == 1 && leafWidth(leaves[0]) == widthText:
		t.form, t.pair.texts = formText, true
	default:
		if t.fold = newFold(leaves); t.fold != nil {
			t.form = formFold
			break
		}
		t.form, t.pair.texts = formRow, true
		t.codec = newRowCodec(leaves)
	}
	return t
}

// Types are the types of the key columns.
func (t *Table) Types() []types.Type { return t.types }

// Len is the number of keys.
func (t *Table) Len() int { return t.ids.len() }

// Slots is the number of ids ever given out at once: every id is below it.
func (t *Table) Slots() int { return int(t.ids.next) }

// Live appends the ids that have a key to ids, rising.
func (t *Table) Live(ids []int32) []int32 { return t.ids.live(ids) }

// Dead reports whether id, below Slots, has no key.
func (t *Table) Dead(id int32) bool { return t.ids.dead(id) }

// Assign puts the id of each selected row's key into ids, dense, and returns how
// many of these keys are new. New keys get ids in the order of their first rows:
// those of deleted keys, the last deleted first, then Slots, Slots+1, … keys may
// hold constants; sel may be nil; ids has an entry for each selected row.
func (t *Table) Assign(keys []*batch.Column, rows int, sel []int32, ids []int32) int {
	leaves := t.begin(keys, rows)
	t.ids.fresh, t.ids.rows = t.ids.fresh[:0], t.ids.rows[:0]
	n := selectedRows(rows, sel)
	for at := 0; at < n; at += chunk {
		s := spanAt(at, n, sel)
		part := ids[at : at+s.n]
		if t.loose {
			t.take(leaves, s, part)
			continue
		}
		misses := t.findOrNumber(leaves, s, part, true)
		t.add(leaves, s, part, t.scratch.miss[:misses])
	}
	if len(t.ids.fresh) > 0 {
		t.keep(leaves)
		if t.fold != nil && t.fold.wasteful(t.Len()) {
			t.unfold()
		}
	}
	return len(t.ids.fresh)
}

// Lookup puts the id of each selected row's key into ids, dense, or -1 where the
// table does not have it. A loose table is tightened for it.
func (t *Table) Lookup(keys []*batch.Column, rows int, sel []int32, ids []int32) {
	t.Tighten()
	leaves := t.begin(keys, rows)
	n := selectedRows(rows, sel)
	for at := 0; at < n; at += chunk {
		s := spanAt(at, n, sel)
		part := ids[at : at+s.n]
		misses := t.find(leaves, s, part)
		t.search(leaves, part, s, t.scratch.miss[:misses])
	}
}

// Fresh are the ids that the last Assign gave to new keys, in the order of their
// first rows, good until the next call.
func (t *Table) Fresh() []int32 { return t.ids.fresh }

// Keys are the keys by id: columns of Slots rows. They are the table's and change
// with its next Assign, Delete or Reset; rows of deleted keys hold anything.
func (t *Table) Keys() []*batch.Column {
	t.keys.materialise(t)
	return t.keys.columns
}

// Hashes appends the hashes of the keys with these ids to out.
func (t *Table) Hashes(ids []int32, out []uint64) []uint64 {
	return t.hasher.Hashes(t.Keys(), t.Slots(), ids, out)
}

// Shards appends the shards of the keys with these ids to out.
func (t *Table) Shards(ids []int32, out []uint8) []uint8 {
	return t.hasher.Shards(t.Keys(), t.Slots(), ids, out)
}

// Bytes is the memory the table holds, keys included.
func (t *Table) Bytes() int {
	n := t.word.bytes() + t.pair.bytes() + t.arena.Bytes() + t.keys.bytes() + t.ids.bytes()
	if t.fold != nil {
		n += t.fold.bytes()
	}
	return n
}

// Reset takes all keys out. Ids start again at 0. Memory is kept, unless it is
// far more than what was in it.
func (t *Table) Reset() {
	t.word.reset()
	t.pair.reset()
	t.null, t.lost = 0, 0
	t.ids.reset()
	t.keys.reset()
	t.arena.Reset()
	if t.fold != nil {
		t.fold.reset()
	}
}

func selectedRows(rows int, sel []int32) int {
	if sel != nil {
		return len(sel)
	}
	return rows
}

// spanAt is the chunk of n selected rows that starts at position at.
func spanAt(at, n int, sel []int32) span {
	s := span{first: at, n: min(chunk, n-at)}
	if sel != nil {
		s.sel = sel[at : at+s.n]
	}
	return s
}

func (t *Table) begin(keys []*batch.Column, rows int) []leaf {
	if invariant.Enabled {
		invariant.Check(len(keys) == len(t.types), "keytable: %d keys, want %d", len(keys), len(t.types))
	}
	return t.flat.flatten(keys, rows)
}

// find is the first pass over a span: it loads the keys and returns how many
// rows, listed in scratch.miss, were not found at once.
func (t *Table) find(leaves []leaf, s span, ids []int32) int {
	return t.findOrNumber(leaves, s, ids, false)
}

// findOrNumber is find that, where add says so, numbers new texts of folded keys.
func (t *Table) findOrNumber(leaves []leaf, s span, ids []int32, add bool) int {
	sc := t.scratch
	switch t.form {
	case formNone:
		if t.ids.len() == 0 {
			return missAll(ids, sc.miss[:])
		}
		clear(ids)
		return 0
	case formWord:
		n := t.word.find(words(sc.words[:], leaves[0].col, s), ids, sc.miss[:])
		if leaves[0].valid != nil {
			n = t.findNulls(leaves[0].slice(s), s, ids)
		}
		return n
	default:
		t.load(leaves, s, add)
		return t.pair.find(&sc.pair, s.n, ids, sc.miss[:])
	}
}

// load makes the keys of a span of rows those of scratch.pair.
func (t *Table) load(leaves []leaf, s span, add bool) {
	p := &t.scratch.pair
	switch t.form {
	case formPair:
		t.pack.load(p, leaves, s, &t.scratch.words)
	case formText:
		values, sel := valuesOf[string](leaves[0].col, s)
		p.loadTexts(s.n, values, sel, leaves[0].slice(s))
	case formFold:
		t.fold.load(p, leaves, s, add, &t.scratch.words)
	case formRow:
		p.loadTexts(s.n, t.codec.load(leaves, s, &t.scratch.words), nil, nil)
	}
}

// findNulls gives null rows the id of the null key and lists anew what is missing.
func (t *Table) findNulls(valid []uint64, s span, ids []int32) int {
	n, miss := 0, t.scratch.miss[:s.n]
	for i := range ids {
		if !kernel.Bit(valid, selected(s, i)) {
			ids[i] = int32(t.null) - 1
		}
		miss[n] = int32(i)
		n += int(uint32(ids[i]) >> 31)
	}
	return n
}

// add is the second pass: it finds or adds the keys of the missing rows.
func (t *Table) add(leaves []leaf, s span, ids, miss []int32) {
	if len(miss) == 0 {
		return
	}
	switch t.form {
	case formNone:
		t.ids.take(int32(s.row(0)))
		clear(ids)
	case formWord:
		w, valid := words(t.scratch.words[:], leaves[0].col, s), leaves[0].slice(s)
		for _, i := range miss {
			ref := &t.null
			if valid == nil || kernel.Bit(valid, selected(s, int(i))) {
				ref = t.word.add(w[i])
			}
			if *ref == 0 {
				*ref = uint32(t.ids.take(int32(s.row(int(i))))) + 1
			}
			ids[i] = int32(*ref) - 1
		}
	default:
		p := &t.scratch.pair
		for _, i := range miss {
			ref := t.pair.add(p, i)
			if *ref == 0 {
				id := t.ids.take(int32(s.row(int(i))))
				*ref = uint32(id) + 1
				if t.fold != nil {
					t.fold.note(id, i)
				}
				if t.pair.texts {
					t.pair.setText(id, t.arena.Copy(p.text(i)))
				}
			}
			ids[i] = int32(*ref) - 1
		}
	}
}

// search is the second pass that adds nothing.
func (t *Table) search(leaves []leaf, ids []int32, s span, miss []int32) {
	switch t.form {
	case formNone:
	case formWord:
		w, valid := words(t.scratch.words[:], leaves[0].col, s), leaves[0].slice(s)
		for _, i := range miss {
			if valid != nil && !kernel.Bit(valid, selected(s, int(i))) {
				continue
			}
			if ref := t.word.get(w[i]); ref != nil {
				ids[i] = int32(*ref) - 1
			}
		}
	default:
		for _, i := range miss {
			if ref := t.pair.get(&t.scratch.pair, i); ref != nil {
				ids[i] = int32(*ref) - 1
			}
		}
	}
}
