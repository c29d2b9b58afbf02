package connectortest

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/types"
)

// SourceCase is a source to examine.
type SourceCase struct {
	// Open opens the source anew on the same outside, as a restart of the query
	// does. Required. What it opens is closed by the examiner.
	Open func(t testing.TB) connector.Source
	// Feed makes something new available; it is called before each Latest. Nil
	// means that the source grows, or ends, by itself.
	Feed func(t testing.TB, round int)
	// Rounds is how often Latest is asked. Zero: four.
	Rounds int
	// Loses says that rows are gone after a restart: the examiner then does not
	// reopen the source.
	Loses bool
}

// Source examines a source: offsets grow and repeat, every range between two
// offsets gives the same splits and the same rows each time and after a restart,
// ranges add up, a scan with fewer columns gives the same cells, and Commit
// changes nothing that may still be asked.
func Source(t *testing.T, c SourceCase) {
	t.Helper()
	if c.Rounds == 0 {
		c.Rounds = 4
	}
	s := c.Open(t)
	offsets := collectOffsets(t, s, c)
	all := connector.Scan{Schema: s.Schema()}
	last := offsets[len(offsets)-1]
	whole := Read(t, s, nil, last, all)
	if len(whole) == 0 {
		t.Fatalf("the source has no row; there is nothing to examine")
	}
	t.Run("ranges", func(t *testing.T) { examineRanges(t, s, s, offsets, whole) })
	t.Run("empty range", func(t *testing.T) {
		if rows := Read(t, s, last, last, all); len(rows) != 0 {
			t.Errorf("(%s, %s] holds %d rows", last, last, len(rows))
		}
	})
	t.Run("scans", func(t *testing.T) { examineScans(t, s, last, whole) })
	t.Run("schema", func(t *testing.T) {
		if !s.Schema().Equal(all.Schema) {
			t.Errorf("Schema changed")
		}
	})
	if !c.Loses {
		t.Run("restart", func(t *testing.T) {
			again := c.Open(t)
			defer closeIt(t, again)
			examineRanges(t, s, again, offsets, whole)
		})
	}
	t.Run("commit", func(t *testing.T) { examineCommit(t, s, offsets) })
	closeIt(t, s)
}

