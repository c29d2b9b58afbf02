package shuffle

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/weirstream/weir/internal/vfs"
)

// limit grants so many bytes.
type limit struct {
	mu   sync.Mutex
	left int64
	held int64
}

func (l *limit) Reserve(n int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held+n > l.left {
		return false
	}
	l.held += n
	return true
}

func (l *limit) Release(n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held -= n
}

func space(memory int64) (*Space, *limit) {
	l := &limit{left: memory}
	return &Space{FS: new(vfs.Memory), Dir: "/spill", Memory: l}, l
}

type odd struct {
	A int
	B *string
	C []float64
}

func TestCodecs(t *testing.T) {
	text := "x"
	roundTrip(t, []int{0, -1, 1 << 62})
	roundTrip(t, []int64{5, -1 << 63})
	roundTrip(t, []uint64{1 << 63})
	roundTrip(t, []float64{0.5, -1})
	roundTrip(t, []float32{0.5, -1})
	roundTrip(t, []int32{7, -7})
	roundTrip(t, []bool{true, false})
	roundTrip(t, []struct{}{{}, {}})
	roundTrip(t, []string{"", "a", "grüß", "a long one that is not short"})
	roundTrip(t, [][]byte{{}, {1, 2}})
	roundTrip(t, []Pair[string, int]{{"a", 1}, {"", -2}})
	roundTrip(t, []Pair[Pair[string, bool], []float64]{{Pair[string, bool]{"a", true}, []float64{1}}, {Value: nil}})
	roundTrip(t, []odd{{1, &text, []float64{2}}, {}})
	c := SliceCodec(CodecOf[string]())
	values := [][]string{{"a", "b"}, nil, {"c"}}
	b, err := c.Append(nil, values)
	if err != nil {
		t.Fatal(err)
	}
	got := make([][]string, 3)
	if _, err := c.Read(b, got); err != nil || !reflect.DeepEqual(got, values) {
		t.Errorf("slices: %v, %v", got, err)
	}
	if _, err := CodecOf[func()]().Append(nil, []func(){nil}); err == nil {
		t.Error("a function was written to disk")
	}
}

func roundTrip[T any](t *testing.T, values []T) {
	t.Helper()
	c := CodecOf[T]()
	b, err := c.Append([]byte("before"), values)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]T, len(values))
	rest, err := c.Read(append(b, "after"...)[6:], got)
	if err != nil || !reflect.DeepEqual(got, values) || string(rest) != "after" {
		t.Errorf("%T: %v, rest %q, %v; want %v", values, got, rest, err, values)
	}
	for cut := 6; cut < len(b); cut++ { // torn: an error, or values of the same number
		_, _ = c.Read(b[6:cut], got)
	}
}

// What Java gives for the same keys.
func TestHash(t *testing.T) {
	type key struct {
		A int
		B string
	}
	for _, c := range []struct{ got, want int32 }{
		{Hash("spark"), 109638365},
		{Hash(""), 0},
		{Hash("grüß😀"), Hash("grüß😀")},
		{Hash("😀"), 1772899},
		{Hash(5), 5},
		{Hash(-5), -5},
		{Hash(int32(-5)), -5},
		{Hash(1 << 40), 1 << 8},
		{Hash(5.0), 5},
		{Hash(0.5), 1071644672},
		{Hash(true), 1231},
		{Hash(key{2, "a"}), 31*2 + 97},
		{Hash(Pair[int, string]{2, "a"}), 31*2 + 97},
		{Hash([2]any{nil, 3}), 3},
	} {
		if c.got != c.want {
			t.Errorf("hash %d, want %d", c.got, c.want)
		}
	}
	if Mod(-7, 3) != 2 || Mod(7, 3) != 1 {
		t.Error("the modulo is negative, or wrong")
	}
}

func TestTable(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	check(t, r, func() int { return r.IntN(5000) })
	check(t, r, func() int32 { return int32(r.IntN(5000)) - 2500 })
	check(t, r, func() string { return fmt.Sprint(r.IntN(5000)) })
	check(t, r, func() [2]any { return [2]any{r.IntN(70), fmt.Sprint(r.IntN(70))} })
}

func check[K comparable](t *testing.T, r *rand.Rand, draw func() K) {
	t.Helper()
	table, want := NewTable[K, int](), make(map[K]int)
	var order []K
	for range 20000 {
		k, v := draw(), r.IntN(10)
		i, added := table.Add(k)
		if _, ok := want[k]; ok == added {
			t.Fatalf("key %v added: %v", k, added)
		}
		if added {
			order = append(order, k)
		}
		table.Values[i] += v
		want[k] += v
	}
	for i, k := range order {
		if table.Keys[i] != k || table.Values[i] != want[k] || table.Find(k) != i {
			t.Fatalf("entry %d is %v %v, want %v %v", i, table.Keys[i], table.Values[i], k, want[k])
		}
	}
	if table.Len() != len(order) {
		t.Errorf("%d keys, want %d", table.Len(), len(order))
	}
}

