//go:build unix

package state

import (
	"syscall"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// BenchmarkEvict measures how long 10^6 keys take to leave in one batch, of one
// window and of so many times as there are keys; CPU-ns/key is the processor's time.
func BenchmarkEvict(b *testing.B) {
	const keys = 1 << 20
	at, long := types.Of(types.Timestamp), types.Of(types.Long)
	for name, every := range map[string]int64{"one window": keys, "a time each": 1, "64 of a time": 64} {
		b.Run(name, func(b *testing.B) {
			spec := Spec{Keys: []types.Field{{Name: "at", Type: at}, {Name: "k", Type: long}}, EventTime: true}
			s := NewSlots(spec, noValues{})
			slots := make([]int32, batch.Size)
			var due []int32
			var spent time.Duration
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				s.Reset()
				for from := int64(0); from < keys; from += batch.Size {
					times, ids := make([]int64, batch.Size), make([]int64, batch.Size)
					for i := range times {
						times[i], ids[i] = (from+int64(i))/every*1000, from+int64(i)
					}
					if err := s.Find([]*batch.Column{batch.Wrap(at, times, nil), batch.Wrap(long, ids, nil)}, batch.Size, nil, slots); err != nil {
						b.Fatal(err)
					}
					s.MarkDirty(slots)
				}
				s.Clear()
				before := processorTime(b)
				b.StartTimer()
				due = s.Expired(1<<60, due[:0])
				s.Delete(due)
				spent += processorTime(b) - before
			}
			if len(due) != keys || s.Len() != 0 {
				b.Fatalf("%d left, %d are there", len(due), s.Len())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/keys, "ns/key")
			b.ReportMetric(float64(spent)/float64(b.N)/keys, "CPU-ns/key")
		})
	}
}

// noValues are values of no columns.
type noValues struct{}

func (noValues) Types() []types.Type                 { return nil }
func (noValues) Reset(int, int)                      {}
func (noValues) Save([]int32, []*batch.Column) error { return nil }
func (noValues) Load([]int32, []*batch.Column) error { return nil }

// processorTime is what the process has used of the processors.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
