package memstore

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

var loadRows = flag.Int("load-rows", 1_000_000, "how many rows of 108 bytes BenchmarkLoad loads")

// kept is a journal that keeps what a restart is given.
type kept struct {
	nowhere
	deltas []checkpoint.Delta
}

func (k *kept) Delta(d checkpoint.Delta) { k.deltas = append(k.deltas, d) }

// BenchmarkLoad measures a restart: the state of two partitions from files, rows of a
// number and a hundred letters that cannot be compressed. Beside it stands how long it
// takes to read the same files, from the cache of the system where they are in it.
func BenchmarkLoad(b *testing.B) {
	spec := state.Spec{Name: "loaded", Keys: []types.Field{{Name: "k", Type: types.Of(types.Long)}},
		Values: []types.Field{{Name: "text", Type: types.Of(types.String)}}}
	dir, journal := b.TempDir(), &kept{}
	var rows []*state.Rows
	open := func() *State {
		rows = rows[:0]
		s := New(Config{FS: vfs.Disk{}, Dir: dir, Journal: journal, Epoch: 1, Spec: spec})
		for i := range 2 {
			rows = append(rows, state.NewRows(&spec))
			s.Partition(i, 2, rows[i])
		}
		return s
	}
	r := rand.New(rand.NewPCG(1, 2))
	s, v := open(), state.Version(0)
	keys, texts := make([]int64, batch.Size), make([]string, batch.Size)
	var hasher keytable.Hasher
	letters := make([]byte, 100*batch.Size)
	for from := 0; from < *loadRows; from += batch.Size {
		for i := range letters {
			letters[i] = 'a' + byte(r.Uint32N(26))
		}
		for i := range keys {
			keys[i], texts[i] = int64(from+i), string(letters[100*i:100*i+100])
		}
		columns := []*batch.Column{batch.Wrap(spec.Keys[0].Type, keys, nil)}
		shards := hasher.Shards(columns, batch.Size, nil, nil)
		for p, t := range s.Stores() {
			sel := []int32{}
			for i, shard := range shards {
				if t.shards.Has(shard) {
					sel = append(sel, int32(i))
				}
			}
			slots, in := make([]int32, len(sel)), batch.NewColumn(spec.Values[0].Type, 0)
			if err := t.Find(columns, batch.Size, sel, slots); err != nil {
				b.Fatal(err)
			}
			in.Take(batch.Wrap(spec.Values[0].Type, texts, nil), sel)
			if err := rows[p].Load(slots, []*batch.Column{in}); err != nil {
				b.Fatal(err)
			}
			t.MarkDirty(slots)
		}
		if from/batch.Size%16 == 15 || from+batch.Size >= *loadRows {
			v++
			if err := s.Save(v); err != nil {
				b.Fatal(err)
			}
			s.Committed(v)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.delta"))
	if err != nil {
		b.Fatal(err)
	}
	size, begin := 0, time.Now()
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		size += len(content)
	}
	read := time.Since(begin)
	for b.Loop() {
		if err := open().Load(v, state.NewManifest(&spec), journal.deltas); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(size))
	b.ReportMetric(float64(size)/read.Seconds()/1e6, "read-MB/s")
}
