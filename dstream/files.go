package dstream

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weirstream/weir/rdd"
)

// FileConf says more of [FileStream].
type FileConf[T any] struct {
	// Read makes the RDD of one file.
	Read func(c *rdd.Context, name string) *rdd.RDD[T]
	// Filter says which files are taken, by their whole names; nil: those whose last
	// names do not begin with a dot.
	Filter func(name string) bool
	// OldFiles takes files, too, that were there before the context was made, as far
	// back as files are remembered (newFilesOnly=false).
	OldFiles bool
}

// FileStream is a stream of the files that appear in a directory, or in those that a
// pattern matches (D12). Each batch has the files that are new (D15): those directly in
// the directory that were changed after the context was made and up to the time of the
// batch, that are not older than [Conf].MinRememberDuration, rounded up to batches, and
// that no batch has had. A file must appear at once, by being moved there from the same
// file system; what is added later is not read. A file is an RDD of its own.
//
// A directory that is missing gives empty batches and a warning.
func FileStream[T any](ssc *Context, dir string, conf FileConf[T]) *Stream[T] {
	return fileStream(ssc, "FileInputDStream", "fileStream", dir, conf)
}

// TextFileStream is a [FileStream] of the lines of text files (D13).
func TextFileStream(ssc *Context, dir string) *Stream[string] {
	return fileStream(ssc, "FileInputDStream", "textFileStream", dir, FileConf[string]{
		Read: func(c *rdd.Context, name string) *rdd.RDD[string] { return rdd.TextFileOf(c, name, 0) },
	})
}

// BinaryRecordsStream is a [FileStream] of records of size bytes each (D14). A file whose
// length is no multiple of it fails the batch.
func BinaryRecordsStream(ssc *Context, dir string, size int) *Stream[[]byte] {
	return fileStream(ssc, "FileInputDStream", "binaryRecordsStream", dir, FileConf[[]byte]{
		Read: func(c *rdd.Context, name string) *rdd.RDD[[]byte] { return rdd.BinaryRecordsOf(c, name, size) },
	})
}

func fileStream[T any](ssc *Context, class, op, dir string, conf FileConf[T]) *Stream[T] {
	window := ssc.conf.MinRememberDuration
	if window <= 0 {
		window = time.Minute
	}
	window = (window + ssc.interval - 1) / ssc.interval * ssc.interval
	f := &fileInput[T]{ssc: ssc, dir: filepath.ToSlash(dir), conf: conf, window: window, selected: make(map[Time][]string)}
	if !conf.OldFiles {
		f.since = TimeOf(ssc.clock.Now())
	}
	s := inputStream(ssc, class, op, f)
	s.remember = window
	s.drop = f.forget
	return s
}

// fileInput finds new files.
type fileInput[T any] struct {
	still
	ssc    *Context
	dir    string
	conf   FileConf[T]
	window time.Duration
	// since is when the first context was made; older files are not new. It outlives
	// restarts, so that files that came meanwhile are.
	since Time

	mu sync.Mutex
	// selected are the files of the batches that are remembered.
	selected map[Time][]string
}

// Start looks at nothing: a directory may appear later.
func (f *fileInput[T]) Start(context.Context) error { return nil }

// Compute finds the files of a batch, the same if it has done so before.
func (f *fileInput[T]) Compute(at Time, report func(int64, map[string]any)) (*rdd.RDD[T], error) {
	files := f.filesOf(at)
	report(0, map[string]any{"files": files, "Description": strings.Join(files, "\n")})
	list := make([]*rdd.RDD[T], len(files))
	for i, name := range files {
		list[i] = f.conf.Read(f.ssc.rdd, name)
		if list[i].NumPartitions() == 0 && list[i].Err() == nil {
			f.ssc.log.Error("File has no data in it. Spark Streaming can only ingest files that have been \"moved\" to the directory assigned to the file stream",
				"file", name)
		}
	}
	return united(f.ssc, list), nil
}

func (f *fileInput[T]) filesOf(at Time) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if files, ok := f.selected[at]; ok {
		return files
	}
	began := f.ssc.clock.Now()
	files, err := f.find(at)
	if err != nil {
		f.ssc.log.Warn("Error finding new files", "dir", f.dir, "error", err)
	}
	if took := f.ssc.clock.Now().Sub(began); took > f.ssc.interval {
		f.ssc.log.Warn("Time taken to find new files exceeds the batch size. Consider increasing the batch size or reducing the number of files in the monitored directories",
			"dir", f.dir, "took", took)
	}
	f.selected[at] = files
	return files
}

// find lists what is new in a batch, in the order of names.
func (f *fileInput[T]) find(at Time) ([]string, error) {
	dirs, err := f.ssc.rdd.Glob(f.dir)
	if err != nil {
		return nil, err
	}
	taken := make(map[string]bool)
	for _, files := range f.selected {
		for _, name := range files {
			taken[name] = true
		}
	}
	after := max(f.since, at.Add(-f.window))
	var files []string
	for _, dir := range dirs {
		entries, err := f.ssc.durable.fs.ReadDir(dir)
		if err != nil {
			return files, err
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			if e.IsDir() || taken[name] || !f.wanted(name) {
				continue
			}
			info, err := f.ssc.durable.fs.Stat(name)
			if err != nil {
				continue // it was moved away meanwhile
			}
			if changed := TimeOf(info.ModTime()); info.Mode().Type()&^fs.ModeSymlink == 0 && changed > after && changed <= at {
				files = append(files, name)
			}
		}
	}
	slices.Sort(files)
	return files, nil
}

func (f *fileInput[T]) wanted(name string) bool {
	if f.conf.Filter != nil {
		return f.conf.Filter(name)
	}
	return !strings.HasPrefix(path.Base(name), ".")
}

// forget drops the files of batches that are not remembered; they are too old to be new.
func (f *fileInput[T]) forget(upTo Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.selected, func(at Time, _ []string) bool { return at <= upTo })
}

// filesRecord is what a checkpoint has of a stream of files.
type filesRecord struct {
	Since Time              `json:"since"`
	Files map[Time][]string `json:"files"`
}

func (f *fileInput[T]) save() (json.RawMessage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return json.Marshal(filesRecord{f.since, f.selected})
}

func (f *fileInput[T]) restore(text json.RawMessage) error {
	var r filesRecord
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("the files of batches: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.since = r.Since
	for at, files := range r.Files {
		f.selected[at] = files
	}
	return nil
}
