package batch

import (
	"testing"

	"github.com/weirstream/weir/types"
)

func TestShareRange(t *testing.T) {
	src := NewColumn(types.ArrayOf(types.Of(types.String)), 0)
	text := src.Children[0]
	src.Extend(200)
	for i := range 200 {
		text.Extend(i % 3)
		for k := range i % 3 {
			Values[string](text)[text.Len()-1-k] = string(rune('a' + i%26))
		}
		src.Offsets[i+1] = int32(text.Len())
		if i%7 == 0 {
			src.SetNull(i)
		}
	}
	both := NewColumn(types.StructOf(types.Field{Name: "a", Type: src.Type}, types.Field{Name: "b", Type: types.Of(types.Int)}), 0)
	both.Resize(200)
	both.Children[0].Share(src)
	for i := range 200 {
		Values[int32](both.Children[1])[i] = int32(i)
	}
	part := NewColumn(both.Type, 0)
	part.ShareRange(both, 128, 70)
	arrays, numbers := part.Children[0], part.Children[1]
	if part.Len() != 70 || arrays.Len() != 70 || numbers.Len() != 70 {
		t.Fatalf("%d, %d and %d rows", part.Len(), arrays.Len(), numbers.Len())
	}
	for i := range 70 {
		if Values[int32](numbers)[i] != int32(128+i) || arrays.Null(i) != src.Null(128+i) || arrays.Offsets[i] != src.Offsets[128+i] {
			t.Fatalf("row %d is not row %d", i, 128+i)
		}
	}
	part.SetNull(3)
	arrays.SetNull(3)
	if both.Null(131) || src.Null(131) {
		t.Error("SetNull wrote to what was shared")
	}
	taken := NewColumn(both.Type, 0)
	taken.Take(part, []int32{69, 3})
	if Values[int32](taken.Children[1])[0] != 197 || !taken.Null(1) {
		t.Error("rows taken of a shared range are not its rows")
	}
	part.Resize(1)
	Values[int32](part.Children[1])[0] = -1
	if Values[int32](both.Children[1])[128] != 128 {
		t.Error("Resize left the shared memory in place")
	}
}
