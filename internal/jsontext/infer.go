package jsontext

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// Inference finds the schema of JSON records, as Spark does: whole numbers are
// long, others double, text is a string, fields stand in the order of their
// names. Fields that hold several types get the narrowest that takes all of
// them, a string in the last resort. Make one with [NewInference], Add records,
// ask for the Schema.
type Inference struct {
	options Options
	decoder *Decoder
	root    *shape
	corrupt bool
	due     float64 // of the share: from 1 on the next record is looked at
}

// shape is the type of a value so far.
type shape struct {
	kind             types.Kind // Null: nothing but nulls; Struct, Array, and the kinds of leaves
	precision, scale int        // of a decimal
	fields           map[string]*shape
	element          *shape
}

// NewInference begins without records.
func NewInference(options Options) *Inference {
	d, _ := NewDecoder(types.Schema{}, options) // no column, so no column of a wrong type
	return &Inference{options: d.options, decoder: d}
}

// Add looks at all records of a chunk.
func (f *Inference) Add(chunk []byte) {
	if f.options.MultiLine {
		f.record(chunk)
		return
	}
	for i := 0; i < len(chunk); {
		end, next := f.decoder.lineEnd(chunk, i)
		if strings.TrimLeft(view(chunk[i:end]), " \t\r\n") != "" {
			f.record(chunk[i:end])
		}
		i = next
	}
}

