package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// The names of Spark's layout.
const (
	metadataFile = "metadata"
	offsetsDir   = "offsets"
	commitsDir   = "commits"
	stateDir     = "state"
)

// logVersion is the first line of every log file, in every version of Spark
// that this package reads.
const logVersion = "v1"

// noOffset is the line of a source that has no offset yet.
const noOffset = "-"

// planHead is the second line of offsets/<batch>.
type planHead struct {
	WatermarkMS int64             `json:"batchWatermarkMs"`
	TimestampMS int64             `json:"batchTimestampMs"`
	Conf        map[string]string `json:"conf"`
}

// commitHead is the second line of commits/<batch>.
type commitHead struct {
	NextWatermarkMS int64 `json:"nextBatchWatermarkMs"`
}

// encodePlan writes the text of offsets/<batch> (S151).
func encodePlan(p Plan) ([]byte, error) {
	head := planHead{p.WatermarkMS, p.TimestampMS, p.Conf}
	if head.Conf == nil {
		head.Conf = map[string]string{}
	}
	line, err := marshal(head)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(logVersion + "\n")
	b.Write(line)
	for i, end := range p.Ends {
		b.WriteByte('\n')
		if len(end) == 0 {
			b.WriteString(noOffset)
			continue
		}
		if err := json.Compact(&b, end); err != nil { // one line, whatever the source wrote
			return nil, fmt.Errorf("offset of source %d: %w", i, err)
		}
	}
	return b.Bytes(), nil
}

// decodePlan reads the text of offsets/<batch>.
func decodePlan(batch int64, text []byte) (Plan, error) {
	lines, err := logLines(text)
	if err != nil {
		return Plan{}, err
	}
	if len(lines) == 0 {
		return Plan{}, errors.New("the line with the watermark is missing")
	}
	var head planHead
	if err := json.Unmarshal(lines[0], &head); err != nil {
		return Plan{}, fmt.Errorf("line 2: %w", err)
	}
	p := Plan{Batch: batch, WatermarkMS: head.WatermarkMS, TimestampMS: head.TimestampMS, Conf: head.Conf}
	for i, line := range lines[1:] {
		switch {
		case string(line) == noOffset:
			p.Ends = append(p.Ends, nil)
		case !json.Valid(line):
			return Plan{}, fmt.Errorf("line %d: %q is no JSON", i+3, line)
		default:
			p.Ends = append(p.Ends, json.RawMessage(line))
		}
	}
	return p, nil
}

// encodeCommit writes the text of commits/<batch> (S153).
func encodeCommit(c Commit) []byte {
	return fmt.Appendf(nil, "%s\n{\"nextBatchWatermarkMs\":%d}", logVersion, c.NextWatermarkMS)
}

// decodeCommit reads the text of commits/<batch>.
func decodeCommit(batch int64, text []byte) (Commit, error) {
	lines, err := logLines(text)
	if err != nil {
		return Commit{}, err
	}
	c := Commit{Batch: batch}
	if len(lines) == 0 { // Spark before 2.2 wrote no watermark
		return c, nil
	}
	var head commitHead
	if err := json.Unmarshal(lines[0], &head); err != nil {
		return Commit{}, fmt.Errorf("line 2: %w", err)
	}
	c.NextWatermarkMS = head.NextWatermarkMS
	return c, nil
}

// marshal is json.Marshal without the escapes that are for web pages.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// logLines checks the version and returns the lines behind it.
func logLines(text []byte) ([][]byte, error) {
	first, rest, more := bytes.Cut(text, []byte("\n"))
	if string(first) != logVersion {
		if v, ok := strings.CutPrefix(string(first), "v"); ok {
			if n, err := strconv.Atoi(v); err == nil && n > 1 {
				return nil, fmt.Errorf("the log has version v%d, and this weir reads up to v1; "+
					"only the engine that wrote it can go on from it", n)
			}
		}
		return nil, fmt.Errorf("the file begins with %.20q, not with the version v1", first)
	}
	if !more || len(rest) == 0 {
		return nil, nil
	}
	return bytes.Split(bytes.TrimSuffix(rest, []byte("\n")), []byte("\n")), nil
}

