package keytable

import (
	"slices"
	"sync"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// TestView looks up in several views at once; the race detector sees what they share.
func TestView(t *testing.T) {
	long, text := types.Of(types.Long), types.Of(types.String)
	for _, keyTypes := range [][]types.Type{{long}, {long, long}, {text}, {text, long}} {
		const n = 3000
		var columns []*batch.Column
		for _, kt := range keyTypes {
			columns = append(columns, numbered(kt, n))
		}
		tab, want := New(keyTypes), make([]int32, n)
		tab.Assign(columns, n, nil, want)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				got := make([]int32, n)
				if tab.View().Lookup(columns, n, nil, got); !slices.Equal(got, want) {
					t.Errorf("%v: a view finds other ids", keyTypes)
				}
			})
		}
		wg.Wait()
	}
}
