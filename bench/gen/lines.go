package gen

import (
	"math"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/types"
)

const (
	// LineLength is the characters of a line without its end.
	LineLength = 99
	// WordsInLine is how many words stand in a line, with a blank between two.
	WordsInLine = 15
	// Vocabulary is how many different words there are.
	Vocabulary = 700_000
)

// Lines makes lines of words. The r-th most frequent word is about r times as
// rare as the first.
type Lines struct {
	key  uint64
	out  *batch.Batch
	text []byte
	// rank[i] is Vocabulary to the power of i/1024.
	rank [1025]float64
}

// NewLines is a generator of lines.
func NewLines(seed uint64) *Lines {
	g := &Lines{key: nexmark.Draw(seed, 9)}
	g.out = batch.New(g.Schema())
	for i := range g.rank {
		g.rank[i] = math.Pow(Vocabulary, float64(i)/1024)
	}
	return g
}

// Schema is one string, value.
func (g *Lines) Schema() types.Schema { return types.NewSchema(field("value", types.String)) }

// Fill gives lines as a column.
func (g *Lines) Fill(from int64, n int) *connector.Batch {
	g.out.Resize(n)
	g.text = g.Append(g.text[:0], from, n)
	values := batch.Values[string](g.out.Columns[0])
	for i := range values {
		at := i * (LineLength + 1)
		values[i] = batch.View(g.text[at : at+LineLength])
	}
	return g.out
}

// Append adds lines, each with a line feed.
func (g *Lines) Append(dst []byte, from int64, n int) []byte {
	for number := from; number < from+int64(n); number++ {
		h := nexmark.Draw(g.key, uint64(number))
		for k := range WordsInLine {
			if k > 0 {
				dst = append(dst, ' ')
			}
			dst = appendWord(dst, g.word(nexmark.Draw(h, uint64(k))), 5+min(k%3, 1))
		}
		dst = append(dst, '\n')
	}
	return dst
}

// word draws the number of a word, from 0, log-uniform.
func (g *Lines) word(h uint64) int64 {
	i, part := h>>54, float64(h<<10>>32)/(1<<32)
	low := g.rank[i]
	return min(int64(low+(g.rank[i+1]-low)*part)-1, Vocabulary-1)
}

// appendWord writes a word of 5 or 6 letters. A third of the words have 5, and
// those that stand in a place for a word of the other length give it to the next
// one of that length, so that a line always has its length.
func appendWord(dst []byte, word int64, length int) []byte {
	if short := length == 5; short != (word%3 == 0) {
		if word -= word % 3; !short {
			word++
		}
	}
	// Numbers are scattered over all texts of their length: the factor has no
	// divisor in common with 26.
	n := uint64(word) * 5_138_317 % 308_915_776 // 26⁶
	if length == 5 {
		n = uint64(word) * 5_138_317 % 11_881_376 // 26⁵
	}
	for range length {
		dst = append(dst, byte('a'+n%26))
		n /= 26
	}
	return dst
}
