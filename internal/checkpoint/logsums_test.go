package checkpoint

import (
	"fmt"
	"testing"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// A flipped bit in an entry of a source's log is found after a restart, whichever
// entry it is.
func TestLogDamage(t *testing.T) {
	for batch := range int64(12) {
		fs := &vfs.Memory{}
		c, _, err := Open(fs, "ck", Options{MirrorDelay: -1})
		if err != nil {
			t.Fatal(err)
		}
		l, err := c.OpenLog(0, LogOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for b := range int64(12) {
			if err := l.Add(b, [][]byte{fmt.Appendf(nil, `{"path":"/in/%d","timestamp":1,"batchId":%d}`, b, b)}); err != nil {
				t.Fatal(err)
			}
			if err := c.Plan(Plan{Batch: b}); err != nil {
				t.Fatal(err)
			}
			if err := c.Commit(Commit{Batch: b}); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("ck/sources/0/%d", batch)
		if batch == 9 {
			name += ".compact"
		}
		text, err := fs.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text[12] ^= 1 // in the path
		if err := vfs.Replace(fs, name, text); err != nil {
			t.Fatal(err)
		}
		c, _, err = Open(fs, "ck", Options{MirrorDelay: -1})
		if err != nil {
			t.Fatal(err)
		}
		if l, err = c.OpenLog(0, LogOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, _, err = l.Entry(batch); !fault.Is(err, fault.ChecksumMismatch) {
			t.Errorf("%s: error %v, want a checksum", name, err)
		}
		c.Close()
	}
}
