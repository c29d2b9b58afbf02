package query_test

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/vfs"
)

// whole runs a job over five files and gives what its output must be, and the file
// system with its input alone.
func whole(t *testing.T, j job, words int) (want []string, input *vfs.Crash) {
	t.Helper()
	input = vfs.NewCrash()
	five(t, input, words)
	fs := input.Image(vfs.Everything)
	if err := j.run(t.Context(), fs); err != nil {
		t.Fatal(err)
	}
	return j.rows(t, fs), input
}

// TestFullDisk has no space for one kind of file from some moment on: the error
// names the place, what was committed stays, and with space the query goes on.
func TestFullDisk(t *testing.T) {
	j := windows
	j.settings.SnapshotEvery = 1
	want, input := whole(t, j, 3000)
	for _, c := range []struct{ rule, names string }{
		{"ENOSPC on write of ck/journal/* #1+", "/ck/journal"},
		{"ENOSPC on write of ck/journal/* #6+", "checkpoint /ck"},
		{"ENOSPC on write of ck/journal/* #7+", "checkpoint /ck"},
		{"ENOSPC on sync of ck/journal/* #5+", "checkpoint /ck"},
		{"ENOSPC on write of ck/sources/0/* #2+", "/ck/sources/0"},
		{"ENOSPC on write of ck/state/0/*.delta #1+", "/ck/state/0"},
		{"ENOSPC on create of out/_temporary/*/*/* #2+", "/out/_temporary"},
		{"ENOSPC on write of out/_temporary/*/*/* #2+", "/out/_temporary"},
		{"ENOSPC on sync of out/_temporary/*/*/* #3+", "/out/_temporary"},
		{"ENOSPC on write of out/_spark_metadata/* #3+", "/out/_spark_metadata"},
		{"SHORT on write of out/_temporary/*/*/* #2+", "/out/_temporary"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			fs := input.Image(vfs.Everything)
			full, err := vfs.NewInject(fs, c.rule)
			if err != nil {
				t.Fatal(err)
			}
			broken := j
			broken.disk = full
			err = broken.run(t.Context(), fs)
			if err == nil {
				t.Fatal("a query on a full disk ended without an error")
			}
			text := err.Error()
			if !errors.Is(err, syscall.ENOSPC) && !strings.HasPrefix(c.rule, "SHORT") || !strings.Contains(text, c.names) {
				t.Errorf("the error does not name %s: %v", c.names, err)
			}
			if n := strings.Count(text, "no space left on device"); n > 1 {
				t.Errorf("the error says %d times that there is no space: %v", n, err)
			}
			for _, row := range j.rows(t, fs) {
				if !slices.Contains(want, row) {
					t.Errorf("the row %s became visible", row)
				}
			}
			if err := j.run(t.Context(), fs); err != nil {
				t.Fatalf("with space again: %v", err)
			}
			if !slices.Equal(j.rows(t, fs), want) {
				t.Errorf("with space again the output is\n%s\nwant\n%s", strings.Join(j.rows(t, fs), "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// flipBit damages the file in the middle.
func flipBit(t *testing.T, fs vfs.FS, name string, at int) {
	t.Helper()
	b, err := fs.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[at] ^= 4
	if err := fs.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := vfs.Publish(fs, name, b); err != nil {
		t.Fatal(err)
	}
}

// names lists a directory.
func names(t *testing.T, fs vfs.FS, dir string) []string {
	t.Helper()
	list, err := fs.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, path.Join(dir, e.Name()))
	}
	return out
}

// TestFlippedBit damages one file of the checkpoint at a time: the query refuses
// it by its name, or goes on without it to the right result.
func TestFlippedBit(t *testing.T) {
	j := windows
	j.settings.SnapshotEvery = 2
	_, input := whole(t, j, 3000)
	fs := input.Image(vfs.Everything)
	if err := j.run(t.Context(), fs); err != nil {
		t.Fatal(err)
	}
	more := second(90, "w0", 1)
	put(t, fs, "5.json", more)
	good := fs.Image(vfs.Everything)
	if err := j.run(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	want := j.rows(t, good)
	refused := map[string]int{}
	tried := 0
	for _, dir := range []string{"/ck/journal", "/ck/state/0"} {
		for _, name := range names(t, fs, dir) {
			info, err := fs.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			if info.IsDir() || info.Size() == 0 {
				continue
			}
			tried++
			hurt := fs.Image(vfs.Everything)
			flipBit(t, hurt, name, int(min(info.Size()/2, 40)))
			err = j.run(t.Context(), hurt)
			switch {
			case err != nil && !strings.Contains(err.Error(), name):
				t.Errorf("%s: the error does not name the file: %v", name, err)
			case err != nil:
				refused[dir]++
			case !slices.Equal(j.rows(t, hurt), want):
				t.Errorf("%s: the damage went unseen and the output is wrong", name)
			}
		}
	}
	t.Logf("%d files damaged, refused %v", tried, refused)
	// Which files of state are needed depends on which snapshots were done in time.
	if refused["/ck/journal"] == 0 {
		t.Error("no damage in the journal was refused")
	}
}

// flaky is a sink that fails at one call.
type flaky struct {
	connector.Sink
	at    string
	fails *int // how often it will still fail
}

var errFlaky = errors.New("the sink is out of order")

func (f *flaky) fail(at string) error {
	if f.at != at || *f.fails == 0 {
		return nil
	}
	*f.fails--
	return errFlaky
}

func (f *flaky) Write(ctx context.Context, b connector.BatchID, part int, r connector.Reader) (connector.Message, error) {
	if b.Batch == 2 {
		if err := f.fail("before write"); err != nil {
			return nil, err
		}
	}
	m, err := f.Sink.Write(ctx, b, part, r)
	if b.Batch == 2 {
		err = errors.Join(err, f.fail("after write"))
	}
	return m, err
}

func (f *flaky) Commit(ctx context.Context, b connector.BatchID, m []connector.Message) error {
	if b.Batch == 2 {
		if err := f.fail("before commit"); err != nil {
			return err
		}
	}
	err := f.Sink.Commit(ctx, b, m)
	if b.Batch == 2 {
		err = errors.Join(err, f.fail("after commit"))
	}
	return err
}

// TestSinkThatFailsOnce fails the query once; the next start runs the batch again
// and nothing is there twice.
func TestSinkThatFailsOnce(t *testing.T) {
	want, input := whole(t, windows, 5)
	for _, at := range []string{"before write", "after write", "before commit", "after commit"} {
		fails := 1
		j := windows
		j.sink = func(s connector.Sink) connector.Sink { return &flaky{s, at, &fails} }
		fs := input.Image(vfs.Everything)
		err := j.run(t.Context(), fs)
		if !errors.Is(err, errFlaky) || !strings.Contains(err.Error(), "STREAM_FAILED") {
			t.Errorf("%s: the query ended with %v", at, err)
		}
		if err := j.run(t.Context(), fs); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		if got := j.rows(t, fs); !slices.Equal(got, want) {
			t.Errorf("%s: the output is\n%s\nwant\n%s", at, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestCheckpointOfAnotherQuery is refused with what differs and what to do.
func TestCheckpointOfAnotherQuery(t *testing.T) {
	_, input := whole(t, windows, 5)
	fs := input.Image(vfs.Everything)
	if err := windows.run(t.Context(), fs); err != nil {
		t.Fatal(err)
	}
	put(t, fs, "5.json", second(90, "w0", 1))
	for _, c := range []struct{ what, text, condition string }{
		{"another key", `SELECT window.start AS begin, v, count(*) AS n, sum(v) AS total FROM events
			GROUP BY window(t, '10 seconds'), v`, "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE"},
		{"another function", `SELECT window.start AS begin, w, count(*) AS n, collect_list(v) AS total FROM events
			GROUP BY window(t, '10 seconds'), w`, "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE"},
		{"another operator", `SELECT w, v FROM events`, "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA"},
		{"two sources", `SELECT window.start AS begin, w, count(*) AS n, sum(v) AS total FROM
			(SELECT * FROM events UNION ALL SELECT * FROM events) GROUP BY window(t, '10 seconds'), w`, "sources"},
	} {
		j := windows
		j.text = c.text
		err := j.run(t.Context(), fs.Image(vfs.Everything))
		if err == nil || !strings.Contains(err.Error(), c.condition) || !strings.Contains(err.Error(), "new checkpoint location") {
			t.Errorf("%s: the error must say %s and offer a new checkpoint location: %v", c.what, c.condition, err)
		}
	}
	if err := windows.run(t.Context(), fs); err != nil {
		t.Errorf("the query itself does not go on after the refusals: %v", fmt.Sprint(err))
	}
}

// TestFilesOfAFailedFirstBatch: what a first batch wrote that was never committed is
// removed when the query starts again.
func TestFilesOfAFailedFirstBatch(t *testing.T) {
	j := everyFault()
	_, input := whole(t, j, 15000)
	fs := input.Image(vfs.Everything)
	fails := 1
	broken := j
	broken.sink = func(s connector.Sink) connector.Sink { return &first{s, &fails} }
	if err := broken.run(t.Context(), fs); !errors.Is(err, errFlaky) {
		t.Fatal(err)
	}
	left := names(t, fs, "/ck/state/0")
	if len(left) == 0 {
		t.Fatal("the first batch has written no state; the test is none")
	}
	stopped := j
	stopped.sink = func(s connector.Sink) connector.Sink { fails = 1; return &first{s, &fails} }
	if err := stopped.run(t.Context(), fs); !errors.Is(err, errFlaky) {
		t.Fatal(err)
	}
	for _, name := range names(t, fs, "/ck/state/0") {
		if slices.Contains(left, name) {
			t.Errorf("%s is left of the first run", name)
		}
	}
}

// first is a sink that fails at its first commit.
type first struct {
	connector.Sink
	fails *int
}

func (f *first) Commit(ctx context.Context, b connector.BatchID, m []connector.Message) error {
	if *f.fails > 0 {
		*f.fails--
		return errFlaky
	}
	return f.Sink.Commit(ctx, b, m)
}
