package kernel

import (
	"flag"
	"math/rand/v2"
	"testing"
)

var seed = flag.Uint64("seed", 0, "the seed of random tests; 0 takes a new one")

// random is a source of random numbers; its seed is in the test's log.
func random(t *testing.T) *rand.Rand {
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 1))
}

func bitmap(r *rand.Rand, n int) []uint64 {
	words := make([]uint64, BitWords(n))
	for i := range words {
		words[i] = r.Uint64()
	}
	return words
}

func TestBitmaps(t *testing.T) {
	r := random(t)
	for _, n := range []int{0, 1, 63, 64, 65, 200, 1000} {
		a, b := bitmap(r, n), bitmap(r, n)
		out := make([]uint64, len(a))
		check := func(name string, want func(x, y bool) bool) {
			for i := range n {
				if got := Bit(out, i); got != want(Bit(a, i), Bit(b, i)) {
					t.Fatalf("%s of %d bits: bit %d is %t", name, n, i, got)
				}
			}
		}
		And(out, a, b)
		check("And", func(x, y bool) bool { return x && y })
		bools := make([]bool, n)
		BoolsOf(bools, a)
		ones := 0
		for i, v := range bools {
			if v != Bit(a, i) {
				t.Fatalf("BoolsOf of %d bits: bit %d is %t", n, i, v)
			}
			if v {
				ones++
			}
		}
		if got := CountBits(a, n); got != ones {
			t.Errorf("CountBits of %d bits: %d, want %d", n, got, ones)
		}
	}
	if got := CountBits(nil, 77); got != 77 {
		t.Errorf("CountBits(nil, 77) = %d", got)
	}
	words := make([]uint64, 2)
	SetBit(words, 70)
	SetBit(words, 3)
	ClearBit(words, 3)
	if words[0] != 0 || words[1] != 1<<6 {
		t.Errorf("SetBit and ClearBit made %x", words)
	}
}
