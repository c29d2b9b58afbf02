package dstream

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/rdd"
)

// recoverable job: words of files, counted in four ways.
type job4 struct {
	plain, window, state *seen[keyed]
	mapped               *seen[string]
}

func (b *bench) job4(dir, ck string) (*Context, *job4, error) {
	ssc := b.context(Conf{CheckpointDir: ck})
	words := FlatMap(TextFileStream(ssc, dir), strings.Fields)
	ones := MapToPair(words, func(w string) (string, int) { return w, 1 })
	add := func(a, b int) int { return a + b }
	j := new(job4)
	j.plain = watch(ReduceByKey(ones, add))
	j.window = watch(ReduceByKeyAndWindowInverse(ones, add, func(a, b int) int { return a - b }, 6*second, second,
		WindowConf[string, int]{Filter: func(p keyed) bool { return p.Value > 0 }}).Checkpoint(2 * second))
	j.state = watch(UpdateStateByKey(ones, func(v []int, old rdd.Option[int]) rdd.Option[int] {
		return rdd.Some(old.Value + len(v))
	}, UpdateConf[string, int]{}).Checkpoint(3 * second))
	m := MapWithState(ones, running, StateConf[string, int]{}).CheckpointState(3 * second)
	j.mapped = watch(m.Stream)
	return ssc, j, ssc.Err()
}

func (j *job4) text(i int) string {
	at := TimeOf(noon) + Time(i*1000)
	return fmt.Sprintf("%d: %v | %v | %v | %v", i, j.plain.at(at), j.window.at(at), j.state.at(at), j.mapped.at(at))
}

// at are the sorted rows of a time, "none" if there was no RDD.
func (s *seen[T]) at(at Time) string {
	s.sorted()
	rows, ok := s.rows[at]
	if !ok {
		return "none"
	}
	return fmt.Sprint(rows)
}

// put writes the file of a batch.
func put(t *testing.T, dir string, batch int, text string) {
	t.Helper()
	name := filepath.Join(dir, fmt.Sprint("f", batch))
	at := noon.Add(time.Duration(batch)*second - 300*time.Millisecond)
	if err := errors.Join(os.WriteFile(name, []byte(text), 0o600), os.Chtimes(name, at, at)); err != nil {
		t.Fatal(err)
	}
}

const batches4 = 14

func words4(batch int) string { return strings.Repeat("a ", batch%3) + fmt.Sprintf("w%d x", batch%5) }

