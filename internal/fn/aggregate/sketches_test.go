package aggregate

import (
	"encoding/binary"
	"math"
	"testing"
)

// TestSketches raises registers of random groups, by row and by saved forms, and compares
// with plain arrays of registers.
func TestSketches(t *testing.T) {
	for _, p := range []int{4, 5, 6, 9, 14, 18} {
		random := random(t)
		s, groups := newSketches(p), 40
		want := make([][]byte, groups)
		dense := make([]bool, groups)
		reset := func(from, to int) {
			s.reset(from, to)
			for g := from; g < to; g++ {
				want[g], dense[g] = make([]byte, 1<<p), false
			}
		}
		reset(0, groups)
		for step := range 3000 {
			g := random.IntN(groups)
			switch n := random.IntN(200); {
			case n == 0:
				reset(0, groups)
			case n == 1:
				reset(g, g+1)
			case n < 20:
				state := saved(&s, int32(random.IntN(groups)))
				raiseSaved(&s, int32(g), state)
				naiveMerge(want[g], state)
			default:
				for range 1 + random.IntN(20) {
					i, v := uint32(random.IntN(1<<min(p, 4+g%8))), byte(1+random.IntN(1+g))
					s.raise(int32(g), i, v)
					want[g][i] = max(want[g][i], v)
				}
			}
			if step%10 == 0 {
				checkSketch(t, &s, int32(g), want[g])
			}
		}
		for g := range groups {
			checkSketch(t, &s, int32(g), want[g])
		}
	}
}

func saved(s *sketches, g int32) string {
	registers, entries := s.of(g)
	if registers != nil {
		return string(registers)
	}
	var b []byte
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint32(b, e)
	}
	return string(b)
}

func raiseSaved(s *sketches, g int32, state string) {
	if len(state) == 1<<s.p {
		s.raiseAll(g, state)
		return
	}
	s.raiseEntries(g, state)
}

func naiveMerge(to []byte, state string) {
	if len(state) == len(to) {
		for i := range to {
			to[i] = max(to[i], state[i])
		}
		return
	}
	for ; len(state) > 0; state = state[4:] {
		e := binary.LittleEndian.Uint32([]byte(state))
		to[e>>8] = max(to[e>>8], byte(e))
	}
}

func checkSketch(t *testing.T, s *sketches, g int32, want []byte) {
	t.Helper()
	registers, entries := s.of(g)
	seen := 0
	for _, v := range want {
		if v > 0 {
			seen++
		}
	}
	if dense := registers != nil; dense != (seen > s.most()) {
		t.Fatalf("p %d group %d: %d registers are not zero; dense: %v", s.p, g, seen, dense)
	}
	last := int64(-1)
	for _, e := range entries {
		if int64(e>>8) <= last {
			t.Fatalf("p %d group %d: entries do not rise: %x", s.p, g, entries)
		}
		last = int64(e >> 8)
	}
	got := make([]byte, len(want))
	naiveMerge(got, saved(s, g))
	if string(got) != string(want) {
		t.Fatalf("p %d group %d: %v, want %v", s.p, g, got, want)
	}
	if registers == nil {
		return
	}
	inverse, zeros := sumOf(registers)
	naive, empty := 0.0, 0.0
	for _, v := range want {
		naive += math.Pow(2, -float64(v))
		if v == 0 {
			empty++
		}
	}
	if inverse != naive || zeros != empty {
		t.Fatalf("p %d group %d: sum %v of %v zeros, want %v of %v", s.p, g, inverse, zeros, naive, empty)
	}
}