// record looks at one record; a malformed one only counts as such.
func (f *Inference) record(line []byte) {
	if !sampled(&f.due, f.options.Infer.Share) {
		return
	}
	p := &f.decoder.parser
	p.src, p.i, p.depth, p.broken = line, 0, 0, false
	f.decoder.arena.Reset()
	s := f.value(p)
	if s != nil && s.kind == types.Array {
		s = s.element
	}
	if p.broken || s == nil || s.kind != types.Struct {
		f.corrupt = true
		return
	}
	if f.root == nil {
		f.root = s
	} else {
		f.root = merge(f.root, s)
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

// TypeOf is the type of one JSON text of any kind, as schema_of_json finds it;
// false where it is no JSON.
func (f *Inference) TypeOf(text string) (types.Type, bool) {
	p := &f.decoder.parser
	p.src, p.i, p.depth, p.broken, p.lines = []byte(text), 0, 0, false, false
	s := f.value(p)
	if p.broken || s == nil {
		return types.Type{}, false
	}
	t, ok := f.final(s)
	switch {
	case ok:
	case t.Kind == types.Struct:
		return types.StructOf(), true
	default:
		t = types.Of(types.String)
	}
	return t, true
}

// value reads a value and is its shape.
func (f *Inference) value(p *parser) *shape {
	p.space()
	switch c := p.peek(); {
	case c == '{':
		s := &shape{kind: types.Struct, fields: make(map[string]*shape)}
		if !p.open() || p.closes('}') {
			return s
		}
		for !p.broken {
			name := strings.Clone(p.key())
			if p.broken {
				break
			}
			field := f.value(p)
			if old := s.fields[name]; old != nil {
				field = merge(old, field)
			}
			if s.fields[name] = field; !p.more('}') {
				break
			}
		}
		return s
	case c == '[':
		s := &shape{kind: types.Array, element: &shape{}}
		if !p.open() || p.closes(']') {
			return s
		}
		for !p.broken {
			if s.element = merge(s.element, f.value(p)); !p.more(']') {
				break
			}
		}
		return s
	case c == '"' || c == '\'' && !p.syntax.NoSingleQuotes:
		return f.text(p.text())
	}
	kind, text := p.token()
	return f.leaf(kind, text)
}

// text is the shape of a string.
func (f *Inference) text(s string) *shape {
	if s == "" {
		return &shape{}
	}
	if f.options.Infer.PrefersDecimal {
		if _, t, err := types.ParseDecimalExact(s); err == nil {
			return &shape{kind: types.Decimal128, precision: t.Precision, scale: t.Scale}
		}
	}
	if f.options.Infer.Timestamps {
		ok := false
		if p := f.options.Formats.Timestamp; p != nil {
			_, ok = p.ParseTimestamp(s, f.options.Zone)
		} else {
			_, ok = datetime.ParseTimestamp(s, f.options.Zone, f.options.Today)
		}
		if ok {
			return &shape{kind: types.Timestamp}
		}
	}
	return &shape{kind: types.String}
}

// leaf is the shape of a word or number.
func (f *Inference) leaf(kind tokenKind, text string) *shape {
	if f.options.Infer.PrimitivesAsString && kind > nullToken {
		return &shape{kind: types.String}
	}
	switch kind {
	case trueToken, falseToken:
		return &shape{kind: types.Boolean}
	case intToken:
		if _, err := strconv.ParseInt(text, 10, 64); err == nil {
			return &shape{kind: types.Long}
		}
		if _, t, err := types.ParseDecimalExact(text); err == nil {
			return &shape{kind: types.Decimal128, precision: t.Precision, scale: t.Scale}
		}
		return &shape{kind: types.Double}
	case fractionToken:
		if f.options.Infer.PrefersDecimal {
			if _, t, err := types.ParseDecimalExact(text); err == nil {
				return &shape{kind: types.Decimal128, precision: t.Precision, scale: t.Scale}
			}
		}
		return &shape{kind: types.Double}
	case nonNumeric:
		return &shape{kind: types.Double}
	}
	return &shape{}
}

// merge is the narrowest shape that takes both.
func merge(a, b *shape) *shape {
	switch {
	case a.kind == types.Null:
		return b
	case b.kind == types.Null:
		return a
	case a.kind == types.Struct && b.kind == types.Struct:
		for name, s := range b.fields {
			if old := a.fields[name]; old != nil {
				s = merge(old, s)
			}
			a.fields[name] = s
		}
		return a
	case a.kind == types.Array && b.kind == types.Array:
		a.element = merge(a.element, b.element)
		return a
	case a.number() && b.number():
		return mergeNumbers(a, b)
	case a.kind == b.kind && a.kind != types.Struct && a.kind != types.Array:
		return a
	}
	return &shape{kind: types.String}
}

func (s *shape) number() bool {
	return s.kind == types.Long || s.kind == types.Double || s.kind == types.Decimal128
}

func mergeNumbers(a, b *shape) *shape {
	switch {
	case a.kind == types.Double || b.kind == types.Double:
		return &shape{kind: types.Double}
	case a.kind == types.Long && b.kind == types.Long:
		return a
	}
	for _, s := range []*shape{a, b} {
		if s.kind == types.Long {
			*s = shape{kind: types.Decimal128, precision: 20}
		}
	}
	scale := max(a.scale, b.scale)
	whole := max(a.precision-a.scale, b.precision-b.scale)
	if whole+scale > types.MaxPrecision {
		return &shape{kind: types.Double}
	}
	return &shape{kind: types.Decimal128, precision: whole + scale, scale: scale}
}

// Schema is the schema of the records so far. Where some were malformed and the
// mode is PERMISSIVE it has the corrupt column.
func (f *Inference) Schema() types.Schema {
	var s types.Schema
	if f.root != nil {
		if t, ok := f.final(f.root); ok {
			s.Fields = t.Fields
		}
	}
	if f.corrupt && f.options.Mode == Permissive {
		s.Fields = append(s.Fields, types.Field{Name: f.options.CorruptColumn, Type: types.Of(types.String), Nullable: true})
		sortFields(s.Fields)
	}
	return s
}

// final is the type of a shape; ok is false for an empty struct, and for what
// was never anything but null where the option says so.
func (f *Inference) final(s *shape) (t types.Type, ok bool) {
	switch s.kind {
	case types.Null:
		return types.Of(types.String), !f.options.Infer.DropAllNull
	case types.Array:
		if t, ok = f.final(s.element); ok {
			t = types.ArrayOf(t)
		}
		return t, ok
	case types.Decimal128:
		return types.DecimalOf(s.precision, s.scale), true
	case types.Struct:
		for name, field := range s.fields {
			if ft, ok := f.final(field); ok {
				t.Fields = append(t.Fields, types.Field{Name: name, Type: ft, Nullable: true})
			}
		}
		sortFields(t.Fields)
		t.Kind = types.Struct
		return t, len(t.Fields) > 0
	}
	return types.Of(s.kind), true
}

func sortFields(fields []types.Field) {
	slices.SortFunc(fields, func(a, b types.Field) int { return cmp.Compare(a.Name, b.Name) })
}
