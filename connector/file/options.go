package file

import (
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	textencoding "golang.org/x/text/encoding"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/datetime"
)

// Options says what is read and how it is admitted. Only Path is required.
type Options struct {
	// Path is a file, a directory or a glob; absolute.
	Path string
	// Admission bounds a batch.
	Admission Admission
	// Listing says which of the files count.
	Listing Listing
	// Cleaning says what becomes of files that were read.
	Cleaning Cleaning
	// Text says how lines are told apart.
	Text Lines
}

// Admission says which of the files that are there go into the next batch.
type Admission struct {
	// MaxFiles bounds the files of a batch. Zero: no bound.
	MaxFiles int64
	// MaxBytes bounds their bytes; one file is always taken. Zero: no bound.
	MaxBytes int64
	// LatestFirst takes the newest files first; MaxAge is then not looked at if
	// there is a bound.
	LatestFirst bool
	// NameOnly tells files apart by their name alone, whatever the directory.
	NameOnly bool
	// MaxAge is how much older than the newest file a file may be to be
	// admitted, but in the first batch. Zero: seven days.
	MaxAge time.Duration
	// MaxCached is how many files that were found and not admitted yet are kept
	// for the next batches. Negative: 10,000.
	MaxCached int64
	// DiscardRatio is the share of MaxFiles or MaxBytes below which the rest of
	// them is dropped and looked for again.
	DiscardRatio float64
}

// Listing says which files below the path count.
type Listing struct {
	// Filter is a glob for the names of files. Nil: all.
	Filter nameGlob
	// Recursive enters all directories, and then makes no partition columns.
	Recursive bool
	// SkipMissing passes over files that are gone when they are read.
	SkipMissing bool
	// SkipCorrupt passes over files that cannot be decoded.
	SkipCorrupt bool
	// Base is the directory below which directories are partitions; empty is the
	// path itself.
	Base string
	// After and Before bound the times of files, in milliseconds since the epoch,
	// exclusive; zero: no bound. Tables only.
	After, Before int64
	// TextPartitions makes every partition column a string.
	TextPartitions bool
}

// Cleaning says what becomes of a file after its batch was committed.
type Cleaning struct {
	// Mode is what is done.
	Mode CleanMode
	// ArchiveDir is where Archive moves files to, below their whole path.
	ArchiveDir string
}

func (a Admission) maxCached() int {
	if a.MaxCached < 0 {
		return 10_000
	}
	return int(a.MaxCached)
}

// CleanMode is one of the values of cleanSource.
type CleanMode uint8

// The modes of cleaning; the zero mode leaves files where they are.
const (
	CleanOff CleanMode = iota
	CleanArchive
	CleanDelete
)

// Lines says how the text formats find their records.
type Lines struct {
	// Separator ends a line. Empty: \n, \r\n and \r do.
	Separator string
	// Whole makes one record of a file: wholetext, or multiLine.
	Whole bool
	// Charset is what the text is written in; nil is UTF-8. A file in another is
	// read in one piece.
	Charset textencoding.Encoding
}

// staticOnly are options that Spark refuses for streams.
var staticOnly = []string{"modifiedBefore", "modifiedAfter"}

// parseCommon reads what all formats have, for a stream or a static table.
func parseCommon(p *connector.Parser, s connector.SourceSpec, stream bool) Options {
	o := Options{
		Path: sourcePath(p, s, stream),
		Listing: Listing{
			Recursive:   p.Bool("recursiveFileLookup", false),
			SkipMissing: p.Bool("ignoreMissingFiles", false),
			SkipCorrupt: p.Bool("ignoreCorruptFiles", false),
		},
	}
	if text := p.Text("pathGlobFilter", ""); text != "" {
		g, err := newNameGlob(text)
		if err != nil {
			p.Fail("pathGlobFilter", "is %q, which is no pattern: a bracket is not closed", text)
		}
		o.Listing.Filter = g
	}
	p.Known("mergeSchema", "timeZone", "partitionOverwriteMode", "maxRecordsPerFile")
	o.Listing.TextPartitions = !p.Bool("partitionColumnTypeInference", true)
	if text := p.Text("basePath", ""); text != "" {
		local, err := localPath(text)
		if err != nil {
			p.Fail("basePath", "is %q: %v", text, err)
		}
		o.Listing.Base = absolute(local)
	}
	for _, name := range staticOnly {
		if _, given := s.Options.Get(name); given && stream {
			p.Fail(name, "is not allowed in file stream sources")
		}
	}
	o.Listing.After = parseMoment(p, s, "modifiedAfter")
	o.Listing.Before = parseMoment(p, s, "modifiedBefore")
	if stream {
		parseAdmission(p, &o)
		parseCleaning(p, &o)
	}
	return o
}

// parseMoment reads a time such as 2024-01-31T12:00:00 in the session's time zone, or
// that of the option timeZone, as milliseconds; 0 where it is not given.
func parseMoment(p *connector.Parser, s connector.SourceSpec, name string) int64 {
	text := p.Text(name, "")
	if text == "" {
		return 0
	}
	zone := datetime.NewZone(s.Env.Location)
	if id := p.Text("timeZone", ""); id != "" {
		var err error
		if zone, err = datetime.LoadZone(id); err != nil {
			p.Fail("timeZone", "is %q, which is no time zone", id)
			return 0
		}
	}
	micros, ok := parseTimestamp(text, zone)
	if !ok {
		p.Fail(name, "is %q; it must be a time such as 2024-01-31T12:00:00", text)
	}
	return micros / 1000
}

