package parquet

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Row is the place in the file, whichever row groups are read.
func TestRow(t *testing.T) {
	const rows, group = 30_000, 9000
	ints := array.NewInt64Builder(memory.DefaultAllocator)
	for i := range rows {
		ints.Append(int64(i))
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}}, nil)
	table := array.NewTableFromSlice(schema, [][]arrow.Array{{ints.NewArray()}})
	var text bytes.Buffer
	err := pqarrow.WriteTable(table, &text, group, parquet.NewWriterProperties(parquet.WithMaxRowGroupLength(group)), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "f.parquet")
	if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	scan := connector.Scan{Schema: types.NewSchema(types.Field{Name: "id", Type: types.Of(types.Long), Nullable: true})}
	seen, size := 0, int64(text.Len())
	for _, span := range []Span{{0, size / 2}, {size / 2, 0}} {
		r, err := NewReader(openFile(t, name), scan, span)
		if err != nil {
			t.Fatal(err)
		}
		for {
			b, err := r.Next(t.Context())
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
				break
			}
			for i := range b.Rows {
				if got := batch.Values[int64](b.Columns[0])[i]; got != r.Row()+int64(i) {
					t.Fatalf("row %d of the file is taken for %d", got, r.Row()+int64(i))
				}
				seen++
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if seen != rows {
		t.Errorf("%d rows were read", seen)
	}
}
