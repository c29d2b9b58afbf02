package parquet

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// inMemory is a file's content for tests.
type inMemory struct{ *bytes.Reader }

func (m inMemory) Size() (int64, error) { return m.Reader.Size(), nil }
func (m inMemory) Close() error         { return nil }

// rewrite reads a file and writes it again, keep picks the rows.
func rewrite(t *testing.T, compression string, keep func(b *batch.Batch)) *File {
	t.Helper()
	f := openFile(t, "testdata/types.parquet")
	r, err := NewReader(f, connector.Scan{Schema: f.Schema()}, Span{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := NewWriter(&out, f.Schema(), compression)
	if err != nil {
		t.Fatal(err)
	}
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		keep(b)
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if name := os.Getenv("WEIR_PARQUET_OUT"); name != "" {
		if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Open("again", inMemory{bytes.NewReader(out.Bytes())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Schema().Equal(f.Schema()) {
		t.Errorf("schema %v became %v", f.Schema(), again.Schema())
	}
	return again
}

func TestWritesWhatItReads(t *testing.T) {
	text, err := os.ReadFile("testdata/types.txt")
	if err != nil {
		t.Fatal(err)
	}
	for compression := range Compressions {
		f := rewrite(t, compression, func(*batch.Batch) {})
		r, err := NewReader(f, connector.Scan{Schema: f.Schema()}, Span{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(text), strings.Join(columnsOf(t, r, f.Schema()), "")); d != "" {
			t.Errorf("%s: %s", compression, d)
		}
	}
}

func TestWritesSelectedRows(t *testing.T) {
	f := rewrite(t, "snappy", func(b *batch.Batch) { b.Sel = []int32{1, 4, 5} })
	schema := types.NewSchema(field("ll", types.ArrayOf(types.ArrayOf(text))), field("st", types.StructOf(field("a", long))),
		field("m", types.MapOf(text, long)), field("req", whole))
	r, err := NewReader(f, connector.Scan{Schema: schema}, Span{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ll\n  []\n  [[\"a\"] []]\n  [[\"b\" null] [\"c\"]]\n", "st\n  {a:1}\n  {a:null}\n  {a:5}\n",
		"m\n  {}\n  {\"a\":2 \"b\":3}\n  {\"c\":4}\n", "req\n  1\n  4\n  5\n",
	}
	if d := cmp.Diff(want, columnsOf(t, r, schema)); d != "" {
		t.Error(d)
	}
}

// Constants are written as the rows that they stand for.
func TestWritesConstants(t *testing.T) {
	inner := types.StructOf(field("a", text), field("b", types.ArrayOf(long)))
	schema := types.NewSchema(field("c", inner), field("n", text), field("i", whole))
	b := batch.New(schema)
	b.Resize(1)
	batch.Values[string](b.Columns[0].Children[0])[0] = "x"
	items := b.Columns[0].Children[1]
	items.Children[0].Resize(2)
	copy(batch.Values[int64](items.Children[0]), []int64{7, 8})
	items.Offsets[1] = 2
	b.Columns[1].SetNull(0)
	b.Columns[0].Const, b.Columns[1].Const = true, true
	b.Columns[2].Resize(3)
	copy(batch.Values[int32](b.Columns[2]), []int32{1, 2, 3})
	b.Rows = 3
	var out bytes.Buffer
	w, err := NewWriter(&out, schema, "none")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := Open("constants", inMemory{bytes.NewReader(out.Bytes())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(f, connector.Scan{Schema: schema}, Span{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"c\n" + strings.Repeat("  {a:\"x\" b:[7 8]}\n", 3), "n\n" + strings.Repeat("  null\n", 3), "i\n  1\n  2\n  3\n",
	}
	if d := cmp.Diff(want, columnsOf(t, r, schema)); d != "" {
		t.Error(d)
	}
}
