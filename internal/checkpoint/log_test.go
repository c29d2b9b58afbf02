package checkpoint

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

var _ connector.Log = (*Log)(nil)

// lineOf is the line that batch n adds.
func lineOf(n int64) []byte { return fmt.Appendf(nil, `{"path":"f%d","batchId":%d}`, n, n) }

// checkLog compares a log that has the batches 0 to latest, of which a fold has
// dropped those before first.
func checkLog(t *testing.T, l *Log, first, latest int64) {
	t.Helper()
	if got, _, err := l.Latest(); got != latest || err != nil {
		t.Fatalf("Latest is %d, %v", got, err)
	}
	var want [][]byte
	for n := first; n <= latest; n++ {
		want = append(want, lineOf(n))
		entry, ok, err := l.Entry(n)
		if err != nil || !ok || len(entry) != 1 || !bytes.Equal(entry[0], lineOf(n)) {
			t.Fatalf("Entry(%d) is %q, %v, %v", n, entry, ok, err)
		}
	}
	got, err := l.Lines(latest)
	if err != nil || !slices.EqualFunc(got, want, bytes.Equal) {
		t.Fatalf("Lines(%d) are %q, %v", latest, got, err)
	}
}

func TestLogCompactsAndKeepsEveryLine(t *testing.T) {
	m := new(vfs.Memory)
	for n := range int64(35) {
		l, err := OpenLog(m, "log", LogOptions{Retain: 5})
		must(t, err)
		must(t, l.Add(n, [][]byte{lineOf(n)}))
		must(t, l.Add(n, [][]byte{lineOf(n)}))
		wantCondition(t, l.Add(n, [][]byte{lineOf(n + 1)}), fault.ConcurrentLogUpdate)
		checkLog(t, l, 0, n)
	}
	list, err := m.ReadDir("log")
	must(t, err)
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "19.compact 20 21 22 23 24 25 26 27 28 29.compact 30 31 32 33 34" {
		t.Errorf("files: %s", got)
	}
	l, err := OpenLog(m, "log", LogOptions{})
	must(t, err)
	if entry, ok, err := l.Entry(35); ok || err != nil {
		t.Errorf("Entry of a batch to come: %q %v", entry, err)
	}
	before, err := l.Lines(27)
	must(t, err)
	if len(before) != 28 {
		t.Errorf("%d lines up to 27", len(before))
	}
}

func TestLogFolds(t *testing.T) {
	drop := func(lines [][]byte) [][]byte { return lines[max(0, len(lines)-4):] }
	l, err := OpenLog(new(vfs.Memory), "log", LogOptions{Fold: drop})
	must(t, err)
	for n := range int64(22) {
		must(t, l.Add(n, [][]byte{lineOf(n)}))
	}
	checkLog(t, l, 16, 21)
	must(t, l.Add(9, [][]byte{lineOf(9)})) // dropped by the fold: no contradiction
	if err := l.Add(22, [][]byte{[]byte("a\nb")}); err == nil {
		t.Error("a line with a line break was taken")
	}
}

func TestLogWaitsBeforeItRemoves(t *testing.T) {
	now := time.Unix(1_900_000_000, 0)
	clock := func() time.Time { return now }
	m := &vfs.Memory{Now: clock}
	l, err := OpenLog(m, "log", LogOptions{Retain: 1, CleanupDelay: 10 * time.Minute, Now: clock})
	must(t, err)
	add := func(from, to int64, want int) {
		t.Helper()
		for n := from; n < to; n++ {
			must(t, l.Add(n, [][]byte{lineOf(n)}))
		}
		list, err := m.ReadDir("log")
		must(t, err)
		if len(list) != want {
			t.Errorf("after batch %d: %d files, want %d", to-1, len(list), want)
		}
	}
	add(0, 20, 20)
	now = now.Add(11 * time.Minute)
	add(20, 30, 11) // what lies below 19.compact is gone
}

// TestLogOfSpark goes on with a log that Spark wrote.
func TestLogOfSpark(t *testing.T) {
	m := new(vfs.Memory)
	copyTree(t, m, "testdata/spark", "ck")
	l, err := OpenLog(m, "ck/sources/0", LogOptions{})
	must(t, err)
	lines, err := l.Lines(11)
	must(t, err)
	if len(lines) != 12 || !strings.HasPrefix(string(lines[3]), `{"path":"file:///data/in/f3.json",`) {
		t.Errorf("%d lines, the fourth %s", len(lines), lines[3])
	}
	entry, ok, err := l.Entry(9)
	if err != nil || !ok || len(entry) != 1 || !bytes.Contains(entry[0], []byte("f9.json")) {
		t.Errorf("entry 9 is %q, %v, %v", entry, ok, err)
	}
}

func TestLogCrashAnywhere(t *testing.T) {
	for k := 1; ; k++ {
		crash := vfs.NewCrash()
		crash.StopAt(k)
		done, err := int64(0), error(nil)
		var l *Log
		if l, err = OpenLog(crash, "log", LogOptions{Retain: 2}); err == nil {
			for ; done < 12 && err == nil; done++ {
				err = l.Add(done, [][]byte{lineOf(done)})
			}
		}
		if err == nil {
			return
		}
		for s := range uint64(4) {
			l, err := OpenLog(crash.Image(s), "log", LogOptions{Retain: 2})
			must(t, err)
			latest, _, _ := l.Latest()
			if promised := max(done-1, 0) - 1; latest < promised || latest > promised+1 {
				t.Fatalf("crash in operation %d, image %d: latest is %d, promised was %d", k, s, latest, promised)
			}
			checkLog(t, l, 0, latest)
		}
	}
}

// copyTree copies a directory of the disk.
func copyTree(t *testing.T, to vfs.FS, from, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(from, func(name string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := path.Join(dir, filepath.ToSlash(rest))
		if e.IsDir() {
			return to.MkdirAll(target)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return vfs.Publish(to, target, text)
	}))
}
