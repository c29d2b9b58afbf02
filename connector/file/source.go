package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Source is a directory, a file or a glob as a stream: every file once, whole,
// in one batch (S10).
//
// Its offset is the number of a batch in its own log. Latest admits files by
// writing the next batch of the log; Plan reads it back; so what a batch of the
// query reads was durable before it was planned. A file is known by its path
// (or name) alone: neither a change to it nor its time matters afterwards, and
// files of one time, back-dated or renamed into place are each found once.
type Source struct {
	options Options
	content content
	log     connector.Log
	lister  lister
	found   manifest // of a directory that a sink writes to
	listed  bool     // the manifest is there and is read instead of the directory

	seen     *seenFiles
	backlog  []found // found, not admitted, in the order of admission
	waiting  map[xxh3.Uint128]struct{}
	round    int               // counts calls of Latest
	partial  bool              // some of what was found is not in backlog
	manifest int64             // batches of the manifest up to this are in backlog or seen
	offset   int64             // newest batch of the log
	recent   map[int64][]found // what Latest admitted and Commit has not passed
	resumed  bool              // what a run before this one has read is clean
}

// openSource reads the source's log, if there is one, and continues behind it.
func openSource(o Options, c content, s connector.SourceSpec) (*Source, error) {
	maxAge := o.Admission.MaxAge.Milliseconds()
	if o.Admission.LatestFirst && (o.Admission.MaxFiles > 0 || o.Admission.MaxBytes > 0) {
		maxAge = -1
	}
	log, err := s.OpenLog(foldEntries(maxAge))
	if err != nil {
		return nil, err
	}
	src := &Source{
		options: o, content: c, log: log, found: manifest{c.fs, o.Path}, manifest: -1, offset: -1,
		seen: newSeenFiles(maxAge, o.Admission.NameOnly), recent: make(map[int64][]found),
		waiting: make(map[xxh3.Uint128]struct{}),
	}
	src.lister = newLister(o, c, s.Env)
	src.lister.known = src.knows
	if err := src.chooseListing(); err != nil {
		return nil, err
	}
	return src, src.restore()
}

func newLister(o Options, c content, env connector.Env) lister {
	now := env.Now
	if now == nil {
		now = time.Now
	}
	return lister{
		fs: c.fs, root: o.Path, filter: o.Listing.Filter, recursive: o.Listing.Recursive,
		base: o.Listing.Base, after: o.Listing.After, before: o.Listing.Before,
		now: now, dirs: make(map[string]directory),
	}
}

// chooseListing finds out whether a sink's manifest says what there is (S10c).
func (s *Source) chooseListing() (err error) {
	if isGlob(s.options.Path) {
		return nil
	}
	s.listed, err = s.found.exists()
	if err == nil && s.listed && s.options.Cleaning.Mode != CleanOff {
		return fault.New(fault.IllegalArgument, "the directory %s is written by a streaming sink, whose files must "+
			"stay; leave the option cleanSource out", s.options.Path).With("option", "cleanSource")
	}
	return err
}

// restore learns from the log which files were admitted.
func (s *Source) restore() error {
	latest, ok, err := s.log.Latest()
	if err != nil || !ok {
		return err
	}
	s.offset = latest
	lines, err := s.log.Lines(latest)
	if err != nil {
		return err
	}
	for _, line := range lines {
		e, err := parseEntry(line)
		if err != nil {
			return err
		}
		s.seen.add(fromLog(e.Path), e.Timestamp)
	}
	s.seen.purge()
	return nil
}

// knows reports whether a path is admitted or waits to be.
func (s *Source) knows(p string) bool {
	k := s.seen.key(p)
	if _, ok := s.seen.times[k]; ok {
		return true
	}
	_, ok := s.waiting[k]
	return ok
}

// Schema is the data columns, then the partition columns.
func (s *Source) Schema() types.Schema { return s.content.schema }

// Description names the source as Spark does in a query's progress.
func (s *Source) Description() string {
	return fmt.Sprintf("FileStreamSource[%s]", loggedPath(s.options.Path))
}

// Metrics counts the malformed records met since the query started, and those of
// them that gave no row, where there were any.
func (s *Source) Metrics() map[string]string {
	malformed := s.content.counts.malformed.Load()
	if malformed == 0 {
		return nil
	}
	return map[string]string{
		"numMalformedRecords": strconv.FormatInt(malformed, 10),
		"numDroppedRecords":   strconv.FormatInt(s.content.counts.dropped.Load(), 10),
	}
}

