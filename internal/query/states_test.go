package query

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/state/statetest"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// begun opens a checkpoint and the state of operators of these specs, and commits
// a batch if it is the first and commit is set.
func begun(t *testing.T, fs vfs.FS, commit bool, specs ...keyed.Spec) error {
	t.Helper()
	log, found, err := checkpoint.Open(fs, "ck", checkpoint.Options{MirrorDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	c := &Config{Checkpoint: Checkpoint{FS: fs, Dir: "ck"}, Warn: slog.New(slog.DiscardHandler)}
	s := newStates(log, &found, c)
	defer s.close()
	var plan []*physical.Stateful
	for i, spec := range specs {
		if _, err := s.open(i, spec, 0, 1, &statetest.Rows{}); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, &physical.Stateful{Name: spec.Name, Specs: []keyed.Spec{spec}})
	}
	if err := s.check(plan); err != nil || found.Committed() >= 0 {
		return err
	}
	if err := log.Plan(checkpoint.Plan{Ends: []json.RawMessage{json.RawMessage("1")}}); err != nil || !commit {
		return err
	}
	if err := s.save(1); err != nil {
		return err
	}
	if err := log.Commit(checkpoint.Commit{}); err != nil {
		return err
	}
	s.committed(1)
	return nil
}

// A checkpoint is refused whose state is not that of the query. One without a
// committed batch holds nothing that could be lost.
func TestStateOfAnotherQuery(t *testing.T) {
	spec := statetest.Spec()
	other := spec
	other.Keys = slices.Clone(spec.Keys)
	other.Keys[0].Type = types.Of(types.Long)
	tests := []struct {
		name          string
		before, after []keyed.Spec
		want          fault.Condition
		says          string
	}{
		{"the same", []keyed.Spec{spec}, []keyed.Spec{spec}, fault.Condition{}, ""},
		{"none", nil, nil, fault.Condition{}, ""},
		{"another key", []keyed.Spec{spec}, []keyed.Spec{other}, fault.StateKeySchema, "operator 0 (examined) has the keys (BIGINT, "},
		{"an operator more", []keyed.Spec{spec}, []keyed.Spec{spec, spec}, fault.StateNotMatching, "in 2 tables"},
		{"an operator less", []keyed.Spec{spec, spec}, []keyed.Spec{spec}, fault.StateNotMatching, "holds 2"},
		{"state at all", nil, []keyed.Spec{spec}, fault.StateNotMatching, "holds 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fs := &vfs.Memory{}
			if err := begun(t, fs, true, tt.before...); err != nil {
				t.Fatal(err)
			}
			err := begun(t, fs, true, tt.after...)
			if tt.want.Name == "" && err != nil || tt.want.Name != "" && !fault.Is(err, tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want.Name)
			}
			if err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v does not say %q", err, tt.says)
			}
		})
	}
	fs := &vfs.Memory{}
	if err := begun(t, fs, false, spec, spec); err != nil {
		t.Fatal(err)
	}
	if err := begun(t, fs, false, other); err == nil {
		t.Fatal("batch 0 was planned twice")
	} else if fault.Is(err, fault.StateNotMatching) || fault.Is(err, fault.StateKeySchema) {
		t.Errorf("no batch was committed, and yet: %v", err)
	}
}
