package jsontext

import (
	"math"
	"strconv"

	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/types"
)

// Document is a JSON text taken apart, for functions that look for something in
// it without a schema: get_json_object, json_tuple and their like.
//
//	{"a":[1,"x"]}   0 object ─First─▶ 1 "a" array ─First─▶ 2 number 1 ─Next─▶ 3 string x
//
// It reads by Spark's rules: single quotes are taken for double ones, and what
// stands behind the value does not count. Make one with [NewDocument]; its memory
// is used again by each Parse. It belongs to one goroutine.
type Document struct {
	// Elements are the values, the text's own first, each before its members.
	Elements []Element
	decoder  *Decoder
}

// Element is a value of a document.
type Element struct {
	Kind ElementKind
	// Name is the member's name, where the value is one of an object.
	Name string
	// Text is a string's text without escapes, or a number or word as it stands.
	Text string
	// First is the first member and Next the one behind this one; 0 for none.
	First, Next int32
}

// ElementKind is what a value is.
type ElementKind uint8

// The kinds of values.
const (
	NullElement ElementKind = iota
	WordElement             // true, false
	IntElement
	FractionElement  // a number with a point or an exponent
	NonNumberElement // NaN, Infinity and the like
	StringElement
	ObjectElement
	ArrayElement
)

// NewDocument is a document without a text.
func NewDocument() *Document {
	d, _ := NewDecoder(types.Schema{}, Options{}) // no column, so no column of a wrong type
	d.parser.lines = false
	return &Document{decoder: d}
}

// Parse takes a text apart; false where it is no JSON. Texts of the elements may
// be views of it.
func (d *Document) Parse(text string) bool {
	d.Elements = d.Elements[:0]
	d.decoder.arena.Reset()
	p := &d.decoder.parser
	p.src, p.i, p.depth, p.broken = nil, 0, 0, text == ""
	if p.broken {
		return false
	}
	p.src = bytesOf(text)
	d.value(p, "")
	return !p.broken
}

// value reads a value and what is in it.
func (d *Document) value(p *parser, name string) {
	at := len(d.Elements)
	d.Elements = append(d.Elements, Element{Name: name})
	p.space()
	switch c := p.peek(); {
	case c == '{':
		d.Elements[at].Kind = ObjectElement
		d.members(p, at, '}')
	case c == '[':
		d.Elements[at].Kind = ArrayElement
		d.members(p, at, ']')
	case c == '"' || c == '\'':
		text := p.text()
		d.Elements[at].Kind, d.Elements[at].Text = StringElement, text
	default:
		kind, text := p.token()
		d.Elements[at].Kind, d.Elements[at].Text = elementKinds[kind], text
	}
}

// elementKinds are the kinds of values by their tokens.
var elementKinds = [...]ElementKind{
	nullToken: NullElement, trueToken: WordElement, falseToken: WordElement, intToken: IntElement,
	fractionToken: FractionElement, nonNumeric: NonNumberElement,
}

// members reads those of the container at an index, up to its end.
func (d *Document) members(p *parser, container int, end byte) {
	if !p.open() || p.closes(end) {
		return
	}
	before := -1
	for !p.broken {
		name, next := "", len(d.Elements)
		if end == '}' {
			if name = p.key(); p.broken {
				return
			}
		}
		d.value(p, name)
		if before < 0 {
			d.Elements[container].First = int32(next)
		} else {
			d.Elements[before].Next = int32(next)
		}
		before = next
		if !p.more(end) {
			return
		}
	}
}

// Append writes a value without blanks, strings in quotes and fractions as
// Java writes doubles.
func (d *Document) Append(to []byte, at int32) []byte {
	e := &d.Elements[at]
	switch e.Kind {
	case StringElement:
		return AppendString(to, e.Text)
	case ObjectElement, ArrayElement:
		marks := "{}"
		if e.Kind == ArrayElement {
			marks = "[]"
		}
		to = append(to, marks[0])
		for k := e.First; k != 0; k = d.Elements[k].Next {
			if k != e.First {
				to = append(to, ',')
			}
			if e.Kind == ObjectElement {
				to = append(AppendString(to, d.Elements[k].Name), ':')
			}
			to = d.Append(to, k)
		}
		return append(to, marks[1])
	}
	return appendScalar(to, e.Kind, e.Text)
}

// appendScalar writes a number or word.
func appendScalar(to []byte, kind ElementKind, text string) []byte {
	switch kind {
	case IntElement:
		if text == "-0" {
			text = "0"
		}
	case FractionElement, NonNumberElement:
		x, ok := nonNumbers[text]
		if !ok {
			x, _ = strconv.ParseFloat(text, 64) // out of range is infinite
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return append(celltext.AppendDouble(append(to, '"'), x), '"')
		}
		return celltext.AppendDouble(to, x)
	}
	return append(to, text...)
}
