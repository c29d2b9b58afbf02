package rdd

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func write(t testing.TB, name, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// However a file is cut, its lines are all there, once and in order.
func TestTextFileSplits(t *testing.T) {
	c := open(t, Config{})
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"})
		var text strings.Builder
		want := []string{}
		for i := range rapid.IntRange(0, 30).Draw(r, "lines") {
			line := strings.Repeat("x", rapid.IntRange(0, 9).Draw(r, "length")) + fmt.Sprint(i)
			want = append(want, line)
			text.WriteString(line)
			text.WriteString(end.Draw(r, "end"))
		}
		name := write(t, filepath.Join(dir, "lines.txt"), text.String())
		lines, err := Collect(r.Context(), TextFile(c, name, rapid.IntRange(1, 12).Draw(r, "partitions")))
		if err != nil || fmt.Sprintf("%q", lines) != fmt.Sprintf("%q", want) {
			r.Fatalf("lines of %q: %q, want %q, %v", text.String(), lines, want, err)
		}
	})
}

func TestTextFileOfLongLines(t *testing.T) {
	c := open(t, Config{})
	long := strings.Repeat("long ", 50000)
	name := write(t, filepath.Join(t.TempDir(), "a.txt"), long+"\nshort\n"+long+"\r\nlast")
	for parts := 1; parts < 5; parts++ {
		lines := collect(t, TextFile(c, name, parts))
		if len(lines) != 4 || lines[0] != long || lines[1] != "short" || lines[2] != long || lines[3] != "last" {
			t.Errorf("%d partitions: %d lines", parts, len(lines))
		}
	}
}

func TestInputs(t *testing.T) {
	c := open(t, Config{})
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in", "a.txt"), "a\n")
	write(t, filepath.Join(dir, "in", "b.txt"), "b\n")
	write(t, filepath.Join(dir, "in", "c.log"), "c\n")
	write(t, filepath.Join(dir, "in", "_SUCCESS"), "no\n")
	write(t, filepath.Join(dir, "in", ".hidden"), "no\n")
	write(t, filepath.Join(dir, "more", "d.txt"), "d\n")
	packed := filepath.Join(dir, "more", "z.gz")
	f, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	_, _ = z.Write([]byte("packed\nlines\n"))
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]string{
		"in":               "[a b c]",
		"in/*.txt":         "[a b]",
		"*/[b-d].*":        "[b c d]",
		"in/{a,c}.*":       "[a c]",
		"in/a.txt,more/d*": "[a d]",
		"more/z.gz":        "[packed lines]",
	} {
		var paths []string
		for _, p := range listed(pattern) {
			paths = append(paths, filepath.Join(dir, p))
		}
		equal(t, pattern, collect(t, TextFile(c, strings.Join(paths, ","), 1)), want)
	}
	if _, err := Count(t.Context(), TextFile(c, filepath.Join(dir, "none"), 1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a path that does not exist: %v", err)
	}
	whole := collect(t, WholeTextFiles(c, filepath.Join(dir, "in"), 0))
	if len(whole) != 3 || whole[1].Value != "b\n" || !strings.HasSuffix(whole[1].Key, "/in/b.txt") {
		t.Errorf("whole files: %v", whole)
	}
	binary := collect(t, BinaryFiles(c, packed, 0))
	if len(binary) != 1 || string(binary[0].Value) != "packed\nlines\n" {
		t.Errorf("binary files: %v", binary)
	}
	records := write(t, filepath.Join(dir, "records"), "aabbcc")
	equal(t, "records", fmt.Sprintf("%s", collect(t, BinaryRecords(c, records, 2))), "[aa bb cc]")
	if _, err := Count(t.Context(), BinaryRecords(c, records, 4)); err == nil {
		t.Error("six bytes are no records of four")
	}
}

func TestSave(t *testing.T) {
	c := open(t, Config{})
	dir := t.TempDir()
	r := Map(Parallelize(c, numbers(5), 2), func(i int) Pair[string, int] { return P("k", i) })
	text, packed, objects := filepath.Join(dir, "text"), filepath.Join(dir, "packed"), filepath.Join(dir, "objects")
	for _, err := range []error{
		SaveAsTextFile(t.Context(), r, text),
		SaveAsTextFile(t.Context(), r, packed, Gzip),
		SaveAsObjectFile(t.Context(), r, objects),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(filepath.Join(text, "part-00001"))
	equal(t, "the second part", fmt.Sprint(string(b), err), "(k,2)\n(k,3)\n(k,4)\n<nil>")
	entries, err := os.ReadDir(text)
	equal(t, "files", fmt.Sprint(entries, err), "[- _SUCCESS - part-00000 - part-00001] <nil>")
	equal(t, "text", len(collect(t, TextFile(c, text, 1))), 5)
	equal(t, "packed", collect(t, TextFile(c, packed, 1)), collect(t, TextFile(c, text, 1)))
	equal(t, "objects", collect(t, ObjectFile[Pair[string, int]](c, objects)), collect(t, r))
	if err := SaveAsTextFile(t.Context(), r, text); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "already exists") {
		t.Errorf("a directory that exists: %v", err)
	}
	// A job that fails leaves no file that looks whole, and no _SUCCESS.
	bad := filepath.Join(dir, "bad")
	failing := Map(r, func(p Pair[string, int]) int { panic("no") })
	if err := SaveAsTextFile(t.Context(), failing, bad); err == nil {
		t.Error("a panic was saved")
	}
	if entries, err := os.ReadDir(bad); err != nil || len(entries) != 0 {
		t.Errorf("files of a failed job: %v, %v", entries, err)
	}
}

// docs/format/objects.md shows these bytes.
func TestObjectFileBytes(t *testing.T) {
	c := open(t, Config{})
	dir := filepath.Join(t.TempDir(), "out")
	if err := SaveAsObjectFile(t.Context(), Parallelize(c, []int{1, -1}, 1), dir); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "part-00000"))
	equal(t, "bytes", fmt.Sprintf("%x %v", b, err), "02000000020000003fc44f24"+"0201"+"000000000000000000000000 <nil>")
}
