package stateful_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/weirtest"
)

// wantState compares what the format statestore gives.
func wantState(t *testing.T, q *weirtest.Query, want []string, options ...any) {
	t.Helper()
	got := q.State(options...)
	for i, row := range got { // the last column is the partition
		got[i] = row[:strings.LastIndex(row, " | ")]
	}
	if !slices.Equal(got, want) {
		t.Errorf("state with %v:\n%s\nwant\n%s", options, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The variables and timers of a processor are read one by one, whole or flattened
// (S183).
func TestReadVariables(t *testing.T) {
	type last struct{ N int64 }
	q := transform(t, stateful.ProcessingTime, func() *processor {
		var h *stateful.Handle
		var one *stateful.ValueState[last]
		var all *stateful.ListState[int64]
		var by *stateful.MapState[string, last]
		return &processor{
			init: func(handle *stateful.Handle) error {
				h, one = handle, stateful.Value[last](handle, "one", stateful.TTL{Duration: time.Minute})
				all, by = stateful.List[int64](handle, "all", stateful.TTL{}), stateful.Map[string, last](handle, "by", stateful.TTL{})
				return nil
			},
			rows: func(user string, n []int64, times stateful.Times) (string, error) {
				for _, x := range n {
					one.Update(last{x})
					all.Append(x)
					by.Update(fmt.Sprint("k", x%2), last{x})
					h.RegisterTimer(times.Processing.Add(time.Duration(x) * time.Second))
				}
				return "", nil
			},
		}
	})
	q.add("ann", 11)
	q.add("ann", 12)
	q.add("ann", 13)
	q.add("bob", 14)
	minute := func(s int64) int64 { return q.Now().UnixMilli() + s*1000 }
	wantState(t, q.Query, []string{
		fmt.Sprintf("{ann} | {{13}, %d}", minute(60)), fmt.Sprintf("{bob} | {{14}, %d}", minute(60))}, "stateVarName", "one")
	wantState(t, q.Query, []string{"{ann} | {11}", "{ann} | {12}", "{ann} | {13}", "{bob} | {14}"}, "stateVarName", "all")
	wantState(t, q.Query, []string{"{ann} | [{11}, {12}, {13}]", "{bob} | [{14}]"}, "stateVarName", "all", "flattenCollectionTypes", false)
	wantState(t, q.Query, []string{"{ann} | [{11}, {12}]"}, "stateVarName", "all", "flattenCollectionTypes", false, "batchId", 1)
	wantState(t, q.Query, []string{"{ann} | {k0} | {12}", "{ann} | {k1} | {13}", "{bob} | {k0} | {14}"}, "stateVarName", "by")
	wantState(t, q.Query, []string{"{ann} | {{k0} -> {12}, {k1} -> {13}}", "{bob} | {{k0} -> {14}}"}, "stateVarName", "by", "flattenCollectionTypes", false)
	wantState(t, q.Query, []string{fmt.Sprintf("{ann} | %d", minute(11)), fmt.Sprintf("{ann} | %d", minute(12)),
		fmt.Sprintf("{ann} | %d", minute(13)), fmt.Sprintf("{bob} | %d", minute(14))}, "readRegisteredTimers", true)
	// of one partition (S181)
	wantState(t, q.Query, []string{}, "stateVarName", "all", "snapshotStartBatchId", 0, "snapshotPartitionId", 0, "batchId", 3)
	wantState(t, q.Query, []string{"{ann} | {11}", "{ann} | {12}", "{ann} | {13}", "{bob} | {14}"}, "stateVarName", "all", "snapshotStartBatchId", 1, "snapshotPartitionId", 1, "batchId", 3)
}

// The state of groups is read with its timeout, in the newest form that it has had
// (S130, S149, S180).
func TestReadGroups(t *testing.T) {
	q := run(t, weir.Update, func(g *weir.Grouped) *weir.DataFrame {
		return weir.MapGroupsWithState(g, total, weir.GroupOptions{Timeout: stateful.ProcessingTimeTimeout})
	})
	q.add("ann", 1)
	q.add("bob", 2)
	at := q.Now().Add(10 * time.Second).UnixMilli()
	wantState(t, q.Query, []string{fmt.Sprintf("{ann} | {{1}, %d}", at), fmt.Sprintf("{bob} | {{2}, %d}", at)})

	one := counting(func(s *stateOne, n int64) string { s.Count, s.Name = int32(n), "anna"; return "" })
	three := counting(func(s *stateThree, n int64) string { s.Count = n << 32; return "" })
	q, restart := evolving(t, one)
	q.add("ann", 1)
	q.add("bob", 2)
	if err := restart(three); err != nil {
		t.Fatal(err)
	}
	q.add("bob", 3)
	wantState(t, q.Query, []string{"{ann} | {{1, anna, null}, -1}", "{bob} | {{12884901888, anna, null}, -1}"})
}
