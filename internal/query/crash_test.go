package query_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/vfs"
)

// TestCrashAnywhere lets the machine die in every operation on a file that a run
// of five batches makes, each time starts it again from the disks it may leave,
// and expects what a run without a crash gives.
func TestCrashAnywhere(t *testing.T) {
	crashes(t, windows, 4, 1)
}

// TestCrashAnywhereParquet is the same with columns on disk and more than one task.
func TestCrashAnywhereParquet(t *testing.T) {
	j := windows
	j.format, j.settings.Workers = "parquet", 2
	crashes(t, j, 4, 5)
}

// TestCrashAnywhereLive is the same with a query that goes on until it is stopped.
func TestCrashAnywhereLive(t *testing.T) {
	j := windows
	j.live = true
	crashes(t, j, 4, 5)
}

// TestCrashLargeState has state of which every version gets its own files.
func TestCrashLargeState(t *testing.T) {
	j := windows
	j.settings.SnapshotEvery = 1
	fs := crashes(t, j, 3000, 17)
	deltas, snapshots := 0, 0
	for _, op := range fs.Ops() {
		if strings.Contains(op, "/state/") && strings.HasPrefix(op, "create") {
			if strings.Contains(op, "snapshot") {
				snapshots++
			} else {
				deltas++
			}
		}
	}
	if deltas == 0 || snapshots == 0 {
		t.Errorf("%d files of deltas and %d snapshots were made; both kinds are to be tested", deltas, snapshots)
	}
}

// crashes runs the test of one job over input of so many words a batch, at every
// stride-th operation, ten times as far apart in short tests. It returns what the
// run without a crash did.
func crashes(t *testing.T, j job, words, stride int) *vfs.Crash {
	t.Parallel()
	t.Logf("-seed=%d", *seed)
	input := vfs.NewCrash()
	five(t, input, words)
	whole := input.Image(vfs.Everything)
	if err := j.run(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	want := strings.Join(j.rows(t, whole), "\n")
	if !strings.Contains(want, "w3") || strings.Contains(want, "late") {
		t.Fatalf("the run without a crash gave\n%s", want)
	}
	ops := whole.Ops()
	t.Logf("%d operations, %d bytes of rows", len(ops), len(want))
	if testing.Short() {
		stride *= 10
	}
	for k := 1; k <= len(ops); k += stride {
		died := input.Image(vfs.Everything)
		died.StopAt(k)
		if err := j.run(t.Context(), died); err != nil && !errors.Is(err, vfs.ErrCrashed) {
			t.Fatalf("operation %d, %s: the error is not that of the disk: %v", k, ops[k-1], err)
		}
		for _, image := range []uint64{vfs.OnlySynced, vfs.Everything, *seed + uint64(k)} {
			what := fmt.Sprintf("crash in operation %d (%s), image %d", k, ops[k-1], image)
			disk := died.Image(image)
			if image > vfs.Everything {
				// The machine dies again while it recovers.
				disk.StopAt(1 + int(image%40))
				if err := j.run(t.Context(), disk); err != nil && !errors.Is(err, vfs.ErrCrashed) {
					t.Fatalf("%s, then another in operation %d: %v", what, 1+image%40, err)
				}
				disk = disk.Image(image)
			}
			if err := j.run(t.Context(), disk); err != nil {
				t.Fatalf("%s: %v\n%s", what, err, disk.Dump())
			}
			if got := strings.Join(j.rows(t, disk), "\n"); got != want {
				t.Fatalf("%s: the output is\n%s\nwithout a crash it is\n%s", what, got, want)
			}
		}
	}
	return whole
}
