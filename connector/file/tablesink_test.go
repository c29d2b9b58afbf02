package file

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// store writes rows to /t in two parts.
func store(t *testing.T, fsys vfs.FS, mode string, options map[string]string, by []string, rows ...[]any) error {
	t.Helper()
	all := map[string]string{"path": "/t"}
	for k, v := range options {
		all[k] = v
	}
	s := connectortest.SinkSchema()
	spec := connector.SinkSpec{Schema: s, PartitionBy: by}
	if p, given := all["only"]; given {
		spec.Partition = map[string]string{"s": p}
		delete(all, "only")
	}
	spec.Options = connector.NewOptions(all)
	sink, err := formatOf(t, "json", fsys).OpenTableSink(t.Context(), spec, mode)
	if err != nil {
		return err
	}
	var messages []connector.Message
	for part := range 2 {
		half := len(rows) / 2
		m, err := sink.Write(t.Context(), connector.BatchID{}, part, rowsReader(t, s, rows[part*half:half+part*(len(rows)-half)]...))
		if err != nil {
			return err
		}
		messages = append(messages, m)
	}
	return sink.Commit(t.Context(), connector.BatchID{}, messages)
}

// stored are the rows of /t, as text and sorted.
func stored(t *testing.T, fsys vfs.FS) []string {
	t.Helper()
	s := connectortest.SinkSchema()
	table, err := formatOf(t, "json", fsys).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{"/t"}, Schema: &s})
	if fault.Is(err, fault.PathNotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	splits, err := table.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, split := range splits {
		for _, row := range connectortest.ReadSplit(t, table, split, connector.Scan{Schema: s}) {
			rows = append(rows, fmt.Sprint(row...))
		}
	}
	slices.Sort(rows)
	return rows
}

// files are the names beneath a directory, without the uuids.
func files(t *testing.T, fsys vfs.FS, dir string) []string {
	t.Helper()
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			for _, inner := range files(t, fsys, path.Join(dir, e.Name())) {
				names = append(names, e.Name()+"/"+inner)
			}
			continue
		}
		name := e.Name()
		if at := len("part-00000-"); strings.HasPrefix(name, "part-") {
			name = name[:at] + "U" + name[at+36:]
		}
		names = append(names, name)
	}
	return names
}

// The machine dies in every operation of a write: the table then has the rows of
// before or those of after, whole, and only those of after once Commit returned.
// The next write goes on.
func TestTableWritesSurviveEveryCrash(t *testing.T) {
	old := [][]any{{1, "a"}, {2, "a"}, {3, "b"}, {4, "b"}}
	more := [][]any{{5, "b"}, {6, "b"}, {7, "c"}, {8, "c"}}
	onlyB := map[string]string{"only": "b"}
	for _, tt := range []struct {
		mode    string
		options map[string]string
		rows    [][]any
		after   string
	}{
		{"append", nil, more, "1a 2a 3b 4b 5b 6b 7c 8c"},
		{"overwrite", nil, more, "5b 6b 7c 8c"},
		{"overwrite", map[string]string{"partitionOverwriteMode": "dynamic"}, more, "1a 2a 5b 6b 7c 8c"},
		{"overwrite", onlyB, more[:2], "1a 2a 5b 6b"},
		{"overwrite", onlyB, nil, "1a 2a"}, // no row takes their place
	} {
		before := "1a 2a 3b 4b"
		look := func(fsys vfs.FS) string { return strings.Join(stored(t, fsys), " ") }
		seen := map[string]int{}
		for k := 1; ; k++ {
			disk := vfs.NewCrash()
			if err := store(t, disk, "append", nil, []string{"s"}, old...); err != nil {
				t.Fatal(err)
			}
			disk.StopAt(len(disk.Ops()) + k)
			err := store(t, disk, tt.mode, tt.options, []string{"s"}, tt.rows...)
			for seed := range uint64(4) {
				image := disk.Image(seed)
				got := look(image)
				seen[got]++
				if got != tt.after && (err == nil || got != before) {
					t.Fatalf("%s %v, crash in operation %d %q, seed %d: %s; the write gave %v", tt.mode, tt.options, k,
						disk.Ops()[len(disk.Ops())-1], seed, got, err)
				}
				if err := store(t, image, "overwrite", nil, nil, []any{9, "z"}, []any{9, "z"}); err != nil {
					t.Fatal(err)
				}
				if got := look(image.Image(vfs.OnlySynced)); got != "9z 9z" {
					t.Fatalf("%s, crash in operation %d, seed %d: the next write gave %s", tt.mode, k, seed, got)
				}
			}
			if err == nil {
				break
			}
		}
		if seen[before] == 0 || seen[tt.after] == 0 || len(seen) != 2 {
			t.Errorf("%s: %v", tt.mode, seen)
		}
	}
}

