package keytable

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// keyColumns are a table's keys by id. Columns of fixed width and texts are
// written when a key comes; arrays, whose rows cannot be replaced in place, are
// decoded from the encoded keys when somebody asks.
type keyColumns struct {
	columns []*batch.Column
	leaves  []*batch.Column // of columns
	arrays  bool            // some leaf is an array
	stale   bool            // the arrays are not what the keys are
	nulls   []uint64        // formText: the validity of the one column; nil: no nulls
}

func newKeyColumns(ts []types.Type) keyColumns {
	var k keyColumns
	for _, t := range ts {
		k.columns = append(k.columns, batch.NewColumn(t, 0))
	}
	k.leaves = leafColumns(nil, k.columns)
	for _, c := range k.leaves {
		k.arrays = k.arrays || leafWidth(c.Type) == widthNested
	}
	return k
}

func (k *keyColumns) reset() {
	for _, c := range k.columns {
		c.Resize(0)
	}
	k.nulls, k.stale = nil, false
}

// bytes is the memory of the columns; texts and their headers are counted by the
// table's arena and, where they are its index's, by that.
func (k *keyColumns) bytes() int {
	n := 8 * cap(k.nulls)
	for _, c := range k.leaves {
		w := leafWidth(c.Type)
		if w < 0 {
			w = 16
		}
		n += w * c.Len()
		if c.HasNulls() {
			n += c.Len() / 8
		}
	}
	return n
}

// keep writes the keys of the ids that the running Assign has given.
func (t *Table) keep(leaves []leaf) {
	switch t.form {
	case formNone:
	case formText:
		t.keepTexts(leaves[0])
	default:
		for _, c := range t.keys.columns {
			c.Extend(int(t.ids.next) - c.Len())
		}
		for k, dst := range t.keys.leaves {
			switch w := leafWidth(dst.Type); {
			case w == widthNested:
				t.keys.stale = true
				continue
			case w == widthText && t.fold != nil:
				t.fold.share(k, dst, t.ids.fresh)
			case w == widthText:
				t.shareTexts(k, t.ids.fresh)
			case w > 0:
				copyFixed(dst, leaves[k].col, t.ids.fresh, t.ids.rows)
			}
			copyNulls(dst, leaves[k].valid, t.ids.fresh, t.ids.rows)
		}
	}
}

// keepTexts makes the key column of a table of texts one over its index's texts.
func (t *Table) keepTexts(l leaf) {
	k := &t.keys
	for i, id := range t.ids.fresh {
		null := l.valid != nil && !kernel.Bit(l.valid, int(t.ids.rows[i]))
		if null && k.nulls == nil {
			k.nulls = make([]uint64, kernel.BitWords(int(t.ids.next)))
			for w := range k.nulls {
				k.nulls[w] = ^uint64(0)
			}
		}
		if k.nulls == nil {
			continue
		}
		for len(k.nulls) <= int(id>>6) {
			k.nulls = append(k.nulls, ^uint64(0))
		}
		if null {
			kernel.ClearBit(k.nulls, int(id))
		} else {
			kernel.SetBit(k.nulls, int(id))
		}
	}
	for k.nulls != nil && len(k.nulls) < kernel.BitWords(int(t.ids.next)) {
		k.nulls = append(k.nulls, ^uint64(0))
	}
	batch.Reset(k.columns[0], t.pair.text, k.nulls)
}

// shareTexts points the rows of text leaf k at the encoded keys.
func (t *Table) shareTexts(k int, ids []int32) {
	values := batch.Values[string](t.keys.leaves[k])
	for _, id := range ids {
		values[id] = t.codec.textOf(k, t.pair.text[id])
	}
}

// materialise decodes arrays if they are stale.
func (k *keyColumns) materialise(t *Table) {
	if !k.stale {
		return
	}
	k.stale = false
	for i, c := range k.leaves {
		if leafWidth(c.Type) != widthNested {
			continue
		}
		c.Resize(0)
		for id := range t.ids.next {
			c.Extend(1)
			row := t.pair.text[id]
			switch {
			case t.ids.dead(id):
			case t.codec.isNull(i, row):
				c.SetNull(int(id))
			default:
				decodeValue(c, t.codec.textOf(i, row))
			}
		}
	}
}

// copyFixed puts src's rows at ids of dst, floats normalised.
func copyFixed(dst, src *batch.Column, ids, rows []int32) {
	switch dst.Type.Kind {
	case types.Boolean:
		scatter[bool](dst, src, ids, rows)
	case types.Byte:
		scatter[int8](dst, src, ids, rows)
	case types.Short:
		scatter[int16](dst, src, ids, rows)
	case types.Int, types.Date, types.YearMonthInterval:
		scatter[int32](dst, src, ids, rows)
	case types.Float, types.Double:
		for start := 0; start < len(ids); start += chunk {
			var scratch [chunk]uint64
			s := spanAt(start, len(ids), rows)
			for i, w := range words(scratch[:], src, s) {
				setWord(dst, int(ids[start+i]), w)
			}
		}
	case types.Decimal128:
		scatter[types.Decimal](dst, src, ids, rows)
	case types.CalendarInterval:
		scatter[types.Interval](dst, src, ids, rows)
	default:
		scatter[int64](dst, src, ids, rows)
	}
}

func scatter[T batch.Value](dst, src *batch.Column, ids, rows []int32) {
	to, from := batch.Values[T](dst), batch.Values[T](src)
	for i, id := range ids {
		to[id] = from[rows[i]]
	}
}

// copyNulls marks the ids of dst that are null, and those that are not.
func copyNulls(dst *batch.Column, valid []uint64, ids, rows []int32) {
	if dst.Type.Kind == types.Null || valid == nil && !dst.HasNulls() {
		return
	}
	for i, id := range ids {
		if valid != nil && !kernel.Bit(valid, int(rows[i])) {
			dst.SetNull(int(id))
		} else {
			dst.SetNotNull(int(id))
		}
	}
}
