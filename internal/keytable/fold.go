package keytable

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// fold makes keys fit the two words of a pair that do not by themselves: a text, or two
// neighbours of 8 bytes such as the ends of a time window, stand there by the number
// that a table of their own gives them.
//
//	(channel, day)      ─▶ channels: text ─▶ 4 bytes ─┐
//	                       days:     text ─▶ 4 bytes ─┴▶ pair ─▶ id
//	(window, word)      ─▶ windows: start, end ─▶ 4 bytes, words: text ─▶ 4 bytes ─▶ pair ─▶ id
//
// Texts of keys repeat more than the keys do, so that these tables stay in the cache,
// and nothing is encoded, and no long text compared, for every row. Where texts hardly
// repeat, the table turns to rows; see unfold.
type fold struct {
	pack  packing
	parts []foldPart // by leaf
}

// foldPart is how a leaf stands in the pair.
type foldPart struct {
	dict   *Table // nil: as it is
	leaves int    // those that the dict has together, 1 or 2
	hidden bool   // it stands with the leaf before
	refs   []int32
	uses   []int32 // by number in dict, the ids that have it
	ids    [chunk]int32
	gone   []int32 // scratch
	moves  int     // those of dict that are known
}

// foldedWidth is what a number of a dict takes in a pair.
const foldedWidth = 4

// newFold is the fold for leaves of these types; nil if they do not fit.
func newFold(leaves []types.Type) *fold {
	f := &fold{parts: make([]foldPart, len(leaves))}
	widths, total := make([]int, len(leaves)), 0
	for k, t := range leaves {
		widths[k] = leafWidth(t)
		switch widths[k] {
		case widthNested:
			return nil
		case widthText:
			f.parts[k].dict, f.parts[k].leaves, widths[k] = New([]types.Type{t}), 1, foldedWidth
		}
		total += widths[k]
	}
	for k := 0; k+1 < len(leaves) && total > 16; k++ {
		if widths[k] == 8 && widths[k+1] == 8 {
			f.parts[k].dict, f.parts[k].leaves = New([]types.Type{leaves[k], leaves[k+1]}), 2
			f.parts[k+1].hidden = true
			widths[k], widths[k+1] = foldedWidth, 0
			total -= 16 - foldedWidth
		}
	}
	var fits bool
	if f.pack, fits = place(widths); !fits {
		return nil
	}
	return f
}

// number finds the numbers of the leaf's values, and adds those that are new. Where all
// rows share one text, as those of a day do, one is looked up.
func (p *foldPart) number(leaves []leaf, s span, add bool) []int32 {
	if p.leaves > 1 || !leaves[0].oneText(s) {
		return p.find(leaves, s, add)
	}
	first, ids := s, p.ids[:s.n]
	if first.n = 1; s.sel != nil {
		first.sel = s.sel[:1]
	}
	p.find(leaves, first, add)
	for i := range ids {
		ids[i] = ids[0]
	}
	return ids
}

// find is number without a look at what rows share.
func (p *foldPart) find(leaves []leaf, s span, add bool) []int32 {
	d, ids := p.dict, p.ids[:s.n]
	leaves = leaves[:p.leaves]
	miss := d.scratch.miss[:d.find(leaves, s, ids)]
	if !add {
		d.search(leaves, ids, s, miss)
		return ids
	}
	d.ids.fresh, d.ids.rows = d.ids.fresh[:0], d.ids.rows[:0]
	if d.add(leaves, s, ids, miss); len(d.ids.fresh) > 0 {
		d.keep(leaves)
		for len(p.uses) < d.Slots() {
			p.uses = append(p.uses, 0)
		}
	}
	return ids
}

// load makes the keys of the chunk those of the leaves' rows. New texts get numbers
// where add says so; else a key with one is found by nothing.
func (f *fold) load(c *pairChunk, leaves []leaf, s span, add bool, scratch *[chunk]uint64) {
	c.begin(s.n)
	for k := range f.parts {
		switch p := &f.parts[k]; {
		case p.hidden:
		case p.dict != nil:
			f.pack[k].putNumbers(c, p.number(leaves[k:], s, add))
		default:
			f.pack.put(c, k, leaves[k], s, scratch)
		}
	}
	c.mix(s.n)
}

// loadKept makes the keys of the chunk those of a span of ids, whose leaves are those of
// the table's own columns.
func (f *fold) loadKept(c *pairChunk, leaves []leaf, s span, scratch *[chunk]uint64) {
	c.begin(s.n)
	for k := range f.parts {
		switch p := &f.parts[k]; {
		case p.hidden:
		case p.dict != nil:
			for i, id := range s.sel {
				p.ids[i] = p.refs[id]
			}
			f.pack[k].putNumbers(c, p.ids[:s.n])
		default:
			f.pack.put(c, k, leaves[k], s, scratch)
		}
	}
	c.mix(s.n)
}

