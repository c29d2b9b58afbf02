package checkpoint

import (
	"bytes"
	"testing"
)

// FuzzJournal feeds a journal file with anything. What is accepted must be
// written and read again as the same.
func FuzzJournal(f *testing.F) {
	sample := sampleFrames(f)
	f.Add(sample, false)
	f.Add(sample[:700], false)
	f.Add([]byte("O\x01\x01"), true)
	f.Add([]byte("P\x03\x07v1"), true)
	f.Fuzz(func(t *testing.T, content []byte, payload bool) {
		id := fileID{epoch: 2}
		if payload { // fuzz the records, since no mutation gets past the checksum
			if len(content) == 0 {
				return
			}
			content = appendFrame(nil, id, 1, 0, content)
			s, err := scan(content, id)
			if err != nil || len(s.frames) != 1 {
				t.Fatalf("a frame is not read as it was written: %v", err)
			}
		}
		l, _, err := replay(content, id, 100)
		if err != nil {
			return
		}
		if _, err := l.state(); err != nil {
			return
		}
		var e encoder
		e.opening(opening{id: id, queryID: l.queryID})
		l.snapshot(&e)
		again, _, err := replay(appendFrame(nil, id, 1, 0, e.payload), id, 100)
		if err != nil {
			t.Fatal(err)
		}
		var second encoder
		second.opening(opening{id: id, queryID: again.queryID})
		again.snapshot(&second)
		if !bytes.Equal(e.payload, second.payload) {
			t.Errorf("snapshots differ:\n%q\n%q", e.payload, second.payload)
		}
	})
}

// FuzzOffsetLog reads anything as offsets/<batch>. What is accepted must
// survive being written.
func FuzzOffsetLog(f *testing.F) {
	f.Add([]byte("v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":5,\"conf\":{\"a\":\"b\"}}\n{\"logOffset\":0}\n-\n0"))
	f.Add([]byte("v2\n{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := decodePlan(7, text)
		if err != nil {
			return
		}
		written, err := encodePlan(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodePlan(7, written)
		if err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		third, err := encodePlan(again)
		if err != nil || !bytes.Equal(written, third) {
			t.Errorf("%q\n%q\n%v", written, third, err)
		}
	})
}

// FuzzCommitLog reads anything as commits/<batch>.
func FuzzCommitLog(f *testing.F) {
	f.Add([]byte("v1\n{\"nextBatchWatermarkMs\":5}"))
	f.Add([]byte("v1\n{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := decodeCommit(7, text)
		if err != nil {
			return
		}
		if again, err := decodeCommit(7, encodeCommit(c)); err != nil || again != c {
			t.Errorf("%+v %+v %v", c, again, err)
		}
	})
}
