package bench

import (
	"testing"
)

// TestQueriesRun runs each query of the auction over a few records: one that the engine
// refuses must not be found out by whoever measures next.
func TestQueriesRun(t *testing.T) {
	list, err := Nexmark(t.Context(), Options{Data: t.TempDir(), Inputs: []string{"typed"}, Events: replayRows / 4, Batch: replayRows})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(nexmarkQueries) {
		t.Errorf("%d results of %d queries", len(list), len(nexmarkQueries))
	}
	for _, r := range list {
		if r.Failed != "" {
			t.Errorf("%s: %s", r.Query, r.Failed)
		}
	}
}