func TestTableWriteModes(t *testing.T) {
	disk := vfs.NewCrash()
	if err := store(t, disk, "errorifexists", nil, nil, []any{1, "a"}); err != nil {
		t.Fatal(err)
	}
	if err := store(t, disk, "error", nil, nil, []any{2, "a"}); !fault.Is(err, fault.OutputPathExists) {
		t.Error(err)
	}
	if err := store(t, disk, "ignore", nil, nil, []any{3, "a"}); err != nil {
		t.Error(err)
	}
	if err := store(t, disk, "sometimes", nil, nil, []any{3, "a"}); !fault.Is(err, fault.IllegalArgument) {
		t.Error(err)
	}
	if got := strings.Join(stored(t, disk), ","); got != "1a" {
		t.Error(got)
	}
	want := []string{"_SUCCESS", "part-00000-U-c000.json", "part-00001-U-c000.json"}
	if d := cmp.Diff(want, files(t, disk, "/t")); d != "" {
		t.Error(d)
	}
}

// Names of files and directories are Spark's, also where a file has a bound.
func TestTableFileNames(t *testing.T) {
	disk := vfs.NewCrash()
	err := store(t, disk, "append", map[string]string{"maxRecordsPerFile": "2", "compression": "gzip"}, []string{"s"},
		[]any{1, "a b"}, []any{2, "a b"}, []any{3, nil}, []any{4, ""}, []any{5, "x/y:z=%"},
		[]any{6, "a b"}, []any{7, "a b"}, []any{8, "a b"}, []any{9, "a b"}, []any{10, "a b"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"_SUCCESS",
		"s=__HIVE_DEFAULT_PARTITION__/part-00000-U.c000.json.gz",
		"s=a b/part-00000-U.c000.json.gz", "s=a b/part-00001-U.c000.json.gz", "s=a b/part-00001-U.c001.json.gz",
		"s=a b/part-00001-U.c002.json.gz", "s=x%2Fy%3Az%3D%25/part-00000-U.c000.json.gz",
	}
	if d := cmp.Diff(want, files(t, disk, "/t")); d != "" {
		t.Error(d)
	}
}

// A write that fails leaves nothing.
func TestAbortLeavesNothing(t *testing.T) {
	disk := vfs.NewCrash()
	s := types.NewSchema(column("n", types.Long))
	sink, err := formatOf(t, "json", disk).OpenTableSink(t.Context(), connector.SinkSpec{
		Options: connector.NewOptions(map[string]string{"path": "/t"}), Schema: s}, "error")
	if err != nil {
		t.Fatal(err)
	}
	m, err := sink.Write(t.Context(), connector.BatchID{}, 0, rowsReader(t, s, []any{1}))
	if err != nil {
		t.Fatal(err)
	}
	if err := sink.Abort(t.Context(), connector.BatchID{}, []connector.Message{m}); err != nil {
		t.Fatal(err)
	}
	if there, err := vfs.Exists(disk, "/t"); there || err != nil {
		t.Error(disk.Dump(), err)
	}
}
