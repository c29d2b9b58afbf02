package connector

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/fault"
)

// Options are the string options of a Spark program, without regard to the case
// of names. The zero value has none.
type Options struct {
	values   map[string]option // by lower-case name
	defaults map[string]option // those that stand in for what was not given
}

type option struct{ name, value string }

// NewOptions holds a copy of m.
func NewOptions(m map[string]string) Options {
	o := Options{values: make(map[string]option, len(m))}
	for k, v := range m {
		o.values[strings.ToLower(k)] = option{k, v}
	}
	return o
}

// Get is an option's value and whether it was given.
func (o Options) Get(name string) (string, bool) {
	v, ok := o.values[strings.ToLower(name)]
	if !ok {
		v, ok = o.defaults[strings.ToLower(name)]
	}
	return v.value, ok
}

// WithDefaults are the options with those of the session's settings behind them that
// are of every format, or of this one: "parquet.compression".
func (o Options) WithDefaults(format string, defaults map[string]string) Options {
	o.defaults = make(map[string]option)
	for name, value := range defaults {
		of, own, ok := strings.Cut(name, ".")
		switch {
		case !ok:
			o.defaults[strings.ToLower(name)] = option{name, value}
		case strings.EqualFold(of, format):
			o.defaults[strings.ToLower(own)] = option{own, value}
		}
	}
	return o
}

// Map is a copy of the options by the names that the user wrote.
func (o Options) Map() map[string]string {
	m := make(map[string]string, len(o.values))
	for key, v := range o.defaults {
		if _, given := o.values[key]; !given {
			m[v.name] = v.value
		}
	}
	for _, v := range o.values {
		m[v.name] = v.value
	}
	return m
}

// Parse begins to read the options of a format. It is the border at which
// strings end: each call names an option that the format knows, wrong values are
// collected, and [Parser.Err] reports them all, with the options that no call
// named.
func (o Options) Parse(format string) *Parser {
	return &Parser{format: format, options: o, known: make(map[string]string)}
}

// Parser reads the options of one format. See [Options.Parse].
type Parser struct {
	format  string
	options Options
	known   map[string]string // lower case to Spark's spelling
	errs    []error
}

func (p *Parser) get(name string) (string, bool) {
	p.known[strings.ToLower(name)] = name
	return p.options.Get(name)
}

// Text is an option as it stands, or the fallback.
func (p *Parser) Text(name, fallback string) string {
	if v, ok := p.get(name); ok {
		return v
	}
	return fallback
}

// Required is an option that must be there and not be empty.
func (p *Parser) Required(name string) string {
	v, ok := p.get(name)
	if !ok || v == "" {
		p.fail(name, "is required; set it with option(%q, …)", name)
	}
	return v
}

// Int is a whole number from least on, or the fallback.
func (p *Parser) Int(name string, fallback, least int64) int64 {
	v, ok := p.get(name)
	if !ok {
		return fallback
	}
	n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
	if err != nil || n < least {
		p.fail(name, "is %q; it must be a whole number of at least %d", v, least)
		return fallback
	}
	return n
}

// Bool is true or false, or the fallback.
func (p *Parser) Bool(name string, fallback bool) bool {
	v, ok := p.get(name)
	if !ok {
		return fallback
	}
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "true":
		return true
	case "false":
		return false
	}
	p.fail(name, "is %q; it must be true or false", v)
	return fallback
}

// Choice is one of the given words, without regard to case, or the first.
func (p *Parser) Choice(name string, words ...string) string {
	v, ok := p.get(name)
	if !ok {
		return words[0]
	}
	if w, ok := among(v, words); ok {
		return w
	}
	p.fail(name, "is %q; it must be one of %s", v, strings.Join(words, ", "))
	return words[0]
}

// among is the word that v is, without regard to case.
func among(v string, words []string) (string, bool) {
	for _, w := range words {
		if strings.EqualFold(w, strings.TrimSpace(v)) {
			return w, true
		}
	}
	return "", false
}

// Codec is the name of a compression that the format has, without regard to case,
// or the first of them, by Spark's condition for a codec that is not there.
func (p *Parser) Codec(name string, words ...string) string {
	v, ok := p.get(name)
	if !ok {
		return words[0]
	}
	if w, ok := among(v, words); ok {
		return w
	}
	known := strings.Join(words, ", ")
	p.errs = append(p.errs, fault.New(fault.CodecNotAvailable, "%s: option %s is %q; there are %s", p.format, name, v, known).
		With("codecName", v).With("availableCodecs", known))
	return words[0]
}

// Known says that the format takes these options although it does not read them
// here.
func (p *Parser) Known(names ...string) {
	for _, n := range names {
		p.known[strings.ToLower(n)] = n
	}
}

// Fail adds an error about an option.
func (p *Parser) Fail(name, format string, args ...any) { p.fail(name, format, args...) }

func (p *Parser) fail(name, format string, args ...any) {
	e := fault.New(fault.IllegalArgument, "%s: option %s %s", p.format, name, fmt.Sprintf(format, args...))
	p.errs = append(p.errs, e.With("option", name))
}

// Err reports every wrong and every unknown option; nil if there is none. For an
// unknown one the nearest known name is offered.
func (p *Parser) Err() error {
	for _, u := range p.unknown() {
		p.fail(u.name, "%s", u.value)
	}
	return errors.Join(p.errs...)
}

// Lenient reports every wrong option and every one that is nearly the name of one
// that is known. Of other unknown options, which Spark ignores and which programs
// carry from one format to the next, it warns. warn may be nil.
func (p *Parser) Lenient(warn *slog.Logger) error {
	for _, u := range p.unknown() {
		if u.near {
			p.fail(u.name, "%s", u.value)
		} else if warn != nil {
			warn.Warn("an option is ignored: it "+u.value, "format", p.format, "option", u.name)
		}
	}
	return errors.Join(p.errs...)
}

// unknownOption is an option that no call named, with what to say of it.
type unknownOption struct {
	option
	near bool // there is a name like it
}

// unknown are the options that no call named.
func (p *Parser) unknown() []unknownOption {
	var list []unknownOption
	for _, key := range slices.Sorted(maps.Keys(p.options.values)) {
		if _, ok := p.known[key]; ok {
			continue
		}
		u := unknownOption{option: option{name: p.options.values[key].name}}
		if near := Nearest(u.name, slices.Sorted(maps.Values(p.known))); near != "" {
			u.value, u.near = "is not known; did you mean "+near+"?", true
		} else {
			u.value = "is not known; known are " + strings.Join(slices.Sorted(maps.Values(p.known)), ", ")
		}
		list = append(list, u)
	}
	return list
}

// Nearest is the candidate that is most like name, or "" where none is near
// enough to be what was meant.
func Nearest(name string, candidates []string) string { return fault.Nearest(name, candidates) }