func closeIt(t testing.TB, s any) {
	t.Helper()
	if c, ok := s.(connector.Closer); ok {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

// collectOffsets are nil and every new offset that Latest gave.
func collectOffsets(t testing.TB, s connector.Source, c SourceCase) []connector.Offset {
	t.Helper()
	offsets := []connector.Offset{nil}
	for round := range c.Rounds {
		if c.Feed != nil {
			c.Feed(t, round)
		}
		from := offsets[len(offsets)-1]
		to, err := s.Latest(t.Context(), from, connector.Limit{})
		if err != nil {
			t.Fatalf("Latest(%s): %v", from, err)
		}
		if !bytes.Equal(from, to) {
			offsets = append(offsets, to)
		}
	}
	if len(offsets) == 1 {
		t.Fatalf("Latest never went beyond the beginning")
	}
	return offsets
}

// examineRanges compares again's answers for every pair of offsets with those
// of s, and the rows of neighbouring ranges with the whole.
func examineRanges(t *testing.T, s, again connector.Source, offsets []connector.Offset, whole [][]any) {
	all := connector.Scan{Schema: s.Schema()}
	var sum [][]any
	for i, from := range offsets {
		for _, to := range offsets[i+1:] {
			first, second := planAndRead(t, s, from, to, all), planAndRead(t, again, from, to, all)
			if !reflect.DeepEqual(first.labels, second.labels) {
				t.Errorf("(%s, %s]: splits %q, and when asked again %q", from, to, first.labels, second.labels)
			}
			if !reflect.DeepEqual(first.rows, second.rows) {
				t.Errorf("(%s, %s]: other rows when asked again:\n%v\n%v", from, to, head(first.rows), head(second.rows))
			}
		}
		if i > 0 {
			sum = append(sum, Read(t, again, offsets[i-1], from, all)...)
		}
	}
	if !same(sum, whole) {
		t.Errorf("the ranges between the offsets have %d rows and the whole %d, or they differ", len(sum), len(whole))
	}
}

type planned struct {
	labels []string
	rows   [][][]any // by split
}

func planAndRead(t *testing.T, s connector.Source, from, to connector.Offset, scan connector.Scan) planned {
	t.Helper()
	splits, err := s.Plan(t.Context(), from, to)
	if err != nil {
		t.Fatalf("Plan(%s, %s): %v", from, to, err)
	}
	var p planned
	for _, split := range splits {
		p.labels = append(p.labels, split.Label)
		p.rows = append(p.rows, ReadSplit(t, s, split, scan))
	}
	return p
}

// examineScans reads the range with other sets of columns.
func examineScans(t *testing.T, s connector.Source, to connector.Offset, whole [][]any) {
	fields := s.Schema().Fields
	scans := map[string][]int{"no column": {}}
	for i, f := range fields {
		scans[fmt.Sprintf("column %s alone", f.Name)] = []int{i}
		scans["all columns, backwards"] = append([]int{i}, scans["all columns, backwards"]...)
	}
	for name, columns := range scans {
		t.Run(name, func(t *testing.T) {
			var scan connector.Scan
			for _, k := range columns {
				scan.Schema.Fields = append(scan.Schema.Fields, fields[k])
			}
			compareCells(t, Read(t, s, nil, to, scan), whole, func(row []any) []any {
				want := make([]any, len(columns))
				for i, k := range columns {
					want[i] = row[k]
				}
				return want
			})
		})
	}
	for i, f := range fields {
		if f.Type.Kind == types.Struct {
			examineStruct(t, s, i, to, whole)
		}
	}
}

// examineStruct reads single fields of the struct in column i.
func examineStruct(t *testing.T, s connector.Source, i int, to connector.Offset, whole [][]any) {
	f := s.Schema().Fields[i]
	for k, inner := range f.Type.Fields {
		t.Run("field "+f.Name+"."+inner.Name+" alone", func(t *testing.T) {
			pruned := f
			pruned.Type.Fields = []types.Field{inner}
			scan := connector.Scan{Schema: types.NewSchema(pruned)}
			compareCells(t, Read(t, s, nil, to, scan), whole, func(row []any) []any {
				if row[i] == nil {
					return []any{nil}
				}
				return []any{[]any{row[i].([]any)[k]}}
			})
		})
	}
}

func compareCells(t *testing.T, got, whole [][]any, want func(row []any) []any) {
	t.Helper()
	if len(got) != len(whole) {
		t.Fatalf("%d rows, want %d", len(got), len(whole))
	}
	for n, row := range whole {
		if w := want(row); !reflect.DeepEqual(got[n], w) {
			t.Fatalf("row %d: %v, want %v", n, got[n], w)
		}
	}
}

// examineCommit commits all but the last range, twice, and asks for that one
// before and after.
func examineCommit(t *testing.T, s connector.Source, offsets []connector.Offset) {
	from, to := offsets[len(offsets)-2], offsets[len(offsets)-1]
	all := connector.Scan{Schema: s.Schema()}
	before := Read(t, s, from, to, all)
	for range 2 {
		if from == nil {
			break
		}
		if err := s.Commit(t.Context(), from); err != nil {
			t.Fatalf("Commit(%s): %v", from, err)
		}
	}
	if after := Read(t, s, from, to, all); !same(before, after) {
		t.Errorf("after Commit(%s) the rows of (%s, %s] differ", from, from, to)
	}
	latest, err := s.Latest(t.Context(), to, connector.Limit{})
	if err != nil {
		t.Fatalf("Latest(%s): %v", to, err)
	}
	if latest == nil {
		t.Errorf("Latest(%s) fell back to the beginning", to)
	}
	if err := s.Commit(t.Context(), to); err != nil {
		t.Errorf("Commit(%s): %v", to, err)
	}
}

// head is as much of the rows as fits a message.
func head(rows [][][]any) string {
	text := fmt.Sprint(rows)
	return text[:min(len(text), 400)]
}
