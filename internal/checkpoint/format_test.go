package checkpoint

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// sampleFrames are the two frames that docs/format/journal.md shows.
func sampleFrames(t testing.TB) []byte {
	var first, second encoder
	id := fileID{epoch: 2}
	first.opening(opening{id: id, queryID: testID, previous: "1", length: 1024})
	plan, err := encodePlan(samplePlan())
	must(t, err)
	second.note("workers", []byte("2"))
	second.numbered(kindPlan, 7, plan)
	second.delta(Delta{Operator: 1, Store: "left", Version: 8, Payload: []byte{0xCA, 0xFE}})
	second.forget(forgotten{operator: 1, store: "left", before: 3})
	second.numbered(kindCommit, 7, encodeCommit(Commit{Batch: 7, NextWatermarkMS: 90000}))
	file := appendFrame(nil, id, 1, 0, first.payload)
	return appendFrame(file, id, 2, 1, second.payload)
}

func samplePlan() Plan {
	return Plan{
		Batch: 7, WatermarkMS: 60000, TimestampMS: 1893456000000, Conf: map[string]string{"spark.sql.shuffle.partitions": "2"},
		Ends: []json.RawMessage{json.RawMessage(`{"logOffset":7}`), nil},
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

// TestFormatDocuments compares the bytes in docs/format with those that are
// written.
func TestFormatDocuments(t *testing.T) {
	plan, err := encodePlan(samplePlan())
	must(t, err)
	for name, b := range map[string][]byte{
		"journal.md": sampleFrames(t), "offset-log.md": plan, "commit-log.md": encodeCommit(Commit{Batch: 7, NextWatermarkMS: 90000}),
	} {
		text, err := os.ReadFile("../../docs/format/" + name)
		must(t, err)
		if want := dump(b); !strings.Contains(string(text), want) {
			t.Errorf("docs/format/%s does not hold these bytes:\n%s", name, want)
		}
	}
	// And they are read as they were written.
	l, length, err := replay(sampleFrames(t), fileID{epoch: 2}, 100)
	must(t, err)
	s, err := l.state()
	must(t, err)
	if length != 1024 || s.QueryID != testID || len(s.Plans) != 1 || !samePlan(s.Plans[0], samplePlan()) || len(s.Deltas) != 1 {
		t.Errorf("%d bytes, %+v", length, s)
	}
}
