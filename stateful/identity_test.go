package stateful_test

import (
	"slices"
	"testing"

	"github.com/weirstream/weir/stateful"
)

// A processor knows the query, the run and the batch that it is called for: the query and
// the batches go on over a restart, the run does not (S142).
func TestQueryIdentity(t *testing.T) {
	var seen []stateful.QueryIdentity
	q := transform(t, stateful.NoTime, func() *processor {
		var h *stateful.Handle
		return &processor{
			init: func(handle *stateful.Handle) error { h = handle; return nil },
			rows: func(string, []int64, stateful.Times) (string, error) {
				seen = append(seen, h.Query())
				return "", nil
			},
		}
	})
	q.add("ann", 1)
	first := q.Handle()
	q.add("ann", 2)
	q.Crash()
	q.Restart()
	q.add("ann", 3)
	second := q.Handle()
	partition := seen[0].Partition
	want := []stateful.QueryIdentity{
		{ID: first.ID(), Run: first.RunID(), Batch: 0, Partition: partition},
		{ID: first.ID(), Run: first.RunID(), Batch: 1, Partition: partition},
		{ID: first.ID(), Run: second.RunID(), Batch: 2, Partition: partition},
	}
	if !slices.Equal(seen, want) || first.RunID() == second.RunID() || first.ID() == "" {
		t.Errorf("it was called for\n%+v, want\n%+v", seen, want)
	}
}
