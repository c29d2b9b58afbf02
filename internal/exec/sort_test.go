package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// sortTypes are the types of keys in random tests.
var sortTypes = []types.Type{
	types.Of(types.Boolean), types.Of(types.Byte), types.Of(types.Int), types.Of(types.Long), types.Of(types.Double),
	types.Of(types.Float), types.DecimalOf(30, 2), types.Of(types.String), types.Of(types.Timestamp),
	types.ArrayOf(types.Of(types.Int)),
	types.StructOf(types.Field{Name: "a", Type: types.Of(types.Int), Nullable: true},
		types.Field{Name: "b", Type: types.Of(types.String), Nullable: true}),
}

// randomValue is a value of t out of few, one in five null.
func randomValue(r *rand.Rand, t types.Type) any {
	n := r.IntN(8) - 4
	switch {
	case r.IntN(5) == 0:
		return nil
	case t.Kind == types.Boolean:
		return n < 0
	case t.Kind == types.Byte:
		return int8(n)
	case t.Kind == types.Int:
		return int32(n)
	case t.Kind == types.Double:
		return float64(n) / 2
	case t.Kind == types.Float:
		return float32(n) / 2
	case t.Kind == types.Decimal128:
		return types.DecimalFromInt64(int64(n))
	case t.Kind == types.String:
		return []string{"", "a", "ab", "b", "a longer text that fills no word", "a longer text that fills no wore", "é", "Z"}[n+4]
	case t.Kind == types.Array:
		v := []any{}
		for range r.IntN(3) {
			v = append(v, randomValue(r, *t.Elem))
		}
		return v
	case t.Kind == types.Struct:
		return []any{randomValue(r, t.Fields[0].Type), randomValue(r, t.Fields[1].Type)}
	default:
		return int64(n)
	}
}

// randomBatches are batches of random rows, each with its number in the last
// column, some with a selection.
func (s *table) randomBatches(r *rand.Rand, rows int) (list []*batch.Batch, all [][]any) {
	for len(all) < rows {
		n := 1 + r.IntN(50)
		var made [][]any
		for range n {
			row := make([]any, len(s.refs))
			for i, ref := range s.refs[:len(s.refs)-1] {
				row[i] = randomValue(r, ref.Typ)
			}
			made = append(made, row)
		}
		var sel []int32
		selected := r.IntN(2) == 0
		for i, row := range made {
			row[len(row)-1] = int64(-1)
			if selected && r.IntN(2) == 0 {
				continue
			}
			row[len(row)-1] = int64(len(all))
			sel = append(sel, int32(i))
			all = append(all, row)
		}
		b := s.batch(made...)
		if selected {
			b.Sel = append([]int32{}, sel...)
		}
		list = append(list, b)
	}
	return list, all
}

func TestSortEqualsAPlainSort(t *testing.T) {
	r := random(t)
	for range 60 {
		columns := []types.Type{sortTypes[r.IntN(len(sortTypes))], sortTypes[r.IntN(len(sortTypes))], types.Of(types.Long)}
		s := newTable(t, columns...)
		rows := []int{1, 30, 400}[r.IntN(3)]
		list, all := s.randomBatches(r, rows)
		keys := []SortKey{
			{Eval: s.compile(s.refs[0])[0], Descending: r.IntN(2) == 0, NullsFirst: r.IntN(2) == 0},
			{Eval: s.compile(s.refs[1])[0], Descending: r.IntN(2) == 0, NullsFirst: r.IntN(2) == 0},
		}
		want := s.sorted(all, keys)
		limit := int64(-1)
		if r.IntN(2) == 0 {
			limit = r.Int64N(int64(len(want)) + 3)
			want = want[:min(int(limit), len(want))]
		}
		sorted := NewSort(&given{batches: list}, columns, keys, limit)
		for range 2 {
			got := drain(t, NewProject(sorted, s.compile(s.refs[2])))
			if !slices.Equal(got, want) {
				t.Fatalf("%v and %v, %+v %+v\n got %v\nwant %v", columns[0], columns[1], keys[0], keys[1], got, want)
			}
		}
	}
}

// sorted are the numbers of all rows in order, as texts.
func (s *table) sorted(all [][]any, keys []SortKey) []string {
	whole := s.batch(all...)
	order := append([]int32(nil), batch.Identity(len(all))...)
	slices.SortStableFunc(order, func(a, b int32) int {
		for i, k := range keys {
			c := whole.Columns[i]
			x, y := c.Null(int(a)), c.Null(int(b))
			switch {
			case x && y:
				continue
			case x || y:
				if x == k.NullsFirst {
					return -1
				}
				return 1
			}
			if o := expr.OrderOf(c.Type)(c, int(a), c, int(b)); o != 0 {
				if k.Descending {
					return -o
				}
				return o
			}
		}
		return 0
	})
	var texts []string
	for _, row := range order {
		texts = append(texts, fmt.Sprint(all[row][len(all[row])-1]))
	}
	return texts
}
