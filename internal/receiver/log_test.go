package receiver

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
)

// names are the files of a log.
func names(t *testing.T, fsys vfs.FS, dir string) (list []string) {
	t.Helper()
	files, err := logFiles(fsys, dir)
	must(t, err)
	for _, f := range files {
		list = append(list, f.name)
	}
	return list
}

func TestLogRollsAndForgets(t *testing.T) {
	fsys, c := new(vfs.Memory), clock.NewManual(time.UnixMilli(1_000_000))
	l, err := OpenLog(fsys, "log", c, LogConfig{Roll: time.Second})
	must(t, err)
	var segments []Segment
	for i := range 30 {
		s, err := l.Append(bytes.Repeat([]byte{byte(i)}, i*100))
		must(t, err)
		segments = append(segments, s)
		c.Advance(200 * time.Millisecond)
	}
	if got := names(t, fsys, "log"); len(got) != 6 || got[0] != "log-1000000-1001000" || got[5] != "log-1005000-1006000" {
		t.Errorf("files %q", got)
	}
	for i, s := range segments {
		got, err := l.Read(s)
		must(t, err)
		if !bytes.Equal(got, bytes.Repeat([]byte{byte(i)}, i*100)) {
			t.Errorf("record %d has %d bytes", i, len(got))
		}
	}
	must(t, l.Clean(time.UnixMilli(1_003_500), func(file string) bool { return file == segments[0].File }))
	if got := names(t, fsys, "log"); !slices.Equal(got, []string{"log-1000000-1001000", "log-1003000-1004000", "log-1004000-1005000", "log-1005000-1006000"}) {
		t.Errorf("after a clean-up: %q", got)
	}
	must(t, l.Clean(time.UnixMilli(9_000_000), nil))
	if got := names(t, fsys, "log"); !slices.Equal(got, []string{"log-1005000-1006000"}) {
		t.Errorf("the file that is written to must stay: %q", got)
	}
	must(t, l.Close())
	if _, err := l.Append(nil); err == nil {
		t.Error("a closed log takes records")
	}
	if _, err := l.Read(segments[8]); err == nil || !strings.Contains(err.Error(), segments[8].File) {
		t.Errorf("a file that was removed: %v", err)
	}
}

// TestLogNeverWritesToAnOldFile: not in the same millisecond, nor with a clock set back.
func TestLogNeverWritesToAnOldFile(t *testing.T) {
	fsys, c := new(vfs.Memory), clock.NewManual(time.UnixMilli(1_000_000))
	for i, back := range []time.Duration{0, 0, -time.Hour} {
		c.Advance(back)
		l, err := OpenLog(fsys, "log", c, LogConfig{CloseAfterWrite: true, Roll: time.Second})
		must(t, err)
		for range 2 {
			_, err = l.Append([]byte{1})
			must(t, err)
		}
		must(t, l.Close())
		if got := names(t, fsys, "log"); len(got) != 2*i+2 || got[2*i] != fmt.Sprintf("log-%d-%d", 1_000_000+2*i, 1_001_000+2*i) {
			t.Errorf("files %q", got)
		}
	}
}

// TestLogGroups: appends that come together are all found, and share writes unless each is to
// be written alone.
func TestLogGroups(t *testing.T) {
	for _, alone := range []bool{false, true} {
		crash := vfs.NewCrash()
		l, err := OpenLog(crash, "log", clock.System{}, LogConfig{OneByOne: alone})
		must(t, err)
		var wg sync.WaitGroup
		segments := make([]Segment, 200)
		applied := 0
		for i := range segments {
			wg.Go(func() {
				s, err := l.appendThen([]byte(fmt.Sprint(i)), func() { applied++ }) // one at a time
				if err != nil {
					t.Error(err)
				}
				segments[i] = s
			})
		}
		wg.Wait()
		for i, s := range segments {
			got, err := l.Read(s)
			must(t, err)
			if string(got) != fmt.Sprint(i) {
				t.Errorf("record %d is %q", i, got)
			}
		}
		syncs := 0
		for _, op := range crash.Ops() {
			if strings.HasPrefix(op, "sync ") {
				syncs++
			}
		}
		if applied != len(segments) || alone && syncs != len(segments) {
			t.Errorf("%d of %d were applied, by %d syncs", applied, len(segments), syncs)
		}
		must(t, l.Close())
	}
}