// Latest admits the next files, if all that were admitted are read, and gives
// the offset of the log's next batch.
func (s *Source) Latest(ctx context.Context, from connector.Offset, l connector.Limit) (connector.Offset, error) {
	at, err := logOffset(from)
	if err != nil {
		return nil, err
	}
	if at > s.offset {
		return nil, fault.New(fault.IllegalState, "the source's log ends at batch %d, but the query has read up to %d: "+
			"files are missing in the checkpoint's directory sources; take them back from a copy", s.offset, at)
	}
	if l.Until != nil {
		until, err := logOffset(l.Until)
		if err != nil {
			return nil, err
		}
		if at >= until {
			return from, nil
		}
	}
	if at == s.offset || l.Unlimited {
		s.round++
		if err := s.look(ctx, l.Unlimited); err != nil {
			return nil, err
		}
		// Without a limit too the batches of the log keep the source's bounds: a
		// query that takes what is there in several batches reads them one by one.
		for more := true; more; more = more && l.Unlimited {
			if more, err = s.admit(); err != nil {
				return nil, err
			}
		}
		s.trim()
	}
	switch {
	case at == s.offset:
		return from, nil
	case l.Unlimited:
		return offsetOf(s.offset), nil
	}
	return offsetOf(at + 1), nil
}

// Bounded says that Latest honours [connector.Limit.Until].
func (s *Source) Bounded() bool { return true }

// look brings the backlog up to date, unless enough of it is left and not all
// is wanted.
func (s *Source) look(ctx context.Context, all bool) error {
	if !all && s.enough() {
		return nil
	}
	if s.partial {
		s.backlog, s.partial = s.backlog[:0], false
		clear(s.waiting)
		clear(s.lister.dirs)
		s.manifest = -1
	}
	old := len(s.backlog)
	visit := func(f found) {
		if s.seen.tooOld(f.modified) {
			return
		}
		s.waiting[s.seen.key(f.path)] = struct{}{}
		f.round = s.round
		s.backlog = append(s.backlog, f)
	}
	if err := s.list(ctx, visit); err != nil {
		return err
	}
	if len(s.backlog) == old {
		return nil
	}
	if s.options.Admission.LatestFirst {
		slices.SortFunc(s.backlog, func(a, b found) int { return byAge(b, a) })
	} else {
		slices.SortFunc(s.backlog, byAge)
	}
	return nil
}

func (s *Source) list(ctx context.Context, visit func(found)) error {
	if !s.listed && s.offset < 0 {
		// A sink may have begun to write here since the query started.
		if err := s.chooseListing(); err != nil {
			return err
		}
	}
	if !s.listed {
		return s.lister.list(ctx, false, visit)
	}
	files, upTo, err := s.found.files(s.manifest)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !s.knows(f.path) && s.options.Listing.Filter.matches(path.Base(f.path)) {
			visit(f)
		}
	}
	s.manifest = upTo
	return nil
}

// enough reports whether the backlog serves for another batch without looking
// for more.
func (s *Source) enough() bool {
	a := s.options.Admission
	if a.LatestFirst || len(s.backlog) == 0 {
		return false
	}
	if a.MaxFiles > 0 {
		return float64(len(s.backlog)) >= a.DiscardRatio*float64(a.MaxFiles)
	}
	if a.MaxBytes > 0 {
		var total int64
		for _, f := range s.backlog {
			total += f.size
			if float64(total) >= a.DiscardRatio*float64(a.MaxBytes) {
				return true
			}
		}
	}
	return false
}

// admit takes files from the backlog into the next batch of the log; false where
// there are none.
func (s *Source) admit() (bool, error) {
	var taken []found
	var bytes int64
	a := s.options.Admission
	n := 0
	for ; n < len(s.backlog); n++ {
		f := s.backlog[n]
		if a.MaxFiles > 0 && int64(len(taken)) == a.MaxFiles ||
			a.MaxBytes > 0 && len(taken) > 0 && bytes+f.size > a.MaxBytes {
			break
		}
		if f.round != s.round {
			if _, err := s.content.fs.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
				continue // gone before anybody knew of it
			}
		}
		if s.seen.has(f.path) {
			continue // another directory's file of the same name, with fileNameOnly
		}
		taken = append(taken, f)
		bytes += f.size
		s.seen.times[s.seen.key(f.path)] = f.modified
	}
	if len(taken) > 0 {
		if err := s.write(s.offset+1, taken); err != nil {
			return false, err
		}
	}
	for _, f := range s.backlog[:n] {
		delete(s.waiting, s.seen.key(f.path))
	}
	s.backlog = slices.Delete(s.backlog, 0, n)
	return len(taken) > 0, nil
}

