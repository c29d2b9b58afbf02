package keytable

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// TestLoose gives a loose table rows of all forms, takes some out, and finds the
// others after Tighten.
func TestLoose(t *testing.T) {
	long, text := types.Of(types.Long), types.Of(types.String)
	for _, keyTypes := range [][]types.Type{
		{long}, {long, long}, {text}, {text, long}, {types.ArrayOf(long), long},
	} {
		t.Run(fmt.Sprint(keyTypes), func(t *testing.T) {
			const n = 3000
			columns := make([]*batch.Column, len(keyTypes))
			for k, kt := range keyTypes {
				columns[k] = numbered(kt, n)
			}
			columns[0].SetNull(7)
			tab, ids := New(keyTypes), make([]int32, n)
			tab.Loosen()
			if got := tab.Assign(columns, n, nil, ids); got != n || tab.Len() != n {
				t.Fatalf("%d new keys, %d are there, want %d", got, tab.Len(), n)
			}
			tab.Delete(ids[:1000])
			again := make([]int32, 500)
			tab.Assign(columns, n, batch.Range(0, 500), again)
			if slices.Max(again) >= n {
				t.Error("ids of deleted keys were not given again")
			}
			tab.Tighten()
			found := make([]int32, n)
			tab.Lookup(columns, n, nil, found)
			want := slices.Concat(again, slices.Repeat([]int32{-1}, 500), ids[1000:])
			if !slices.Equal(found, want) {
				t.Error("other ids are found than were given")
			}
			if got := tab.Assign(columns, n, nil, found); got != 500 {
				t.Errorf("%d keys are new, want 500", got)
			}
			tab.Delete(found)
			if tab.Len() != 0 {
				t.Errorf("%d keys are left", tab.Len())
			}
		})
	}
}

// numbered is a column of n values that all differ.
func numbered(t types.Type, n int) *batch.Column {
	c := batch.NewColumn(t, n)
	c.Resize(n)
	switch t.Kind {
	case types.Long:
		for i := range n {
			batch.Values[int64](c)[i] = int64(i)
		}
	case types.String:
		for i := range n {
			batch.Values[string](c)[i] = fmt.Sprintf("a text of some length %d", i)
		}
	default:
		batch.Reset(c.Children[0], batch.Values[int64](numbered(types.Of(types.Long), n)), nil)
		for i := range n {
			c.Offsets[i+1] = int32(i + 1)
		}
	}
	return c
}
