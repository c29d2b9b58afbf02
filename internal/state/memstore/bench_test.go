package memstore

import (
	"fmt"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/statetest"
	"github.com/weirstream/weir/internal/vfs"
)

// nowhere takes what would become durable.
type nowhere struct{ bytes int }

func (n *nowhere) Delta(d checkpoint.Delta)      { n.bytes += len(d.Payload) }
func (n *nowhere) Forget(int, string, int64)     {}
func (n *nowhere) Note(name string, text []byte) {}

// filled is a state of one partition with so many keys, committed.
func filled(b *testing.B, keys int) (*State, *Store, *statetest.Rows) {
	b.Helper()
	s := New(Config{FS: &vfs.Memory{}, Dir: "state", Journal: &nowhere{}, Epoch: 1, Spec: statetest.Spec(), SnapshotEvery: 1 << 30})
	values := &statetest.Rows{}
	t := s.Partition(0, 1, values)
	for from := 0; from < keys; from += batch.Size {
		to := min(from+batch.Size, keys)
		slots := make([]int32, to-from)
		if err := t.Find(keysOf(from, to), to-from, nil, slots); err != nil {
			b.Fatal(err)
		}
		t.MarkDirty(slots)
	}
	if err := s.Save(1); err != nil {
		b.Fatal(err)
	}
	s.Committed(1)
	return s, t, values
}

// A commit costs what changed, not what is there.
func BenchmarkCommit(b *testing.B) {
	for _, keys := range []int{1, 100_000, 1_000_000, 10_000_000} {
		for _, changed := range []int{0, 1, 1000, 100_000} {
			if changed > keys {
				continue
			}
			b.Run(fmt.Sprintf("keys=%d/changed=%d", keys, changed), func(b *testing.B) {
				s, t, values := filled(b, keys)
				slots := make([]int32, changed)
				for i := range slots {
					slots[i] = int32(i * (keys / changed))
				}
				v := state.Version(1)
				b.ReportAllocs()
				for b.Loop() {
					v++
					for _, slot := range slots {
						values.Numbers[slot]++
					}
					t.MarkDirty(slots)
					if err := s.Save(v); err != nil {
						b.Fatal(err)
					}
					s.Committed(v)
					s.chain, s.obsolete = s.chain[:0], s.obsolete[:0]
				}
			})
		}
	}
}

// A snapshot stops the query for as long as the copy takes.
func BenchmarkSnapshotCopy(b *testing.B) {
	_, t, _ := filled(b, 1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := t.Snapshot(state.Header{Version: 1, Shards: t.shards}); err != nil {
			b.Fatal(err)
		}
	}
}
