package rdd

import (
	"cmp"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/weirstream/weir/internal/vfs"
)

// input is a file to read.
type input struct {
	name string
	size int64
}

// inputs are the files that a path means: a comma-separated list of files, directories
// and patterns. Of a directory, files whose names begin with _ or . are left out. Files
// come in the order of the list, then of their names.
func inputs(fsys vfs.FS, paths string) ([]input, error) {
	var list []input
	for _, p := range listed(paths) {
		p = strings.TrimPrefix(filepath.ToSlash(strings.TrimSpace(p)), "file://")
		names, err := expand(fsys, p)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			found, err := filesAt(fsys, name)
			if err != nil {
				return nil, err
			}
			list = append(list, found...)
		}
	}
	return list, nil
}

// listed cuts a list at the commas that do not stand in braces.
func listed(paths string) []string {
	var list []string
	depth, from := 0, 0
	for i, r := range paths {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case r == ',' && depth == 0:
			list = append(list, paths[from:i])
			from = i + 1
		}
	}
	return append(list, paths[from:])
}

// expand are the names that a pattern matches, in order.
func expand(fsys vfs.FS, pattern string) ([]string, error) {
	if !strings.ContainsAny(pattern, "*?[{") {
		if ok, err := vfs.Exists(fsys, pattern); err != nil || ok {
			return []string{pattern}, err
		}
		return nil, fmt.Errorf("Input path does not exist: %s: %w", pattern, fs.ErrNotExist)
	}
	found := []string{""}
	if strings.HasPrefix(pattern, "/") {
		found = []string{"/"}
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(pattern, "/"), "/") {
		var next []string
		for _, dir := range found {
			names, err := matches(fsys, dir, part)
			if err != nil {
				return nil, err
			}
			next = append(next, names...)
		}
		found = next
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("Input Pattern %s matches 0 files: %w", pattern, fs.ErrNotExist)
	}
	return found, nil
}

// matches are the names in a directory that match one part of a pattern.
func matches(fsys vfs.FS, dir, part string) ([]string, error) {
	if !strings.ContainsAny(part, "*?[{") {
		name := path.Join(dir, part)
		if ok, err := vfs.Exists(fsys, name); err != nil || !ok {
			return nil, err
		}
		return []string{name}, nil
	}
	entries, err := fsys.ReadDir(cmp.Or(dir, "."))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, nil //nolint:nilerr // a file in the place of a directory matches nothing
	}
	var names []string
	for _, e := range entries {
		for _, alternative := range alternatives(part) {
			ok, err := path.Match(alternative, e.Name())
			if err != nil {
				return nil, fmt.Errorf("the pattern %q: %w", part, err)
			}
			if ok && !hidden(e.Name()) {
				names = append(names, path.Join(dir, e.Name()))
				break
			}
		}
	}
	return names, nil
}

// alternatives writes {a,b} out.
func alternatives(part string) []string {
	open := strings.IndexByte(part, '{')
	end := strings.IndexByte(part, '}')
	if open < 0 || end < open {
		return []string{part}
	}
	var list []string
	for word := range strings.SplitSeq(part[open+1:end], ",") {
		list = append(list, alternatives(part[:open]+word+part[end+1:])...)
	}
	return list
}

func hidden(name string) bool { return strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") }

func filesAt(fsys vfs.FS, name string) ([]input, error) {
	at, err := fsys.Stat(name)
	if err != nil {
		return nil, err
	}
	if !at.IsDir() {
		return []input{{name, at.Size()}}, nil
	}
	entries, err := fsys.ReadDir(name)
	if err != nil {
		return nil, err
	}
	var list []input
	for _, e := range entries {
		if hidden(e.Name()) {
			continue
		}
		if e.IsDir() {
			return nil, fmt.Errorf("Not a file: %s", path.Join(name, e.Name()))
		}
		at, err := e.Info()
		if err != nil {
			return nil, err
		}
		list = append(list, input{path.Join(name, e.Name()), at.Size()})
	}
	return list, nil
}

// split is a part of a file.
type split struct {
	name     string
	from, to int64
}

// blockSize is the largest split of a file, in bytes, as for local files in Spark.
const blockSize = 32 << 20

// splitsOf cuts files into at least about parts splits. A rest of a tenth of a split
// belongs to the one before it; compressed files are not cut.
func splitsOf(files []input, parts int) []split {
	var total int64
	for _, f := range files {
		total += f.size
	}
	size := max(1, min(total/int64(max(parts, 1)), blockSize))
	var list []split
	for _, f := range files {
		if packed(f.name) || f.size == 0 {
			list = append(list, split{f.name, 0, f.size})
			continue
		}
		at := int64(0)
		for ; float64(f.size-at)/float64(size) > 1.1; at += size {
			list = append(list, split{f.name, at, at + size})
		}
		list = append(list, split{f.name, at, f.size})
	}
	return list
}

// packed reports whether a file is compressed, by its name.
func packed(name string) bool {
	return slices.Contains([]string{".gz", ".bz2", ".deflate", ".zst", ".zstd"}, path.Ext(name))
}

// unpacked reads a file, decompressed if its name says so.
func unpacked(name string, r io.Reader) (io.Reader, func(), error) {
	nothing := func() {}
	switch path.Ext(name) {
	case ".gz":
		z, err := gzip.NewReader(r)
		return z, nothing, err
	case ".deflate":
		z, err := zlib.NewReader(r)
		return z, nothing, err
	case ".bz2":
		return bzip2.NewReader(r), nothing, nil
	case ".zst", ".zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, nothing, err
		}
		return z, z.Close, nil
	default:
		return r, nothing, nil
	}
}
