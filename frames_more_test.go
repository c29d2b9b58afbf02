package weir_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
)

func texts(t *testing.T, d *weir.DataFrame) []string {
	t.Helper()
	d = d.ToJSON()
	list, err := weir.CollectAs[string](t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A DataFrame's columns are told apart from those of another one of the same names,
// also where one is made of the other.
func TestColumnsOfFrames(t *testing.T) {
	kv := newTables(t).kv
	big := kv.Where("v > 1")
	both := kv.Join(big, kv.Col("v").Eq(big.Col("v")), "inner")
	got := texts(t, both.Select(kv.Col("k").As("a"), big.Col("k").As("b")).OrderBy("a", "b"))
	want := []string{`{}`, `{"b":"a"}`, `{"a":"a"}`, `{"a":"a","b":"a"}`, `{"a":"b","b":"b"}`}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := texts(t, both.Drop(big.Col("k"), big.Col("v")).Where("k = 'b'")); !slices.Equal(got, []string{`{"k":"b","v":3}`}) {
		t.Errorf("%q", got)
	}
}

// Kept rows are computed once, for what is built on them too.
func TestCache(t *testing.T) {
	tables := newTables(t)
	random := tables.kv.Select("k", f.Call("rand").As("x"))
	if random.IsCached() || !random.Cache().IsCached() {
		t.Fatal("it is cached once it is asked for")
	}
	first, again := texts(t, random), texts(t, random.Where("x >= 0"))
	if !slices.Equal(first, again) {
		t.Errorf("%q, then %q", first, again)
	}
	if other := texts(t, random.Unpersist()); slices.Equal(first, other) {
		t.Error("rows are kept after Unpersist")
	}
	kept, err := random.LocalCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(texts(t, kept), texts(t, kept)) {
		t.Error("a checkpoint changes")
	}
}

type person struct {
	Name  *string
	Years int32 `weir:"age"`
}

// Go values become rows and rows Go values.
func TestTyped(t *testing.T) {
	tables := newTables(t)
	got, err := weir.CollectAs[person](t.Context(), tables.people.Where("age > 5"))
	if err != nil || len(got) != 2 || got[0].Name != nil || got[1].Years != 9 {
		t.Fatalf("%v, %v", got, err)
	}
	back := weir.FrameOf(tables.session, got)
	if list := texts(t, back); !slices.Equal(list, []string{`{"age":7}`, `{"Name":"dan","age":9}`}) {
		t.Errorf("%q", list)
	}
	records, err := back.ToArrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if list := texts(t, tables.session.FromArrow(records...)); !slices.Equal(list, texts(t, back)) {
		t.Errorf("%q", list)
	}
	if _, err := weir.CollectAs[person](t.Context(), tables.kv); err == nil {
		t.Error("a column that is not there is an error")
	}
}

// A split deals every row to one part.
func TestRandomSplit(t *testing.T) {
	s := newTables(t).session
	all := s.Range(0, 1000, 1)
	parts := all.RandomSplit([]float64{1, 2, 1}, 7)
	union := parts[0].Union(parts[1]).Union(parts[2])
	rows, err := union.Distinct().Count(t.Context())
	if err != nil || rows != 1000 {
		t.Errorf("%d, %v", rows, err)
	}
	n, err := parts[1].Count(t.Context())
	if err != nil || n < 400 || n > 600 {
		t.Errorf("half of 1000 rows are %d, %v", n, err)
	}
}

// Subqueries stand in conditions of other DataFrames.
func TestSubqueries(t *testing.T) {
	tables := newTables(t)
	few := tables.kv.Where("v = 3").Select("k")
	if got := texts(t, tables.kv.Where(few.Holds("k")).OrderBy("v")); !slices.Equal(got, []string{`{"k":"b","v":1}`, `{"k":"b","v":3}`}) {
		t.Errorf("%q", got)
	}
	if got := texts(t, tables.wide.Where(tables.kv.Where(f.Col("v").Eq(f.Col("id")).And(f.Col("k").Eq("b"))).Exists()).Select("id")); !slices.Equal(got,
		[]string{`{"id":1}`}) {
		t.Errorf("%q", got)
	}
}

// EXISTS that reads nothing of the query around it becomes a join without a condition.
func TestUncorrelatedExists(t *testing.T) {
	s := newTables(t).session
	got := texts(t, s.SQL("SELECT c FROM (SELECT a + 1 AS c FROM VALUES (1), (2) AS t(a)) WHERE EXISTS (SELECT 1 FROM range(1)) "+
		"AND NOT EXISTS (SELECT 1 FROM range(3) WHERE id > 5)"))
	if !slices.Equal(got, []string{`{"c":2}`, `{"c":3}`}) {
		t.Errorf("%q", got)
	}
}

func TestFrameExplain(t *testing.T) {
	kv := newTables(t).kv.Where("v > 1")
	for mode, words := range map[weir.ExplainMode]string{weir.ExplainSimple: "Filter", weir.ExplainExtended: "== Analyzed Logical Plan ==",
		weir.ExplainFormatted: "(1)"} {
		text, err := kv.Explain(t.Context(), mode)
		if err != nil || !strings.Contains(text, words) {
			t.Errorf("%s: %s, %v", mode, text, err)
		}
	}
	if _, err := kv.Explain(t.Context(), "loud"); err == nil {
		t.Error("an unknown mode is an error")
	}
}

func TestIterate(t *testing.T) {
	kv := newTables(t).kv
	n := 0
	for row, err := range kv.ToLocalIterator(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 2 && row[1] != int32(2) {
			t.Error(row)
		}
	}
	if _, err := kv.Limit(0).First(t.Context()); err != weir.ErrNoRows || n != 6 {
		t.Error(err, n)
	}
}

// An observation sees the rows that pass, whatever becomes of them.
func TestObserve(t *testing.T) {
	people := newTables(t).people
	o := weir.NewObservation("m")
	seen := people.Observe(o, f.Count(f.Lit(1)).As("n"), f.Max("age").Plus(1).As("top"), f.Sum(f.Col("age").Times(2)).As("twice")).Where("age > 5")
	if n, err := seen.Count(t.Context()); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	got, err := o.Get(t.Context())
	if err != nil || len(got) != 3 || got["n"] != int64(5) || got["top"] != int32(10) || got["twice"] != int64(52) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := people.Observe(weir.NewObservation(""), f.Col("age")).Count(t.Context()); err == nil {
		t.Error("a column is no metric")
	}
}

// Of a stream the metrics of each batch stand in its progress.
func TestObserveStream(t *testing.T) {
	d := open(t)
	d.put("a", "one", "two", "three")
	seen := d.lines().Observe(weir.NewObservation("words"), f.Count(f.Lit(1)).As("n"), f.Max(f.Length("value")).As("longest"))
	q := d.start(seen.Where("value > 'p'").WriteStream().Format("noop").Trigger(weir.AvailableNow()))
	if err := q.AwaitTermination(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := q.LastProgress()
	if got := string(p.Observed["words"]); got != `{"n":3,"longest":5}` {
		t.Errorf("observed %s", got)
	}
}
