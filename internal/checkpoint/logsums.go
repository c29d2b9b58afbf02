package checkpoint

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"path"
	"slices"

	"github.com/weirstream/weir/internal/fault"
)

// logSums are the checksums of the newest files of a source's log. The files have
// Spark's form, which has no room for them; so they lie in the journal, as a note
// that the next plan makes durable. A file that a crash has left without its sum
// is read as it is: the batch that it belongs to was not planned.
type logSums struct {
	c     *Checkpoint
	note  string
	Files []logSum
}

// logSum is the checksum (CRC32C) of one file.
type logSum struct {
	Name string
	Sum  uint32
}

// keptSums is how many files have a sum: those of two compactions, which are all
// that a restart reads.
const keptSums = 2 * compactEvery

// openSums brings back the sums of a source's log.
func (c *Checkpoint) openSums(source int) (*logSums, error) {
	s := &logSums{c: c, note: fmt.Sprintf("sources/%d", source)}
	c.mu.Lock()
	text := c.live.notes[s.note]
	c.mu.Unlock()
	if text == nil {
		return s, nil
	}
	if err := json.Unmarshal(text, &s.Files); err != nil {
		return nil, fmt.Errorf("%s: the checksums of %s: %w", c.dir, s.note, err)
	}
	return s, nil
}

// add takes in the sum of a file that was published.
func (s *logSums) add(name string, text []byte) {
	if s == nil {
		return
	}
	base := path.Base(name)
	s.Files = slices.DeleteFunc(s.Files, func(f logSum) bool { return f.Name == base })
	s.Files = append(s.Files, logSum{base, crc32.Checksum(text, castagnoli)})
	if n := len(s.Files) - keptSums; n > 0 {
		s.Files = slices.Delete(s.Files, 0, n)
	}
	note, _ := json.Marshal(s.Files) // names and numbers cannot fail
	s.c.Note(s.note, note)
}

// check fails if a file is not what was published.
func (s *logSums) check(name string, text []byte) error {
	if s == nil {
		return nil
	}
	base := path.Base(name)
	for _, f := range s.Files {
		if f.Name == base && f.Sum != crc32.Checksum(text, castagnoli) {
			return fault.New(fault.ChecksumMismatch, "%s was changed or damaged after it was written. Bring it back from a "+
				"copy, or start anew with another checkpoint location", name).With("fileName", name)
		}
	}
	return nil
}
