package file

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

func openSink(t testing.TB, fsys vfs.FS, format string, s types.Schema, options map[string]string, by ...string) connector.Sink {
	t.Helper()
	sink, err := formatOf(t, format, fsys).OpenSink(t.Context(), connector.SinkSpec{
		Options: connector.NewOptions(options), Schema: s, PartitionBy: by, Env: connector.Env{Now: time.Now},
	})
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

// plainRows are what a reader sees that lists the directory and looks at no
// manifest.
func plainRows(t testing.TB, fsys vfs.FS, format, dir string, s types.Schema) [][]any {
	t.Helper()
	return readRows(t, fsys, format, dir, s, true)
}

func readRows(t testing.TB, fsys vfs.FS, format, dir string, s types.Schema, plain bool) [][]any {
	t.Helper()
	f := formatOf(t, format, fsys)
	spec := connector.SourceSpec{Options: connector.NewOptions(nil), Schema: &s, Paths: []string{dir}}
	o, c, err := f.prepare(spec, false)
	if err != nil {
		t.Fatal(err)
	}
	o.Path = dir
	var files []found
	if plain {
		l := newLister(o, c, c.env)
		err = l.list(t.Context(), false, func(f found) { files = append(files, f) })
		if fault.Is(err, fault.PathNotFound) {
			return nil
		}
	} else {
		files, err = tableFiles(t.Context(), o, c)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := f.settle(&c, &s, files, &s); err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	table := &Table{c, files}
	splits, err := table.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range splits {
		rows = append(rows, connectortest.ReadSplit(t, table, split, connector.Scan{Schema: s})...)
	}
	return rows
}

func TestSinkContract(t *testing.T) {
	for _, format := range []string{"parquet", "json", "csv"} {
		for _, by := range [][]string{nil, {"s"}} {
			if format == "csv" && by != nil {
				continue // a file of one column does not show its nulls
			}
			dir, plain := t.TempDir()+"/out", by == nil
			schema := connectortest.SinkSchema()
			connectortest.Sink(t, connectortest.SinkCase{
				Open: func(t testing.TB) connector.Sink {
					return openSink(t, disk, format, schema, map[string]string{"path": dir}, by...)
				},
				Visible: func(t testing.TB) [][]any {
					if ok, _ := vfs.Exists(disk, dir); !ok {
						return nil
					}
					return readRows(t, disk, format, dir, schema, plain)
				},
			})
		}
	}
}

func id(batch, epoch int64) connector.BatchID {
	return connector.BatchID{Query: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", Batch: batch, Epoch: epoch}
}

// parts writes rows 0 to n-1 of a batch, shared out among some parts.
func writeParts(t testing.TB, s connector.Sink, b connector.BatchID, n, parts int) ([]connector.Message, error) {
	t.Helper()
	var messages []connector.Message
	for part := range parts {
		var rows [][]any
		for k := part; k < n; k += parts {
			rows = append(rows, []any{b.Batch*1000 + int64(k), fmt.Sprintf("p%d", k%2)})
		}
		m, err := s.Write(t.Context(), b, part, connectortest.Reader(connectortest.Batch(t, connectortest.SinkSchema(), rows...)))
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// A crash before each operation of four batches, with every kind of loss, and
// then a run of the query that goes on from the batch that was not committed, on
// another number of parts: every row once, for readers with and without the
// manifest, and nothing left over.
func TestSinkSurvivesEveryCrash(t *testing.T) {
	const batches = 12 // the tenth is compacted
	schema := connectortest.SinkSchema()
	// run goes on from a batch; it returns the first batch not committed.
	run := func(fsys vfs.FS, from, epoch int64, parts int) int64 {
		f := formatOf(t, "parquet", fsys)
		sink, err := f.OpenSink(t.Context(), connector.SinkSpec{
			Options: connector.NewOptions(map[string]string{"path": "/out"}), Schema: schema, PartitionBy: []string{"s"},
			Env: connector.Env{Now: func() time.Time { return time.Unix(1, 0) }},
		})
		if err != nil {
			return from
		}
		for b := from; b < batches; b++ {
			m, err := writeParts(t, sink, id(b, epoch), 3, parts)
			if err != nil {
				return b
			}
			if err := sink.Commit(context.Background(), id(b, epoch), m); err != nil {
				return b
			}
		}
		return batches
	}
	whole := vfs.NewCrash()
	run(whole, 0, 1, 2)
	want := sortedRows(plainRows(t, whole, "parquet", "/out", schema))
	if len(want) != 3*batches {
		t.Fatalf("%d rows without a crash", len(want))
	}
	ops := len(whole.Ops())
	t.Logf("%d operations, -seed=%d", ops, *seed)
	for k := 1 + int(*seed%5); k <= ops; k += step() {
		for _, seed := range []uint64{vfs.OnlySynced, vfs.Everything, uint64(k) + 2} {
			crash := vfs.NewCrash()
			crash.StopAt(k)
			at := run(crash, 0, 1, 2)
			image := crash.Image(seed)
			// Before the query is started again a reader sees no part of a batch
			// whose commit was not begun.
			for _, row := range plainRows(t, image, "parquet", "/out", schema) {
				if row[0].(int64)/1000 > at {
					t.Fatalf("crash at %d, seed %d: row %v before batch %d", k, seed, row, at)
				}
			}
			if got := run(image, at, 2, 1+k%3); got != batches {
				t.Fatalf("crash at %d, seed %d: the next run ended at batch %d", k, seed, got)
			}
			for _, plain := range []bool{true, false} {
				got := sortedRows(readRows(t, image, "parquet", "/out", schema, plain))
				if d := cmp.Diff(want, got); d != "" {
					t.Fatalf("crash at %d (%s), seed %d, plain %v: %s", k, whole.Ops()[k-1], seed, plain, d)
				}
			}
		}
	}
}

var everyCrash = flag.Bool("every-crash", false, "crash at every operation, which takes a while")

// step thins the crash points out; which of them are taken depends on the seed.
func step() int {
	switch {
	case *everyCrash:
		return 1
	case testing.Short():
		return 31
	}
	return 7
}

func sortedRows(rows [][]any) []string {
	var all []string
	for _, r := range rows {
		all = append(all, strings.TrimSuffix(fmt.Sprintln(r...), "\n"))
	}
	slices.Sort(all)
	return all
}

// A run that was paused while another took over must not publish anything.
func TestSinkFencesAnEarlierRun(t *testing.T) {
	dir := t.TempDir()
	schema := connectortest.SinkSchema()
	open := func() connector.Sink { return openSink(t, disk, "parquet", schema, map[string]string{"path": dir}) }
	zombie, second := open(), open()
	staged, err := writeParts(t, zombie, id(0, 1), 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	m, err := writeParts(t, second, id(0, 2), 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := zombie.Commit(t.Context(), id(0, 1), staged); !fault.Is(err, fault.ConcurrentLogUpdate) {
		t.Errorf("Commit of the run before: %v", err)
	}
	if err := second.Commit(t.Context(), id(0, 2), m); err != nil {
		t.Fatal(err)
	}
	if _, err := writeParts(t, zombie, id(1, 1), 4, 2); err == nil {
		t.Errorf("Write of the run before went through")
	}
	if _, err := writeParts(t, open(), id(1, 1), 4, 2); !fault.Is(err, fault.ConcurrentLogUpdate) {
		t.Errorf("Write of a late start: %v", err)
	}
	if got := plainRows(t, disk, "parquet", dir, schema); len(got) != 4 {
		t.Errorf("%d rows", len(got))
	}
}

func TestSinkRefusesAnotherQuery(t *testing.T) {
	dir := t.TempDir()
	schema := connectortest.SinkSchema()
	sink := openSink(t, disk, "parquet", schema, map[string]string{"path": dir})
	if _, err := writeParts(t, sink, id(0, 1), 1, 1); err != nil {
		t.Fatal(err)
	}
	other := connector.BatchID{Query: "00000000-0000-0000-0000-000000000000", Epoch: 1}
	if _, err := writeParts(t, sink, other, 1, 1); err != nil {
		t.Log(err)
	}
	again := openSink(t, disk, "parquet", schema, map[string]string{"path": dir})
	if _, err := writeParts(t, again, other, 1, 1); !fault.Is(err, fault.IllegalState) {
		t.Errorf("%v", err)
	}
}

// A file that names the owner and is damaged is called so.
func TestSinkOwnerDamaged(t *testing.T) {
	dir := t.TempDir()
	schema := connectortest.SinkSchema()
	owner := path.Join(dir, "_spark_metadata", ".weir-query")
	for _, text := range []string{"", "\x00\x00\x00", "6ba7b810-9dad-11d1"} {
		if err := os.MkdirAll(path.Dir(owner), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(owner, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		sink := openSink(t, disk, "parquet", schema, map[string]string{"path": dir})
		_, err := writeParts(t, sink, id(0, 1), 1, 1)
		if !fault.Is(err, fault.IllegalState) || !strings.Contains(err.Error(), owner) || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Names of files and directories are Spark's.
func TestSinkNames(t *testing.T) {
	dir := t.TempDir()
	schema := types.NewSchema(column("v", types.Int), column("d", types.Date), column("k", types.String))
	sink := openSink(t, disk, "parquet", schema, map[string]string{"path": dir}, "k", "d")
	rows := [][]any{{1, int32(0), "a b/c:d%é"}, {2, nil, ""}, {3, int32(1), nil}}
	m, err := sink.Write(t.Context(), id(0, 1), 7, connectortest.Reader(connectortest.Batch(t, schema, rows...)))
	if err != nil {
		t.Fatal(err)
	}
	if err := sink.Commit(t.Context(), id(0, 1), []connector.Message{m}); err != nil {
		t.Fatal(err)
	}
	if err := sink.(connector.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	var names []string
	err = fs.WalkDir(os.DirFS(dir), ".", func(p string, e fs.DirEntry, err error) error {
		if !e.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	file := "part-00007-" + batchUUID(id(0, 1)) + ".c000.snappy.parquet"
	want := []string{
		"_spark_metadata/.weir-query", "_spark_metadata/0",
		"k=__HIVE_DEFAULT_PARTITION__/d=1970-01-02/" + file,
		"k=__HIVE_DEFAULT_PARTITION__/d=__HIVE_DEFAULT_PARTITION__/" + file,
		"k=a b%2Fc%3Ad%25é/d=1970-01-01/" + file,
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
	got := sortedRows(readRows(t, disk, "parquet", dir, schema, false))
	if d := cmp.Diff([]string{"1 0 a b/c:d%é", "2 <nil> <nil>", "3 1 <nil>"}, got); d != "" {
		t.Error(d)
	}
}

func TestSinkOpensWithErrors(t *testing.T) {
	schema := types.NewSchema(column("v", types.Int), column("w", types.String), column("x1", types.String))
	for _, tt := range []struct {
		about, format string
		spec          connector.SinkSpec
		condition     fault.Condition
		says          string
	}{
		{"mode", "parquet", connector.SinkSpec{Mode: connector.Complete}, fault.OutputModeDataSource, "append"},
		{"no such partition", "parquet", connector.SinkSpec{PartitionBy: []string{"x"}}, fault.PartitionColumnMissing, "x"},
		{"all are partitions", "parquet", connector.SinkSpec{PartitionBy: []string{"v", "w", "x1"}}, fault.AllPartitionColumns, "nothing is left"},
		{"text of two", "text", connector.SinkSpec{PartitionBy: []string{"v"}}, fault.IllegalArgument, "one column"},
		{"text of int", "text", connector.SinkSpec{PartitionBy: []string{"w"}}, fault.TypeOfSource, "cast"},
	} {
		tt.spec.Schema = schema
		tt.spec.Options = connector.NewOptions(map[string]string{"path": t.TempDir()})
		_, err := formatOf(t, tt.format, disk).OpenSink(t.Context(), tt.spec)
		if !fault.Is(err, tt.condition) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.about, err)
		}
	}
}

// A full disk is named, and nothing that was committed is lost.
func TestSinkOnAFullDisk(t *testing.T) {
	under := vfs.NewCrash()
	schema := connectortest.SinkSchema()
	sink := openSink(t, under, "parquet", schema, map[string]string{"path": "/out"})
	m, err := writeParts(t, sink, id(0, 1), 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := sink.Commit(t.Context(), id(0, 1), m); err != nil {
		t.Fatal(err)
	}
	full, err := vfs.NewInject(under, "ENOSPC on write of *.parquet")
	if err != nil {
		t.Fatal(err)
	}
	later := openSink(t, full, "parquet", schema, map[string]string{"path": "/out"})
	_, err = writeParts(t, later, id(1, 2), 4, 1)
	if !fault.Is(err, fault.WriteFailed) || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("%v", err)
	}
	if got := plainRows(t, under, "parquet", "/out", schema); len(got) != 4 {
		t.Errorf("%d rows", len(got))
	}
	entries, err := under.ReadDir(path.Join("/out", temporaryDir, id(0, 2).Query, "2"))
	if err != nil || len(entries) != 0 {
		t.Errorf("left over: %v, %v", entries, err)
	}
}

func TestTableSinkModes(t *testing.T) {
	dir := t.TempDir() + "/table"
	schema := connectortest.SinkSchema()
	write := func(mode string) error {
		sink, err := formatOf(t, "parquet", disk).OpenTableSink(t.Context(), connector.SinkSpec{
			Options: connector.NewOptions(map[string]string{"path": dir}), Schema: schema}, mode)
		if err != nil {
			return err
		}
		m, err := writeParts(t, sink, connector.BatchID{}, 3, 2)
		if err != nil {
			return err
		}
		return sink.Commit(t.Context(), connector.BatchID{}, m)
	}
	for _, tt := range []struct {
		mode string
		rows int
		err  bool
	}{{"error", 3, false}, {"error", 3, true}, {"append", 6, false}, {"ignore", 6, false}, {"overwrite", 3, false}, {"bad", 3, true}} {
		if err := write(tt.mode); (err != nil) != tt.err {
			t.Fatalf("%s: %v", tt.mode, err)
		}
		if got := readRows(t, disk, "parquet", dir, schema, false); len(got) != tt.rows {
			t.Errorf("after %s: %d rows, want %d", tt.mode, len(got), tt.rows)
		}
	}
	if ok, err := vfs.Exists(disk, dir+"/"+successFile); !ok || err != nil {
		t.Errorf("no %s: %v", successFile, err)
	}
	if ok, _ := vfs.Exists(disk, dir+"/"+temporaryDir); ok {
		t.Errorf("%s is left over", temporaryDir)
	}
}

// Parts of a batch are written beside each other.
func TestSinkWritesPartsBesideEachOther(t *testing.T) {
	dir := t.TempDir()
	schema := connectortest.SinkSchema()
	sink := openSink(t, disk, "parquet", schema, map[string]string{"path": dir}, "s")
	messages, errs := make([]connector.Message, 8), make([]error, 8)
	var wait sync.WaitGroup
	for part := range messages {
		wait.Go(func() {
			r := connectortest.Reader(connectortest.Batch(t, schema, []any{part, "a"}, []any{part, "b"}))
			messages[part], errs[part] = sink.Write(t.Context(), id(0, 1), part, r)
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if err := sink.Commit(t.Context(), id(0, 1), messages); err != nil {
		t.Fatal(err)
	}
	if got := plainRows(t, disk, "parquet", dir, schema); len(got) != 16 {
		t.Errorf("%d rows", len(got))
	}
}
