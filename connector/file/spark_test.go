package file

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// sparkOutput is a copy of a directory that a streaming query of Spark 4.3 wrote
// in three batches, with its manifest's paths made those of the copy.
func sparkOutput(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := filepath.WalkDir("testdata/spark", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if strings.Contains(p, manifestDir) {
			content = []byte(strings.ReplaceAll(string(content), "file:///data/out", "file://"+dir))
		}
		to := filepath.Join(dir, strings.TrimPrefix(p, "testdata/spark"))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, content, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A directory that Spark's sink wrote is read by its manifest: as a table, and
// as a stream to which further batches are added (S10c).
func TestReadsSparksOutput(t *testing.T) {
	dir := sparkOutput(t)
	stray := dir + "/k=stray"
	put(t, stray+"/part-0.parquet", "not of a committed batch", 1)
	table, err := formatOf(t, "parquet", nil).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Schema().String(); got != "struct<a:bigint,t:timestamp,k:string>" {
		t.Errorf("schema %s", got)
	}
	schema := types.NewSchema(column("a", types.Long), column("k", types.String))
	p := place{format: "parquet", options: map[string]string{"path": dir}, schema: &schema, log: newTestLog()}
	s := p.open(t)
	var from connector.Offset
	want := []string{"0 <nil>", "1 x y/z", "10 <nil>", "11 x y/z", "20 <nil>", "21 x y/z"}
	if d := cmp.Diff(want, next(t, s, &from, connector.Limit{})); d != "" {
		t.Error(d)
	}

	// weir's sink goes on where Spark stopped: batch 2 is there, 3 is new.
	sink := openSink(t, disk, "parquet", schema, map[string]string{"path": dir}, "k")
	for b := int64(2); b < 4; b++ {
		m, err := sink.Write(t.Context(), id(b, 1), 0, rowsReader(t, schema, []any{b * 100, "new"}))
		if err != nil {
			t.Fatal(err)
		}
		if err := sink.Commit(t.Context(), id(b, 1), []connector.Message{m}); err != nil {
			t.Fatal(err)
		}
	}
	if got := next(t, s, &from, connector.Limit{}); !slices.Equal(got, []string{"300 new"}) {
		t.Errorf("then %v", got)
	}
	p.options["cleanSource"] = "delete"
	if _, err := formatOf(t, "parquet", nil).OpenSource(t.Context(), p.spec()); !fault.Is(err, fault.IllegalArgument) {
		t.Errorf("cleanSource: %v", err)
	}
}

// A line of Spark's source log names the file that it means.
func TestReadsSparksLog(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/f 1%é.json", "seen\n", 5)
	put(t, dir+"/g", "new\n", 6)
	p := textPlace(dir)
	p.log.entries[0] = [][]byte{[]byte(`{"path":"file://` + dir + `/f%201%25%C3%A9.json","timestamp":5000,"batchId":0}`)}
	s := p.open(t)
	from := offsetOf(0)
	if got := next(t, s, &from, connector.Limit{}); !slices.Equal(got, []string{"new"}) {
		t.Errorf("got %v", got)
	}
	again := connector.Offset(nil)
	if got := next(t, s, &again, connector.Limit{}); !slices.Equal(got, []string{"seen"}) {
		t.Errorf("batch 0 is %v", got)
	}
	if got := loggedPath("/in/f 1%é.json"); got != "file:///in/f%201%25%C3%A9.json" {
		t.Errorf("logged as %s", got)
	}
}

func TestDamagedLogs(t *testing.T) {
	dir := sparkOutput(t)
	if err := os.WriteFile(dir+"/_spark_metadata/1", []byte("v1\n{\"path\""), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := formatOf(t, "parquet", nil).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{dir}})
	if !fault.Is(err, fault.IllegalState) || !strings.Contains(err.Error(), "_spark_metadata/1") {
		t.Errorf("%v", err)
	}
	p := textPlace(t.TempDir())
	p.log.entries[0] = [][]byte{[]byte("{")}
	if _, err := formatOf(t, "text", nil).OpenSource(t.Context(), p.spec()); !fault.Is(err, fault.IllegalState) {
		t.Errorf("%v", err)
	}
	s := textPlace(t.TempDir()).open(t)
	for _, offset := range []string{`{"logOffset":5}`, `{"offset":1}`, `x`} {
		if _, err := s.Latest(t.Context(), connector.Offset(offset), connector.Limit{}); !fault.Is(err, fault.IllegalState) {
			t.Errorf("offset %s: %v", offset, err)
		}
	}
}
