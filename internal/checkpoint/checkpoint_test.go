package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// testID is the id of the query of all tests.
const testID = "6b2f0a1c-8f53-4a8e-9d62-0d1c5a3b7e11"

// quiet leaves the writing of Spark's files to Mirror and Close.
var quiet = Options{QueryID: testID, MirrorDelay: -1}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCondition(t testing.TB, err error, c fault.Condition) {
	t.Helper()
	if !fault.Is(err, c) {
		t.Fatalf("error is %v, want condition %s", err, c.Name)
	}
}

func open(t testing.TB, fsys vfs.FS, o Options) (*Checkpoint, State) {
	t.Helper()
	c, s, err := Open(fsys, "ck", o)
	must(t, err)
	return c, s
}

// planOf is the plan that batch n always has.
func planOf(n int64) Plan {
	return Plan{
		Batch: n, WatermarkMS: 1000 * n, TimestampMS: 5000 + n, Conf: map[string]string{"spark.sql.shuffle.partitions": "2"},
		Ends: []json.RawMessage{json.RawMessage(fmt.Sprintf(`{"logOffset":%d}`, n)), nil},
	}
}

func commitOf(n int64) Commit { return Commit{Batch: n, NextWatermarkMS: 1000 * (n + 1)} }

// deltaOf is the delta that batch n always leads to.
func deltaOf(n int64) Delta {
	return Delta{Operator: 1, Store: "left", Version: n + 1, Payload: fmt.Appendf(nil, "state after batch %d", n)}
}

// run does batches from, from+1, … before to.
func run(c *Checkpoint, from, to int64) error {
	for n := from; n < to; n++ {
		if err := c.Plan(planOf(n)); err != nil {
			return err
		}
		c.Delta(deltaOf(n))
		if err := c.Commit(commitOf(n)); err != nil {
			return err
		}
	}
	return nil
}

// historyOf is what a checkpoint says after plans before planned and commits
// before committed.
func historyOf(planned, committed, retain int64) State {
	s := State{QueryID: testID, Notes: map[string][]byte{}}
	for n := max(0, planned-1-retain); n < planned; n++ {
		s.Plans = append(s.Plans, planOf(n))
	}
	for n := max(0, committed-1-retain); n < committed; n++ {
		s.Commits = append(s.Commits, commitOf(n))
	}
	for n := range committed {
		s.Deltas = append(s.Deltas, deltaOf(n))
	}
	return s
}

func sameState(t testing.TB, got, want State) {
	t.Helper()
	got.Epoch, want.Epoch = 0, 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("state (-want +got):\n%s", diff)
	}
}

func TestOpenFindsWhatWasWritten(t *testing.T) {
	m := new(vfs.Memory)
	c, s := open(t, m, quiet)
	if s.Epoch != 1 || s.QueryID != testID || s.Committed() != -1 {
		t.Errorf("a new checkpoint has %+v", s)
	}
	c.Note("workers", []byte("2"))
	must(t, run(c, 0, 3))
	must(t, c.Plan(planOf(3)))
	must(t, c.Close())
	must(t, c.Close())

	c, s = open(t, m, quiet)
	want := historyOf(4, 3, 100)
	want.Notes["workers"] = []byte("2")
	sameState(t, s, want)
	if p, ok := s.Pending(); !ok || p.Batch != 3 || s.Epoch != 2 {
		t.Errorf("pending %v %v in epoch %d", p, ok, s.Epoch)
	}
	c.Delta(Delta{Operator: 1, Store: "left", Version: 4, Payload: []byte("of a try that failed")})
	c.Delta(deltaOf(3))
	must(t, c.Commit(commitOf(3)))
	c.Forget(1, "left", 3)
	must(t, run(c, 4, 5))
	must(t, c.Close())

	_, s = open(t, m, quiet)
	want = historyOf(5, 5, 100)
	want.Deltas = want.Deltas[2:]
	want.Notes["workers"] = []byte("2")
	sameState(t, s, want)
	if _, ok := s.Pending(); ok {
		t.Error("a committed batch is pending")
	}
}

