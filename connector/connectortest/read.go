package connectortest

import (
	"context"
	"errors"
	"io"
	"reflect"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// Rows are the rows of b that count, as Go values: numbers, strings, booleans,
// []any for arrays and structs, nil for null. They outlive the batch.
func Rows(b *connector.Batch) [][]any { return rowvalue.Rows(b) }

// Batch is a batch of these rows.
func Batch(t testing.TB, s types.Schema, rows ...[]any) *connector.Batch {
	t.Helper()
	b, err := rowvalue.Batch(s, rows)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Read gives the rows of (from, to], in the order of the splits.
func Read(t testing.TB, s connector.Source, from, to connector.Offset, scan connector.Scan) [][]any {
	t.Helper()
	splits, err := s.Plan(t.Context(), from, to)
	if err != nil {
		t.Fatalf("Plan(%s, %s): %v", from, to, err)
	}
	var rows [][]any
	for _, split := range splits {
		rows = append(rows, ReadSplit(t, s, split, scan)...)
	}
	return rows
}

// opener is what a Source and a Table have in common.
type opener interface {
	Open(ctx context.Context, s connector.Split, scan connector.Scan) (connector.Reader, error)
}

// ReadSplit gives the rows of one split of a source or table. It also checks
// that the columns are those of the scan and that the split does not hold more
// rows than it says.
func ReadSplit(t testing.TB, s opener, split connector.Split, scan connector.Scan) [][]any {
	t.Helper()
	r, err := s.Open(t.Context(), split, scan)
	if err != nil {
		t.Fatalf("Open(%s): %v", split.Label, err)
	}
	var rows [][]any
	read := 0
	for {
		b, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("Next of %s: %v", split.Label, err)
		}
		checkColumns(t, b, scan)
		read += b.Rows
		rows = append(rows, Rows(b)...)
		b.Sel = []int32{} // as a filter above does: the next batch selects anew
	}
	if err := r.Close(); err != nil {
		t.Errorf("Close of %s: %v", split.Label, err)
	}
	if split.Rows >= 0 && int64(read) > split.Rows {
		t.Errorf("split %s said at most %d rows and gave %d", split.Label, split.Rows, read)
	}
	return rows
}

func checkColumns(t testing.TB, b *connector.Batch, scan connector.Scan) {
	t.Helper()
	if len(b.Columns) != scan.Schema.Len() {
		t.Fatalf("Next gave %d columns for a scan of %v", len(b.Columns), scan.Schema.Names())
	}
	for i, c := range b.Columns {
		f := scan.Schema.Fields[i]
		if !c.Type.SameIgnoringNullability(f.Type) {
			t.Fatalf("Next gave column %s as %+v, the scan asked for %+v", f.Name, c.Type, f.Type)
		}
		if !c.Const && c.Len() != b.Rows {
			t.Fatalf("Next gave column %s with %d rows in a batch of %d", f.Name, c.Len(), b.Rows)
		}
	}
}

// Reader is a reader over batches. Each batch is lent as the contract says: once
// Next or Close is called again its rows are overwritten, so that a sink that
// keeps what it must copy is found out.
func Reader(batches ...*connector.Batch) connector.Reader {
	return &lender{batches: batches}
}

type lender struct {
	batches []*connector.Batch
	lent    *connector.Batch
}

func (l *lender) Next(context.Context) (*connector.Batch, error) {
	l.takeBack()
	if len(l.batches) == 0 {
		return nil, io.EOF
	}
	from := l.batches[0]
	l.batches = l.batches[1:]
	l.lent = &connector.Batch{Rows: from.Rows, Sel: from.Sel}
	for _, c := range from.Columns {
		own := batch.NewColumn(c.Type, 0)
		own.Append(c, nil, from.Rows, nil)
		lendStrings(own)
		l.lent.Columns = append(l.lent.Columns, own)
	}
	return l.lent, nil
}

func (l *lender) Close() error {
	l.takeBack()
	return nil
}

// lendStrings puts the bytes of a string column into a buffer that takeBack
// overwrites.
func lendStrings(c *batch.Column) {
	for _, child := range c.Children {
		lendStrings(child)
	}
	if !texts(c) {
		return
	}
	values := batch.Values[string](c)
	for i, s := range values {
		values[i] = batch.View([]byte(s))
	}
}

func texts(c *batch.Column) bool {
	return c.Type.Kind == types.String || c.Type.Kind == types.Binary || c.Type.Kind == types.Variant
}

func (l *lender) takeBack() {
	if l.lent == nil {
		return
	}
	for _, c := range l.lent.Columns {
		scribble(c)
	}
	l.lent = nil
}

func scribble(c *batch.Column) {
	for _, child := range c.Children {
		scribble(child)
	}
	switch c.Type.Kind {
	case types.String, types.Binary, types.Variant:
		for i, s := range batch.Values[string](c) {
			overwrite(s)
			batch.Values[string](c)[i] = "taken back"
		}
	case types.Long, types.Timestamp, types.TimestampNTZ, types.Time, types.DayTimeInterval:
		for i := range batch.Values[int64](c) {
			batch.Values[int64](c)[i] = -999
		}
	case types.Int, types.Date, types.YearMonthInterval:
		for i := range batch.Values[int32](c) {
			batch.Values[int32](c)[i] = -999
		}
	case types.Double:
		for i := range batch.Values[float64](c) {
			batch.Values[float64](c)[i] = -999
		}
	}
}

func same(a, b [][]any) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}