// expected4 is what the job gives when nothing interrupts it.
func expected4(t *testing.T) []string {
	b := newBench(t, Conf{})
	dir := t.TempDir()
	_, j, err := b.job4(dir, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i := range batches4 {
		put(t, dir, i+1, words4(i+1))
	}
	b.start()
	b.steps(batches4)
	var want []string
	for i := range batches4 {
		want = append(want, j.text(i+1))
	}
	b.ssc.Stop(false, false)
	return want
}

// A context that goes on from a checkpoint makes the batches that were missed, and all
// later ones, as if nothing had happened: at whatever batch the process ended.
func TestRecovery(t *testing.T) {
	want := expected4(t)
	for _, ended := range []int{1, 2, 3, 5, 7} {
		t.Run(fmt.Sprint(ended), func(t *testing.T) {
			b := newBench(t, Conf{})
			dir, ck := t.TempDir(), t.TempDir()
			ssc, _, err := b.job4(dir, ck)
			if err != nil {
				t.Fatal(err)
			}
			for i := range batches4 {
				put(t, dir, i+1, words4(i+1))
			}
			b.start()
			b.steps(ended)
			ssc.Stop(false, false)
			b.clock.Advance(2500 * time.Millisecond) // two batches are missed

			b.c = rdds(t) // as in a new process
			var j *job4
			_, err = GetOrCreate(ck, func() (ssc *Context, err error) {
				ssc, j, err = b.job4(dir, ck)
				return ssc, err
			})
			if err != nil {
				t.Fatal(err)
			}
			b.start()
			<-b.done
			<-b.done
			<-b.clock.AwaitTimers(1)
			b.clock.Advance(500 * time.Millisecond)
			<-b.done
			b.steps(batches4 - ended - 3)
			for i := ended + 1; i <= batches4; i++ {
				if j.text(i) != want[i-1] {
					t.Errorf("got\n%s\nwant\n%s", j.text(i), want[i-1])
				}
			}
		})
	}
}

// Batches that had not succeeded run again.
func TestPendingBatchesRunAgain(t *testing.T) {
	b := newBench(t, Conf{})
	ck := t.TempDir()
	fail := true
	got := make(chan string, 100)
	setup := func() (*Context, error) {
		ssc := b.context(Conf{CheckpointDir: ck})
		in := GeneratorStream(ssc, func(at Time) (*rdd.RDD[Time], error) { return rdd.Parallelize(b.c, []Time{at}, 1), nil })
		ForeachRDD(in, func(_ context.Context, _ *rdd.RDD[Time], at Time) error {
			if at == TimeOf(noon)+2000 && fail {
				return errors.New("no")
			}
			got <- at.String()
			return nil
		})
		return ssc, ssc.Err()
	}
	if _, err := GetOrCreate(ck, setup); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.steps(3)
	b.ssc.Stop(false, false)
	fail = false
	b.c = rdds(t)
	if _, err := GetActiveOrCreate(ck, setup); err != nil {
		t.Fatal(err)
	}
	b.start()
	<-b.done
	b.steps(1)
	close(got)
	var list []string
	for s := range got {
		list = append(list, s)
	}
	expect(t, strings.Join(list, " "), "1893499201000 ms 1893499203000 ms 1893499202000 ms 1893499204000 ms")
}

func TestShapeIsChecked(t *testing.T) {
	b := newBench(t, Conf{})
	ck := t.TempDir()
	more := false
	setup := func() (*Context, error) {
		ssc := b.context(Conf{CheckpointDir: ck})
		s := ConstantInput(ssc, rdd.Parallelize(b.c, []int{1}, 1))
		if more {
			s = Filter(s, func(int) bool { return true })
		}
		watch(Map(s, func(i int) string { return "" }))
		return ssc, nil
	}
	if _, err := GetOrCreate(ck, setup); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.steps(1)
	b.ssc.Stop(false, false)
	more = true
	_, err := GetOrCreate(ck, setup)
	var shape *ShapeError
	if !errors.As(err, &shape) {
		t.Fatalf("another graph gives %v", err)
	}
	expect(t, shape.Error(), `the graph differs from the one that the checkpoint was written by; describe the streams as they were, or use another checkpoint directory
checkpoint:
  0 constantInput of int every 1000 ms
! 1 map of string every 1000 ms <- 0
! 2 foreachRDD every 1000 ms <- 1
graph:
  0 constantInput of int every 1000 ms
! 1 filter of int every 1000 ms <- 0
! 2 map of string every 1000 ms <- 1
! 3 foreachRDD every 1000 ms <- 2`)
}

func TestQueueIsNotRecovered(t *testing.T) {
	b := newBench(t, Conf{})
	ck := t.TempDir()
	setup := func() (*Context, error) {
		ssc := b.context(Conf{CheckpointDir: ck})
		watch(b.numbersIn([]int{1}))
		return ssc, nil
	}
	if _, err := GetOrCreate(ck, setup); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.steps(1)
	b.ssc.Stop(false, false)
	if _, err := GetOrCreate(ck, setup); err == nil || !strings.Contains(err.Error(), "queueStream doesn't support checkpointing") {
		t.Errorf("a queue is recovered: %v", err)
	}
}

// broken makes checkpoints and lets f break the newest.
func broken(t *testing.T, f func(b []byte) []byte) (dir string) {
	dir = t.TempDir()
	for i := range 3 {
		s := &snapshot{Time: Time(i), Shape: []string{"s"}}
		b, err := s.encode()
		if err == nil {
			if i == 2 {
				b = f(b)
			}
			err = os.WriteFile(checkpointName(dir, s.Time), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Whatever happens to a byte of a checkpoint, the one before is read.
func TestBrokenCheckpoint(t *testing.T) {
	read := func(dir string) Time {
		t.Helper()
		s, err := readCheckpoint(vfs.Disk{}, dir)
		if err != nil {
			t.Fatal(err)
		}
		return s.Time
	}
	size := 0
	if at := read(broken(t, func(b []byte) []byte { size = len(b); return b })); at != 2 {
		t.Fatalf("the newest is %v", at)
	}
	for i := range size {
		if at := read(broken(t, func(b []byte) []byte { return b[:i] })); at != 1 {
			t.Errorf("cut at %d: read %v", i, at)
		}
		if at := read(broken(t, func(b []byte) []byte { b[i] ^= 4; return b })); at != 1 {
			t.Errorf("changed at %d: read %v", i, at)
		}
	}
	all := t.TempDir()
	if err := os.WriteFile(checkpointName(all, 5), []byte("?"), 0o600); err != nil {
		t.Fatal(err)
	}
	setup := func() (*Context, error) { return NewContext(rdds(t), second, Conf{Log: quiet()}), nil }
	if _, err := GetOrCreate(all, setup); err == nil || !strings.Contains(err.Error(), "Failed to read checkpoint from directory "+all) {
		t.Errorf("no checkpoint is whole: %v", err)
	}
	if ssc, err := GetOrCreate(all, setup, RecoverConf{CreateOnError: true}); err != nil || ssc == nil {
		t.Errorf("createOnError: %v", err)
	}
}

// A crash in whatever operation leaves a checkpoint that can be read, none older than
// one that was durable.
func TestCrashWhileSaving(t *testing.T) {
	write := func(fsys vfs.FS) (durable Time) {
		if err := fsys.MkdirAll("ck"); err != nil {
			return 0
		}
		s := &saver{fs: fsys, dir: "ck", kept: make(map[Time][]string)}
		for i := Time(1); i <= 14; i++ {
			if s.write(&snapshot{Time: i}) != nil || s.tidy(false) != nil {
				return durable
			}
			durable = i
		}
		return durable
	}
	whole := vfs.NewCrash()
	if at := write(whole); at != 14 {
		t.Fatalf("without a crash %v was durable", at)
	}
	if times, err := checkpointTimes(whole, "ck"); err != nil || len(times) != retained {
		t.Errorf("%d checkpoints are kept, %v", len(times), err)
	}
	for k := 1; k <= len(whole.Ops()); k++ {
		crash := vfs.NewCrash()
		crash.StopAt(k)
		durable := write(crash)
		for _, seed := range []uint64{vfs.OnlySynced, vfs.Everything, 7} {
			s, err := readCheckpoint(crash.Image(seed), "ck")
			if err != nil {
				t.Fatalf("crash at %d, seed %d: %v", k, seed, err)
			}
			if s == nil && durable > 0 || s != nil && s.Time < durable {
				t.Errorf("crash at %d, seed %d: %v was durable, found %+v", k, seed, durable, s)
			}
		}
	}
}

// RDDs that no retained checkpoint names are removed, also those of processes before.
func TestOldStateIsRemoved(t *testing.T) {
	b := newBench(t, Conf{})
	dir, ck := t.TempDir(), t.TempDir()
	ssc, _, err := b.job4(dir, ck)
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(ck, rddsPrefix+"0123456789abcdef", "rdd-7")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, dir, 1, "a b")
	b.start()
	b.steps(60)
	ssc.Stop(false, false)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the RDDs of another process stay: %v", err)
	}
	times, err := checkpointTimes(vfs.Disk{}, ck)
	if err != nil || len(times) != retained {
		t.Errorf("%d checkpoints are kept, %v", len(times), err)
	}
	named := make(map[string]bool)
	for _, at := range times {
		text, err := os.ReadFile(checkpointName(ck, at))
		if err != nil {
			t.Fatal(err)
		}
		snap, err := decodeSnapshot(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range snap.dirs() {
			named[d] = true
		}
	}
	dirs, err := filepath.Glob(filepath.Join(ck, rddsPrefix+"*", "*"))
	if err != nil || len(dirs) == 0 {
		t.Errorf("%d directories of RDDs, %v", len(dirs), err)
	}
	for _, d := range dirs {
		if rel, err := filepath.Rel(ck, d); err != nil || !named[filepath.ToSlash(rel)] {
			t.Errorf("%s is named by no checkpoint", rel)
		}
	}
}

// docs/format/dstream-checkpoint.md shows these bytes.
func TestCheckpointBytes(t *testing.T) {
	s := &snapshot{Time: 3000, Interval: 1000, Zero: 0, Pending: []Time{2000}, Shape: []string{"0 textFileStream of string every 1000 ms"},
		Streams: []streamRecord{{ID: 0, RDDs: map[Time]string{2000: "rdds-00/rdd-4"}, Input: []byte(`{"since":0}`)}}}
	b, err := s.encode()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join("..", "docs", "format", "dstream-checkpoint.md"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for text := hex.EncodeToString(b); text != ""; {
		n := min(64, len(text))
		lines = append(lines, text[:n])
		text = text[n:]
	}
	if want := strings.Join(lines, "\n"); !strings.Contains(string(page), want) {
		t.Errorf("the page does not show\n%s", want)
	}
	if got, err := decodeSnapshot(b); err != nil || got.Streams[0].RDDs[2000] != "rdds-00/rdd-4" {
		t.Errorf("read back %+v, %v", got, err)
	}
}
