package keytable

import (
	"fmt"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// TestLean gives a table so many texts that its slots become lean, and twice as many
// again; takes some out, one by one and most at once, and looks for all.
func TestLean(t *testing.T) {
	if testing.Short() {
		t.Skip("millions of keys")
	}
	const n = 1_200_000
	text := types.Of(types.String)
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprint("k", i)
		if i%10 == 0 {
			values[i] += " and more than sixteen bytes"
		}
	}
	texts := batch.Wrap(text, values, nil)
	texts.SetNull(3)
	values[4] = ""
	keys := []*batch.Column{texts}
	tab, ids, found := New([]types.Type{text}), make([]int32, n), make([]int32, n)
	for at := 0; at < n; at += 100_000 {
		tab.Assign(keys, n, batch.Range(at, 100_000), ids[at:])
	}
	if tab.pair.lean.slots == nil || tab.pair.slots != nil {
		t.Fatal("the slots are not lean")
	}
	gone := map[int32]bool{}
	check := func(what string) {
		t.Helper()
		tab.Lookup(keys, n, nil, found)
		for i, id := range found {
			if want := ids[i]; gone[want] && id >= 0 || !gone[want] && id != want {
				t.Fatalf("%s: row %d has %d, want %d (gone: %v)", what, i, id, want, gone[want])
			}
		}
	}
	for i, id := range ids {
		if id != int32(i) {
			t.Fatalf("row %d is given %d", i, id)
		}
	}
	check("all")
	remove := func(list []int32) {
		for _, id := range list {
			gone[id] = true
		}
		tab.Delete(list)
	}
	remove(ids[:1000])
	remove(ids[n-200_000:])
	check("some gone")
	if tab.Len() != n-201_000 {
		t.Errorf("%d keys are left", tab.Len())
	}
	remove(ids[2000 : n-200_000])
	check("most gone")
	tab.Reset()
	if fresh := tab.Assign(keys, n, batch.Range(0, 10), ids[:10]); fresh != 10 {
		t.Errorf("%d of 10 keys are new after Reset", fresh)
	}
}
