package csvtext

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
)

// Mode says what happens to a malformed record.
type Mode uint8

// The modes.
const (
	Permissive    Mode = iota // a row with nulls, and the text in the corrupt column
	DropMalformed             // no row
	FailFast                  // an error
)

// UnescapedQuotes says what a quote means that stands within a quoted field and
// is followed by neither a separator nor the end.
type UnescapedQuotes uint8

// The meanings, by Spark's names.
const (
	StopAtDelimiter    UnescapedQuotes = iota // the field ends at the next separator and shows its quotes
	StopAtClosingQuote                        // it belongs to the field
	BackToDelimiter                           // it is left out
	SkipValue                                 // the field is null
	RaiseError
)

// Options say how CSV is read and written. Make them with [DefaultOptions] or
// [ParseOptions].
type Options struct {
	Mode Mode
	// CorruptColumn takes malformed records; empty means _corrupt_record.
	CorruptColumn string
	// Separator parts fields; it has one byte or more.
	Separator string
	// LineSeparator parts records; empty means any of \n, \r\n and \r.
	LineSeparator string
	// MultiLine says that quoted fields may hold line ends.
	MultiLine bool
	// Comment begins lines that are skipped; 0 means there are none.
	Comment byte
	Quoting Quoting
	Header  Header
	Words   Words
	Space   Space
	Formats Formats
	Infer   InferOptions
	// MaxColumns is the most fields that a record may have.
	MaxColumns int
	// MaxCharacters is the most bytes that a field may have, -1 for no limit.
	MaxCharacters int
	// Zone is the time zone of text without one; nil means UTC.
	Zone *datetime.Zone
	// Today is the day of a time without a date, in days since 1970-01-01.
	Today int32
}

// Quoting says how fields are quoted.
type Quoting struct {
	Quote  byte // 0: nothing is quoted
	Escape byte // 0: none
	// EscapeOfEscape takes the meaning from an escape character; 0: none does.
	EscapeOfEscape byte
	Unescaped      UnescapedQuotes
	// All makes the writer quote every field.
	All bool
	// KeepQuotes makes the writer leave fields unquoted whose only special
	// character is a quote (escapeQuotes=false).
	KeepQuotes bool
}

// Header says whether files begin with the names of the columns.
type Header struct {
	Present bool
	// Check makes names that differ from the schema's an error
	// (enforceSchema=false).
	Check bool
}

// Words are texts with a meaning.
type Words struct {
	Null                    string
	EmptyRead               string // what "" is read as
	EmptyWritten            string // what the empty string is written as
	NaN                     string
	Infinity, MinusInfinity string
}

// Space says where blanks around fields do not count.
type Space struct {
	IgnoreLeading, IgnoreTrailing bool // when reading
	KeepLeading, KeepTrailing     bool // when writing
}

// Formats are datetime patterns; nil means Spark's default rules.
type Formats struct {
	Date, Timestamp, TimestampNTZ *datetime.Pattern
}

// InferOptions say how a schema is found.
type InferOptions struct {
	// Types makes types of what all texts of a column read as; else every
	// column is a string.
	Types bool
	// Share is the share of the records that is looked at, evenly; zero is all.
	Share float64
	// NoDates makes timestamps of dates (preferDate=false).
	NoDates bool
}

// DefaultOptions are Spark's.
func DefaultOptions() Options {
	return Options{
		CorruptColumn: "_corrupt_record", Separator: ",", MaxColumns: 20480, MaxCharacters: -1,
		Quoting: Quoting{Quote: '"', Escape: '\\', EscapeOfEscape: '\\'},
		Words:   Words{EmptyWritten: `""`, NaN: "NaN", Infinity: "Inf", MinusInfinity: "-Inf"},
	}
}

// OptionNames are the options that [ParseOptions] knows, in Spark's spelling.
var OptionNames = []string{
	"sep", "delimiter", "encoding", "charset", "quote", "quoteAll", "escape", "escapeQuotes", "comment", "header",
	"inferSchema", "preferDate", "enforceSchema", "ignoreLeadingWhiteSpace", "ignoreTrailingWhiteSpace", "nullValue",
	"nanValue", "positiveInf", "negativeInf", "dateFormat", "timestampFormat", "timestampNTZFormat", "maxColumns",
	"maxCharsPerColumn", "mode", "columnNameOfCorruptRecord", "multiLine", "charToEscapeQuoteEscaping", "samplingRatio",
	"emptyValue", "locale", "lineSep", "unescapedQuoteHandling", "compression", "timeZone", "enableDateTimeParsingFallback",
	"extension",
}

// ParseOptions reads Spark's string options, without regard to the case of their
// names; zone is the session's time zone. Unknown names are not looked at. A
// wrong value is an ILLEGAL_ARGUMENT that names the option.
func ParseOptions(options map[string]string, zone *datetime.Zone) (Options, error) {
	r := optionReader{values: make(map[string]string, len(options))}
	for k, v := range options {
		r.values[strings.ToLower(k)] = v
	}
	o := DefaultOptions()
	o.Zone = zone
	r.text("columnNameOfCorruptRecord", &o.CorruptColumn)
	r.text("lineSep", &o.LineSeparator)
	o.MultiLine = r.flag("multiLine", false)
	o.Header = Header{Present: r.flag("header", false), Check: !r.flag("enforceSchema", true)}
	o.Infer = InferOptions{Types: r.flag("inferSchema", false), NoDates: !r.flag("preferDate", true)}
	o.Infer.Share = r.share()
	o.Space = Space{
		IgnoreLeading: r.flag("ignoreLeadingWhiteSpace", false), IgnoreTrailing: r.flag("ignoreTrailingWhiteSpace", false),
		KeepLeading: !r.flag("ignoreLeadingWhiteSpace", true), KeepTrailing: !r.flag("ignoreTrailingWhiteSpace", true),
	}
	r.text("nullValue", &o.Words.Null)
	r.text("emptyValue", &o.Words.EmptyRead)
	r.text("emptyValue", &o.Words.EmptyWritten)
	r.text("nanValue", &o.Words.NaN)
	r.text("positiveInf", &o.Words.Infinity)
	r.text("negativeInf", &o.Words.MinusInfinity)
	o.MaxColumns = r.number("maxColumns", o.MaxColumns)
	o.MaxCharacters = r.number("maxCharsPerColumn", o.MaxCharacters)
	r.separator(&o)
	r.quoting(&o)
	r.modes(&o)
	r.formats(&o)
	return o, r.err
}