// formatLog is the inverse of logLines.
func formatLog(lines [][]byte) []byte {
	text := []byte(logVersion)
	for _, line := range lines {
		text = append(append(text, '\n'), line...)
	}
	return text
}

// readEntry reads a file of a log. Where Hadoop's checksum lies beside it, as
// it does after Spark, it is verified.
func readEntry(fsys vfs.FS, name string) ([]byte, error) {
	text, err := fsys.ReadFile(name)
	if err != nil {
		return nil, err
	}
	sums, err := fsys.ReadFile(sumName(name))
	if errors.Is(err, fs.ErrNotExist) {
		return text, nil
	}
	if err != nil {
		return nil, err
	}
	if at, ok := verifySums(text, sums); !ok {
		return nil, damaged(name, fmt.Sprintf("byte %d: the checksum in %s does not match", at, path.Base(sumName(name))))
	}
	return text, nil
}

// publishEntry publishes a file of a log durably; fs.ErrExist if it is there.
// A checksum that outlived the file it was made for is removed first, lest
// Spark hold it against the new one.
func publishEntry(fsys vfs.FS, name string, text []byte) error {
	there, err := vfs.Exists(fsys, name)
	if err != nil {
		return err
	}
	if there {
		return &fs.PathError{Op: "publish", Path: name, Err: fs.ErrExist}
	}
	if err := fsys.Remove(sumName(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return vfs.Publish(fsys, name, text)
}

// removeEntry removes a file of a log and its checksum.
func removeEntry(fsys vfs.FS, name string) error {
	err := fsys.Remove(name)
	if sumErr := fsys.Remove(sumName(name)); !errors.Is(sumErr, fs.ErrNotExist) {
		err = errors.Join(err, sumErr)
	}
	return err
}

// sumName is the name of the file in which Hadoop keeps the sums of a file.
func sumName(name string) string { return path.Join(path.Dir(name), "."+path.Base(name)+".crc") }

// verifySums compares a file with Hadoop's sums of it: "crc\0", the size of a
// chunk, and a CRC-32 for each chunk, all big-endian. It returns the place of
// the first chunk that differs.
func verifySums(text, sums []byte) (at int64, ok bool) {
	if len(sums) < 8 || string(sums[:4]) != "crc\x00" {
		return 0, false
	}
	chunk := int64(binary.BigEndian.Uint32(sums[4:]))
	sums = sums[8:]
	if chunk == 0 {
		return 0, false
	}
	for ; at < int64(len(text)); at += chunk {
		part := text[at:min(at+chunk, int64(len(text)))]
		if len(sums) < 4 || binary.BigEndian.Uint32(sums) != crc32.ChecksumIEEE(part) {
			return at, false
		}
		sums = sums[4:]
	}
	return at, len(sums) == 0
}

// damaged is the error for a file that a crash cannot have left so.
func damaged(name, reason string) error {
	return fault.New(fault.ChecksumMismatch, "the file %s is damaged at %s", name, reason).With("fileName", name)
}

// batches lists the files of a log that have a number for a name, in order. A
// directory that is not there is empty.
func batches(fsys vfs.FS, dir string) ([]int64, error) {
	entries, err := fsys.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found []int64
	for _, e := range entries {
		if n, ok := batchNumber(e.Name()); ok && !e.IsDir() {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return found, nil
}

// batchNumber reads a name as a number, in the one way of writing it.
func batchNumber(name string) (int64, bool) {
	n, err := strconv.ParseInt(name, 10, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, 10) == name
}

// entryName is the file of a batch in a log.
func entryName(dir string, batch int64) string {
	return path.Join(dir, strconv.FormatInt(batch, 10))
}
