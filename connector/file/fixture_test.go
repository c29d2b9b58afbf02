package file

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// testLog is a source's log in memory.
type testLog struct{ entries map[int64][][]byte }

func newTestLog() *testLog { return &testLog{entries: map[int64][][]byte{}} }

func (l *testLog) Add(batch int64, lines [][]byte) error {
	if old, ok := l.entries[batch]; ok && !slices.EqualFunc(old, lines, bytes.Equal) {
		return fmt.Errorf("batch %d is there with other lines", batch)
	}
	l.entries[batch] = lines
	return nil
}

func (l *testLog) Lines(upTo int64) ([][]byte, error) {
	var all [][]byte
	for n := range upTo + 1 {
		all = append(all, l.entries[n]...)
	}
	return all, nil
}

func (l *testLog) Entry(batch int64) ([][]byte, bool, error) {
	lines, ok := l.entries[batch]
	return lines, ok, nil
}

func (l *testLog) Latest() (int64, bool, error) {
	latest := int64(-1)
	for n := range l.entries {
		latest = max(latest, n)
	}
	return latest, latest >= 0, nil
}

// disk is the file system of the tests.
var disk = vfs.Disk{FileMode: 0o644, DirMode: 0o755}

func formatOf(t testing.TB, name string, fsys vfs.FS) Format {
	t.Helper()
	for _, f := range Formats(fsys) {
		if f.Name() == name {
			return f.(Format)
		}
	}
	t.Fatalf("no format %s", name)
	return Format{}
}

// place is where a test's stream reads, with its options and log.
type place struct {
	format  string
	options map[string]string
	schema  *types.Schema
	log     *testLog
}

func (p place) spec() connector.SourceSpec {
	return connector.SourceSpec{
		Options: connector.NewOptions(p.options), Schema: p.schema,
		OpenLog: func(func([][]byte) [][]byte) (connector.Log, error) { return p.log, nil },
		Env:     connector.Env{Now: time.Now},
	}
}

func (p place) open(t testing.TB) *Source {
	t.Helper()
	s, err := formatOf(t, p.format, nil).OpenSource(t.Context(), p.spec())
	if err != nil {
		t.Fatal(err)
	}
	return s.(*Source)
}

// put writes a file whose time is so many seconds after the epoch.
func put(t testing.TB, name, content string, seconds int64) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	at := time.Unix(seconds, 0)
	if err := os.Chtimes(name, at, at); err != nil {
		t.Fatal(err)
	}
}

func column(name string, kind types.Kind) types.Field {
	return types.Field{Name: name, Type: types.Of(kind), Nullable: true}
}

func textAt(c *batch.Column, row int) string { return batch.Values[string](c)[row] }

func rowsReader(t testing.TB, s types.Schema, rows ...[]any) connector.Reader {
	return connectortest.Reader(connectortest.Batch(t, s, rows...))
}