// TestDamage flips a bit of each byte of the tracker's log, and cuts it anywhere. Either
// the file and the byte are told, or all that is found was written.
func TestDamage(t *testing.T) {
	fsys := new(vfs.Memory)
	b := newBench(t, setting{fs: fsys})
	for i := range 6 {
		must(t, b.tracker.AddBlock(Block{ID: BlockID{0, int64(i + 1)}, Rows: 1, Metadata: bytes.Repeat([]byte{7}, 300)}))
	}
	must(t, b.tracker.Close())
	dir := "ck/receivedBlockMetadata"
	name := dir + "/" + names(t, fsys, dir)[0]
	good, err := fsys.ReadFile(name)
	must(t, err)
	used := len(bytes.TrimRight(good, "\x00"))
	try := func(content []byte) (blocks int, err error) {
		must(t, vfs.Replace(fsys, name, content))
		tracker, err := OpenTracker(TrackerOptions{FS: fsys, Dir: dir, Recover: true})
		if err != nil {
			return 0, err
		}
		defer tracker.Close()
		return tracker.Unallocated(), nil
	}
	for i := range used {
		bad := slices.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if _, err := try(bad); err == nil || !strings.Contains(err.Error(), name) ||
			!strings.Contains(err.Error(), fmt.Sprintf("byte %d:", i/512*512)) {
			t.Fatalf("a flip in byte %d: %v", i, err)
		}
	}
	for length := 0; length < used; length += 37 {
		n, err := try(good[:length])
		must(t, err)
		if n > 6 || n < length/512/2-1 {
			t.Errorf("%d blocks in %d bytes", n, length)
		}
	}
	// A record that is there twice, or that this weir does not know.
	for _, records := range [][]byte{{kindBatch, 2, 2, 0, 2}, {'Z'}, {kindAddition}, {kindSnapshot, 4}, {}} {
		s := newTracked()
		if err := s.apply(records); err == nil {
			t.Errorf("the record %q was taken", records)
		}
	}
}

func FuzzTrackerRecord(f *testing.F) {
	f.Add(encodeAddition(Block{ID: BlockID{1, 2}, Rows: 3, Segment: Segment{"log-1-2", 0, 1, 9}, Metadata: []byte("m")}))
	f.Add(encodeAllocation(5000, map[int]int{0: 1}))
	f.Add(encodeCleanup(5000))
	full := sampleTracker(f)
	f.Add(full.snapshot())
	f.Fuzz(func(t *testing.T, record []byte) {
		s := newTracked()
		if s.apply(record) != nil {
			return
		}
		again := newTracked()
		if err := again.apply(s.snapshot()); err != nil || !bytes.Equal(again.snapshot(), s.snapshot()) {
			t.Errorf("%q is not what its snapshot says: %v", record, err)
		}
	})
}

// sampleTracker has a batch, a cleaned one and a block that waits.
func sampleTracker(t testing.TB) tracked {
	s := newTracked()
	for _, r := range sampleRecords() {
		must(t, s.apply(r))
	}
	return s
}

func sampleRecords() [][]byte {
	empty := newTracked()
	return [][]byte{
		empty.snapshot(),
		encodeAddition(Block{ID: BlockID{0, 1893456000000}, Rows: 3, Segment: Segment{"log-1893456000000-1893456060000", 512, 2, 27}}),
		encodeAllocation(1893456001000, map[int]int{0: 1}),
		encodeAddition(Block{ID: BlockID{0, 1893456001200}, Rows: 1, Metadata: []byte("offset 9")}),
		encodeCleanup(1893456001000),
	}
}

// TestFormat compares the bytes in docs/format/dstream-wal.md with those that are written.
func TestFormat(t *testing.T) {
	text, err := os.ReadFile("../../docs/format/dstream-wal.md")
	must(t, err)
	fsys, c := new(vfs.Memory), clock.NewManual(time.UnixMilli(1893456000000))
	l, err := OpenLog(fsys, "log", c, LogConfig{})
	must(t, err)
	block, err := codecOf[string]().Encode([]string{"the", "old", "weir"})
	must(t, err)
	s, err := l.Append(block)
	must(t, err)
	must(t, l.Close())
	data, err := fsys.ReadFile("log/" + s.File)
	must(t, err)
	if want := dump(data); !strings.Contains(string(text), want) {
		t.Errorf("docs/format/dstream-wal.md does not hold this file of a receiver:\n%s", want)
	}
	var records strings.Builder
	for _, r := range sampleRecords() {
		fmt.Fprintf(&records, "%c %s\n", r[0], hex.EncodeToString(r[1:]))
	}
	full := sampleTracker(t)
	fmt.Fprintf(&records, "S %s\n", hex.EncodeToString(full.snapshot()[1:]))
	if !strings.Contains(string(text), records.String()) {
		t.Errorf("docs/format/dstream-wal.md does not hold these records:\n%s", records.String())
	}
}

// dump is hex.Dump with runs of zeros shortened to a star.
func dump(b []byte) string {
	lines := strings.SplitAfter(hex.Dump(b), "\n")
	out, zeros := "", "00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00"
	for i, line := range lines {
		switch {
		case !strings.Contains(line, zeros):
			out += line
		case !strings.Contains(lines[i-1], zeros):
			out += "*\n"
		}
	}
	return out
}
