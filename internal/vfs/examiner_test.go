package vfs_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/vfs"
)

// TestFileSystems examines every file system by the same rules.
func TestFileSystems(t *testing.T) {
	systems := []struct {
		name string
		open func(t *testing.T) (vfs.FS, string)
	}{
		{"disk", func(t *testing.T) (vfs.FS, string) { return vfs.Disk{}, t.TempDir() }},
		{"memory", func(t *testing.T) (vfs.FS, string) { return new(vfs.Memory), "/" }},
		{"crash", func(t *testing.T) (vfs.FS, string) { return vfs.NewCrash(), "/" }},
		{"overlay", func(*testing.T) (vfs.FS, string) { return vfs.NewOverlay(new(vfs.Memory)), "/" }},
		{"inject", func(t *testing.T) (vfs.FS, string) {
			fsys, err := vfs.NewInject(new(vfs.Memory))
			if err != nil {
				t.Fatal(err)
			}
			return fsys, "/"
		}},
	}
	for _, s := range systems {
		for _, e := range examinations {
			t.Run(s.name+"/"+e.name, func(t *testing.T) {
				fsys, dir := s.open(t)
				e.examine(&exam{T: t, fs: fsys, dir: dir})
			})
		}
	}
}

var examinations = []struct {
	name    string
	examine func(*exam)
}{
	{"content", examineContent},
	{"names", examineNames},
	{"directories", examineDirectories},
	{"publish", examinePublish},
	{"lock", examineLock},
}

// exam is one file system under examination.
type exam struct {
	*testing.T
	fs  vfs.FS
	dir string
}

func (x *exam) at(name string) string { return path.Join(x.dir, name) }

func (x *exam) ok(err error) {
	x.Helper()
	if err != nil {
		x.Fatal(err)
	}
}

func (x *exam) fails(err, want error) {
	x.Helper()
	if !errors.Is(err, want) {
		x.Fatalf("error is %v, want %v", err, want)
	}
}

func (x *exam) holds(name, want string) {
	x.Helper()
	got, err := x.fs.ReadFile(x.at(name))
	x.ok(err)
	if string(got) != want {
		x.Errorf("%s holds %q, want %q", name, got, want)
	}
}

func (x *exam) put(name, content string) {
	x.Helper()
	w, err := x.fs.Create(x.at(name))
	x.ok(err)
	_, err = io.WriteString(w, content)
	x.ok(err)
	x.ok(w.Sync())
	x.ok(w.Close())
}

func examineContent(x *exam) {
	x.put("a", "hello")
	w, err := x.fs.OpenAppend(x.at("a"))
	x.ok(err)
	for _, s := range []string{" ", "world"} {
		_, err = io.WriteString(w, s)
		x.ok(err)
	}
	_, err = w.WriteAt([]byte("J"), 0)
	x.ok(err)
	_, err = io.WriteString(w, "!")
	x.ok(err)
	x.holds("a", "Jello world!")
	x.ok(w.Truncate(5))
	x.ok(w.Truncate(7))
	x.ok(w.Sync())
	x.ok(w.Close())
	x.holds("a", "Jello\x00\x00")
	x.fails(w.Sync(), fs.ErrClosed)

	r, err := x.fs.Open(x.at("a"))
	x.ok(err)
	size, err := r.Size()
	x.ok(err)
	if size != 7 {
		x.Errorf("size %d, want 7", size)
	}
	buf := make([]byte, 3)
	n, err := r.ReadAt(buf, 1)
	if n != 3 || err != nil || string(buf) != "ell" {
		x.Errorf("ReadAt: %d %v %q", n, err, buf)
	}
	if n, err = r.ReadAt(buf, 6); n != 1 || err != io.EOF {
		x.Errorf("ReadAt over the end: %d %v", n, err)
	}
	all, err := io.ReadAll(r)
	x.ok(err)
	if !bytes.Equal(all, []byte("Jello\x00\x00")) {
		x.Errorf("ReadAll: %q", all)
	}
	x.ok(r.Close())

	w, err = x.fs.OpenAppend(x.at("new"))
	x.ok(err)
	x.ok(w.Close())
	x.holds("new", "")
}

