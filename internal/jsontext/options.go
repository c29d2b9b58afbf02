package jsontext

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
)

// Mode says what happens to a malformed record (S11).
type Mode uint8

// The modes.
const (
	// Permissive gives a row with what could be read, and the text of the
	// record in the corrupt column where the schema has it.
	Permissive Mode = iota
	// DropMalformed leaves the row out and counts it.
	DropMalformed
	// FailFast ends the reading with an error.
	FailFast
)

// Options say how JSON is read and written. The zero value is Spark's default.
type Options struct {
	Mode Mode
	// CorruptColumn is the column that takes malformed records; empty means
	// _corrupt_record.
	CorruptColumn string
	// Zone is the time zone of text without one; nil means UTC.
	Zone *datetime.Zone
	// Today is the day of a time without a date, in days since 1970-01-01.
	Today int32
	// Formats are the datetime patterns that the user gave.
	Formats Formats
	// Syntax lists what is accepted besides JSON.
	Syntax Syntax
	// LineSeparator parts records; empty means any of \n, \r\n and \r.
	LineSeparator string
	// MultiLine says that a whole file is one record.
	MultiLine bool
	// Infer says how types are found from records.
	Infer InferOptions
	// KeepNulls makes the writer write fields that are null.
	KeepNulls bool
}

// Formats are datetime patterns; nil means Spark's default rules.
type Formats struct {
	Date, Timestamp, TimestampNTZ *datetime.Pattern
}

// Syntax says which departures from JSON are accepted. The zero value is
// Spark's default, which takes single quotes and NaN, INF, Infinity.
type Syntax struct {
	NoSingleQuotes      bool
	NoNonNumeric        bool
	Comments            bool
	UnquotedNames       bool
	LeadingZeros        bool
	BackslashAny        bool
	ControlCharsAllowed bool
}

// InferOptions say how a schema is found from records.
type InferOptions struct {
	// PrimitivesAsString makes every leaf a string.
	PrimitivesAsString bool
	// PrefersDecimal makes a decimal of a fraction that fits one.
	PrefersDecimal bool
	// Timestamps makes a timestamp of text that reads as one.
	Timestamps bool
	// Share is the share of the records that is looked at, evenly; zero is all.
	Share float64
	// DropAllNull leaves fields out that are null or empty in all records.
	DropAllNull bool
}

// OptionNames are the options that [ParseOptions] knows, in Spark's spelling.
var OptionNames = []string{
	"mode", "columnNameOfCorruptRecord", "timeZone", "dateFormat", "timestampFormat",
	"timestampNTZFormat", "allowSingleQuotes", "allowNonNumericNumbers", "allowComments",
	"allowUnquotedFieldNames", "allowNumericLeadingZeros", "allowBackslashEscapingAnyCharacter",
	"allowUnquotedControlChars", "lineSep", "multiLine", "encoding", "charset", "primitivesAsString",
	"prefersDecimal", "inferTimestamp", "samplingRatio", "dropFieldIfAllNull", "ignoreNullFields", "locale",
	"compression", "enableDateTimeParsingFallback", "pretty", "writeNonAsciiCharacterAsCodePoint",
}

// ParseOptions reads Spark's string options, without regard to the case of their
// names; zone is the session's time zone. Unknown names are not looked at. A
// wrong value is an ILLEGAL_ARGUMENT that names the option.
func ParseOptions(options map[string]string, zone *datetime.Zone) (Options, error) {
	r := optionReader{values: make(map[string]string, len(options))}
	for k, v := range options {
		r.values[strings.ToLower(k)] = v
	}
	o := Options{
		CorruptColumn: r.values["columnnameofcorruptrecord"], Zone: zone,
		LineSeparator: r.values["linesep"], MultiLine: r.flag("multiLine", false),
		Syntax: Syntax{
			NoSingleQuotes: !r.flag("allowSingleQuotes", true), NoNonNumeric: !r.flag("allowNonNumericNumbers", true),
			Comments: r.flag("allowComments", false), UnquotedNames: r.flag("allowUnquotedFieldNames", false),
			LeadingZeros:        r.flag("allowNumericLeadingZeros", false),
			BackslashAny:        r.flag("allowBackslashEscapingAnyCharacter", false),
			ControlCharsAllowed: r.flag("allowUnquotedControlChars", false),
		},
		Infer: InferOptions{
			PrimitivesAsString: r.flag("primitivesAsString", false), PrefersDecimal: r.flag("prefersDecimal", false),
			Timestamps: r.flag("inferTimestamp", false), DropAllNull: r.flag("dropFieldIfAllNull", false),
		},
		KeepNulls: !r.flag("ignoreNullFields", true),
	}
	o.Infer.Share = r.share()
	r.rest(&o)
	return o, r.err
}

// optionReader reads string options and keeps the first error.
type optionReader struct {
	values map[string]string // by lower-case name
	err    error
}

func (r *optionReader) flag(name string, fallback bool) bool {
	v, ok := r.values[strings.ToLower(name)]
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

func (r *optionReader) fail(name, format string, args ...any) {
	if r.err == nil {
		r.err = fault.New(fault.IllegalArgument, "json: option "+name+" "+format, args...).With("option", name)
	}
}

// share is the option samplingRatio; 0 where it is not given or everything.
func (r *optionReader) share() float64 {
	v, ok := r.values["samplingratio"]
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

// rest reads the options that are neither flags nor plain text.
func (r *optionReader) rest(o *Options) {
	switch mode := strings.ToUpper(r.values["mode"]); mode {
	case "", "PERMISSIVE":
	case "DROPMALFORMED":
		o.Mode = DropMalformed
	case "FAILFAST":
		o.Mode = FailFast
	default: // Spark takes an unknown mode for PERMISSIVE
	}
	if id, ok := r.values["timezone"]; ok {
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
		text, ok := r.values[strings.ToLower(p.name)]
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
