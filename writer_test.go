package weir_test

import (
	"os"
	"testing"
)

// A query that cannot start leaves no temporary checkpoint behind.
func TestFailedStartLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	d := open(t)
	d.put("a", "x")
	q := d.start(d.lines().WriteStream().Format("noop").QueryName("taken"))
	if _, err := d.lines().WriteStream().Format("noop").QueryName("taken").Start(t.Context()); err == nil {
		t.Error("two queries have one name")
	}
	q.Stop()
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v is left (%v)", left, err)
	}
}
