package blockstore

import (
	"slices"
	"testing"

	"github.com/weirstream/weir/internal/vfs"
)

func codec() Codec {
	return Codec{
		Encode: func(v any) ([]byte, error) { return slices.Clone(v.([]byte)), nil },
		Decode: func(b []byte) (any, error) { return slices.Clone(b), nil },
	}
}

func TestEviction(t *testing.T) {
	fs := new(vfs.Memory)
	s := New(fs, 100, "/a", "/b")
	put := func(rdd, part int, l Level, size int64) {
		t.Helper()
		if err := s.Put(ID{rdd, part}, l, codec(), []byte{byte(rdd), byte(part)}, size); err != nil {
			t.Fatal(err)
		}
	}
	has := func(want string, ids ...ID) {
		t.Helper()
		got := ""
		for _, id := range ids {
			v, ok := s.Get(id)
			if ok && !slices.Equal(v.([]byte), []byte{byte(id.RDD), byte(id.Part)}) {
				t.Errorf("block %v is %v", id, v)
			}
			got += map[bool]string{true: "+", false: "-"}[ok]
		}
		if got != want {
			t.Errorf("blocks %v: %s, want %s", ids, got, want)
		}
	}
	memory := Level{Memory: true}
	put(1, 0, memory, 40)
	put(1, 1, memory, 40)
	put(1, 2, memory, 40) // its own RDD makes no room
	has("++-", ID{1, 0}, ID{1, 1}, ID{1, 2})
	has("+", ID{1, 0}) // now 1,1 is the one used longest ago
	put(2, 0, Level{Memory: true, Disk: true}, 50)
	has("+-+", ID{1, 0}, ID{1, 1}, ID{2, 0})
	// Execution takes room from storage, down to half of all.
	if s.Reserve(60) || !s.Reserve(50) {
		t.Error("execution does not get its half, or more")
	}
	// What may lie on disk was written, whichever block had to go.
	has("+", ID{2, 0})
	s.Release(50)
	put(3, 0, Level{Disk: true}, 1000)
	has("+", ID{3, 0})
	put(4, 0, Level{Memory: true, Disk: true}, 1000) // too large for memory
	has("+", ID{4, 0})
	put(5, 0, Level{Memory: true, Serialized: true}, 1000) // two bytes once serialized
	has("+", ID{5, 0})
	if u := s.UsageOf(5); u.Memory != 2 || u.Blocks != 1 {
		t.Errorf("usage %+v", u)
	}
	s.RemoveRDD(3)
	has("-+", ID{3, 0}, ID{5, 0})
}

func TestReplica(t *testing.T) {
	fs := new(vfs.Memory)
	s := New(fs, 100, "/a", "/b")
	if err := s.Put(ID{1, 0}, Level{Disk: true, Replicas: 2}, codec(), []byte("x"), 1); err != nil {
		t.Fatal(err)
	}
	names := func(dir string) []string {
		entries, err := fs.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, e := range entries {
			list = append(list, dir+"/"+e.Name())
		}
		return list
	}
	if len(names("/a")) != 1 || len(names("/b")) != 1 {
		t.Fatalf("files %v %v", names("/a"), names("/b"))
	}
	corrupt := func(name string) {
		w, err := fs.OpenAppend(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte("!"))
		_ = w.Close()
	}
	corrupt(names("/a")[0])
	if v, ok := s.Get(ID{1, 0}); !ok || string(v.([]byte)) != "x" {
		t.Errorf("with one copy: %v %v", v, ok)
	}
	corrupt(names("/b")[0])
	if _, ok := s.Get(ID{1, 0}); ok || s.Has(ID{1, 0}) {
		t.Error("a corrupt block was believed")
	}
}