// trim keeps no more of the backlog than the options allow; the rest is found
// again.
func (s *Source) trim() {
	if limit := s.options.Admission.maxCached(); len(s.backlog) > limit {
		s.backlog = slices.Delete(s.backlog, limit, len(s.backlog))
		s.partial = true
	}
}

// write makes a batch of the log durable.
func (s *Source) write(batch int64, files []found) error {
	lines := make([][]byte, len(files))
	for i, f := range files {
		var err error
		if lines[i], err = (entry{loggedPath(f.path), f.modified, batch}).line(); err != nil {
			return err
		}
	}
	if err := s.log.Add(batch, lines); err != nil {
		for _, f := range files {
			delete(s.seen.times, s.seen.key(f.path))
		}
		return err
	}
	for _, f := range files {
		s.seen.add(f.path, f.modified)
	}
	s.seen.purge()
	s.offset = batch
	s.recent[batch] = files
	return nil
}

// Plan gives the splits of the files that the batches of the log in (from, to]
// admitted.
func (s *Source) Plan(ctx context.Context, from, to connector.Offset) ([]connector.Split, error) {
	first, err := logOffset(from)
	if err != nil {
		return nil, err
	}
	last, err := logOffset(to)
	if err != nil {
		return nil, err
	}
	var splits []connector.Split
	for batch := first + 1; batch <= last; batch++ {
		files, err := s.files(batch)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			splits = append(splits, s.content.split(f)...)
		}
	}
	return splits, ctx.Err()
}

// files are those of a batch of the log, in its order.
func (s *Source) files(batch int64) ([]found, error) {
	if files, ok := s.recent[batch]; ok {
		return files, nil
	}
	lines, ok, err := s.log.Entry(batch)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.IllegalState, "batch %d is missing in the source's log, so the files that the query "+
			"planned to read are not known; take the checkpoint's directory sources back from a copy", batch)
	}
	var files []found
	for _, line := range lines {
		e, err := parseEntry(line)
		if err != nil {
			return nil, err
		}
		if e.BatchID != batch {
			continue // a compacted entry lists the batches before it too
		}
		f := found{path: fromLog(e.Path), modified: e.Timestamp}
		at, err := s.content.fs.Stat(f.path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && s.options.Listing.SkipMissing:
			continue
		case err != nil:
			return nil, unreadable(f.path, err)
		}
		f.size, f.values = at.Size(), partitionsOf(f.path)
		files = append(files, f)
	}
	s.recent[batch] = files
	return files, nil
}

// Open reads a split.
func (s *Source) Open(ctx context.Context, split connector.Split, scan connector.Scan) (connector.Reader, error) {
	return s.content.open(ctx, split, scan)
}

// SameRows reports whether two splits are the same part of the same file, which is
// not cut anew meanwhile.
func (s *Source) SameRows(a, b connector.Split) bool {
	x, ok := a.Part.(part)
	y, same := b.Part.(part)
	return ok && same && x.start == y.start && x.stop == y.stop && x.file.path == y.file.path &&
		x.file.modified == y.file.modified && x.file.size == y.file.size
}

// Commit cleans the files that were read, if the options say so. What cannot be
// cleaned stays, with a warning.
func (s *Source) Commit(_ context.Context, to connector.Offset) error {
	last, err := logOffset(to)
	if err != nil {
		return err
	}
	if !s.resumed && s.options.Cleaning.Mode != CleanOff {
		// A run that died may not have come to clean its last two batches.
		s.resumed = true
		for batch := max(last-1, 0); batch <= last; batch++ {
			if _, err := s.files(batch); err != nil && s.content.env.Warn != nil {
				s.content.env.Warn.Warn("files that were read stay in the source directory", "batch", batch, "error", err)
			}
		}
	}
	for batch := range s.recent {
		if batch <= last {
			s.clean(s.recent[batch])
			delete(s.recent, batch)
		}
	}
	return nil
}

// partitionsOf are the partition directories in a path.
func partitionsOf(p string) []keyValue {
	var values []keyValue
	for dir := path.Dir(p); dir != "/" && dir != "."; dir = path.Dir(dir) {
		kv, ok := parsePartition(path.Base(dir))
		if !ok {
			break
		}
		values = append(values, kv)
	}
	slices.Reverse(values)
	return values
}

// unreadable names a file and what to do.
func unreadable(p string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.FileNotExist, "the file %s is gone: it was removed or renamed after it was found; put it "+
			"back, or set the option ignoreMissingFiles to true to go on without it", p).With("path", p).Wrap(err)
	}
	return fault.New(fault.FailedReadFile, "cannot read %s; see to it that this user may read it", p).
		With("path", p).Wrap(err)
}
