package receiver

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/vfs"
)

// TestTrackerDealsBlocks: a batch gets all that no batch had, of each stream, in order;
// asking again changes nothing.
func TestTrackerDealsBlocks(t *testing.T) {
	for _, dir := range []string{"", "ck"} {
		t.Run("log "+dir, func(t *testing.T) {
			tracker, err := OpenTracker(TrackerOptions{FS: new(vfs.Memory), Dir: dir})
			must(t, err)
			add := func(stream int, number int64) { must(t, tracker.AddBlock(Block{ID: BlockID{stream, number}, Rows: 1})) }
			deal := func(second int64) string {
				must(t, tracker.AllocateBlocksToBatch(time.Unix(second, 0)))
				var ids []string
				for stream := range 3 {
					for _, b := range tracker.BlocksOf(time.Unix(second, 0), stream) {
						ids = append(ids, strings.TrimPrefix(b.ID.String(), "input-"))
					}
				}
				return strings.Join(ids, " ")
			}
			check := func(second int64, want string) {
				t.Helper()
				if got := deal(second); got != want {
					t.Errorf("batch %d has %q, want %q", second, got, want)
				}
			}
			add(0, 1)
			add(2, 1)
			add(0, 2)
			check(10, "0-1 0-2 2-1")
			add(0, 3)
			check(10, "0-1 0-2 2-1")
			check(5, "")
			check(11, "0-3")
			check(12, "")
			if n := tracker.Unallocated(); n != 0 {
				t.Errorf("%d blocks are left", n)
			}
			must(t, tracker.Clean(time.Unix(11, 0)))
			if got := fmt.Sprint(len(tracker.BlocksOf(time.Unix(10, 0), 0)), len(tracker.Batches())); got != "0 2" {
				t.Errorf("after a clean-up: %s", got)
			}
			if last := tracker.lastNumber(0); last != 3 {
				t.Errorf("the greatest number of a block is %d", last)
			}
			must(t, tracker.Close())
		})
	}
}

// TestTrackerOfOneRun: a second process is refused, and a start that does not recover
// forgets what was there.
func TestTrackerOfOneRun(t *testing.T) {
	fsys := new(vfs.Memory)
	first, err := OpenTracker(TrackerOptions{FS: fsys, Dir: "ck"})
	must(t, err)
	must(t, first.AddBlock(Block{ID: BlockID{0, 1}}))
	if _, err := OpenTracker(TrackerOptions{FS: fsys, Dir: "ck"}); err == nil || !strings.Contains(err.Error(), "one run") {
		t.Errorf("a second run: %v", err)
	}
	must(t, first.Close())
	for _, c := range []struct {
		recover bool
		want    int
	}{{true, 1}, {false, 0}} {
		tracker, err := OpenTracker(TrackerOptions{FS: fsys, Dir: "ck", Recover: c.recover})
		must(t, err)
		if n := tracker.Unallocated(); n != c.want {
			t.Errorf("recover %v: %d blocks, want %d", c.recover, n, c.want)
		}
		must(t, tracker.Close())
	}
}
