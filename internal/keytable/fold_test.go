package keytable

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// TestFoldForms says which keys are folded.
func TestFoldForms(t *testing.T) {
	text, long, short := types.Of(types.String), types.Of(types.Long), types.Of(types.Short)
	window := types.StructOf(types.Field{Name: "start", Type: long}, types.Field{Name: "end", Type: long})
	for _, c := range []struct {
		keys []types.Type
		want form
	}{
		{[]types.Type{text, text}, formFold},
		{[]types.Type{long, text}, formFold},
		{[]types.Type{long, text, window}, formFold},
		{[]types.Type{text, window, short}, formFold},
		{[]types.Type{text}, formText},
		{[]types.Type{long, long}, formPair},
		{[]types.Type{long, long, long}, formFold},
		{[]types.Type{text, text, text, text, text}, formRow},
		{[]types.Type{types.ArrayOf(text), long}, formRow},
	} {
		if f := New(c.keys).form; f != c.want {
			t.Errorf("%v: form %d, want %d", c.keys, f, c.want)
		}
	}
}

// TestFoldForgets lets texts come and go: the dict forgets those that nobody has, and
// the key columns follow when the texts of the others move.
func TestFoldForgets(t *testing.T) {
	text, long := types.Of(types.String), types.Of(types.Long)
	tab := New([]types.Type{text, long})
	kept := make([]int32, 1)
	first := []*batch.Column{batch.Wrap(text, []string{"kept"}, nil), batch.Wrap(long, []int64{1}, nil)}
	tab.Assign(first, 1, nil, kept)
	ids := make([]int32, 100)
	for round := range 100 {
		texts, numbers := make([]string, 100), make([]int64, 100)
		for i := range texts {
			texts[i] = fmt.Sprintf("%s%d-%d", strings.Repeat("long ", 50), round, i%20)
			numbers[i] = int64(i)
		}
		tab.Assign([]*batch.Column{batch.Wrap(text, texts, nil), batch.Wrap(long, numbers, nil)}, 100, nil, ids)
		if got := batch.Values[string](tab.Keys()[0])[ids[99]]; got != texts[99] {
			t.Fatalf("round %d: the key is %q", round, got)
		}
		tab.Delete(ids)
	}
	dict := tab.fold.parts[0].dict
	if dict.Len() != 1 || tab.Len() != 1 || dict.moves == 0 {
		t.Errorf("%d texts of %d keys are left, and moved %d times", dict.Len(), tab.Len(), dict.moves)
	}
	if got := batch.Values[string](tab.Keys()[0])[kept[0]]; got != "kept" {
		t.Errorf("the key that stayed is %q", got)
	}
	if tab.Assign(first, 1, nil, ids[:1]) != 0 || ids[0] != kept[0] {
		t.Error("the key that stayed is not found")
	}
}

// TestUnfold gives a table texts that do not repeat.
func TestUnfold(t *testing.T) {
	text, long := types.Of(types.String), types.Of(types.Long)
	const n = 3 * manyTexts
	texts, numbers := numbered(text, n), numbered(long, n)
	texts.SetNull(5)
	tab, ids, again := New([]types.Type{text, long}), make([]int32, n), make([]int32, n)
	tab.Assign([]*batch.Column{texts, numbers}, 1000, nil, ids[:1000])
	tab.Delete(ids[:10])
	if tab.Assign([]*batch.Column{texts, numbers}, n, nil, ids); tab.form != formRow {
		t.Fatalf("form %d after %d texts", tab.form, n)
	}
	if fresh := tab.Assign([]*batch.Column{texts, numbers}, n, nil, again); fresh != 0 {
		t.Errorf("%d keys are lost", fresh)
	}
	keys := tab.Keys()
	for i, id := range again {
		if id != ids[i] || keys[0].Null(int(id)) != (i == 5) || batch.Values[int64](keys[1])[id] != int64(i) ||
			i != 5 && batch.Values[string](keys[0])[id] != batch.Values[string](texts)[i] {
			t.Fatalf("row %d has another key", i)
		}
	}
}