// optionReader reads string options and keeps the first error.
type optionReader struct {
	values map[string]string // by lower-case name
	err    error
}

func (r *optionReader) get(name string) (string, bool) {
	v, ok := r.values[strings.ToLower(name)]
	return v, ok
}

func (r *optionReader) text(name string, to *string) {
	if v, ok := r.get(name); ok {
		*to = v
	}
}

func (r *optionReader) flag(name string, fallback bool) bool {
	v, ok := r.get(name)
	if !ok {
		return fallback
	}
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "true":
		return true
	case "false":
		return false
	}
	r.fail(name, "is %q; it must be true or false", v)
	return fallback
}

func (r *optionReader) number(name string, fallback int) int {
	v, ok := r.get(name)
	if !ok {
		return fallback
	}
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil {
		r.fail(name, "is %q; it must be a whole number", v)
	}
	return n
}

// share is the option samplingRatio; 0 where it is not given or everything.
func (r *optionReader) share() float64 {
	v, ok := r.get("samplingRatio")
	if !ok {
		return 0
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || !(f > 0) {
		r.fail("samplingRatio", "is %q; it must be a number above 0", v)
	}
	if f >= 1 {
		return 0
	}
	return f
}

// char is an option of one ASCII character, or none.
func (r *optionReader) char(name string, to *byte) (given bool) {
	v, ok := r.get(name)
	switch {
	case !ok:
	case v == "" || v == `\u0000`:
		*to = 0
	case len(v) == 1:
		*to = v[0]
	default:
		r.fail(name, "is %q; it must be one ASCII character", v)
	}
	return ok
}

func (r *optionReader) fail(name, format string, args ...any) {
	if r.err == nil {
		r.err = fault.New(fault.IllegalArgument, "csv: option "+name+" "+format, args...).With("option", name)
	}
}

// separator reads sep or delimiter, in which a backslash begins an escape.
func (r *optionReader) separator(o *Options) {
	r.text("delimiter", &o.Separator)
	r.text("sep", &o.Separator)
	s := strings.NewReplacer(`\t`, "\t", `\r`, "\r", `\b`, "\b", `\f`, "\f", `\"`, `"`, `\'`, "'", `\\`, `\`, `\u0000`, "\x00").Replace(o.Separator)
	if s == "" {
		r.fail("sep", "is empty; it must be one character or more")
	}
	o.Separator = s
}

func (r *optionReader) quoting(o *Options) {
	q := &o.Quoting
	r.char("quote", &q.Quote)
	r.char("escape", &q.Escape)
	r.char("comment", &o.Comment)
	q.EscapeOfEscape = q.Escape
	if q.Escape == q.Quote {
		q.EscapeOfEscape = 0
	}
	r.char("charToEscapeQuoteEscaping", &q.EscapeOfEscape)
	q.All = r.flag("quoteAll", false)
	q.KeepQuotes = !r.flag("escapeQuotes", true)
	v, _ := r.get("unescapedQuoteHandling")
	switch strings.ToUpper(v) {
	case "", "STOP_AT_DELIMITER":
	case "STOP_AT_CLOSING_QUOTE":
		q.Unescaped = StopAtClosingQuote
	case "BACK_TO_DELIMITER":
		q.Unescaped = BackToDelimiter
	case "SKIP_VALUE":
		q.Unescaped = SkipValue
	case "RAISE_ERROR":
		q.Unescaped = RaiseError
	default:
		r.fail("unescapedQuoteHandling", "is %q; it must be STOP_AT_DELIMITER, STOP_AT_CLOSING_QUOTE, BACK_TO_DELIMITER, SKIP_VALUE or RAISE_ERROR", v)
	}
}

func (r *optionReader) modes(o *Options) {
	v, _ := r.get("mode")
	switch strings.ToUpper(v) {
	case "DROPMALFORMED":
		o.Mode = DropMalformed
	case "FAILFAST":
		o.Mode = FailFast
	}
}

func (r *optionReader) formats(o *Options) {
	if id, ok := r.get("timeZone"); ok {
		zone, err := datetime.LoadZone(id)
		if err != nil {
			r.fail("timeZone", "is %q, which is no time zone", id)
		}
		o.Zone = zone
	}
	patterns := []struct {
		name string
		to   **datetime.Pattern
	}{{"dateFormat", &o.Formats.Date}, {"timestampFormat", &o.Formats.Timestamp}, {"timestampNTZFormat", &o.Formats.TimestampNTZ}}
	for _, p := range patterns {
		text, ok := r.get(p.name)
		if !ok {
			continue
		}
		pattern, err := datetime.Compile(text)
		if err != nil && r.err == nil {
			r.err = err
		}
		*p.to = pattern
	}
}
