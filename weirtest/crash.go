package weirtest

import (
	"errors"

	"github.com/weirstream/weir/internal/vfs"
)

// Crash ends the query as a power cut would, now: what it had written to its
// checkpoint and not synced is lost. Restart starts it again.
func (q *Query) Crash() { q.crash(vfs.OnlySynced) }

// Kill ends the query as SIGKILL would: the machine goes on and loses nothing that
// was written. Restart starts it again.
func (q *Query) Kill() { q.crash(vfs.Everything) }

// crash puts the image of the disk in its place.
func (q *Query) crash(keep uint64) {
	q.t.Helper()
	image := q.disk.Image(keep)
	q.disk.StopAt(len(q.disk.Ops()) + 1) // what the old run still does is for nothing
	q.end()
	q.disk = image
}

// CrashAt lets the query run until its n-th change of the disk from now, from 1,
// and cuts the power there. It reports whether the query came that far; when it did
// not, it is idle, and goes on or has ended well. So a loop over n crashes at every place there is:
//
//	for n := 1; ; n++ { …; if !q.CrashAt(n) { break }; q.Restart(); … }
func (q *Query) CrashAt(n int) bool {
	q.t.Helper()
	at := len(q.disk.Ops()) + n
	q.disk.StopAt(at)
	err := q.idle()
	if err == nil {
		q.disk.StopAt(0)
		if len(q.disk.Ops()) < at {
			return false
		}
		// What is written beside the batches met the end, and the query has not seen it yet.
	} else if !errors.Is(err, vfs.ErrCrashed) {
		q.t.Fatalf("weirtest: the query failed: %v", err)
	}
	q.crash(vfs.OnlySynced)
	return true
}

// Restart starts the query again from what the disk holds.
func (q *Query) Restart() {
	q.t.Helper()
	if err := q.RestartAs(q.job); err != nil {
		q.t.Fatalf("weirtest: restart: %v", err)
	}
}

// RestartAs starts a changed job on the checkpoint of the one before and returns
// why it cannot be. Its streams must be those of the job before.
func (q *Query) RestartAs(job Job) error {
	q.end()
	q.job = job
	return q.start()
}
