package jsontext

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// ValueDecoder reads texts that hold one JSON value each into a column of any
// type: it is from_json. As a [Decoder] it reads into its own buffers from Begin
// on, and Column shows them. A malformed text gives a struct of nulls, a null
// where the type is another, or an error, by the mode.
type ValueDecoder struct {
	decoder *Decoder
	node    *node
	corrupt *node // the corrupt column among the struct's fields, nil for none
}

// NewValueDecoder is a decoder of values of type t, which is a struct, an array,
// a map, or anything else that a JSON value can be.
func NewValueDecoder(t types.Type, options Options) (*ValueDecoder, error) {
	d, err := NewDecoder(types.NewSchema(types.Field{Name: "value", Type: t, Nullable: true}), options)
	if err != nil {
		return nil, err
	}
	d.parser.lines, d.parser.document = false, NewDocument()
	v := &ValueDecoder{decoder: d}
	if d.corrupt != nil { // the only column bears its name, by chance
		d.corrupt = nil
		d.root.children = []*node{newNode("value", t, d.batch.Columns[0])}
		d.ensure(64)
	}
	v.node = d.root.children[0]
	for _, c := range v.node.children {
		if t.Kind == types.Struct && c.name == d.options.CorruptColumn && c.typ.Kind == types.String {
			v.corrupt = c
			delete(v.node.index, c.name)
		}
	}
	return v, nil
}

// Begin forgets all values; the column is over.
func (v *ValueDecoder) Begin() { v.decoder.Begin() }

// AppendNull adds a null.
func (v *ValueDecoder) AppendNull() { v.decoder.newRow() }

// Append adds the value of a text. A blank text gives a null. Strings of the
// column may be views of the text.
func (v *ValueDecoder) Append(text string) error {
	d := v.decoder
	row := d.newRow()
	if v.corrupt == nil && len(text) > 1 && text[0] == '{' && v.node.typ.Kind == types.Struct && v.fast(text, row) {
		return nil
	}
	v.node.reset(row)
	src := []byte(nil)
	if text != "" {
		src = bytesOf(text)
	}
	p := &d.parser
	p.src, p.i, p.depth, p.broken, p.bad = src, 0, 0, false, false
	if p.space(); p.i >= len(src) && !p.broken {
		return nil
	}
	verdict := v.root(p, row)
	if !p.broken && !p.bad && verdict == fits {
		return nil
	}
	d.stats.Malformed++
	if d.options.Mode == FailFast {
		return fault.New(fault.MalformedRecord,
			"the JSON text %s is malformed or does not fit the schema; mode PERMISSIVE reads it as nulls", clip(text)).
			With("badRecord", text)
	}
	if p.broken || verdict == misfits {
		v.node.reset(row)
		if v.node.typ.Kind == types.Struct {
			v.node.setValid(row)
		}
	}
	if v.corrupt != nil {
		v.corrupt.values.strings[row] = text
		v.corrupt.setValid(row)
	}
	return nil
}

// fast reads a text with the fast path, out of a copy that has padding behind
// it.
func (v *ValueDecoder) fast(text string, row int) bool {
	d := v.decoder
	line := d.arena.Alloc(len(text) + 1 + padding)
	n := copy(line, text)
	clear(line[n:])
	d.text = textOf(line)
	v.node.unset(row)
	return d.object(v.node, row, 0) > 0
}

// root reads the value of a text. An object counts as an array of one.
func (v *ValueDecoder) root(p *parser, row int) verdict {
	n := v.node
	c := p.peek()
	switch n.typ.Kind {
	case types.Struct:
		if c != '{' {
			return misfits
		}
	case types.Array:
		if c == '{' && n.typ.Elem.Kind == types.Struct {
			element := n.children[0]
			e := element.add()
			element.reset(e)
			return p.finish(n, row, p.value(element, e))
		}
	}
	return p.value(n, row)
}

// Column is the column of the values since Begin, good until the next Begin.
func (v *ValueDecoder) Column() *batch.Column { return v.decoder.Batch().Columns[0] }
