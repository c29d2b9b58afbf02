package query_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/weirstream/weir/internal/query"
	"github.com/weirstream/weir/internal/vfs"
)

var faultStride = flag.Int("fault-stride", 4, "TestEveryOperationFails tries every so many-th operation of a kind")

// everyFault keeps state in files: every version has its own.
func everyFault() job {
	j := windows
	j.settings.SnapshotEvery = 1
	return j
}

// TestEveryOperationFails lets each operation on a file of a run fail, once and from
// then on, with no space and with a broken disk. Either the query did not need it, or
// it fails with an error that says where; what is visible then is right, and once the
// disk is well the query goes on to the right result.
func TestEveryOperationFails(t *testing.T) { everyOperation(t, everyFault(), 1200, *faultStride) }

// TestEveryOperationOnDiskFails is the same with state on disk, of which little is in
// memory.
func TestEveryOperationOnDiskFails(t *testing.T) {
	j := everyFault()
	j.settings.State = query.StateSettings{Disk: true, Memory: 64 << 10}
	everyOperation(t, j, 400, 3**faultStride)
}

// TestEveryOperationOfAJoinFails is the same with two streams that are joined.
func TestEveryOperationOfAJoinFails(t *testing.T) {
	j := everyFault()
	j.text = `SELECT l.t AS begin, l.w, l.v AS n, r.v AS total FROM events l JOIN events r
		ON l.w = r.w AND r.t BETWEEN l.t - INTERVAL 3 SECONDS AND l.t`
	everyOperation(t, j, 15, 3**faultStride)
}

// everyOperation lets every stride-th operation of each kind fail.
func everyOperation(t *testing.T, j job, words, stride int) {
	t.Helper()
	want, input := whole(t, j, words)
	counted := input.Image(vfs.Everything)
	before := len(counted.Ops())
	if err := j.run(t.Context(), counted); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, op := range counted.Ops()[before:] {
		kind, _, _ := strings.Cut(op, " ")
		kinds[kind]++
	}
	t.Log(kinds)
	if testing.Short() {
		stride *= 12
	}
	failed, unharmed := 0, 0
	for _, kind := range []string{"write", "sync", "create", "rename", "link", "syncdir", "mkdir", "remove", "read", "stat", "readdir"} {
		n := kinds[kind]
		if n == 0 {
			n = 40 // the reads, of which the disk keeps no list
		}
		for _, what := range []string{"ENOSPC", "EIO"} {
			if what == "ENOSPC" && n == 40 {
				continue
			}
			for k := 1; k <= n; k += stride {
				for _, more := range []string{"", "+"} {
					if faultOnce(t, j, input, want, fmt.Sprintf("%s on %s of * #%d%s", what, kind, k, more)) {
						failed++
					} else {
						unharmed++
					}
				}
			}
		}
	}
	t.Logf("%d runs failed and went on, %d needed nothing of what failed", failed, unharmed)
	if failed < unharmed/4 {
		t.Errorf("%d of %d runs failed: the faults are not where the query works", failed, failed+unharmed)
	}
}

// faultOnce runs a job with a fault, and then without, and reports whether it failed.
func faultOnce(t *testing.T, j job, input *vfs.Crash, want []string, rule string) bool {
	t.Helper()
	fs := input.Image(vfs.Everything)
	disk, err := vfs.NewInject(fs, rule)
	if err != nil {
		t.Fatal(err)
	}
	broken := j
	broken.disk = disk
	err = broken.run(t.Context(), fs)
	if err != nil {
		known := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EIO)
		if !known || !strings.Contains(err.Error(), "/") {
			t.Errorf("%s: the error does not say where and what: %v", rule, err)
		}
	}
	for _, row := range j.rows(t, fs) {
		if !slices.Contains(want, row) {
			t.Errorf("%s: the row %s became visible", rule, row)
		}
	}
	if e := j.run(t.Context(), fs); e != nil {
		t.Fatalf("%s: when the disk was well again: %v\nbefore: %v", rule, e, err)
	}
	if got := j.rows(t, fs); !slices.Equal(got, want) {
		t.Errorf("%s: the output is\n%s\nwant\n%s", rule, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return err != nil
}
