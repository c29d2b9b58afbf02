package connector

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

func arrowRecords(t *testing.T, mem memory.Allocator, texts ...string) array.RecordReader {
	t.Helper()
	s := arrow.NewSchema([]arrow.Field{
		{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "word", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
	var records []arrow.RecordBatch
	for _, text := range texts {
		r, _, err := array.RecordFromJSON(mem, s, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Release()
		records = append(records, r)
	}
	reader, err := array.NewRecordReader(s, records)
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func TestArrowReaderGivesTheScansColumns(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	records := arrowRecords(t, mem, `[{"n":1,"word":"a"},{"n":null,"word":"b"}]`, `[]`, `[{"n":3,"word":null}]`)
	scan := Scan{Schema: types.NewSchema(types.Field{Name: "Word", Type: types.Of(types.String)},
		types.Field{Name: "n", Type: types.Of(types.Long)})}
	r, err := NewArrowReader(records, scan)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	sum := int64(0)
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Len() {
			if !b.Columns[0].Null(i) {
				words = append(words, strings.Clone(batch.Values[string](b.Columns[0])[i]))
			}
			if !b.Columns[1].Null(i) {
				sum += batch.Values[int64](b.Columns[1])[i]
			}
		}
	}
	if strings.Join(words, " ") != "a b" || sum != 4 {
		t.Errorf("words %q, sum %d", words, sum)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestArrowReaderRefusesWhatTheRecordsLack(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	for _, f := range []types.Field{{Name: "other", Type: types.Of(types.Long)}, {Name: "n", Type: types.Of(types.String)}} {
		_, err := NewArrowReader(arrowRecords(t, mem, `[{"n":1}]`), Scan{Schema: types.NewSchema(f)})
		if err == nil || !strings.Contains(err.Error(), f.Name) {
			t.Errorf("column %s %s: %v", f.Name, f.Type, err)
		}
	}
}

func TestFromArrowTakesTheRecordsColumns(t *testing.T) {
	records := arrowRecords(t, memory.DefaultAllocator, `[{"n":7,"word":"x"}]`)
	defer records.Release()
	records.Next()
	var b Batch
	if err := FromArrow(records.RecordBatch(), &b); err != nil || b.Rows != 1 || batch.Values[int64](b.Columns[0])[0] != 7 {
		t.Errorf("%v, %+v", err, b)
	}
}
