package keytable

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// Hashes of keys are on disk, as the order of shards in state files. If this test
// fails, the change is wrong, not the test.
func TestHashesOfKeysNeverChange(t *testing.T) {
	pair := types.StructOf(types.Field{Name: "a", Type: types.Of(types.Int)}, types.Field{Name: "b", Type: types.Of(types.String)})
	s := batch.NewColumn(pair, 0)
	s.Resize(2)
	batch.Values[int32](s.Children[0])[0] = 5
	batch.Values[string](s.Children[1])[0] = "five"
	s.SetNull(1)
	a := batch.NewColumn(types.ArrayOf(types.Of(types.Double)), 0)
	a.Resize(2)
	a.Children[0].Extend(2)
	batch.Values[float64](a.Children[0])[0] = 1.5
	a.Children[0].SetNull(1)
	a.Offsets[1], a.Offsets[2] = 2, 2
	text := column(types.String, "word", "a text that is longer than sixteen bytes")[0]
	number := column(types.Long, int64(1), -1)[0]
	short := column(types.Short, int16(1), -1)[0]
	for _, tt := range []struct {
		name string
		keys []*batch.Column
		want []uint64
	}{
		{"no keys", nil, []uint64{0, 0}},
		{"long", []*batch.Column{number}, []uint64{kernel.HashWord(1), kernel.HashWord(^uint64(0))}},
		{"short", []*batch.Column{short}, []uint64{kernel.HashWord(1), kernel.HashWord(^uint64(0))}},
		{"string", []*batch.Column{text}, nil},
		{"long, string", []*batch.Column{number, text}, nil},
		{"struct", []*batch.Column{s}, nil},
		{"array", []*batch.Column{a}, nil},
		{"array, struct", []*batch.Column{a, s}, nil},
	} {
		var h Hasher
		got := h.Hashes(tt.keys, 2, nil, nil)
		want := tt.want
		if want == nil {
			want = goldenHashes[tt.name]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: {%#016x, %#016x}", tt.name, got[0], got[1])
		}
		if back := h.Hashes(tt.keys, 2, []int32{1}, nil); back[0] != got[1] {
			t.Errorf("%s: a selected row has another hash", tt.name)
		}
		if shards := h.Shards(tt.keys, 2, nil, []uint8{9}); shards[0] != 9 || shards[2] != uint8(got[1]>>56) {
			t.Errorf("%s: shards %v", tt.name, shards)
		}
	}
}

var goldenHashes = map[string][]uint64{
	"string":        {0xb4c9d0effc94dbee, 0x3afa73fb15ca2e62},
	"long, string":  {0xd4b39268da4e84fa, 0x37cfd66c4a00111f},
	"struct":        {0x849b2dc01425b7d9, 0x587cc044b2d3112d},
	"array":         {0x3758f2c32b5041f6, 0x6d206ebf87529e6a},
	"array, struct": {0x4d4d167f0beead0a, 0xb44e7cf96b140d69},
}

// A key keeps its hash on its way into the table, whatever the form.
func TestHashesOfIdsAreThoseOfRows(t *testing.T) {
	r := random(t)
	for range 40 {
		ts := []types.Type{randomType(r, 2), randomType(r, 1)}[:1+r.IntN(2)]
		keys, rows, sel := randomBatch(r, ts)
		table, ids := New(ts), make([]int32, 4096)
		table.Assign(keys, rows, sel, ids)
		var h Hasher
		byRow := h.Hashes(keys, rows, sel, nil)
		if byID := table.Hashes(ids[:len(byRow)], nil); !slices.Equal(byID, byRow) {
			t.Fatalf("%v: hashes of ids differ from those of rows", fmt.Sprint(ts))
		}
	}
}
