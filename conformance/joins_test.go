package conformance

import "testing"

// Joins of streams beyond those of the generator, each recorded from a real Spark:
// three streams, strict and fractional ranges, conditions of one side, null keys,
// windows as keys, filters above, sides without a watermark, and refusals.
func TestJoinsOfStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a few seconds")
	}
	for _, sc := range read(t, "testdata/joins.jsonl") {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			check(t, sc)
		})
	}
}
