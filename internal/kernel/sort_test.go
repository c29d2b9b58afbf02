package kernel

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/types"
)

// checkSort compares a sort with the standard library's stable one.
func checkSort(t *testing.T, r *rand.Rand, n int, compare func(a, b int32) int,
	sort func(rows []int32, valid []uint64, o Order)) {
	t.Helper()
	for _, o := range []Order{{}, {Descending: true}, {NullsFirst: true}, {true, true}} {
		for _, valid := range [][]uint64{nil, bitmap(r, n)} {
			rows := make([]int32, n)
			for i := range rows {
				rows[i] = int32(i)
			}
			r.Shuffle(n, func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			want := slices.Clone(rows)
			slices.SortStableFunc(want, func(a, b int32) int {
				aNull := valid != nil && !Bit(valid, int(a))
				bNull := valid != nil && !Bit(valid, int(b))
				switch {
				case aNull && bNull:
					return 0
				case aNull != bNull:
					if aNull == o.NullsFirst {
						return -1
					}
					return 1
				case o.Descending:
					return compare(b, a)
				}
				return compare(a, b)
			})
			if sort(rows, valid, o); !slices.Equal(rows, want) {
				t.Fatalf("%d rows, %+v, nulls %t: not as the stable sort orders them", n, o, valid != nil)
			}
		}
	}
}

func checkSortNumbers[T Number](t *testing.T, r *rand.Rand, n int, next func() T) {
	t.Helper()
	var s Sorter
	values := make([]T, n)
	for i := range values {
		values[i] = next()
	}
	checkSort(t, r, n, func(a, b int32) int { return order(values[a], values[b]) },
		func(rows []int32, valid []uint64, o Order) { SortNumbers(&s, rows, values, valid, o) })
}

func TestSort(t *testing.T) {
	r := random(t)
	for _, n := range []int{0, 1, 2, 50, radixFrom, 3000} {
		checkSortNumbers(t, r, n, func() int8 { return int8(r.Uint32()) })
		checkSortNumbers(t, r, n, func() int32 { return int32(r.Uint32()) })
		checkSortNumbers(t, r, n, func() int64 { return int64(r.Uint64()) })
		checkSortNumbers(t, r, n, func() int64 { return 1_700_000_000 + r.Int64N(1000) })
		checkSortNumbers(t, r, n, func() float64 { return math.Float64frombits(r.Uint64()) })
		checkSortNumbers(t, r, n, func() float32 { return []float32{0, float32(math.NaN()), -1, 1, 0.5}[r.IntN(5)] })

		var s Sorter
		bools := make([]bool, n)
		decimals := make([]types.Decimal, n)
		texts := make([]string, n)
		for i := range n {
			bools[i] = r.IntN(2) == 0
			decimals[i] = types.Decimal{Lo: r.Uint64N(4) << 62, Hi: r.Int64N(4) - 2}
			b := make([]byte, r.IntN(20))
			for k := range b {
				b[k] = byte(r.IntN(2)) * 'a'
			}
			texts[i] = string(b)
		}
		checkSort(t, r, n, func(a, b int32) int { return cmp.Compare(one(bools[a]), one(bools[b])) },
			func(rows []int32, valid []uint64, o Order) { SortBools(&s, rows, bools, valid, o) })
		checkSort(t, r, n, func(a, b int32) int { return CompareDecimal(decimals[a], decimals[b]) },
			func(rows []int32, valid []uint64, o Order) { SortDecimals(&s, rows, decimals, valid, o) })
		checkSort(t, r, n, func(a, b int32) int { return cmp.Compare(texts[a], texts[b]) },
			func(rows []int32, valid []uint64, o Order) { SortStrings(&s, rows, texts, valid, o) })
	}
}

// Sorting by the last key first sorts by all of them.
func TestSortBySeveralKeys(t *testing.T) {
	r := random(t)
	const n = 500
	var s Sorter
	rows, ints, texts := make([]int32, n), make([]int32, n), make([]string, n)
	for i := range n {
		rows[i], ints[i], texts[i] = int32(i), int32(r.IntN(5)), string(rune('a'+r.IntN(5)))
	}
	SortNumbers(&s, rows, ints, nil, Order{Descending: true})
	SortStrings(&s, rows, texts, nil, Order{})
	if !slices.IsSortedFunc(rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(texts[a], texts[b]), cmp.Compare(ints[b], ints[a]), cmp.Compare(a, b))
	}) {
		t.Error("rows are not sorted by text, then by number descending, then by row")
	}
}
