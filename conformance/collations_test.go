package conformance

import "testing"

// TestCollations asks what a real Spark was asked about texts with collations. All must be
// equal; docs/DIFFERENCES.md says what was left out.
func TestCollations(t *testing.T) {
	cases := readCases(t, "testdata/collations.jsonl")
	failures := replayAll(t, cases)
	for _, c := range cases {
		if wrong := failures[c.line]; wrong != "" {
			t.Errorf("testdata/collations.jsonl:%d: %s\n\t%s", c.line, c.SQL, wrong)
		}
	}
}
