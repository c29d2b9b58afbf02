package rdd

import (
	"bytes"
	"encoding/gob"
)

// storedStats is the form of [Stats] in files and in shuffles that go to disk.
type storedStats struct {
	Count              int64
	Mean, M2, Max, Min float64
}

// GobEncode writes all of it: without it a file would lack what is not exported.
func (s Stats) GobEncode() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(storedStats{s.Count, s.Mean, s.m2, s.max, s.min})
	return b.Bytes(), err
}

// GobDecode reads what GobEncode has written.
func (s *Stats) GobDecode(b []byte) error {
	var in storedStats
	err := gob.NewDecoder(bytes.NewReader(b)).Decode(&in)
	*s = Stats{Count: in.Count, Mean: in.Mean, m2: in.M2, max: in.Max, min: in.Min}
	return err
}
