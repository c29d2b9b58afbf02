package file

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// found is a file that a listing came upon.
type found struct {
	path     string // absolute, with slashes
	size     int64  // bytes
	modified int64  // milliseconds since the epoch, as Spark's logs have it
	values   []keyValue
	round    int // of the source's listing that found it
}

// keyValue is one partition directory, its value unescaped.
type keyValue struct {
	key, value string
	null       bool // __HIVE_DEFAULT_PARTITION__
}

// lister finds the files under a path that may be a glob.
//
// A file under a directory k=v belongs to a partition; other directories below
// the path are entered only where recursive is set. A directory whose own time
// did not change since it was read has no new names, so it is not read again:
// see [lister.read].
type lister struct {
	fs        vfs.FS
	root      string // absolute; may be a glob
	filter    nameGlob
	recursive bool
	base      string // directories below it are partitions; empty: below the root
	after     int64  // milliseconds; files of then and before do not count. 0: no bound
	before    int64  // milliseconds; files of then and after do not count. 0: no bound
	now       func() time.Time
	// known reports whether a path needs no looking at. It may be nil.
	known func(path string) bool
	// leaf is called for every directory without partition directories below.
	// It may be nil.
	leaf func(dir string, values []keyValue)
	dirs map[string]directory
}

// directory is what the listing before saw of one.
type directory struct {
	modified time.Time // its own time before it was read
	since    time.Time // when it was first seen with that time
	read     time.Time // when it was last read
	dirs     []string  // the directories in it
}

// settled is how long a directory must have kept its time, when it was read,
// for the time to vouch that nothing came afterwards: two files that come within
// one tick of the file system's clock leave the same time.
const settled = 2 * time.Second

