package kernel

import (
	"cmp"
	"slices"

	"github.com/weirstream/weir/types"
)

// Order says how a key sorts.
type Order struct {
	// Descending puts greater values first.
	Descending bool
	// NullsFirst puts nulls before all values, otherwise they follow them;
	// Descending does not change that.
	NullsFirst bool
}

// Sorter sorts row numbers by keys, one key a call, and each call keeps the
// order of rows that are equal under its key. To sort by several keys call it
// for the last key first:
//
//	rows 0..n-1 ─▶ by key 3 ─▶ by key 2 ─▶ by key 1
//
// Keys that fit words go through a radix sort, which looks only at the bytes in
// which the keys differ. A Sorter keeps its scratch between calls; the zero
// Sorter is ready.
type Sorter struct {
	keys, other []keyed
	texts       []text
	nulls       []int32
}

// keyed is a row and the word it is sorted by.
type keyed struct {
	word uint64
	row  int32
	at   int32 // its place before the sort
}

// text is a row and the string it is sorted by.
type text struct {
	prefix uint64 // the first eight bytes, big-endian
	value  string
	row    int32
	at     int32
}

// SortNumbers sorts rows by values[row]; a row whose bit in valid is zero is
// null.
func SortNumbers[T Number](s *Sorter, rows []int32, values []T, valid []uint64, o Order) {
	rows = s.setNullsApart(rows, valid, o)
	s.keys = slices.Grow(s.keys[:0], len(rows))[:len(rows)]
	for i, r := range rows {
		s.keys[i] = keyed{OrderedWord(values[r]), r, int32(i)}
	}
	s.sortKeys(rows, o.Descending)
}

// SortBools sorts rows by values[row], false before true.
func SortBools(s *Sorter, rows []int32, values []bool, valid []uint64, o Order) {
	rows = s.setNullsApart(rows, valid, o)
	s.keys = slices.Grow(s.keys[:0], len(rows))[:len(rows)]
	for i, r := range rows {
		s.keys[i] = keyed{uint64(one(values[r])), r, int32(i)}
	}
	s.sortKeys(rows, o.Descending)
}

// SortDecimals sorts rows by values[row], all of one scale.
func SortDecimals(s *Sorter, rows []int32, values []types.Decimal, valid []uint64, o Order) {
	rows = s.setNullsApart(rows, valid, o)
	s.keys = slices.Grow(s.keys[:0], len(rows))[:len(rows)]
	for i, r := range rows {
		s.keys[i] = keyed{values[r].Lo, r, int32(i)}
	}
	s.sortKeys(rows, o.Descending)
	for i, r := range rows {
		s.keys[i] = keyed{OrderedWord(values[r].Hi), r, int32(i)}
	}
	s.sortKeys(rows, o.Descending)
}

// SortStrings sorts rows by the bytes of values[row].
func SortStrings(s *Sorter, rows []int32, values []string, valid []uint64, o Order) {
	rows = s.setNullsApart(rows, valid, o)
	s.texts = slices.Grow(s.texts[:0], len(rows))[:len(rows)]
	for i, r := range rows {
		s.texts[i] = text{prefixOf(values[r]), values[r], r, int32(i)}
	}
	if o.Descending {
		slices.SortFunc(s.texts, func(a, b text) int {
			return cmp.Or(cmp.Compare(b.prefix, a.prefix), cmp.Compare(b.value, a.value), cmp.Compare(a.at, b.at))
		})
	} else {
		slices.SortFunc(s.texts, func(a, b text) int {
			if a.prefix != b.prefix {
				return cmp.Compare(a.prefix, b.prefix)
			}
			return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.at, b.at))
		})
	}
	for i := range rows {
		rows[i] = s.texts[i].row
	}
	clear(s.texts) // keep no batch's bytes alive
}

// OrderedWord is a word whose order among words is v's among values: the word of
// a float is normalised as by [FloatWord], so that NaN comes last.
func OrderedWord[T Number](v T) uint64 {
	const sign = 1 << 63
	var zero T
	if zero+1 == T(3)/2 { // true for integers, which lose the half
		return uint64(int64(v)) ^ sign
	}
	w := FloatWord(float64(v))
	if w&sign != 0 {
		return ^w
	}
	return w | sign
}

// prefixOf is the first eight bytes of s as a number that orders as they do.
func prefixOf(s string) uint64 {
	if len(s) >= 8 {
		return uint64(s[7]) | uint64(s[6])<<8 | uint64(s[5])<<16 | uint64(s[4])<<24 |
			uint64(s[3])<<32 | uint64(s[2])<<40 | uint64(s[1])<<48 | uint64(s[0])<<56
	}
	var w uint64
	for i := range len(s) {
		w |= uint64(s[i]) << (56 - 8*i)
	}
	return w
}

// setNullsApart moves the null rows to their end of rows and returns the others.
// Both keep their order.
func (s *Sorter) setNullsApart(rows []int32, valid []uint64, o Order) []int32 {
	if valid == nil {
		return rows
	}
	s.nulls = s.nulls[:0]
	n := 0
	for _, r := range rows {
		if Bit(valid, int(r)) {
			rows[n] = r
			n++
		} else {
			s.nulls = append(s.nulls, r)
		}
	}
	if !o.NullsFirst {
		copy(rows[n:], s.nulls)
		return rows[:n]
	}
	copy(rows[len(s.nulls):], rows[:n])
	copy(rows, s.nulls)
	return rows[len(s.nulls):]
}

// radixFrom is the number of rows from which on the radix sort is faster.
const radixFrom = 128

// sortKeys sorts s.keys and puts their rows into rows.
func (s *Sorter) sortKeys(rows []int32, descending bool) {
	if descending {
		for i := range s.keys {
			s.keys[i].word = ^s.keys[i].word
		}
	}
	if len(s.keys) < radixFrom {
		slices.SortFunc(s.keys, func(a, b keyed) int {
			if a.word != b.word {
				return cmp.Compare(a.word, b.word)
			}
			return cmp.Compare(a.at, b.at)
		})
	} else {
		s.radix()
	}
	for i := range rows {
		rows[i] = s.keys[i].row
	}
}

// radix sorts s.keys by word, stably, from the least byte to the greatest. Bytes
// that are the same in all words are passed over.
func (s *Sorter) radix() {
	var differ uint64
	for i := range s.keys {
		differ |= s.keys[i].word ^ s.keys[0].word
	}
	s.other = slices.Grow(s.other[:0], len(s.keys))[:len(s.keys)]
	from, to := s.keys, s.other
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xFF == 0 {
			continue
		}
		var next [256]int32
		for i := range from {
			next[byte(from[i].word>>shift)]++
		}
		sum := int32(0)
		for i, n := range next {
			next[i], sum = sum, sum+n
		}
		for _, k := range from {
			at := &next[byte(k.word>>shift)]
			to[*at] = k
			*at++
		}
		from, to = to, from
	}
	s.keys, s.other = from, to
}
