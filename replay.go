package weir

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/query"
	"github.com/weirstream/weir/internal/vfs"
)

// BatchTrace is what a batch did when it was run again: what was read, and what each
// operator took and gave.
type BatchTrace = query.Trace

// Likeness says whether the state of a batch that ran again is what it was.
type Likeness = query.Likeness

// The words of [BatchTrace.State]: whether the batch has changed the state as it did
// before; see there.
const (
	UnknownState = query.UnknownState
	SameState    = query.SameState
	OtherState   = query.OtherState
)

// OperatorTrace is what one operator of a [BatchTrace] took and gave.
type OperatorTrace = query.OperatorTrace

// CheckReport says what becomes of a checkpoint if a query is started on it.
type CheckReport = query.Report

// CheckFinding is what becomes of one part of a checkpoint.
type CheckFinding = query.Finding

// Verdict says it in a word.
type Verdict = query.Verdict

// The verdicts of a [CheckFinding]: it goes on as it is; it begins; it is not used any
// more; it goes on in another way; it keeps the query from starting.
const (
	VerdictKept    = query.Kept
	VerdictNew     = query.New
	VerdictDropped = query.Dropped
	VerdictChanged = query.Changed
	VerdictRefused = query.Refused
)

// ReplayOptions say which batches of a checkpoint are run again.
type ReplayOptions struct {
	// Checkpoint is the directory.
	Checkpoint string
	// First and Last are the batches, both included. A Last below zero is the newest.
	First, Last int64
	// Sample is how many rows of each operator a trace shows.
	Sample int
}

// Replay runs batches again with this query, from the state that was there before the
// first of them, and gives what each did to see. It changes nothing: what is written
// lies in memory, there is no sink, and a query may be running on the checkpoint.
// Static tables are read as they are now. A batch whose plan or state has been
// removed (S160) is refused.
func (w *StreamWriter) Replay(ctx context.Context, o ReplayOptions, see func(*BatchTrace) error) error {
	c, err := w.against(ctx, o.Checkpoint)
	if err != nil {
		return err
	}
	return query.Replay(ctx, c, query.Range{First: o.First, Last: o.Last}, o.Sample, see)
}

// Check says what becomes of a checkpoint if this query is started on it: what is
// kept, what is dropped, and what keeps it from starting (S164, S167). It changes
// nothing, and a query may be running on the checkpoint.
func (w *StreamWriter) Check(ctx context.Context, checkpoint string) (*CheckReport, error) {
	c, err := w.against(ctx, checkpoint)
	if err != nil {
		return nil, err
	}
	return query.Check(ctx, c)
}

// against is the query on a checkpoint that is there.
func (w *StreamWriter) against(ctx context.Context, dir string) (query.Config, error) {
	settings := w.frame.settings()
	c, err := w.config(ctx, &settings)
	if err != nil {
		return c, err
	}
	c.Checkpoint.FS = w.frame.session.fs
	c.Checkpoint.Dir, err = localPath(dir)
	return c, err
}

// JobOf is the script that a checkpoint remembers, and the streaming table of it whose
// checkpoint it is. The script is empty where the query was not started by one, or
// where there are secrets in it.
func (s *Session) JobOf(dir string) (script, table string, err error) {
	path, err := localPath(dir)
	if err != nil {
		return "", "", err
	}
	if err := checkpoint.Find(s.fs, path); err != nil {
		return "", "", err
	}
	if ours, err := vfs.Exists(s.fs, filepath.Join(path, "journal")); !ours || err != nil {
		return "", "", err // it is Spark's
	}
	found, err := checkpoint.Read(s.fs, path)
	if err != nil {
		return "", "", err
	}
	job := query.JobOf(&found)
	return job.Script, job.Table, nil
}

// Define runs the settings and views of a script, and nothing else of it, and gives
// one of its streaming tables, not started. An empty name stands for the only one.
func (s *Session) Define(ctx context.Context, script, table string) (*StreamWriter, error) {
	statements, err := s.parser().ParseStatements(script)
	if err != nil {
		return nil, err
	}
	var found *StreamWriter
	var names []string
	for _, st := range statements {
		switch c := st.Command.(type) {
		case *plan.CreateStreamingTable:
			name := strings.Join(c.Name, ".")
			names = append(names, name)
			if table == "" || name == table {
				if found, err = s.streamingTable(c, script); err != nil {
					return nil, err
				}
			}
		case *plan.CreateView, *plan.Set, *plan.Reset, *plan.Use, *plan.DropView:
			if d, ok := c.(*plan.DropView); ok && !d.View {
				continue // a table stays
			}
			if _, err := s.command(ctx, c.(plan.Command)); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case found == nil && table == "":
		return nil, fault.New(fault.IllegalArgument, "the script has no streaming table")
	case found == nil:
		return nil, fault.New(fault.IllegalArgument, "the script has no streaming table %s; it has %s", table, strings.Join(names, ", "))
	case table == "" && len(names) > 1:
		return nil, fault.New(fault.IllegalArgument, "the script has several streaming tables, and one of them must be chosen: %s",
			strings.Join(names, ", "))
	}
	return found, nil
}

// longestJob is the length of a script, in bytes, from which checkpoints do not
// remember it.
const longestJob = 256 << 10

// redacted is a value as it may be shown: not, if its name is that of a secret.
func redacted(name, value string) string {
	if fault.Secret(name) {
		return "*********(redacted)"
	}
	return value
}