func TestBatchesComeInOrder(t *testing.T) {
	c, _ := open(t, new(vfs.Memory), quiet)
	wantCondition(t, c.Plan(planOf(1)), fault.IllegalState)
	wantCondition(t, c.Commit(commitOf(0)), fault.IllegalState)
	must(t, c.Plan(planOf(0)))
	wantCondition(t, c.Plan(planOf(1)), fault.IllegalState)
	must(t, c.Commit(commitOf(0)))
	wantCondition(t, c.Commit(commitOf(0)), fault.IllegalState)
	if err := c.Plan(Plan{Batch: 1, Ends: []json.RawMessage{json.RawMessage("{")}}); err == nil {
		t.Error("an offset that is no JSON was taken")
	}
	must(t, c.Plan(planOf(1)))
	must(t, c.Close())
	if err := c.Commit(commitOf(1)); !errors.Is(err, errClosed) && err == nil {
		t.Errorf("after Close: %v", err)
	}
}

func TestRetentionAndRotation(t *testing.T) {
	m := new(vfs.Memory)
	o := quiet
	o.Retain, o.MaxJournal = 5, 8<<10
	c, _ := open(t, m, o)
	for n := range int64(200) {
		must(t, run(c, n, n+1))
		c.Forget(1, "left", n)
		must(t, c.Mirror())
	}
	if part := c.journal.id.part; part < 5 {
		t.Errorf("the journal went on in a new file only %d times", part)
	}
	must(t, c.Close())
	files, err := journalFiles(m, "ck/journal")
	must(t, err)
	if len(files) != 1 {
		t.Errorf("journal files left: %v", files)
	}
	for _, dir := range []string{"ck/offsets", "ck/commits"} {
		found, err := batches(m, dir)
		must(t, err)
		if len(found) != 6 || found[0] != 194 {
			t.Errorf("%s holds %v", dir, found)
		}
	}
	_, s := open(t, m, o)
	want := historyOf(200, 200, 5)
	want.Deltas = want.Deltas[197:] // the last Forget went with no commit
	sameState(t, s, want)
}

func TestChecksBeforeAQueryStarts(t *testing.T) {
	s := State{Plans: []Plan{planOf(0)}}
	must(t, s.CheckSources(2))
	must(t, new(State).CheckSources(7))
	wantCondition(t, s.CheckSources(3), fault.IllegalState)
	_, err := s.Plan(4)
	if err == nil || err.Error() != "[ILLEGAL_STATE] batch 4 doesn't exist" {
		t.Errorf("a plan that is missing: %v", err)
	}

	m := new(vfs.Memory)
	must(t, m.MkdirAll("ck/state/0"))
	_, _, err = Open(m, "ck", quiet)
	must(t, err)
	m = new(vfs.Memory)
	must(t, m.MkdirAll("ck/state/0"))
	must(t, vfs.Publish(m, "ck/state/0/1.snapshot", nil))
	_, _, err = Open(m, "ck", quiet)
	wantCondition(t, err, fault.StateNotEmpty)
}

func TestMetadata(t *testing.T) {
	check := func(text string, c fault.Condition) {
		t.Helper()
		m := new(vfs.Memory)
		ck, _ := open(t, m, quiet)
		must(t, run(ck, 0, 1))
		must(t, ck.Close())
		must(t, vfs.Replace(m, "ck/metadata", []byte(text)))
		_, _, err := Open(m, "ck", quiet)
		wantCondition(t, err, c)
	}
	check(`{"id":"11111111-8f53-4a8e-9d62-0d1c5a3b7e11"}`, fault.IllegalState)
	check(`{"id":"x"}`, fault.ChecksumMismatch)
	check(`{"id":`, fault.ChecksumMismatch)

	m := new(vfs.Memory)
	ck, _ := open(t, m, quiet)
	must(t, run(ck, 0, 1))
	must(t, ck.Close())
	must(t, m.Remove("ck/metadata"))
	ck, s := open(t, m, quiet) // the journal knows the id
	if s.QueryID != testID {
		t.Errorf("id is %s", s.QueryID)
	}
	must(t, ck.Close())
	must(t, m.Remove("ck/metadata"))
	must(t, vfs.RemoveAll(m, "ck/journal"))
	_, _, err := Open(m, "ck", quiet)
	wantCondition(t, err, fault.MissingMetadata)
}
