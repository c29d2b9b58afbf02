package state

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/fault"
)

// Manifest is what a restart must know of an operator's state before it reads
// any: what it looks like, and which snapshots count. The query keeps it as a
// note of its journal, so that it changes at once and with a commit.
type Manifest struct {
	// Operator is the operator's name.
	Operator string `json:"operator"`
	// Keys are the types of the key columns, as SQL, and Names their names, which
	// may change between runs.
	Keys  []string `json:"keys"`
	Names []string `json:"names,omitempty"`
	// ShardBy is how many of them decide the shard; 0: all.
	ShardBy int `json:"shardBy,omitempty"`
	// Values are the columns of a value: what made them and their types.
	Values []string `json:"values"`
	// Snapshots are those that may be loaded, oldest first.
	Snapshots []SnapshotFile `json:"snapshots,omitempty"`
	// Tier is the directory with the rows of a [Tier], in the operator's; empty:
	// there is none.
	Tier string `json:"tier,omitempty"`
}

// SnapshotFile is a snapshot in the operator's directory.
type SnapshotFile struct {
	File    string  `json:"file"`
	Bytes   int64   `json:"bytes"`
	Version Version `json:"version"`
	Shards  Shards  `json:"shards"`
}

// NewManifest is the manifest of an operator that has no state yet.
func NewManifest(s *Spec) *Manifest {
	m := &Manifest{Operator: s.Name, ShardBy: s.ShardBy}
	for i, f := range s.Keys {
		text := f.Type.SQL()
		if s.EventTime && s.Time == i {
			text += " EVENT TIME"
			if s.Width > 0 {
				text = fmt.Sprintf("%s OF WINDOWS OF %v", text, time.Duration(s.Width)*time.Microsecond)
			}
		}
		m.Keys, m.Names = append(m.Keys, text), append(m.Names, f.Name)
	}
	for _, f := range s.Values {
		m.Values = append(m.Values, f.Name+" "+f.Type.SQL())
	}
	return m
}

// ParseManifest reads what [Manifest.Encode] wrote.
func ParseManifest(text []byte) (*Manifest, error) {
	m := &Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("manifest of state: %w", err)
	}
	if strings.ContainsAny(m.Tier, `/\`) {
		return nil, fmt.Errorf("manifest of state: %q is no directory of rows", m.Tier)
	}
	for _, s := range m.Snapshots {
		if s.File == "" || strings.ContainsAny(s.File, `/\`) || s.Version < 0 || s.Shards.First > s.Shards.Last {
			return nil, fmt.Errorf("manifest of state: %q is no snapshot", s.File)
		}
	}
	return m, nil
}

// Encode is the manifest as JSON.
func (m *Manifest) Encode() []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic("state: a manifest without JSON: " + err.Error()) // a programmer's error
	}
	return text
}

// Check refuses an operator whose state is not what the manifest says, since it
// could not be loaded, or would be taken for something else (S161).
func (m *Manifest) Check(number int, s *Spec) error {
	now := NewManifest(s)
	const remedy = "Run the query as it was, or give the changed query a new checkpoint location"
	switch {
	case m.Operator != now.Operator:
		return fault.New(fault.StateNotMatching, "operator %d of the query is %s, but its checkpoint holds state of %s there. %s",
			number, now.Operator, m.Operator, remedy).
			With("OpsInMetadataSeq", m.Operator).With("OpsInCurBatchSeq", now.Operator)
	case !same(m.Keys, now.Keys):
		return fault.New(fault.StateKeySchema, "operator %d (%s) has the keys %s, but its checkpoint holds state by %s. %s",
			number, now.Operator, list(now.Keys), list(m.Keys), remedy).
			With("storedKeySchema", list(m.Keys)).With("newKeySchema", list(now.Keys))
	case m.ShardBy != now.ShardBy:
		return fault.New(fault.StateKeySchema, "the first %d of the keys %s decide where operator %d (%s) keeps its state, but its "+
			"checkpoint was written with the first %d. %s", now.ShardBy, list(now.Keys), number, now.Operator, m.ShardBy, remedy).
			With("storedKeySchema", list(m.Keys)).With("newKeySchema", list(now.Keys))
	case !same(m.Values, now.Values):
		return fault.New(fault.StateValueSchema, "operator %d (%s) keeps %s for each key, but its checkpoint holds %s. %s",
			number, now.Operator, list(now.Values), list(m.Values), remedy).
			With("storedValueSchema", list(m.Values)).With("newValueSchema", list(now.Values))
	}
	return nil
}

func same(a, b []string) bool { return strings.Join(a, "\x00") == strings.Join(b, "\x00") }

func list(columns []string) string { return "(" + strings.Join(columns, ", ") + ")" }
