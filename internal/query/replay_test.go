package query_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/query"
	"github.com/weirstream/weir/internal/vfs"
)

// replayed runs batches again and says of each what its aggregation did.
func replayed(t *testing.T, j job, fs vfs.FS, want query.Range) (list []string, err error) {
	t.Helper()
	c, err := j.config(t.Context(), fs)
	if err != nil {
		t.Fatal(err)
	}
	err = query.Replay(t.Context(), c, want, 0, func(b *query.Trace) error {
		text := fmt.Sprintf("%d:", b.Batch)
		for _, o := range b.Operators {
			if s := o.State; s != nil {
				text += fmt.Sprintf(" %d rows, %d updated, %d removed, %d late, gave %d", s.RowsTotal, s.RowsUpdated, s.RowsRemoved, s.RowsDropped, o.Gave)
			}
		}
		list = append(list, fmt.Sprintf("%s, %d for the sink", text, b.Rows))
		return nil
	})
	return list, err
}

// TestReplay runs all batches of a job again, and each for itself, and finds what the
// query reported when it ran; the disk does not change, wherever state lives and
// however many tasks there are now.
func TestReplay(t *testing.T) {
	for name, change := range map[string]func(*job){
		"memory": func(*job) {}, "disk": func(j *job) { j.settings.State.Disk = true }, "files": func(j *job) { j.settings.SnapshotEvery = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			j := windows
			j.settings.Retain, j.settings.RecentProgress = 100, 100
			change(&j)
			input := vfs.NewCrash()
			five(t, input, 1000)
			fs := input.Image(vfs.Everything)
			q, err := j.start(t.Context(), fs)
			if err != nil {
				t.Fatal(err)
			}
			<-q.Done()
			if q.Err() != nil {
				t.Fatal(q.Err())
			}
			var want []string
			for _, p := range q.Recent() {
				s := p.StateOperators[0]
				want = append(want, fmt.Sprintf("%d: %d rows, %d updated, %d removed, %d late, gave %d, %d for the sink", p.Batch, s.RowsTotal,
					s.RowsUpdated, s.RowsRemoved, s.RowsDropped, p.Sink.OutputRows, p.Sink.OutputRows))
			}
			if len(want) < 6 || !strings.Contains(strings.Join(want, "\n"), "1 late") {
				t.Fatalf("the query did\n%s", strings.Join(want, "\n"))
			}
			ops := len(fs.Ops())
			j.settings.Workers = 3
			got, err := replayed(t, j, fs, query.Range{Last: -1})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("run again, the batches did\n%s\nbefore\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			for b := range want {
				one, err := replayed(t, j, fs, query.Range{First: int64(b), Last: int64(b)})
				if err != nil || len(one) != 1 || one[0] != want[b] {
					t.Errorf("alone, batch %d did %q, before %q; %v", b, one, want[b], err)
				}
			}
			if n := len(fs.Ops()) - ops; n != 0 {
				t.Errorf("the disk was changed %d times: %q", n, fs.Ops()[ops:])
			}
			if err := j.run(t.Context(), fs); err != nil {
				t.Errorf("afterwards the query does not go on: %v", err)
			}
		})
	}
}

// TestReplayOfWhatIsGone names what can be run again where what is asked for cannot.
func TestReplayOfWhatIsGone(t *testing.T) {
	j := windows // keeps two batches
	j.settings.SnapshotEvery = 1
	fs := vfs.NewCrash()
	five(t, fs, 12000)
	live := j
	live.live = true
	q, err := live.start(t.Context(), fs)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Stop()
	// Snapshots are written beside the batches: some more may be needed before the first
	// version of state is not.
	for n := 5; ; n++ {
		if err := q.ProcessAllAvailable(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := replayed(t, j, fs, query.Range{First: 1, Last: 2}) // beside the query
		if err != nil && strings.Contains(err.Error(), "the state of operator 0 (stateStoreSave) before it has been removed. The first batch that can be is") {
			break
		}
		if err != nil || n == 40 {
			t.Fatalf("batches whose state is gone: %v", err)
		}
		put(t, fs, fmt.Sprint(n, ".json"), second(90+n, "w0", 1))
	}
	last := q.Last().Batch
	q.Stop()
	put(t, fs, "last.json", second(900, "w0", 1))
	if err := j.run(t.Context(), fs); err != nil { // the journal is written anew, without what is not kept
		t.Fatal(err)
	}
	_, err = replayed(t, j, fs, query.Range{First: 1, Last: 2})
	if err == nil || !strings.Contains(err.Error(), "cannot be run again") || !strings.Contains(err.Error(), "minBatchesToRetain") {
		t.Errorf("batches whose plans are gone: %v", err)
	}
	if got, err := replayed(t, j, fs, query.Range{First: last + 1, Last: -1}); err != nil || len(got) == 0 {
		t.Errorf("batches that are kept: %q, %v", got, err)
	}
	gone := fs.Image(vfs.Everything)
	for _, name := range names(t, gone, "/in") {
		if err := gone.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := replayed(t, j, gone, query.Range{First: last + 1, Last: -1}); err == nil || !strings.Contains(err.Error(), "/in/last.json") {
		t.Errorf("rows that are gone: %v", err)
	}
	enough := errors.New("enough")
	c, err := j.config(t.Context(), fs)
	if err != nil {
		t.Fatal(err)
	}
	if err := query.Replay(t.Context(), c, query.Range{First: last + 1, Last: -1}, 0, func(*query.Trace) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("who has seen enough: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := query.Replay(ctx, c, query.Range{First: last + 1, Last: -1}, 0, func(*query.Trace) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("who was cancelled: %v", err)
	}
}