// roots are the paths that the glob stands for: itself if it is none.
func (l *lister) roots() ([]string, error) {
	if !isGlob(l.root) {
		return []string{l.root}, nil
	}
	var all []string
	for _, glob := range expandBraces(l.root) {
		at := []string{"/"}
		for part := range strings.SplitSeq(strings.Trim(glob, "/"), "/") {
			var err error
			if at, err = l.descend(at, part); err != nil {
				return nil, err
			}
		}
		all = append(all, at...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// descend is the entries of the directories that fit one part of a glob.
func (l *lister) descend(dirs []string, part string) ([]string, error) {
	var next []string
	if !isGlob(part) {
		for _, d := range dirs {
			p := path.Join(d, part)
			if ok, err := vfs.Exists(l.fs, p); err != nil {
				return nil, err
			} else if ok {
				next = append(next, p)
			}
		}
		return next, nil
	}
	g, err := newNameGlob(part)
	if err != nil {
		return nil, err
	}
	for _, d := range dirs {
		entries, err := l.fs.ReadDir(d)
		if err != nil {
			continue // a file, or gone
		}
		for _, e := range entries {
			if g.matches(e.Name()) && !hidden(e.Name()) {
				next = append(next, path.Join(d, e.Name()))
			}
		}
	}
	return next, nil
}

// list calls visit for every file that is not known. A path that does not exist
// is PATH_NOT_FOUND, a glob without a match too where strict is set.
func (l *lister) list(ctx context.Context, strict bool, visit func(found)) error {
	roots, err := l.roots()
	if err != nil {
		return err
	}
	if len(roots) == 0 && strict {
		return l.missing()
	}
	for _, root := range roots {
		values, err := l.above(root)
		if err != nil {
			return err
		}
		at, err := l.fs.Stat(root)
		switch {
		case errors.Is(err, fs.ErrNotExist) && isGlob(l.root):
			continue
		case errors.Is(err, fs.ErrNotExist):
			return l.missing()
		case err != nil:
			return l.unreadable(root, err)
		case at.IsDir():
			err = l.walk(ctx, root, at, values, visit)
		case l.filter.matches(path.Base(root)) && !l.isKnown(root):
			f := found{path: root, size: at.Size(), modified: at.ModTime().UnixMilli(), values: values}
			if l.timely(f) {
				visit(f)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// above are the partitions between the base directory and a root.
func (l *lister) above(root string) ([]keyValue, error) {
	if l.base == "" || l.recursive {
		return nil, nil
	}
	below, ok := strings.CutPrefix(root+"/", strings.TrimSuffix(l.base, "/")+"/")
	if !ok {
		return nil, fault.New(fault.IllegalArgument, "the option basePath is %s, and the path %s does not lie below it", l.base, root).
			With("option", "basePath")
	}
	var values []keyValue
	for name := range strings.SplitSeq(below, "/") {
		if kv, ok := parsePartition(name); ok {
			values = append(values, kv)
		}
	}
	return values, nil
}

// timely reports whether the time of a file is within the bounds.
func (l *lister) timely(f found) bool {
	return (l.after == 0 || f.modified > l.after) && (l.before == 0 || f.modified < l.before)
}

func (l *lister) missing() error {
	return fault.New(fault.PathNotFound, "the path %s does not exist; correct it, or make the directory before "+
		"the query starts", l.root).With("path", loggedPath(l.root))
}

func (l *lister) unreadable(p string, err error) error {
	return fault.New(fault.FailedReadFile, "cannot read %s; see to it that this user may read it", p).
		With("path", p).Wrap(err)
}

func (l *lister) isKnown(p string) bool { return l.known != nil && l.known(p) }

func (l *lister) walk(ctx context.Context, dir string, at fs.FileInfo, values []keyValue, visit func(found)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	dirs, err := l.read(dir, at, values, visit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed while the listing ran
	}
	if err != nil {
		return l.unreadable(dir, err)
	}
	if l.leaf != nil && !slices.ContainsFunc(dirs, func(d string) bool { return strings.Contains(d, "=") }) {
		l.leaf(dir, values)
	}
	for _, name := range dirs {
		kv, partition := parsePartition(name)
		inner := values
		if partition {
			inner = append(values[:len(values):len(values)], kv)
		} else if !l.recursive {
			continue
		}
		below := path.Join(dir, name)
		at, err := l.fs.Stat(below)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return l.unreadable(below, err)
		}
		if err := l.walk(ctx, below, at, inner, visit); err != nil {
			return err
		}
	}
	return nil
}

// read visits the new files of one directory and returns its directories. A
// directory that kept its time since it was last read, and had it for long
// enough then, is not read: nothing was added.
func (l *lister) read(dir string, at fs.FileInfo, values []keyValue, visit func(found)) ([]string, error) {
	now := l.now()
	before, seen := l.dirs[dir]
	if !seen || !before.modified.Equal(at.ModTime()) {
		before = directory{modified: at.ModTime(), since: now}
	} else if _, disk := l.fs.(vfs.Disk); disk && before.read.Sub(before.since) >= settled {
		return before.dirs, nil
	}
	entries, err := l.fs.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	before.read, before.dirs = now, nil
	for _, e := range entries {
		name := e.Name()
		if hidden(name) {
			continue
		}
		if e.IsDir() {
			before.dirs = append(before.dirs, name)
			continue
		}
		p := path.Join(dir, name)
		if !l.filter.matches(name) || l.isKnown(p) {
			continue
		}
		f, isDir, err := l.look(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if isDir { // a symbolic link to a directory
			before.dirs = append(before.dirs, name)
			continue
		}
		f.values = values
		if l.timely(f) {
			visit(f)
		}
	}
	if l.dirs != nil {
		l.dirs[dir] = before
	}
	return before.dirs, nil
}

func (l *lister) look(p string) (f found, dir bool, err error) {
	at, err := l.fs.Stat(p)
	if err != nil {
		return found{}, false, err
	}
	return found{path: p, size: at.Size(), modified: at.ModTime().UnixMilli()}, at.IsDir(), nil
}

// byAge orders files by time, then by path, so that files of one time have one
// order for ever.
func byAge(a, b found) int {
	return cmp.Or(cmp.Compare(a.modified, b.modified), strings.Compare(a.path, b.path))
}