// putNumbers puts the numbers of a dict into the chunk's words.
func (at packed) putNumbers(c *pairChunk, numbers []int32) {
	into := c.a[:len(numbers)]
	if at.word == 1 {
		into = c.b[:len(numbers)]
	}
	for i, n := range numbers {
		into[i] |= uint64(uint32(n)) << at.shift
	}
}

// note keeps the numbers of row i of the chunk for the id that it was given.
func (f *fold) note(id int32, i int32) {
	for k := range f.parts {
		p := &f.parts[k]
		if p.dict == nil {
			continue
		}
		for len(p.refs) <= int(id) {
			p.refs = append(p.refs, 0)
		}
		p.refs[id] = p.ids[i]
		p.uses[p.ids[i]]++
	}
}

// share points the rows of text leaf k at the dict's texts.
func (f *fold) share(k int, leaf *batch.Column, ids []int32) {
	p, values := &f.parts[k], batch.Values[string](leaf)
	for _, id := range ids {
		values[id] = p.dict.pair.text[p.refs[id]]
	}
}

// forget takes the numbers of ids that were deleted out, where nobody else has them.
func (t *Table) forget(ids []int32) {
	for k := range t.fold.parts {
		p := &t.fold.parts[k]
		if p.dict == nil {
			continue
		}
		p.gone = p.gone[:0]
		for _, id := range ids {
			n := p.refs[id]
			if p.uses[n]--; p.uses[n] == 0 {
				p.gone = append(p.gone, n)
			}
		}
		p.dict.minLost = max(minLost, 4*t.Slots()) // moving its texts costs a look at each id
		p.dict.Delete(p.gone)
		if p.moves == p.dict.moves {
			continue
		}
		p.moves = p.dict.moves
		if leafWidth(t.keys.leaves[k].Type) == widthText {
			clear(batch.Values[string](t.keys.leaves[k]))
			t.fold.share(k, t.keys.leaves[k], t.ids.live(nil))
		}
	}
}

// manyTexts is the size of a dict from which on it is asked whether it pays.
const manyTexts = 1 << 14

// wasteful reports whether the texts of n keys hardly repeat.
func (f *fold) wasteful(n int) bool {
	for k := range f.parts {
		if d := f.parts[k].dict; d != nil && d.Len() > manyTexts && d.Len() > n/2 {
			return true
		}
	}
	return false
}

// unfold turns to rows: with texts that hardly repeat, a dict is one more table to miss
// the cache in.
func (t *Table) unfold() {
	t.form, t.pair.texts = formRow, true
	t.codec = newRowCodec(leafTypes(nil, t.types...))
	t.pair.text = make([]string, t.Slots())
	live, leaves := t.ids.live(nil), t.flat.flatten(t.keys.columns, t.Slots())
	for at := 0; at < len(live); at += chunk {
		s := spanAt(at, len(live), live)
		for i, row := range t.codec.load(leaves, s, &t.scratch.words) {
			t.pair.text[s.sel[i]] = t.arena.Copy(row)
		}
	}
	for k, c := range t.keys.leaves {
		if leafWidth(c.Type) == widthText {
			clear(batch.Values[string](c))
			t.shareTexts(k, live)
		}
	}
	t.fold = nil
	if !t.loose {
		t.Loosen()
		t.Tighten()
	}
}

func (f *fold) reset() {
	for k := range f.parts {
		if p := &f.parts[k]; p.dict != nil {
			p.dict.Reset()
			p.refs, p.uses = p.refs[:0], p.uses[:0]
		}
	}
}

func (f *fold) bytes() (n int) {
	for k := range f.parts {
		if p := &f.parts[k]; p.dict != nil {
			n += p.dict.Bytes() + 4*cap(p.refs) + 4*cap(p.uses)
		}
	}
	return n
}

// view is f for somebody who looks up in it beside others.
func (f *fold) view() *fold {
	v := &fold{pack: f.pack, parts: make([]foldPart, len(f.parts))}
	for k := range f.parts {
		p := &f.parts[k]
		v.parts[k] = foldPart{leaves: p.leaves, hidden: p.hidden, refs: p.refs}
		if p.dict != nil {
			v.parts[k].dict = p.dict.View()
		}
	}
	return v
}

// begin clears the words and tags of n rows.
func (p *pairChunk) begin(n int) {
	p.texts, p.sel, p.long = nil, nil, false
	clear(p.a[:n])
	clear(p.b[:n])
	clear(p.tag[:n])
}

// mix hashes the keys of n rows.
func (p *pairChunk) mix(n int) {
	as, bs, tags, hashes := p.a[:n], p.b[:n], p.tag[:n], p.hash[:n]
	for i := range as {
		hashes[i] = kernel.HashShort(as[i], bs[i], uint64(tags[i]))
	}
}
