package csvtext

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// Inference finds the schema of CSV records, as Spark does: the names are those
// of the header or _c0, _c1 and so on, the number of columns that of the first
// record; the types, with inferSchema, the narrowest that all texts of a column
// read as, else strings. Make one with [NewInference], Add records, ask for the
// Schema.
type Inference struct {
	decoder *Decoder
	names   []string
	kinds   []types.Type
	begun   bool
	header  bool
	due     float64 // of the share: from 1 on the next record is looked at
}

// NewInference begins without records, at the beginning of a file.
func NewInference(options Options) *Inference {
	options.MaxColumns = max(options.MaxColumns, 1)
	d, _ := NewDecoder(types.Schema{}, types.Schema{}, options) // no column, so no column of a wrong type
	d.header = false
	return &Inference{decoder: d, header: options.Header.Present}
}

// StartFile says that the next record is the first one of another file.
func (f *Inference) StartFile() { f.header = f.decoder.options.Header.Present }

// Add looks at all records of a chunk.
func (f *Inference) Add(chunk []byte) error {
	d := f.decoder
	if f.header {
		chunk, _ = withoutMark(chunk)
	}
	d.returns = strings.IndexByte(batch.View(chunk), '\r') >= 0
	d.splitter.breaks = d.options.MultiLine
	s := batch.View(chunk)
	for i := 0; i < len(s); {
		end, next := len(s), len(s)
		if !d.options.MultiLine {
			end, next = d.lineEnd(s, i)
		}
		if d.skipped(s[i:end]) {
			if d.options.MultiLine {
				_, next = d.lineEnd(s, i)
			}
			i = next
			continue
		}
		length := d.splitter.split(s[i:end])
		if d.options.MultiLine {
			if next = i + length; next < len(s) {
				next += d.splitter.lineEnd(s, next)
			}
		}
		if err := d.limits(d.splitter.fields, s[i:i+length]); err != nil {
			return err
		}
		f.record(d.splitter.fields)
		i = next
		d.arena.Reset()
	}
	return nil
}

// record looks at the fields of a record.
func (f *Inference) record(fields []field) {
	if !f.begun {
		f.begun = true
		f.kinds = make([]types.Type, len(fields))
		for i := range fields {
			f.names = append(f.names, "_c"+strconv.Itoa(i))
		}
		if f.header {
			f.nameColumns(fields)
		}
	}
	if f.header {
		f.header = false
		return
	}
	if o := &f.decoder.options.Infer; !o.Types || !sampled(&f.due, o.Share) {
		return
	}
	for i := range min(len(fields), len(f.kinds)) {
		if s := fields[i].text; s != "" && !fields[i].skip && s != f.decoder.options.Words.Null {
			f.kinds[i] = f.merge(f.kinds[i], s)
		}
	}
}

// sampled reports whether a record belongs to the share, of which the first does.
func sampled(due *float64, share float64) bool {
	if share == 0 {
		return true
	}
	first := *due == 0
	if *due += share; *due < 1 && !first {
		return false
	}
	if *due >= 1 {
		*due--
	}
	*due = max(*due, 1e-12)
	return true
}

// nameColumns takes the names of the header; those that are empty keep their
// number, those that come twice, without regard to case, get it behind them.
func (f *Inference) nameColumns(fields []field) {
	count := make(map[string]int)
	for _, x := range fields {
		count[strings.ToLower(x.text)]++
	}
	for i, x := range fields {
		switch {
		case x.text == "" || x.text == f.decoder.options.Words.Null:
		case count[strings.ToLower(x.text)] > 1:
			f.names[i] = strings.Clone(x.text) + strconv.Itoa(i)
		default:
			f.names[i] = strings.Clone(x.text)
		}
	}
}

// merge is the narrowest type that takes a column so far and another text.
func (f *Inference) merge(so types.Type, s string) types.Type {
	t := f.typeOf(so, s)
	switch {
	case so.Kind == types.Null || so.Equal(t):
		return t
	case so.Kind == types.Decimal128 && t.Kind == types.Decimal128:
		return types.DecimalOf(max(so.Precision, t.Precision), 0)
	case so.Kind == types.Decimal128 && t.Integral():
		return so
	case t.Kind == types.Decimal128 && so.Integral():
		least := 10
		if so.Kind == types.Long {
			least = 20
		}
		return types.DecimalOf(max(least, t.Precision), 0)
	case so.Kind == types.Date && t.Kind == types.Timestamp || so.Kind == types.Timestamp && t.Kind == types.Date:
		return types.Of(types.Timestamp)
	case so.Numeric() && t.Numeric():
		return types.Of(max(so.Kind, t.Kind))
	}
	return types.Of(types.String)
}

// typeOf is the type that a text reads as, not narrower than the column's.
func (f *Inference) typeOf(so types.Type, s string) types.Type {
	o := &f.decoder.options
	switch so.Kind {
	case types.Null, types.Int:
		if _, ok := whole(s, 32); ok {
			return types.Of(types.Int)
		}
		fallthrough
	case types.Long:
		if _, ok := whole(s, 64); ok {
			return types.Of(types.Long)
		}
		fallthrough
	case types.Decimal128:
		if v, t, err := types.ParseDecimalExact(strings.ReplaceAll(s, ",", "")); err == nil && s[0] > ' ' && t.Scale == 0 &&
			!strings.ContainsAny(s, ".eE") {
			return types.DecimalOf(v.Precision(), 0)
		}
		fallthrough
	case types.Double:
		if _, ok := f.decoder.float(s, 64); ok {
			return types.Of(types.Double)
		}
		fallthrough
	case types.Date:
		if _, ok := f.day(s); ok && !o.Infer.NoDates {
			return types.Of(types.Date)
		}
		fallthrough
	case types.Timestamp:
		if _, ok := o.instant(s); ok {
			return types.Of(types.Timestamp)
		}
		fallthrough
	case types.Boolean:
		if _, ok := boolean(s); ok {
			return types.Of(types.Boolean)
		}
	}
	return types.Of(types.String)
}

// day reads a date by the option's pattern, or as yyyy-MM-dd and nothing more.
func (f *Inference) day(s string) (int32, bool) {
	if p := f.decoder.options.Formats.Date; p != nil {
		return p.ParseDate(s)
	}
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	return datetime.ParseDate(s)
}

// Schema is the schema of the records so far.
func (f *Inference) Schema() types.Schema {
	var s types.Schema
	for i, name := range f.names {
		t := f.kinds[i]
		if t.Kind == types.Null {
			t = types.Of(types.String)
		}
		s.Fields = append(s.Fields, types.Field{Name: name, Type: t, Nullable: true})
	}
	return s
}
