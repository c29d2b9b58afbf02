package weir_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
	datatypes "github.com/weirstream/weir/types"
)

// sorted are the rows of a frame as JSON, in order.
func sorted(t *testing.T, d *weir.DataFrame) string {
	t.Helper()
	list := texts(t, d)
	slices.Sort(list)
	return strings.Join(list, " ")
}

// What stands in a chain and was not called anywhere else.
func TestChains(t *testing.T) {
	tables := newTables(t)
	kv := tables.kv // a1 a2 b1 b3 a1 null2
	other := tables.session.CreateDataFrame([]weir.Row{{"a", 1}, {"z", 9}}, "k string, v int")
	all := sorted(t, kv)
	for name, tt := range map[string]struct {
		d    *weir.DataFrame
		want string
	}{
		"unionAll":           {other.UnionAll(other), `{"k":"a","v":1} {"k":"a","v":1} {"k":"z","v":9} {"k":"z","v":9}`},
		"intersect":          {kv.Intersect(other), `{"k":"a","v":1}`},
		"except":             {other.Except(kv), `{"k":"z","v":9}`},
		"subtract":           {kv.Subtract(other), `{"k":"a","v":2} {"k":"b","v":1} {"k":"b","v":3} {"v":2}`},
		"avg":                {kv.GroupBy("k").Avg("v"), `{"avg(v)":2.0} {"k":"a","avg(v)":1.3333333333333333} {"k":"b","avg(v)":2.0}`},
		"min":                {kv.GroupBy("k").Min("v"), `{"k":"a","min(v)":1} {"k":"b","min(v)":1} {"min(v)":2}`},
		"repartition":        {kv.Repartition(3, "k"), all},
		"repartitionByRange": {kv.RepartitionByRange(3, "k"), all},
		"hint":               {kv.Hint("broadcast"), all},
		"alias":              {kv.Alias("x").Select("x.v").Where("v = 3"), `{"v":3}`},
		"transform":          {kv.Transform(func(d *weir.DataFrame) *weir.DataFrame { return d.Where("v > 2") }), `{"k":"b","v":3}`},
	} {
		if got := sorted(t, tt.d); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	for _, take := range []func(context.Context, int) ([]weir.Row, error){kv.Take, kv.Head} {
		if rows, err := take(t.Context(), 2); err != nil || fmt.Sprint(rows) != "[[a 1] [a 2]]" {
			t.Errorf("the first two are %v, %v", rows, err)
		}
	}
	described := kv.WithMetadata("v", map[string]any{"unit": "s"})
	if s, err := described.Schema(t.Context()); err != nil || s.Fields[1].Metadata["unit"] != "s" || s.Fields[0].Metadata != nil {
		t.Errorf("metadata: %+v, %v", s, err)
	}
}

func TestFramesTellOfThemselves(t *testing.T) {
	tables := newTables(t)
	names, err := tables.nested.Columns(t.Context())
	if err != nil || !slices.Equal(names, []string{"a", "s", "m", "l"}) {
		t.Errorf("the columns are %q, %v", names, err)
	}
	dtypes, err := tables.nested.DTypes(t.Context())
	if want := "[[a int] [s struct<x:int,y:array<int>>] [m map<string,struct<z:decimal(5,2)>>] [l array<struct<q:string>>]]"; err != nil || fmt.Sprint(dtypes) != want {
		t.Errorf("the types are %v, %v", dtypes, err)
	}
	hash := func(d *weir.DataFrame) uint64 {
		t.Helper()
		h, err := d.SemanticHash(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	same := tables.kv.Select(f.Col("v").Plus(1).As("x"))
	if hash(same) != hash(tables.kv.Select(f.Col("v").Plus(1).As("y"))) || hash(same) == hash(tables.kv.Select(f.Col("v").Plus(2).As("x"))) {
		t.Error("the hash tells not what is alike")
	}
	dir := t.TempDir()
	for _, n := range []string{"b", "a"} {
		fileOf(t, filepath.Join(dir, n+".json"), "{\"v\":1}\n")
	}
	schema := datatypes.NewSchema(datatypes.Field{Name: "v", Type: datatypes.Of(datatypes.Long), Nullable: true})
	d := tables.session.Read().SchemaOf(schema).JSON(dir)
	files, err := d.InputFiles(t.Context())
	if err != nil || len(files) != 2 || files[0] != "file://"+filepath.ToSlash(dir)+"/a.json" || !strings.HasSuffix(files[1], "/b.json") {
		t.Errorf("the files are %q, %v", files, err)
	}
	stream := tables.session.ReadStream().SchemaOf(schema).JSON(dir)
	for want, d := range map[bool]*weir.DataFrame{false: d, true: stream} {
		if is, err := d.IsStreaming(t.Context()); err != nil || is != want {
			t.Errorf("IsStreaming is %v, %v", is, err)
		}
	}
	avro := filepath.Join(dir, "avro")
	if err := d.Write().Avro(t.Context(), avro); err != nil {
		t.Fatal(err)
	}
	if got := sorted(t, tables.session.Read().Avro(avro)); got != `{"v":1} {"v":1}` {
		t.Errorf("Avro holds %s", got)
	}
	var csv strings.Builder
	quoted := tables.session.SQL(`SELECT * FROM VALUES (1, 'a,"b'), (2, NULL) AS t(n, s)`)
	if err := quoted.WriteCSV(t.Context(), &csv); err != nil || csv.String() != "n,s\n1,\"a,\"\"b\"\n2,\n" {
		t.Errorf("CSV is %q, %v", csv.String(), err)
	}
}

// Every row is seen once, and the first error ends it.
func TestRowsOneByOne(t *testing.T) {
	kv := newTables(t).kv
	enough := errors.New("enough")
	var whole, parts, typed []string
	if err := kv.ForEach(t.Context(), func(r weir.Row) error { whole = append(whole, fmt.Sprint(r)); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := kv.ForEachPartition(t.Context(), func(rows iter.Seq[weir.Row]) error {
		for r := range rows {
			parts = append(parts, fmt.Sprint(r))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	type pair struct {
		K *string
		V int32
	}
	for p, err := range weir.RowsAs[pair](t.Context(), kv) {
		if err != nil {
			t.Fatal(err)
		}
		key := "<nil>"
		if p.K != nil {
			key = *p.K
		}
		typed = append(typed, fmt.Sprintf("[%s %d]", key, p.V))
	}
	if len(whole) != 6 || !slices.Equal(whole, parts) || !slices.Equal(whole, typed) {
		t.Errorf("row by row %q, by parts %q, typed %q", whole, parts, typed)
	}
	seen := 0
	if err := kv.ForEach(t.Context(), func(weir.Row) error { seen++; return enough }); !errors.Is(err, enough) || seen != 1 {
		t.Errorf("after %d rows: %v", seen, err)
	}
	if err := kv.ForEachPartition(t.Context(), func(iter.Seq[weir.Row]) error { return enough }); !errors.Is(err, enough) {
		t.Error(err)
	}
	wrong := 0
	for _, err := range weir.RowsAs[struct{ Nosuch int }](t.Context(), kv) {
		if wrong++; err == nil {
			t.Error("a field of no column is read")
		}
	}
	if wrong != 1 {
		t.Errorf("the error came %d times", wrong)
	}
}

func TestTempViews(t *testing.T) {
	tables := newTables(t)
	s, kv := tables.session, tables.kv
	count := func(name string) string {
		rows, err := s.SQL("SELECT count(*) FROM " + name).Collect(t.Context())
		if err != nil {
			return "error"
		}
		return fmt.Sprint(rows)
	}
	if err := errors.Join(kv.CreateTempView("one"), kv.CreateGlobalTempView("all")); err != nil {
		t.Fatal(err)
	}
	if kv.CreateTempView("one") == nil || kv.CreateGlobalTempView("all") == nil {
		t.Error("a view is made twice")
	}
	if err := kv.Limit(2).CreateOrReplaceGlobalTempView("all"); err != nil {
		t.Fatal(err)
	}
	if one, all := count("one"), count("global_temp.all"); one != "[[6]]" || all != "[[2]]" {
		t.Errorf("the views have %s and %s rows", one, all)
	}
	if !s.DropTempView("one") || s.DropTempView("one") || !s.DropGlobalTempView("all") || s.DropGlobalTempView("all") {
		t.Error("a view is dropped once")
	}
	if count("one") != "error" || count("global_temp.all") != "error" {
		t.Error("a dropped view is there")
	}
}

// Rows that are kept go all at once, and others may be kept afterwards.
func TestClearCache(t *testing.T) {
	s := newTables(t)
	random := s.kv.Select(f.Call("rand").As("x")).Persist()
	first := texts(t, random)
	s.session.ClearCache()
	if random.IsCached() || slices.Equal(first, texts(t, random)) {
		t.Error("rows are kept after ClearCache")
	}
	again := texts(t, random.Cache())
	if !random.IsCached() || !slices.Equal(again, texts(t, random)) {
		t.Error("nothing is kept after ClearCache")
	}
}

// startsHeard counts the queries that have started.
type startsHeard struct{ started atomic.Int64 }

func (h *startsHeard) OnStarted(weir.QueryStarted)       { h.started.Add(1) }
func (h *startsHeard) OnProgress(*weir.Progress)         {}
func (h *startsHeard) OnIdle(weir.QueryIdle)             {}
func (h *startsHeard) OnTerminated(weir.QueryTerminated) {}

// A listener that was taken away hears nothing more.
func TestRemoveListener(t *testing.T) {
	s := newTables(t).session
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte("{\"v\":1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stays, goes := &startsHeard{}, &startsHeard{}
	s.Streams().AddListener(stays)
	s.Streams().AddListener(goes)
	for range 2 {
		q, err := s.ReadStream().Schema("v INT").JSON(dir).WriteStream().Format("noop").Trigger(weir.AvailableNow()).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := q.AwaitTermination(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Streams().RemoveListener(goes)
	}
	if stays.started.Load() != 2 || goes.started.Load() != 1 {
		t.Errorf("%d and %d queries were heard of", stays.started.Load(), goes.started.Load())
	}
}
