package state

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// A restart refuses state of another operator, by other keys, or of other values,
// and says which.
func TestManifestCheck(t *testing.T) {
	long, text, stamp := types.Of(types.Long), types.Of(types.String), types.Of(types.Timestamp)
	made := func(change func(s *Spec)) Spec {
		s := Spec{Name: "stateStoreSave", EventTime: true, Width: 10e6,
			Keys:   []types.Field{{Name: "window", Type: stamp}, {Name: "k", Type: text}},
			Values: []types.Field{{Name: "sum", Type: long}}}
		change(&s)
		return s
	}
	old := made(func(*Spec) {})
	m, err := ParseManifest(NewManifest(&old).Encode())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(s *Spec)
		want   fault.Condition
		says   string
	}{
		{"nothing", func(*Spec) {}, fault.Condition{}, ""},
		{"names of keys", func(s *Spec) { s.Keys[1].Name = "word" }, fault.Condition{}, ""},
		{"nullable keys", func(s *Spec) { s.Keys[1].Nullable = true }, fault.Condition{}, ""},
		{"the operator", func(s *Spec) { s.Name = "dedupe" }, fault.StateNotMatching, "operator 2 of the query is dedupe"},
		{"a key's type", func(s *Spec) { s.Keys[1].Type = long }, fault.StateKeySchema, "BIGINT"},
		{"a key more", func(s *Spec) { s.Keys = append(s.Keys, types.Field{Type: long}) }, fault.StateKeySchema, "BIGINT"},
		{"no event time", func(s *Spec) { s.EventTime = false }, fault.StateKeySchema, "(TIMESTAMP, STRING)"},
		{"longer windows", func(s *Spec) { s.Width = 20e6 }, fault.StateKeySchema, "20s"},
		{"other shards", func(s *Spec) { s.ShardBy = 1 }, fault.StateKeySchema, "the first 1 of the keys"},
		{"a value's type", func(s *Spec) { s.Values[0].Type = types.Of(types.Double) }, fault.StateValueSchema, "sum DOUBLE"},
		{"a function", func(s *Spec) { s.Values[0].Name = "max" }, fault.StateValueSchema, "max BIGINT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := made(func(s *Spec) { s.Keys, s.Values = slices.Clone(s.Keys), slices.Clone(s.Values); tt.change(s) })
			err := m.Check(2, &s)
			if tt.want.Name == "" && err != nil || tt.want.Name != "" && !fault.Is(err, tt.want) {
				t.Fatalf("got %v, want %s", err, tt.want.Name)
			}
			if err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v does not say %q", err, tt.says)
			}
		})
	}
	if _, err := ParseManifest([]byte(`{"snapshots":[{"file":"../../etc/passwd"}]}`)); err == nil {
		t.Error("a manifest may name files elsewhere")
	}
}

// The index lists what a walk over everything would list.
func TestExpiryEqualsWalk(t *testing.T) {
	for n := range *seeds {
		r := rand.New(rand.NewPCG(*seed+uint64(n), 9))
		e := newExpiry()
		times := map[int32]int64{}
		for step := range 400 {
			slot := int32(r.IntN(60))
			if _, ok := times[slot]; ok {
				e.remove(slot)
				delete(times, slot)
			} else {
				times[slot] = (int64(r.IntN(12))+int64(step/20))<<15 + int64(r.IntN(3))
				e.add(slot, times[slot])
			}
			if step%5 != 0 {
				continue
			}
			until := int64(r.IntN(30)) << 15
			var want []int32
			for s, at := range times {
				if at <= until {
					want = append(want, s)
				}
			}
			got := e.due(until, nil, &hashOrder{}, slices.Sort)
			if !slices.IsSortedFunc(got, func(a, b int32) int { return int(times[a] - times[b]) }) {
				t.Fatalf("seed %d: %v is not in order of time", *seed+uint64(n), got)
			}
			if step%15 == 0 { // many go at once, not all that are due
				gone, count := make([]uint64, 1), 0
				for _, slot := range got {
					if r.IntN(4) > 0 {
						gone[0] |= 1 << slot
						count++
						delete(times, slot)
					}
				}
				if dropped := e.drop(until, gone); dropped != count {
					t.Fatalf("seed %d: dropped %d, want %d", *seed+uint64(n), dropped, count)
				}
				continue
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, until %d: got %v, want %v", *seed+uint64(n), until, got, want)
			}
		}
	}
}
