package file

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// The manifest of a directory that a streaming sink writes to (S60): the file
// _spark_metadata/N lists what batch N added, and every tenth, N.compact,
// everything before it too. A reader that finds it takes the files it lists and
// no others.
const (
	manifestDir     = "_spark_metadata"
	manifestVersion = "v1"
	compactSuffix   = ".compact"
	// compactEvery is Spark's default; its readers work it out from the names.
	compactEvery = 10
)

// status is a line of the manifest. The names are Spark's.
type status struct {
	Path             string `json:"path"` // an escaped URI
	Size             int64  `json:"size"`
	IsDir            bool   `json:"isDir"`
	ModificationTime int64  `json:"modificationTime"` // milliseconds
	BlockReplication int    `json:"blockReplication"`
	BlockSize        int64  `json:"blockSize"`
	Action           string `json:"action"` // add or delete
}

// localBlock is what Spark's local file system calls a block.
const localBlock = 32 << 20

func added(f found) status {
	return status{
		Path: loggedPath(f.path), Size: f.size, ModificationTime: f.modified,
		BlockReplication: 1, BlockSize: localBlock, Action: "add",
	}
}

// manifest reads and writes the manifest of one directory.
type manifest struct {
	fs  vfs.FS
	dir string // the output directory
}

func (m manifest) name(batch int64) string {
	return path.Join(m.dir, manifestDir, strconv.FormatInt(batch, 10))
}

func compacts(batch int64) bool { return (batch+1)%compactEvery == 0 }

// exists reports whether a sink has written to the directory.
func (m manifest) exists() (bool, error) {
	ok, err := vfs.Exists(m.fs, path.Join(m.dir, manifestDir))
	if err != nil {
		if at, statErr := m.fs.Stat(m.dir); statErr == nil && !at.IsDir() {
			return false, nil // a file has no directory in it
		}
	}
	return ok, err
}

// batches lists the batches in order, and the newest compacted one, -1 without.
func (m manifest) batches() (plain []int64, compact int64, err error) {
	entries, err := m.fs.ReadDir(path.Join(m.dir, manifestDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, -1, nil
	}
	if err != nil {
		return nil, -1, err
	}
	compact = -1
	for _, e := range entries {
		digits, isCompact := strings.CutSuffix(e.Name(), compactSuffix)
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 {
			continue
		}
		if isCompact {
			compact = max(compact, n)
		} else {
			plain = append(plain, n)
		}
	}
	slices.Sort(plain)
	return plain, compact, nil
}

// has reports whether a batch is committed.
func (m manifest) has(batch int64) (bool, error) {
	if !compacts(batch) {
		ok, err := vfs.Exists(m.fs, m.name(batch))
		if ok || err != nil {
			return ok, err
		}
	}
	// A compacted batch, or one that was compacted and removed.
	plain, compact, err := m.batches()
	return batch <= compact || slices.Contains(plain, batch), err
}

// files are those that the manifest lists after a batch; from -1 all of them.
// upTo is the newest batch.
func (m manifest) files(after int64) (files []found, upTo int64, err error) {
	plain, compact, err := m.batches()
	if err != nil {
		return nil, after, err
	}
	upTo = after
	var names []string
	if compact > after {
		names = append(names, m.name(compact)+compactSuffix)
		upTo = compact
	}
	for _, n := range plain {
		if n > upTo {
			names = append(names, m.name(n))
			upTo = n
		}
	}
	at := make(map[string]int)
	for _, name := range names {
		lines, err := m.read(name)
		if err != nil {
			return nil, after, err
		}
		for _, s := range lines {
			p := fromLog(s.Path)
			if i, ok := at[p]; ok {
				files[i].path = ""
			}
			delete(at, p)
			if s.Action != "delete" {
				at[p] = len(files)
				files = append(files, found{path: p, size: s.Size, modified: s.ModificationTime, values: m.values(p)})
			}
		}
	}
	return slices.DeleteFunc(files, func(f found) bool { return f.path == "" }), upTo, nil
}

// values are the partition directories between the manifest's and the file.
func (m manifest) values(p string) []keyValue {
	rel, ok := strings.CutPrefix(p, m.dir+"/")
	if !ok {
		return nil
	}
	var values []keyValue
	parts := strings.Split(rel, "/")
	for _, part := range parts[:len(parts)-1] {
		if kv, ok := parsePartition(part); ok {
			values = append(values, kv)
		}
	}
	return values
}

func (m manifest) read(name string) ([]status, error) {
	content, err := m.fs.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the manifest %s: %w", name, err)
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 16<<20)
	if !lines.Scan() || lines.Text() != manifestVersion {
		return nil, m.damaged(name, fmt.Errorf("it begins with %.40q, not with %s", lines.Text(), manifestVersion))
	}
	var all []status
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var s status
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, m.damaged(name, err)
		}
		all = append(all, s)
	}
	return all, lines.Err()
}

