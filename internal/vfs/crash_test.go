package vfs_test

import (
	"errors"
	"flag"
	"io/fs"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/vfs"
)

var seed = flag.Uint64("seed", 42, "seed of the random tests")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// content is what a file holds, or "none".
func content(t *testing.T, fsys vfs.FS, name string) string {
	t.Helper()
	got, err := fsys.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "none"
	}
	must(t, err)
	return string(got)
}

func create(t *testing.T, fsys vfs.FS, name, text string) vfs.Writer {
	t.Helper()
	w, err := fsys.Create(name)
	must(t, err)
	_, err = w.Write([]byte(text))
	must(t, err)
	return w
}

func TestCrashForgetsWhatWasNotSynced(t *testing.T) {
	c := vfs.NewCrash()
	check := func(seed uint64, name, want string) {
		t.Helper()
		if got := content(t, c.Image(seed), name); got != want {
			t.Errorf("image %d: %s holds %q, want %q", seed, name, got, want)
		}
	}
	must(t, c.MkdirAll("d"))
	w := create(t, c, "d/a", "one")
	must(t, w.Sync())
	check(vfs.OnlySynced, "d/a", "none") // the name is not synced
	check(vfs.Everything, "d/a", "one")
	must(t, c.SyncDir("d"))
	check(vfs.OnlySynced, "d/a", "one")
	_, err := w.Write([]byte("two"))
	must(t, err)
	check(vfs.OnlySynced, "d/a", "one")
	check(vfs.Everything, "d/a", "onetwo")
	must(t, w.Sync())
	check(vfs.OnlySynced, "d/a", "onetwo")

	create(t, c, "d/b", "B")
	must(t, c.SyncDir("d"))
	check(vfs.OnlySynced, "d/b", "") // the content is not synced
	must(t, c.Rename("d/a", "d/b"))
	check(vfs.OnlySynced, "d/a", "onetwo")
	check(vfs.Everything, "d/a", "none")
	check(vfs.Everything, "d/b", "onetwo")
	must(t, c.SyncDir("d"))
	must(t, c.Remove("d/b"))
	check(vfs.OnlySynced, "d/b", "onetwo")
	must(t, c.SyncDir("d"))
	check(vfs.OnlySynced, "d/b", "none")
}

func TestCrashImageIsIndependent(t *testing.T) {
	c := vfs.NewCrash()
	must(t, vfs.Publish(c, "a", []byte("one")))
	must(t, c.Link("a", "b"))
	image := c.Image(vfs.Everything)
	w, err := image.OpenAppend("a")
	must(t, err)
	_, err = w.Write([]byte("two"))
	must(t, err)
	if got := content(t, image, "b"); got != "onetwo" {
		t.Errorf("the second name of the file holds %q", got)
	}
	if got := content(t, c, "a"); got != "one" {
		t.Errorf("the first machine now holds %q", got)
	}
}

func TestCrashRandomImages(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	old, fresh := strings.Repeat("o", 2000), strings.Repeat("n", 2000)
	c := vfs.NewCrash()
	w := create(t, c, "a", old)
	must(t, w.Sync())
	must(t, c.SyncDir("/"))
	_, err := w.WriteAt([]byte(fresh), 300)
	must(t, err)

	seen := map[string]bool{}
	for i := range uint64(200) {
		s := *seed + i + 2
		got := content(t, c.Image(s), "a")
		if again := content(t, c.Image(s), "a"); again != got {
			t.Fatalf("seed %d gives two images", s)
		}
		seen[got] = true
		if len(got) < 2000 || len(got) > 2300 {
			t.Fatalf("seed %d: %d bytes", s, len(got))
		}
		for j := range got {
			first := j == 0 || j == 300 || j%512 == 0 || j == 2000
			if !first && got[j] != got[j-1] {
				t.Fatalf("seed %d: torn at byte %d", s, j)
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d different images", len(seen))
	}
}

// TestPublishIsAtomic lets the machine die in every operation of Publish and
// Replace. What is found afterwards is the old file or the new one.
func TestPublishIsAtomic(t *testing.T) {
	fresh := strings.Repeat("new", 700)
	for _, way := range []struct {
		name, old string
		do        func(vfs.FS, string, []byte) error
	}{{"publish", "none", vfs.Publish}, {"replace", "old", vfs.Replace}} {
		for k := 1; ; k++ {
			c := vfs.NewCrash()
			must(t, c.MkdirAll("d"))
			if way.old != "none" {
				must(t, vfs.Publish(c, "d/7", []byte(way.old)))
			}
			before := len(c.Ops())
			c.StopAt(before + k)
			err := way.do(c, "d/7", []byte(fresh))
			for s := range uint64(50) {
				got := content(t, c.Image(s), "d/7")
				if got != way.old && got != fresh {
					t.Fatalf("%s, crash in %q, image %d: %d bytes", way.name, c.Ops()[before+k-1], s, len(got))
				}
				if err == nil && got != fresh {
					t.Fatalf("%s was done, but image %d holds the old file", way.name, s)
				}
			}
			if err == nil {
				if k < 6 {
					t.Errorf("%s took only %d operations", way.name, k-1)
				}
				break
			}
			if !errors.Is(err, vfs.ErrCrashed) {
				t.Fatal(err)
			}
		}
	}
}

func TestInject(t *testing.T) {
	tests := []struct {
		rule string
		want string // what the five operations below give
	}{
		{"EIO on sync of nothing", "ok ok ok ok abc"},
		{"ENOSPC on write of d/* #1", "no space left on device ok ok ok "},
		{"SHORT on write of 7", "short write ok ok ok a"},
		{"EIO on sync of d/7 #1", "ok input/output error ok ok abc"},
		{"EIO on sync of d/7 #2+", "ok ok input/output error ok abc"},
		{"EROFS on link of *", "ok ok ok read-only file system abc"},
		{"FLIP on read of d/7", "ok ok ok ok acc"},
		{"EACCES on * of x/7", "ok ok ok ok abc"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			m := new(vfs.Memory)
			must(t, m.MkdirAll("d"))
			fsys, err := vfs.NewInject(m, tt.rule)
			must(t, err)
			w, err := fsys.Create("d/7")
			must(t, err)
			got := ""
			note := func(err error) {
				switch at, isPath := errors.AsType[*fs.PathError](err); {
				case err == nil:
					got += "ok "
				case isPath:
					got += at.Err.Error() + " "
				default:
					got += err.Error() + " "
				}
			}
			_, err = w.Write([]byte("abc"))
			note(err)
			note(w.Sync())
			note(w.Sync())
			note(fsys.Link("d/7", "d/8"))
			text, err := fsys.ReadFile("d/7")
			must(t, err)
			if got += string(text); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestInjectRefusesBadRules(t *testing.T) {
	for _, rule := range []string{
		"", "EIO", "EWHAT on write of a", "EIO on writing of a", "EIO on write at a", "EIO on write of [", "EIO on write of a #0",
		"EIO on write of a #x", "EIO on write of a #1 #2",
	} {
		if _, err := vfs.NewInject(new(vfs.Memory), rule); err == nil {
			t.Errorf("rule %q was taken", rule)
		}
	}
}