// However little memory there is, the outcome is the same, in the same order, and
// in the end nobody holds anything.
func TestSpillEqualsMemory(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	rows := make([]Pair[string, int], 12000)
	for i := range rows {
		rows[i] = Pair[string, int]{fmt.Sprint("key", r.IntN(4000)), i}
	}
	lists := Combiner[int, []int]{
		Create: func(v int) []int { return []int{v} },
		Add:    func(c []int, v int) []int { return append(c, v) },
		Merge:  func(a, b []int) []int { return append(a, b...) },
		Codec:  SliceCodec(CodecOf[int]()), Grows: true,
	}
	run := func(memory int64) (map[string]any, int64) {
		s, held := space(memory)
		out := make(map[string]any)
		o, err := WriteCombined(s, lists, slices.Values(rows), 3, func(k string) int { return Mod(Hash(k), 3) })
		if err != nil {
			t.Fatal(err)
		}
		for p := range 3 {
			var list []Pair[string, []int]
			err := Merge(s, lists, func(yield func(Pair[string, []int]) bool) {
				for range 2 { // as of two map tasks
					if more, err := o.Each(p, func(p Pair[string, []int]) bool {
						p.Value = slices.Clone(p.Value)
						return yield(p)
					}); err != nil || !more {
						return
					}
				}
			}, func(p Pair[string, []int]) bool { list = append(list, p); return true })
			if err != nil {
				t.Fatal(err)
			}
			out[fmt.Sprint("part", p)] = list
		}
		o.Free()
		var sorted []Pair[string, int]
		err = Sort(s, CodecOf[Pair[string, int]](), slices.Values(rows), func(a, b Pair[string, int]) int {
			return cmp.Compare(a.Key, b.Key)
		}, func(p Pair[string, int]) bool { sorted = append(sorted, p); return true })
		if err != nil {
			t.Fatal(err)
		}
		out["sorted"] = sorted
		plain, err := Write(s, CodecOf[Pair[string, int]](), slices.Values(rows), 2, func(p Pair[string, int]) int { return p.Value % 2 })
		if err != nil {
			t.Fatal(err)
		}
		var odds []int
		if _, err := plain.Each(1, func(p Pair[string, int]) bool { odds = append(odds, p.Value); return true }); err != nil {
			t.Fatal(err)
		}
		plain.Free()
		out["odds"] = odds
		if held.held != 0 {
			t.Errorf("with %d bytes of memory %d are held in the end", memory, held.held)
		}
		if files, err := s.FS.ReadDir("/spill"); err == nil && len(files) > 0 {
			t.Errorf("with %d bytes of memory %d files are left", memory, len(files))
		}
		return out, s.Spilled()
	}
	want, spilled := run(1 << 40)
	if spilled != 0 {
		t.Errorf("%d bytes spilled though there was room", spilled)
	}
	for _, memory := range []int64{300 << 10, 600 << 10} {
		got, spilled := run(memory)
		if spilled == 0 {
			t.Errorf("with %d bytes of memory nothing was spilled", memory)
		}
		for what := range want {
			if !reflect.DeepEqual(got[what], want[what]) {
				t.Errorf("with %d bytes of memory %s differs", memory, what)
			}
		}
	}
}

// Without any memory a bucket is spilled to the last depth and then kept.
func TestNoMemoryAtAll(t *testing.T) {
	s, _ := space(0)
	sum := Combiner[int, int]{func(v int) int { return v }, func(c, v int) int { return c + v }, func(a, b int) int { return a + b }, nil, false}
	var got []Pair[int, int]
	err := Combine(s, sum, func(yield func(Pair[int, int]) bool) {
		for i := range 60 {
			if !yield(Pair[int, int]{i % 7, i}) {
				return
			}
		}
	}, func(p Pair[int, int]) bool { got = append(got, p); return true })
	if err != nil {
		t.Fatal(err)
	}
	want := make([]Pair[int, int], 7)
	for i := range 60 {
		want[i%7] = Pair[int, int]{i % 7, want[i%7].Value + i}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFullDisk(t *testing.T) {
	s, held := space(0)
	inject, err := vfs.NewInject(s.FS, "ENOSPC on write of *")
	if err != nil {
		t.Fatal(err)
	}
	s.FS = inject
	if _, err := Write(s, CodecOf[int](), slices.Values([]int{1, 2}), 1, func(int) int { return 0 }); err == nil {
		t.Error("a full disk went unnoticed")
	}
	if held.held != 0 {
		t.Errorf("%d bytes are held", held.held)
	}
}

func BenchmarkTableWords(b *testing.B) {
	words := make([]string, 1<<16)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range words {
		words[i] = fmt.Sprint("w", int(r.ExpFloat64()*300))
	}
	b.ReportAllocs()
	table := NewTable[string, int]()
	for b.Loop() {
		for _, w := range words {
			i, _ := table.Add(w)
			table.Values[i]++
		}
	}
	b.ReportMetric(float64(len(words)*b.N)/1e6/b.Elapsed().Seconds(), "Mwords/s")
}

func TestHashOfInterfaces(t *testing.T) {
	for _, k := range []any{"hazel", int64(7), int32(7), 7, uint(7), "", nil, Pair[any, any]{Key: "a", Value: int64(1)}} {
		var want int32
		switch k := k.(type) {
		case string:
			want = Hash(k)
		case nil:
		case Pair[any, any]:
			want = Hash(Pair[string, int64]{Key: "a", Value: 1})
		default:
			want = 7
		}
		if got := Hash(k); got != want {
			t.Errorf("Hash(any(%v)) = %d, want %d", k, got, want)
		}
	}
}