func (m manifest) damaged(name string, err error) error {
	return fault.New(fault.IllegalState, "the manifest %s is damaged; take it back from a copy, or remove the "+
		"directory %s to read all files that are there", name, path.Join(m.dir, manifestDir)).With("path", name).Wrap(err)
}

// add commits a batch by one file that appears at once; false where another
// writer was first. keep says which older entries a compaction carries on; nil
// keeps all.
func (m manifest) add(batch int64, files []found, keep func(status) bool) (bool, error) {
	name := m.name(batch)
	content := bytes.NewBufferString(manifestVersion)
	if compacts(batch) {
		name += compactSuffix
		if err := m.carry(content, batch, keep); err != nil {
			return false, err
		}
	}
	for _, f := range files {
		line, err := json.Marshal(added(f))
		if err != nil {
			return false, err
		}
		content.WriteByte('\n')
		content.Write(line)
	}
	if err := m.fs.MkdirAll(path.Join(m.dir, manifestDir)); err != nil {
		return false, err
	}
	err := vfs.Publish(m.fs, name, content.Bytes())
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// carry copies the entries of all batches before this one.
func (m manifest) carry(to *bytes.Buffer, batch int64, keep func(status) bool) error {
	plain, compact, err := m.batches()
	if err != nil {
		return err
	}
	var names []string
	if compact >= 0 {
		names = append(names, m.name(compact)+compactSuffix)
	}
	for _, n := range plain {
		if n > compact && n < batch {
			names = append(names, m.name(n))
		}
	}
	for _, name := range names {
		if keep == nil {
			if err := m.copyLines(to, name); err != nil {
				return err
			}
			continue
		}
		lines, err := m.read(name)
		if err != nil {
			return err
		}
		for _, s := range lines {
			if !keep(s) {
				continue
			}
			line, err := json.Marshal(s)
			if err != nil {
				return err
			}
			to.WriteByte('\n')
			to.Write(line)
		}
	}
	return nil
}

// copyLines copies a manifest's lines as they are.
func (m manifest) copyLines(to *bytes.Buffer, name string) error {
	content, err := m.fs.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the manifest %s: %w", name, err)
	}
	lines, ok := bytes.CutPrefix(content, []byte(manifestVersion))
	if !ok || len(lines) > 0 && lines[0] != '\n' {
		return m.damaged(name, fmt.Errorf("it does not begin with %s", manifestVersion))
	}
	to.Write(bytes.TrimRight(lines, "\n"))
	return nil
}

// sweep removes plain manifests that a compacted one has taken over and that are
// older than the time, in milliseconds, before which no reader can still be at
// them.
func (m manifest) sweep(before int64) error {
	plain, compact, err := m.batches()
	if err != nil {
		return err
	}
	for _, n := range plain {
		if n >= compact {
			break
		}
		at, err := m.fs.Stat(m.name(n))
		if err != nil || at.ModTime().UnixMilli() > before {
			continue
		}
		if err := m.fs.Remove(m.name(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
