package file

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

func jsonPlace(dir string, schema types.Schema, options ...string) place {
	p := textPlace(dir, options...)
	p.format, p.schema = "json", &schema
	return p
}

func TestJSONStream(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/k=7/a.json", "{\"a\":1,\"b\":\"x\"}\n\n{\"b\":\"y\"}\r\n{\"a\":3}", 1)
	schema := types.NewSchema(column("a", types.Long), column("b", types.String))
	s := jsonPlace(dir, schema).open(t)
	var from connector.Offset
	if d := cmp.Diff([]string{"1 x 7", "3 <nil> 7", "<nil> y 7"}, next(t, s, &from, connector.Limit{})); d != "" {
		t.Error(d)
	}
}

// Parts of a file of any size give the same records, and the predicates of a
// scan leave rows out of the selection only.
func TestJSONInParts(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "{\"a\":%d}\n", i)
	}
	put(t, dir+"/f", text.String(), 1)
	schema := types.NewSchema(column("a", types.Long))
	for _, size := range []int64{7, 100, 4000} {
		s := jsonPlace(dir, schema).open(t)
		s.content.splitSize = size
		to, err := s.Latest(t.Context(), nil, connector.Limit{})
		if err != nil {
			t.Fatal(err)
		}
		splits, err := s.Plan(t.Context(), nil, to)
		if err != nil {
			t.Fatal(err)
		}
		scan := connector.Scan{Schema: schema, Predicates: []connector.Predicate{
			{Path: []string{"a"}, Op: connector.In, Values: []any{int64(5), int64(990)}}}}
		rows, selected := 0, 0
		for _, split := range splits {
			r, err := s.Open(t.Context(), split, scan)
			if err != nil {
				t.Fatal(err)
			}
			for {
				b, err := r.Next(t.Context())
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				rows += b.Rows
				selected += b.Len()
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if rows != 1000 || selected != 2 {
			t.Errorf("parts of %d bytes: %d rows, %d selected", size, rows, selected)
		}
	}
}

func TestMalformedJSON(t *testing.T) {
	dir := t.TempDir()
	lines := strings.Repeat("{\"a\":1}\n", 70_000) // more than one chunk
	put(t, dir+"/f", lines+"{\"a\":oops}\n{\"a\":2}\n", 1)
	schema := types.NewSchema(column("a", types.Long), column("_corrupt_record", types.String))
	read := func(mode string) ([]string, *Source, error) {
		s := jsonPlace(dir, schema, "mode", mode).open(t)
		to, err := s.Latest(t.Context(), nil, connector.Limit{})
		if err != nil {
			t.Fatal(err)
		}
		splits, err := s.Plan(t.Context(), nil, to)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), splits[0], connector.Scan{Schema: schema})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var corrupt []string
		rows := 0
		for {
			b, err := r.Next(t.Context())
			if err == io.EOF {
				return append(corrupt, fmt.Sprint(rows)), s, nil
			}
			if err != nil {
				return nil, s, err
			}
			rows += b.Len()
			for i := range b.Len() {
				if c := b.Columns[1]; !c.Null(b.Row(i)) {
					corrupt = append(corrupt, textAt(c, b.Row(i)))
				}
			}
		}
	}
	got, s, err := read("PERMISSIVE")
	if d := cmp.Diff([]string{`{"a":oops}`, "70002"}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if d := cmp.Diff(map[string]string{"numMalformedRecords": "1", "numDroppedRecords": "0"}, s.Metrics()); d != "" {
		t.Error(d)
	}
	got, s, err = read("DROPMALFORMED")
	if d := cmp.Diff([]string{"70001"}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if got := s.Metrics()["numDroppedRecords"]; got != "1" {
		t.Errorf("%s dropped", got)
	}
	_, _, err = read("FAILFAST")
	if !fault.Is(err, fault.MalformedRecord) || !strings.Contains(err.Error(), "line 70001 of "+dir+"/f") ||
		!strings.Contains(err.Error(), `{"a":oops}`) {
		t.Errorf("%v", err)
	}
}

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/a.gz", "\x1f\x8b\x08\x00cut", 1)
	put(t, dir+"/b", "fine\n", 2)
	schema := textSchema
	read := func(options ...string) error {
		s := textPlace(dir, options...).open(t)
		to, err := s.Latest(t.Context(), nil, connector.Limit{})
		if err != nil {
			return err
		}
		splits, err := s.Plan(t.Context(), nil, to)
		if err != nil {
			return err
		}
		for _, split := range splits {
			r, err := s.Open(t.Context(), split, connector.Scan{Schema: schema})
			if err != nil {
				return err
			}
			for err == nil {
				_, err = r.Next(t.Context())
			}
			if err != io.EOF {
				return err
			}
		}
		return nil
	}
	if err := read(); !fault.Is(err, fault.FailedReadFile) || !strings.Contains(err.Error(), dir+"/a.gz") {
		t.Errorf("%v", err)
	}
	if err := read("ignoreCorruptFiles", "true"); err != nil {
		t.Errorf("with ignoreCorruptFiles: %v", err)
	}
	if err := os.Remove(dir + "/a.gz"); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 { // root reads everything
		if err := os.Chmod(dir+"/b", 0); err != nil {
			t.Fatal(err)
		}
		if err := read(); !fault.Is(err, fault.FailedReadFile) || !strings.Contains(err.Error(), "may read it") {
			t.Errorf("%v", err)
		}
	}
}
