package conformance

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

// Operators and stores tell of a batch by Spark's names, in its progress (S193c).
func TestCustomMetrics(t *testing.T) {
	rocks := map[string]string{"spark.sql.streaming.stateStore.providerClass": "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"}
	heap := []string{"loadedMapCacheHitCount", "loadedMapCacheMissCount", "numSnapshotsAutoRepaired", "stateOnCurrentVersionSizeBytes"}
	for _, c := range []struct {
		name string
		conf map[string]string
		text string // over the stream a
		own  string // what the operator tells beside its store
	}{
		{"aggregate", nil, "SELECT k, count(*) FROM a GROUP BY k", ""},
		{"aggregate on disk", rocks, "SELECT k, count(*) FROM a GROUP BY k", ""},
		{"deduplication", nil, "", "numDroppedDuplicateRows=2"},
		{"join", map[string]string{"spark.sql.streaming.stateStore.skipNullsForStreamStreamJoins.enabled": "true"}, "SELECT l.k FROM a l JOIN a r ON l.k = r.k", "skippedNullValueCount=0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			disk := strings.HasSuffix(c.name, "on disk")
			a := weirtest.NewStream("a", "k STRING")
			mode := weir.Append
			if strings.HasPrefix(c.name, "aggregate") {
				mode = weir.Update
			}
			q := weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{a}, Mode: mode, Conf: c.conf,
				Define: func(s *weir.Session) *weir.DataFrame {
					if c.text == "" {
						return s.Table("a").DropDuplicates()
					}
					return s.SQL(c.text)
				}})
			last := func() map[string]int64 {
				list := q.Progress()
				return list[len(list)-1].StateOperators[0].Custom
			}
			q.UntilIdle()
			q.Add(a, []any{"x"}, []any{"x"}, []any{"y"})
			q.UntilIdle()
			q.Add(a, []any{"z"}, []any{"z"}, []any{"x"})
			q.UntilIdle()
			got := last()
			names := slices.Sorted(maps.Keys(got))
			if own, n, _ := strings.Cut(c.own, "="); own != "" {
				names = slices.DeleteFunc(names, func(s string) bool { return s == own })
				if n == "2" && got[own] != 2 || n == "0" && got[own] != 0 {
					t.Errorf("%s is %d", own, got[own])
				}
			}
			if disk {
				names = slices.DeleteFunc(names, func(s string) bool { return strings.HasPrefix(s, "rocksdb") })
				if got["rocksdbPutCount"] == 0 || got["rocksdbTotalBytesWritten"] == 0 {
					t.Errorf("nothing was written to the disk: %v", got)
				}
			}
			if !slices.Equal(names, heap) {
				t.Errorf("the stores tell %v", names)
			}
			if got["loadedMapCacheHitCount"] < 2 || got["loadedMapCacheMissCount"] != 0 || got["stateOnCurrentVersionSizeBytes"] == 0 {
				t.Errorf("before the restart %v", got)
			}
			q.Crash()
			q.Restart()
			q.Add(a, []any{"x"})
			q.UntilIdle()
			if got := last(); got["loadedMapCacheMissCount"] == 0 || got["numSnapshotsAutoRepaired"] != 0 {
				t.Errorf("after the restart %v", got)
			} else if disk && (got["rocksdbGetCount"] == 0 || got["rocksdbTotalBytesRead"] == 0) {
				t.Errorf("nothing was read from the disk: %v", got)
			}
		})
	}
}
