package kernel

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/weirstream/weir/types"
)

// The hashes are on disk: state files are laid out by shard. If this test fails,
// the change is wrong, not the test.
func TestHashesNeverChange(t *testing.T) {
	text := "the quick brown fox jumps over the lazy dog"
	var got strings.Builder
	line := func(name string, h uint64) {
		fmt.Fprintf(&got, "%s %016x shard %d\n", name, h, Shard(h))
	}
	line("null", NullHash)
	for _, w := range []int64{0, 1, -1, 42, math.MaxInt64} {
		line(fmt.Sprintf("word %d", w), HashWord(uint64(w)))
	}
	line("float 1.5", HashWord(FloatWord(1.5)))
	line("float NaN", HashWord(FloatWord(math.NaN())))
	line("float32 1.5", HashWord(Float32Word(1.5)))
	line("decimal", HashDecimal(types.Decimal{Lo: 12345, Hi: -1}))
	line("interval", HashInterval(types.Interval{Months: 1, Days: -2, Micros: 3}))
	for _, n := range []int{0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 43} {
		line(fmt.Sprintf("string of %d", n), HashString(text[:n]))
	}
	line("combined", Combine(HashWord(7), HashString("a")))
	if got.String() != wantHashes {
		t.Errorf("hashes changed; got\n%s", got.String())
	}
}

const wantHashes = `null 6a09e667f3bcc909 shard 106
word 0 a035e2cc637f5704 shard 160
word 1 615a395f4058ad5d shard 97
word -1 2325f2ab7a7f6494 shard 35
word 42 4cae3aa325ed07ce shard 76
word 9223372036854775807 42f1ded5edca9370 shard 66
float 1.5 1fbd898cac9e8dee shard 31
float NaN 0f8bbbe06bd4471c shard 15
float32 1.5 a1df0572b2d44b8a shard 161
decimal afe144ce4a09a6dd shard 175
interval 6e98858529956d8c shard 110
string of 0 e541371cef6c7e9d shard 229
string of 1 4e52508eb23d36b4 shard 78
string of 2 df67cc3f0a870be2 shard 223
string of 3 aebd494a3b3b0e04 shard 174
string of 4 69659519e1186dc9 shard 105
string of 7 8e9c18a6cc6bfc95 shard 142
string of 8 0e9090e27cd89ed5 shard 14
string of 15 81162c1a13201f87 shard 129
string of 16 551a6d3932d52b13 shard 85
string of 17 97d0f4350889b717 shard 151
string of 43 e4541a9cacf545aa shard 228
combined af851f55017a6cce shard 175
`

func TestEqualFloatsHashAlike(t *testing.T) {
	negative := math.Copysign(0, -1)
	nan := math.Float64frombits(0xFFF8000000000123)
	if FloatWord(negative) != FloatWord(0) || Float32Word(float32(negative)) != Float32Word(0) {
		t.Error("-0.0 and 0.0 have different words")
	}
	if FloatWord(nan) != FloatWord(math.NaN()) || Float32Word(float32(nan)) != Float32Word(float32(math.NaN())) {
		t.Error("two NaN have different words")
	}
}

// Every string of up to 16 bytes is told by its words and its length.
func TestShortWordsTellStringsApart(t *testing.T) {
	type form struct{ a, b, n uint64 }
	seen := make(map[form]string)
	for n := 0; n <= ShortString; n++ {
		base := []byte(strings.Repeat("a", n))
		texts := []string{string(base)}
		for i := range base {
			base[i] = 'b'
			texts = append(texts, string(base))
		}
		for _, s := range texts {
			a, b := ShortWords(s)
			f := form{a, b, uint64(len(s))}
			if other, ok := seen[f]; ok && other != s {
				t.Errorf("%q and %q have the same words", s, other)
			}
			seen[f] = s
		}
	}
}

// Shards and low bits must be filled evenly by the keys people have.
func TestHashesSpread(t *testing.T) {
	const n = 1 << 16
	sets := []struct {
		name string
		word func(i int) uint64
	}{
		{"sequence", func(i int) uint64 { return HashWord(uint64(i)) }},
		{"negative", func(i int) uint64 { return HashWord(uint64(-i)) }},
		{"thousands", func(i int) uint64 { return HashWord(uint64(i) * 1000) }},
		{"powers of two", func(i int) uint64 { return HashWord(uint64(i) << 20) }},
		{"high half", func(i int) uint64 { return HashWord(uint64(i) << 40) }},
		{"ten-minute windows", func(i int) uint64 { return HashWord(uint64(i) * 600_000_000) }},
		{"seconds since 2025", func(i int) uint64 { return HashWord(uint64(1735689600+i) * 1_000_000) }},
		{"whole doubles", func(i int) uint64 { return HashWord(FloatWord(float64(i))) }},
		{"short strings", func(i int) uint64 { return HashString(fmt.Sprint("k", i)) }},
		{"ten bytes", func(i int) uint64 { return HashString(fmt.Sprintf("key%07d", i)) }},
		{"long strings", func(i int) uint64 { return HashString(fmt.Sprintf("a rather long key %07d", i)) }},
		{"pairs", func(i int) uint64 { return Combine(HashWord(uint64(i%256)), HashWord(uint64(i/256))) }},
		{"string and window", func(i int) uint64 {
			return Combine(HashString(fmt.Sprint("w", i%1024)), HashWord(uint64(i/1024)*600_000_000))
		}},
	}
	for _, set := range sets {
		var top, low [256]int
		for i := range n {
			h := set.word(i)
			top[Shard(h)]++
			low[h&255]++
		}
		for name, counts := range map[string]*[256]int{"shards": &top, "low bits": &low} {
			chi := 0.0
			for _, c := range counts {
				d := float64(c) - n/256
				chi += d * d / (n / 256)
			}
			// 255 degrees of freedom: a fair hash is below 350 with p > 0.9999. A
			// sequence may be spread more evenly than chance.
			if chi > 400 {
				t.Errorf("%s: %s are uneven: chi² = %.0f", set.name, name, chi)
			}
		}
	}
}
