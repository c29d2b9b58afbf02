package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

const benchRows = 8192

// measure runs one batch an iteration and reports rows a second.
func measure(b *testing.B, run func()) {
	b.ReportAllocs()
	run()
	for b.Loop() {
		run()
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

type benchRowsOf struct {
	ints, others []int64
	floats       []float64
	texts        []string
	words        []uint64
	bools        []bool
	sel, rows    []int32
	groups       []int32
}

func benchInput() *benchRowsOf {
	r := rand.New(rand.NewPCG(1, 2))
	in := &benchRowsOf{bools: make([]bool, benchRows), words: make([]uint64, benchRows),
		rows: make([]int32, benchRows)}
	for i := range benchRows {
		in.ints = append(in.ints, r.Int64N(1000))
		in.others = append(in.others, r.Int64N(1000))
		in.floats = append(in.floats, r.Float64())
		in.texts = append(in.texts, fmt.Sprintf("word%d", r.IntN(1000000)))
		in.groups = append(in.groups, r.Int32N(1000))
		in.sel = append(in.sel, int32(i))
	}
	return in
}

func BenchmarkHashWords(b *testing.B) {
	in := benchInput()
	measure(b, func() { HashWords(in.words, AsWords(in.ints)) })
}

func BenchmarkHashStrings(b *testing.B) {
	in := benchInput()
	measure(b, func() { HashStrings(in.words, in.texts, nil) })
}

func BenchmarkCompareInts(b *testing.B) {
	in := benchInput()
	measure(b, func() { CompareNumbers(Less, in.bools, in.ints, in.others) })
}

func BenchmarkSelectInt(b *testing.B) {
	in := benchInput()
	measure(b, func() { SelectNumber(Less, in.rows, in.sel, in.ints, 500) })
}

func BenchmarkSelectFloat(b *testing.B) {
	in := benchInput()
	measure(b, func() { SelectNumber(Less, in.rows, in.sel, in.floats, 0.5) })
}

func BenchmarkSelectString(b *testing.B) {
	in := benchInput()
	measure(b, func() { SelectString(Equal, in.rows, in.sel, in.texts, "word500000") })
}

func BenchmarkSortInts(b *testing.B) {
	in := benchInput()
	var s Sorter
	measure(b, func() {
		copy(in.rows, in.sel)
		SortNumbers(&s, in.rows, in.ints, nil, Order{})
	})
}

func BenchmarkSortFloats(b *testing.B) {
	in := benchInput()
	var s Sorter
	measure(b, func() {
		copy(in.rows, in.sel)
		SortNumbers(&s, in.rows, in.floats, nil, Order{})
	})
}

func BenchmarkSortStrings(b *testing.B) {
	in := benchInput()
	var s Sorter
	measure(b, func() {
		copy(in.rows, in.sel)
		SortStrings(&s, in.rows, in.texts, nil, Order{})
	})
}

func BenchmarkAddTo(b *testing.B) {
	in := benchInput()
	sums := make([]int64, 1000)
	measure(b, func() { AddTo(sums, in.groups, in.ints, nil) })
}