func sourcePath(p *connector.Parser, s connector.SourceSpec, stream bool) string {
	text := p.Text("path", "")
	switch {
	case len(s.Paths) > 0 && text != "":
		p.Fail("path", "is given twice, as an option and as an argument of load; leave one out")
	case len(s.Paths) > 1 && !stream:
		return "" // a table has a list of them
	case len(s.Paths) > 1:
		p.Fail("path", "is a list of %d paths; a stream reads one path, which may be a pattern such as /in/{a,b}", len(s.Paths))
	case len(s.Paths) == 1:
		text = s.Paths[0]
	case text == "":
		p.Fail("path", "is required; set it with option(%q, …) or load(…)", "path")
		return ""
	}
	local, err := localPath(text)
	if err != nil {
		p.Fail("path", "is %q: %v", text, err)
		return ""
	}
	return absolute(local)
}

func parseAdmission(p *connector.Parser, o *Options) {
	a := &o.Admission
	a.MaxFiles = p.Int("maxFilesPerTrigger", 0, 1)
	a.MaxBytes = parseBytes(p, "maxBytesPerTrigger")
	if a.MaxFiles > 0 && a.MaxBytes > 0 {
		p.Fail("maxBytesPerTrigger", "cannot stand beside maxFilesPerTrigger; leave one out")
	}
	a.LatestFirst = p.Bool("latestFirst", false)
	a.NameOnly = p.Bool("fileNameOnly", false)
	a.MaxAge = 7 * 24 * time.Hour
	if text := p.Text("maxFileAge", ""); text != "" {
		age, ok := parseDuration(text)
		if !ok {
			p.Fail("maxFileAge", "is %q; it must be a time such as 7d, 12h or 30min", text)
		}
		a.MaxAge = age
	}
	a.MaxCached = p.Int("maxCachedFiles", 10_000, 0)
	a.DiscardRatio = 0.2
	if text := p.Text("discardCachedInputRatio", ""); text != "" {
		r, err := strconv.ParseFloat(text, 64)
		if err != nil || r < 0 || r > 1 {
			p.Fail("discardCachedInputRatio", "is %q; it must be a number from 0 to 1", text)
		}
		a.DiscardRatio = r
	}
}

func parseCleaning(p *connector.Parser, o *Options) {
	dir := p.Text("sourceArchiveDir", "")
	switch p.Choice("cleanSource", "off", "archive", "delete") {
	case "delete":
		o.Cleaning.Mode = CleanDelete
	case "archive":
		o.Cleaning.Mode = CleanArchive
		local, err := localPath(dir)
		switch {
		case dir == "":
			p.Fail("sourceArchiveDir", "is required with cleanSource archive")
		case err != nil:
			p.Fail("sourceArchiveDir", "is %q: %v", dir, err)
		default:
			o.Cleaning.ArchiveDir = absolute(local)
			if mayHold(o.Path, o.Cleaning.ArchiveDir) {
				p.Fail("sourceArchiveDir", "is %q, which the source's path %q may find again; "+
					"give a directory outside of it", dir, o.Path)
			}
		}
	}
}

// mayHold reports whether the glob may find something below dir, as far as their
// first parts tell.
func mayHold(glob, dir string) bool {
	for _, g := range expandBraces(glob) {
		parts := strings.Split(strings.Trim(g, "/"), "/")
		in := strings.Split(strings.Trim(dir, "/"), "/")
		same := true
		for i := range min(len(parts), len(in)) {
			ok, err := path.Match(strings.ReplaceAll(parts[i], "[!", "[^"), in[i])
			same = same && (ok || err != nil)
		}
		if same {
			return true
		}
	}
	return false
}

// durationUnits are the endings of Spark's times.
var durationUnits = []struct {
	name string
	unit time.Duration
}{
	{"us", time.Microsecond}, {"ms", time.Millisecond}, {"min", time.Minute}, {"s", time.Second},
	{"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}, {"", time.Millisecond},
}

// parseDuration reads Spark's times: a whole number and a unit, milliseconds
// without one.
func parseDuration(text string) (time.Duration, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, u := range durationUnits {
		digits, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil && n >= 0 {
			if n > math.MaxInt64/int64(u.unit) {
				return math.MaxInt64, true
			}
			return time.Duration(n) * u.unit, true
		}
	}
	return 0, false
}

// byteUnits are the endings of Spark's sizes, powers of 1024.
var byteUnits = []struct {
	name  string
	shift int
}{
	{"kb", 10}, {"mb", 20}, {"gb", 30}, {"tb", 40}, {"pb", 50},
	{"k", 10}, {"m", 20}, {"g", 30}, {"t", 40}, {"p", 50}, {"b", 0}, {"", 0},
}

func parseBytes(p *connector.Parser, name string) int64 {
	text := p.Text(name, "")
	if text == "" {
		return 0
	}
	lower := strings.ToLower(strings.TrimSpace(text))
	for _, u := range byteUnits {
		if digits, ok := strings.CutSuffix(lower, u.name); ok {
			n, err := strconv.ParseInt(digits, 10, 64)
			if err == nil && n > 0 && n<<u.shift>>u.shift == n {
				return n << u.shift
			}
		}
	}
	p.Fail(name, "is %q; it must be a number of bytes, at least 1, such as 64m or 1gb", text)
	return 0
}
