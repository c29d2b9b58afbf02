package avro

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// content is a file in memory.
type content struct{ *bytes.Reader }

func (c content) Close() error         { return nil }
func (c content) Size() (int64, error) { return c.Reader.Size(), nil }

// readAll counts the rows of a file, read in one part.
func readAll(data []byte) (int, error) {
	f, err := Open("f", content{bytes.NewReader(data)})
	if err != nil {
		return 0, err
	}
	s, err := f.Schema().Columns(Options{})
	if err != nil {
		return 0, err
	}
	return readSpan(f, s, Span{})
}

func readSpan(f *File, s types.Schema, span Span) (int, error) {
	r, err := NewReader(f, nil, connector.Scan{Schema: s}, span)
	if err != nil {
		return 0, err
	}
	rows := 0
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows += b.Len()
	}
}

func samples(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../testdata/types/*.avro")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	all := make(map[string][]byte)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = text
	}
	return all
}

// Whatever the bytes are, reading ends with rows or with an error that has a
// condition.
func FuzzRead(f *testing.F) {
	for _, text := range samples(f) {
		f.Add(text)
	}
	f.Add([]byte("Obj\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readAll(data); err != nil && !hasCondition(err) {
			t.Error(err)
		}
	})
}

func hasCondition(err error) bool {
	for _, c := range []fault.Condition{fault.FailedReadFile, fault.IllegalArgument, fault.UnsupportedFeature, fault.UnsupportedDataType,
		fault.DecimalPrecision, fault.DecimalScale} {
		if fault.Is(err, c) {
			return true
		}
	}
	return false
}

// A file that is cut short or has a wrong byte gives an error or other rows, never a
// panic; one cut between its blocks has the rows of the others.
func TestDamagedFiles(t *testing.T) {
	for name, text := range samples(t) {
		if n, err := readAll(text); n != 3 || err != nil {
			t.Errorf("%s: %d rows, %v", name, n, err)
		}
		refused, step := 0, 1
		if testing.Short() {
			step = 11
		}
		for i := 0; i < len(text); i += step {
			if _, err := readAll(text[:i]); err != nil {
				refused++
				if !hasCondition(err) {
					t.Errorf("%s cut at %d: %v", name, i, err)
				}
			}
			damaged := bytes.Clone(text)
			damaged[i] ^= 0x55
			if _, err := readAll(damaged); err != nil && !hasCondition(err) {
				t.Errorf("%s damaged at %d: %v", name, i, err)
			}
		}
		if refused < len(text)/step-10 {
			t.Errorf("%s: %d of %d cuts are errors", name, refused, len(text))
		}
	}
}

// The parts of a file have all its rows, once, wherever it is cut.
func TestSpansShareTheRowsOut(t *testing.T) {
	s := types.NewSchema(types.Field{Name: "n", Type: types.Of(types.Long)}, types.Field{Name: "s", Type: types.Of(types.String), Nullable: true})
	schema, err := SchemaOf(s, "r", "")
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	w, err := NewWriter(&text, schema, s, "snappy")
	if err != nil {
		t.Fatal(err)
	}
	const rows = 50_000
	b := batch.New(s)
	for first := 0; first < rows; first += 1000 {
		b.Resize(1000)
		for i := range 1000 {
			batch.Values[int64](b.Columns[0])[i] = int64(first + i)
			batch.Values[string](b.Columns[1])[i] = "some text"
			if i%3 == 0 {
				b.Columns[1].SetNull(i)
			}
		}
		b.Rows = 1000
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{7, 1000, 10_000, 100_000, 1 << 30} {
		if size == 7 && testing.Short() {
			continue
		}
		total := 0
		for start := int64(0); start < int64(text.Len()); start += size {
			f, err := Open("f", content{bytes.NewReader(text.Bytes())})
			if err != nil {
				t.Fatal(err)
			}
			n, err := readSpan(f, s, Span{Start: start, Stop: start + size})
			if err != nil {
				t.Fatal(err)
			}
			total += n
		}
		if total != rows {
			t.Errorf("parts of %d bytes: %d rows", size, total)
		}
	}
}

// A small file that claims to be a large one is refused before memory is spent.
func TestBombs(t *testing.T) {
	header := func(schema string) []byte {
		to := append([]byte("Obj\x01"), 2)
		for _, s := range []string{"avro.schema", schema} {
			to = append(appendLong(to, int64(len(s))), s...)
		}
		return append(append(to, 0), "0123456789abcdef"...)
	}
	block := func(to []byte, count int64, body []byte) []byte {
		to = appendLong(appendLong(to, count), int64(len(body)))
		return append(append(to, body...), "0123456789abcdef"...)
	}
	record := `{"type":"record","name":"r","fields":[%]}`
	nulls := bytes.Repeat(appendLong(nil, 60_000), 1000)
	for name, data := range map[string][]byte{
		"rows without bytes": block(header(`{"type":"record","name":"r","fields":[]}`), 1<<60, nil),
		"many nulls":         block(header(string(bytes.Replace([]byte(record), []byte("%"), []byte(`{"name":"a","type":{"type":"array","items":"null"}}`), 1))), 1, append(nulls, 0)),
		"a long text":        block(header(`"string"`), 1, appendLong(nil, 1<<60)),
		"a negative length":  block(header(`"string"`), 1, appendLong(nil, -5)),
		"a large block":      appendLong(appendLong(header(`"string"`), 1), 1<<40),
		"a large header":     appendLong(append([]byte("Obj\x01"), 2), 1<<40),
		"a record in itself": block(header(`{"type":"record","name":"r","fields":[{"name":"r","type":["null","r"]}]}`), 1, []byte{0}),
	} {
		if n, err := readAll(data); err == nil || !hasCondition(err) {
			t.Errorf("%s: %d rows, %v", name, n, err)
		}
	}
}

// BenchmarkRead reads 8,192 rows of four columns, of which all or one are wanted;
// BenchmarkWrite writes them.
func BenchmarkRead(b *testing.B) {
	s, text := benchFile(b)
	for _, wanted := range []types.Schema{s, types.NewSchema(s.Fields[:1]...)} {
		b.Run(wanted.Fields[len(wanted.Fields)-1].Name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				f, err := Open("f", content{bytes.NewReader(text)})
				if err != nil {
					b.Fatal(err)
				}
				if n, err := readSpan(f, wanted, Span{}); n != batch.Size || err != nil {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(batch.Size*b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

func benchFile(b *testing.B) (types.Schema, []byte) {
	b.Helper()
	s := types.NewSchema(types.Field{Name: "n", Type: types.Of(types.Long), Nullable: true}, types.Field{Name: "t", Type: types.Of(types.Timestamp), Nullable: true},
		types.Field{Name: "d", Type: types.Of(types.Double), Nullable: true}, types.Field{Name: "s", Type: types.Of(types.String), Nullable: true})
	rows := batch.New(s)
	rows.Resize(batch.Size)
	rows.Rows = batch.Size
	for i := range batch.Size {
		batch.Values[int64](rows.Columns[0])[i] = int64(i) * 7919
		batch.Values[int64](rows.Columns[1])[i] = 1_700_000_000_000_000 + int64(i)
		batch.Values[float64](rows.Columns[2])[i] = float64(i) / 3
		batch.Values[string](rows.Columns[3])[i] = "eleven chars"
	}
	schema, err := SchemaOf(s, "r", "")
	if err != nil {
		b.Fatal(err)
	}
	var text bytes.Buffer
	w, err := NewWriter(&text, schema, s, "uncompressed")
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Write(rows); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return s, text.Bytes()
}
