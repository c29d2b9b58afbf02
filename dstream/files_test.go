package dstream

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/rdd"
)

// place writes a file that was changed at a time after noon.
func place(t *testing.T, name, text string, after time.Duration) {
	t.Helper()
	at := noon.Add(after)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600), os.Chtimes(name, at, at)); err != nil {
		t.Fatal(err)
	}
}

func TestTextFileStream(t *testing.T) {
	b := newBench(t, Conf{MinRememberDuration: 1500 * time.Millisecond})
	root := t.TempDir()
	in := TextFileStream(b.ssc, filepath.Join(root, "d[12]"))
	got := watch(in)
	d1, d2 := filepath.Join(root, "d1"), filepath.Join(root, "d2")
	place(t, filepath.Join(d1, "before"), "no", 0)
	place(t, filepath.Join(d1, "a,{1}*"), "a1\na2\n", 100*time.Millisecond)
	place(t, filepath.Join(d1, ".hidden"), "no", 100*time.Millisecond)
	place(t, filepath.Join(d1, "nested", "n"), "no", 100*time.Millisecond)
	place(t, filepath.Join(d1, "empty"), "", 100*time.Millisecond)
	place(t, filepath.Join(d1, "future"), "f", 1500*time.Millisecond)
	place(t, filepath.Join(root, "d3", "other"), "no", 100*time.Millisecond)
	b.start()
	list := b.steps(1)
	if in := list[0].Inputs; len(in) != 1 || in[0].Records != 0 || !strings.Contains(in[0].Description, "a,{1}*") {
		t.Errorf("the batch reports %+v", in)
	}
	// Moved in from elsewhere with its old time, which is within the window; one that is
	// not; and more at the end of a file that was read.
	place(t, filepath.Join(d2, "b"), "b\n", 300*time.Millisecond)
	f, err := os.OpenFile(filepath.Join(d1, "a,{1}*"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = fmt.Fprintln(f, "a3")
		err = errors.Join(err, f.Close(), os.Chtimes(f.Name(), noon.Add(1200*time.Millisecond), noon.Add(1200*time.Millisecond)))
	}
	if err != nil {
		t.Fatal(err)
	}
	b.steps(1)
	b.steps(1)
	place(t, filepath.Join(d2, "late"), "no\n", 1900*time.Millisecond)
	b.steps(1)
	expect(t, got.text(), "1: [a1 a2]; 2: [f b]; 3: []; 4: []")
}

func TestFileStreamConf(t *testing.T) {
	b := newBench(t, Conf{})
	dir := t.TempDir()
	place(t, filepath.Join(dir, "old.csv"), "1", -30*time.Second)
	place(t, filepath.Join(dir, "older.csv"), "2", -70*time.Second)
	place(t, filepath.Join(dir, "old.txt"), "3", -30*time.Second)
	got := watch(FileStream(b.ssc, dir, FileConf[rdd.Pair[string, string]]{
		Read: func(c *rdd.Context, name string) *rdd.RDD[rdd.Pair[string, string]] {
			return rdd.WholeTextFiles(c, name, 1)
		},
		Filter:   func(name string) bool { return strings.HasSuffix(name, ".csv") },
		OldFiles: true,
	}))
	b.start()
	b.steps(1)
	expect(t, got.text(), "1: [("+filepath.ToSlash(filepath.Join(dir, "old.csv"))+",1)]")
}

func TestMissingDirectory(t *testing.T) {
	b := newBench(t, Conf{})
	dir := filepath.Join(t.TempDir(), "later")
	got := watch(BinaryRecordsStream(b.ssc, dir, 2))
	b.start()
	b.steps(1)
	place(t, filepath.Join(dir, "f"), "abcd", 1500*time.Millisecond)
	b.steps(1)
	place(t, filepath.Join(dir, "g"), "abc", 2500*time.Millisecond)
	b.steps(1)
	expect(t, got.text(), "1: []; 2: [[97 98] [99 100]]; 3: []")
	if err := b.ssc.AwaitTermination(t.Context()); err == nil || !strings.Contains(err.Error(), "3 bytes are no multiple of the record length 2") {
		t.Errorf("AwaitTermination returns %v", err)
	}
}

// A file that was taken and is gone before it is read fails its batch, and no other.
func TestFileRemovedBeforeRead(t *testing.T) {
	b := newBench(t, Conf{})
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	place(t, name, "x\n", 500*time.Millisecond)
	place(t, filepath.Join(dir, "g"), "y\n", 1500*time.Millisecond)
	got := watch(Transform(TextFileStream(b.ssc, dir), func(r *rdd.RDD[string], _ Time) *rdd.RDD[string] {
		os.Remove(name)
		return r
	}))
	b.start()
	b.steps(2)
	expect(t, got.text(), "1: []; 2: [y]")
}