func examineNames(x *exam) {
	_, err := x.fs.Open(x.at("a"))
	x.fails(err, fs.ErrNotExist)
	_, err = x.fs.ReadFile(x.at("a"))
	x.fails(err, fs.ErrNotExist)
	_, err = x.fs.Create(x.at("none/a"))
	x.fails(err, fs.ErrNotExist)
	x.fails(x.fs.Remove(x.at("a")), fs.ErrNotExist)
	x.fails(x.fs.Rename(x.at("a"), x.at("b")), fs.ErrNotExist)

	x.put("a", "A")
	_, err = x.fs.Create(x.at("a"))
	x.fails(err, fs.ErrExist)
	x.put("b", "B")
	x.fails(x.fs.Link(x.at("a"), x.at("b")), fs.ErrExist)
	x.ok(x.fs.Link(x.at("a"), x.at("c")))
	x.ok(x.fs.Rename(x.at("a"), x.at("b")))
	x.holds("b", "A")
	x.holds("c", "A")

	r, err := x.fs.Open(x.at("b"))
	x.ok(err)
	x.ok(x.fs.Remove(x.at("b")))
	x.ok(x.fs.Remove(x.at("c")))
	rest, err := io.ReadAll(r)
	x.ok(err)
	if string(rest) != "A" {
		x.Errorf("an open file that was removed reads %q", rest)
	}
	x.ok(r.Close())
	there, err := vfs.Exists(x.fs, x.at("b"))
	x.ok(err)
	if there {
		x.Error("a removed file exists")
	}
}

func examineDirectories(x *exam) {
	x.ok(x.fs.MkdirAll(x.at("d/e/f")))
	x.ok(x.fs.MkdirAll(x.at("d/e/f")))
	x.put("d/2", "22")
	x.put("d/10", "")
	x.ok(x.fs.SyncDir(x.at("d")))
	if err := x.fs.MkdirAll(x.at("d/2/x")); err == nil {
		x.Error("a directory was made inside a file")
	}
	if err := x.fs.MkdirAll(x.at("d/2")); err == nil {
		x.Error("a directory was made over a file")
	}
	list, err := x.fs.ReadDir(x.at("d"))
	x.ok(err)
	var names []string
	for _, e := range list {
		at, err := e.Info()
		x.ok(err)
		names = append(names, e.Name())
		if want := e.Name() == "e"; e.IsDir() != want || at.IsDir() != want {
			x.Errorf("%s: directory %t", e.Name(), e.IsDir())
		}
		if e.Name() == "2" && at.Size() != 2 {
			x.Errorf("size of 2 is %d", at.Size())
		}
	}
	if got := strings.Join(names, " "); got != "10 2 e" {
		x.Errorf("listed %q", got)
	}
	if err := x.fs.Remove(x.at("d")); err == nil {
		x.Error("a directory that is not empty was removed")
	}
	x.ok(vfs.RemoveAll(x.fs, x.at("d")))
	x.ok(vfs.RemoveAll(x.fs, x.at("d")))
	_, err = x.fs.ReadDir(x.at("d"))
	x.fails(err, fs.ErrNotExist)
	x.fails(x.fs.SyncDir(x.at("d")), fs.ErrNotExist)
}

func examinePublish(x *exam) {
	x.ok(x.fs.MkdirAll(x.at("d")))
	x.ok(vfs.Publish(x.fs, x.at("d/7"), []byte("one")))
	x.fails(vfs.Publish(x.fs, x.at("d/7"), []byte("two")), fs.ErrExist)
	x.holds("d/7", "one")
	x.ok(vfs.Replace(x.fs, x.at("d/7"), []byte("three")))
	x.holds("d/7", "three")

	s, err := vfs.Stage(x.fs, x.at("d/8"))
	x.ok(err)
	x.ok(s.Discard())
	x.ok(s.Discard())
	left, err := vfs.Stage(x.fs, x.at("d/9"))
	x.ok(err)
	list, err := x.fs.ReadDir(x.at("d"))
	x.ok(err)
	if len(list) != 2 {
		x.Errorf("%d entries, want 7 and the temporary file of 9", len(list))
	}
	x.ok(vfs.Sweep(x.fs, x.at("d")))
	list, err = x.fs.ReadDir(x.at("d"))
	x.ok(err)
	if len(list) != 1 || list[0].Name() != "7" {
		x.Errorf("after Sweep: %v", list)
	}
	if err := left.Publish(); err == nil {
		x.Error("a file whose temporary name was taken away was published")
	}
}

func examineLock(x *exam) {
	held, err := x.fs.Lock(x.at("lock"))
	x.ok(err)
	_, err = x.fs.Lock(x.at("lock"))
	x.fails(err, vfs.ErrLocked)
	other, err := x.fs.Lock(x.at("other"))
	x.ok(err)
	x.ok(other.Close())
	x.ok(held.Close())
	again, err := x.fs.Lock(x.at("lock"))
	x.ok(err)
	x.ok(again.Close())
}

func TestDiskKeepsCheckpointsPrivate(t *testing.T) {
	dir := path.Join(t.TempDir(), "ck", "offsets")
	check := func(name string, want fs.FileMode) {
		t.Helper()
		at, err := vfs.Disk{}.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := at.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
	if err := (vfs.Disk{}).MkdirAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := vfs.Publish(vfs.Disk{}, path.Join(dir, "0"), nil); err != nil {
		t.Fatal(err)
	}
	check(path.Dir(dir), 0o700)
	check(dir, 0o700)
	check(path.Join(dir, "0"), 0o600)
}
