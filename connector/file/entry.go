package file

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
)

// entry is a line of the source's log: a file and the batch of the log that
// admitted it (S10b). The names are Spark's. Spark writes no size; where it is
// missing the file is asked.
type entry struct {
	Path      string `json:"path"`      // an escaped URI
	Timestamp int64  `json:"timestamp"` // the file's time in milliseconds
	BatchID   int64  `json:"batchId"`
}

func (e entry) line() ([]byte, error) { return json.Marshal(e) }

func parseEntry(line []byte) (entry, error) {
	var e entry
	if err := json.Unmarshal(line, &e); err != nil {
		return entry{}, fault.New(fault.IllegalState, "a line of the source's log is damaged: %.200q", line).Wrap(err)
	}
	return e, nil
}

// foldEntries shortens the log for compaction: of files older than the greatest
// age, in milliseconds, nothing needs to be known any more. A negative age keeps
// all.
func foldEntries(maxAge int64) func(lines [][]byte) [][]byte {
	return func(lines [][]byte) [][]byte {
		if maxAge < 0 {
			return lines
		}
		newest := int64(0)
		times := make([]int64, len(lines))
		for i, line := range lines {
			e, err := parseEntry(line)
			if err != nil {
				return lines // reading the log will say what is wrong
			}
			times[i] = e.Timestamp
			newest = max(newest, e.Timestamp)
		}
		kept := lines[:0:0]
		for i, line := range lines {
			if times[i] >= newest-maxAge {
				kept = append(kept, line)
			}
		}
		return kept
	}
}

// logOffset is the source's offset: the newest batch of its log that belongs to
// it. Nil is -1, the place before the first.
func logOffset(o connector.Offset) (int64, error) {
	if o == nil {
		return -1, nil
	}
	var v struct {
		LogOffset *int64 `json:"logOffset"`
	}
	if err := json.Unmarshal(o, &v); err == nil && v.LogOffset != nil {
		return *v.LogOffset, nil
	}
	// Spark's oldest form is the number alone.
	if n, err := strconv.ParseInt(string(o), 10, 64); err == nil {
		return n, nil
	}
	return 0, fault.New(fault.IllegalState, "the offset %.100q is none of a file source, which looks like "+
		"{\"logOffset\":3}; does the checkpoint belong to another query?", o)
}

func offsetOf(n int64) connector.Offset {
	if n < 0 {
		return nil
	}
	return connector.Offset(fmt.Sprintf(`{"logOffset":%d}`, n))
}
