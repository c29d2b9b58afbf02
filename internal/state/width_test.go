package state

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// TestBytesFollowsValues: what rows take is what their values take, however long texts,
// lists and structs are, after a commit as well as after loading.
func TestBytesFollowsValues(t *testing.T) {
	text, long := types.Of(types.String), types.Of(types.Long)
	list := types.ArrayOf(long)
	nested := types.StructOf(types.Field{Name: "a", Type: text}, types.Field{Name: "b", Type: list})
	const rows, chars, items = 2000, 3000, 200
	word := strings.Repeat("x", chars)
	numbers := make([]any, items)
	for i := range numbers {
		numbers[i] = int64(i)
	}
	for _, c := range []struct {
		kind  types.Type
		value any
		each  int // bytes
	}{
		{text, word, chars},
		{types.Of(types.Binary), word, chars},
		{list, numbers, items * 8},
		{nested, []any{word, numbers}, chars + items*8},
		{text, "", 0},
	} {
		t.Run(c.kind.String()+fmt.Sprint(c.each), func(t *testing.T) {
			s := spec([]types.Type{long}, []types.Type{c.kind})
			from, _ := table(s)
			keys, values := batch.NewColumn(long, 0), batch.NewColumn(c.kind, 0)
			for i := range rows {
				keys.AppendRows(column(long, int64(i)), batch.Range(0, 1), nil)
				values.AppendRows(column(c.kind, c.value), batch.Range(0, 1), nil)
			}
			empty := from.Bytes()
			put(t, from, []*batch.Column{keys}, []*batch.Column{values}, rows)
			delta, err := from.Delta(Header{Version: 1, Shards: whole}, nil)
			if err != nil {
				t.Fatal(err)
			}
			from.Clear()
			check := func(what string, s *Slots) {
				t.Helper()
				taken := (s.Bytes() - empty) / rows
				if least, most := int64(c.each), int64(4*c.each+400); taken < least || taken > most {
					t.Errorf("%s: %d bytes a row, want %d to %d", what, taken, least, most)
				}
			}
			check("committed", from)
			parsed, err := ParsePart(delta.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			to, _ := table(s)
			if err := to.Apply(parsed, everyShard); err != nil {
				t.Fatal(err)
			}
			to.Clear()
			check("loaded", to)
		})
	}
}
