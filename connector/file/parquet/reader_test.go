package parquet

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

func openFile(t *testing.T, name string) *File {
	t.Helper()
	content, err := vfs.Disk{}.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(name, content, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// columnsOf reads a scan and lists, for every column, its values.
func columnsOf(t *testing.T, r connector.Reader, s types.Schema) []string {
	t.Helper()
	texts := make([]strings.Builder, s.Len())
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range b.Columns {
			for k := range b.Len() {
				texts[i].WriteString("  " + render(c, b.Row(k)) + "\n")
			}
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	out := make([]string, s.Len())
	for i, f := range s.Fields {
		out[i] = f.Name + "\n" + texts[i].String()
	}
	return out
}

// The file types.txt is what another Parquet library says is in the files.
func TestReadsEveryType(t *testing.T) {
	text, err := os.ReadFile("testdata/types.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"types", "types-delta", "types-int96"} {
		t.Run(name, func(t *testing.T) {
			f := openFile(t, "testdata/"+name+".parquet")
			schema := f.Schema()
			r, err := NewReader(f, connector.Scan{Schema: schema}, Span{})
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(columnsOf(t, r, schema), "")
			if d := cmp.Diff(string(text), got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestReadsPrunedAndMissingFields(t *testing.T) {
	f := openFile(t, "testdata/types.parquet")
	inner := types.StructOf(field("y", types.ArrayOf(long)), field("gone", text))
	schema := types.NewSchema(
		field("ST", types.StructOf(field("in", inner))),
		field("absent", types.MapOf(text, long)),
		field("ls", types.ArrayOf(types.StructOf(field("q", text), field("new", whole)))),
		field("i32", long),
		field("dec5", types.DecimalOf(10, 4)))
	r, err := NewReader(f, connector.Scan{Schema: schema}, Span{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ST\n  {in:{y:[] gone:null}}\n  {in:{y:[1] gone:null}}\n  null\n  {in:{y:[] gone:null}}\n" +
			"  {in:{y:[4] gone:null}}\n  {in:null}\n  {in:{y:[] gone:null}}\n",
		"absent\n" + strings.Repeat("  null\n", 7),
		"ls\n  null\n  []\n  [{q:\"u\" new:null}]\n  [null]\n  [{q:\"v\" new:null} {q:null new:null}]\n" +
			"  [{q:\"w\" new:null}]\n  []\n",
		"i32\n  0\n  100000\n  200000\n  null\n  400000\n  500000\n  600000\n",
		"dec5\n  -300\n  -200\n  -100\n  null\n  100\n  200\n  300\n",
	}
	if d := cmp.Diff(want, columnsOf(t, r, schema)); d != "" {
		t.Error(d)
	}
}

func TestRefusesNarrowing(t *testing.T) {
	for _, wanted := range []types.Field{
		field("i64", whole), field("s", long), field("dec20", types.DecimalOf(10, 3)), field("st", text),
		field("li", types.MapOf(text, long)), field("us", types.Of(types.TimestampNTZ)), field("d", types.Of(types.Float)),
		field("st", types.StructOf(field("a", text))),
	} {
		f := openFile(t, "testdata/types.parquet")
		_, err := NewReader(f, connector.Scan{Schema: types.NewSchema(wanted)}, Span{})
		if !fault.Is(err, fault.SchemaMismatch) || !strings.Contains(err.Error(), "testdata/types.parquet") {
			t.Errorf("%s as kind %v: %v", wanted.Name, wanted.Type.Kind, err)
		}
	}
}

// Damage is found and named, wherever the file is cut.
func TestNamesDamagedFiles(t *testing.T) {
	whole, err := os.ReadFile("testdata/types.parquet")
	if err != nil {
		t.Fatal(err)
	}
	name := t.TempDir() + "/cut.parquet"
	for size := 0; size < len(whole); size += 97 {
		if err := os.WriteFile(name, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		content, err := vfs.Disk{}.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(name, content, nil)
		if !fault.Is(err, fault.FailedReadFile) || !strings.Contains(err.Error(), name) {
			t.Fatalf("cut at %d: %v", size, err)
		}
	}
}

func TestPredicates(t *testing.T) {
	schema := types.NewSchema(field("req", whole), field("st", types.StructOf(field("a", long))))
	for _, tt := range []struct {
		about string
		p     connector.Predicate
		want  string // req of the selected rows
		rows  int    // rows read: whole row groups of 4 and 3 may be ruled out
	}{
		{"equal", connector.Predicate{Path: []string{"req"}, Op: connector.Equal, Values: []any{int32(5)}}, "5", 3},
		{"less", connector.Predicate{Path: []string{"req"}, Op: connector.Less, Values: []any{int32(2)}}, "0 1", 4},
		{"at least", connector.Predicate{Path: []string{"req"}, Op: connector.GreaterOrEqual, Values: []any{int32(3)}}, "3 4 5 6", 7},
		{"beyond", connector.Predicate{Path: []string{"req"}, Op: connector.Greater, Values: []any{int32(6)}}, "", 0},
		{"in", connector.Predicate{Path: []string{"req"}, Op: connector.In, Values: []any{int32(0), int32(9)}}, "0", 4},
		{"field", connector.Predicate{Path: []string{"st", "a"}, Op: connector.NotEqual, Values: []any{int64(1)}}, "0 3 5 6", 7},
		{"null", connector.Predicate{Path: []string{"st", "a"}, Op: connector.IsNull}, "2 4", 7},
		{"struct not null", connector.Predicate{Path: []string{"st"}, Op: connector.IsNotNull}, "0 1 3 4 5 6", 7},
	} {
		t.Run(tt.about, func(t *testing.T) {
			f := openFile(t, "testdata/types-delta.parquet")
			r, err := NewReader(f, connector.Scan{Schema: schema, Predicates: []connector.Predicate{tt.p}}, Span{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var got []string
			rows := 0
			for {
				b, err := r.Next(context.Background())
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				rows += b.Rows
				for i := range b.Len() {
					got = append(got, render(b.Columns[0], b.Row(i)))
				}
			}
			if s := strings.Join(got, " "); s != tt.want || rows != tt.rows {
				t.Errorf("selected %q of %d rows, want %q of %d", s, rows, tt.want, tt.rows)
			}
		})
	}
}

// The spans of a file share its row groups out, whatever they are.
func TestSpansShareRows(t *testing.T) {
	schema := types.NewSchema(field("req", whole))
	for cut := int64(0); cut < 13_300; cut += 500 {
		rows := 0
		for _, span := range []Span{{0, cut}, {cut, 0}} {
			if span.Stop == 0 && span.Start == 0 && cut == 0 && rows > 0 {
				continue // the first span is the whole file
			}
			r, err := NewReader(openFile(t, "testdata/types-delta.parquet"), connector.Scan{Schema: schema}, span)
			if err != nil {
				t.Fatal(err)
			}
			rows += strings.Count(columnsOf(t, r, schema)[0], "\n") - 1
		}
		if rows != 7 {
			t.Errorf("cut at %d: %d rows", cut, rows)
		}
	}
}

func TestValidity(t *testing.T) {
	for n := range 200 {
		slots := make([]int16, n)
		for i := range slots {
			slots[i] = int16((i*7 + n) % 5)
		}
		for level := range int16(5) {
			got, count := validity(nil, slots, level)
			want := 0
			for i, d := range slots {
				if (d >= level) != (got[i>>6]>>(i&63)&1 == 1) {
					t.Fatalf("slot %d of %d at level %d", i, n, level)
				}
				if d >= level {
					want++
				}
			}
			if count != want {
				t.Fatalf("%d of %d at level %d, want %d", count, n, level, want)
			}
		}
	}
}

// The file is what Spark 4.3 writes in its legacy form: INT96 timestamps,
// two-level lists, decimals as fixed bytes.
func TestReadsSparksLegacyForm(t *testing.T) {
	f := openFile(t, "testdata/spark-legacy.parquet")
	want := "struct<id:bigint,t:timestamp,d7:decimal(7,2),d17:decimal(17,3),d38:decimal(38,10),l:array<bigint>," +
		"m:map<string,bigint>,b:tinyint,sh:smallint,ym:interval year to month,dt:interval day to second,da:date," +
		"nu:string,bi:binary,st:struct<f:float,g:boolean>,ntz:timestamp_ntz>"
	schema := f.Schema()
	if schema.String() != want {
		t.Errorf("schema %s", schema)
	}
	r, err := NewReader(f, connector.Scan{Schema: schema}, Span{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := renderRow(b, 3)
	if want := "3 -1499740800000001 100 1000 -30000000000 [3 null] {\"k3\":3} 3 3 39 3723000000 1 null x0102 " +
		"{f:3 g:false} 1704067200000000 "; got != want {
		t.Errorf("row 3 is\n%s, want\n%s", got, want)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}
