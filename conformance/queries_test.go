package conformance

import "testing"

// TestQueries asks what a real Spark was asked about the shapes of queries: joins,
// subqueries, windows, grouping sets, and what is wrong with them. All must be equal.
func TestQueries(t *testing.T) {
	cases := readCases(t, "testdata/queries.jsonl")
	failures := replayAll(t, cases)
	for _, c := range cases {
		if wrong := failures[c.line]; wrong != "" {
			t.Errorf("testdata/queries.jsonl:%d: %s\n\t%s", c.line, c.SQL, wrong)
		}
	}
}
