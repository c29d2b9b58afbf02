package rdd

import "testing"

// Statistics that went to disk are those that were made: their variance, too.
func TestStatsOnDisk(t *testing.T) {
	c := open(t, Config{})
	var want Stats
	for _, v := range []float64{3, -1, 8.5} {
		want.Add(v)
	}
	r := Parallelize(c, []Stats{want, {}}, 2).Persist(DiskOnly)
	for range 2 { // the second time they are read
		got, err := Collect(t.Context(), r)
		if err != nil || len(got) != 2 || got[0] != want || got[1] != (Stats{}) {
			t.Errorf("read back %v, %v, want %v", got, err, want)
		}
	}
}
