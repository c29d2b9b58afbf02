package watermark

import (
	"testing"
	"time"
)

func TestStats(t *testing.T) {
	check := func(name string, s Stats, count int64, least, greatest, mean int) {
		t.Helper()
		if s.Count != count || !s.Least().Equal(at(least)) || !s.Greatest().Equal(at(greatest)) || !s.Mean().Equal(at(mean)) {
			t.Errorf("%s: %d rows, %v to %v, mean %v", name, s.Count, s.Least(), s.Greatest(), s.Mean())
		}
	}
	of := func(minutes ...int) (s Stats) {
		for _, m := range minutes {
			s.Add(at(m).UnixMicro())
		}
		return s
	}
	merged := func(a, b Stats) Stats { a.Merge(b); return a }

	check("one row", of(5), 1, 5, 5, 5)
	check("any order", of(5, 1, 9, 5), 4, 1, 9, 5)
	check("merged", merged(of(1, 1, 1), of(9)), 4, 1, 9, 3)
	check("merged with none", merged(of(4), of()), 1, 4, 4, 4)
	check("none merged with some", merged(of(), of(4)), 1, 4, 4, 4)
	several := func(before Stats, less int, minutes ...int) Stats {
		var micros []int64
		for _, m := range minutes {
			micros = append(micros, at(m).UnixMicro())
		}
		before.AddAll(micros, int64(less)*60_000_000)
		return before
	}
	check("several at once", several(of(), 0, 5, 1, 9, 5), 4, 1, 9, 5)
	check("several after others", several(of(1, 1, 1), 0, 9), 4, 1, 9, 3)
	check("several, each made less", several(of(5), 1, 6, 2, 10, 6), 5, 1, 9, 5)
	check("none at once", several(of(4), 0), 1, 4, 4, 4)
	if s := of(); s.Count != 0 {
		t.Errorf("no rows count as %d", s.Count)
	}
	old := Stats{}
	old.Add(time.Date(1965, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro())
	if old.Greatest().Year() != 1965 || old.Least().Year() != 1965 {
		t.Errorf("a row of 1965 gives %v to %v", old.Least(), old.Greatest())
	}
}
