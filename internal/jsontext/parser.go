package jsontext

import (
	"unicode/utf8"
	"unsafe"

	"github.com/weirstream/weir/internal/variant"
	"github.com/weirstream/weir/types"
)

// parser is the general path: it reads one record by the rules of Spark's JSON
// reader with all its options. What it is about:
//
//   - a syntax error anywhere makes the record malformed and its row null;
//   - a value of the wrong type makes its field null and the record malformed,
//     and the others are kept, in nested structs too;
//   - a wrong element makes its whole array null, a wrong value its map, but for
//     structs and arrays in them that are kept in part;
//   - a record that is an array gives a row for each element.
type parser struct {
	decoder *Decoder
	syntax  Syntax
	lines   bool // \n and \r end a record and are no blanks
	src     []byte
	i       int
	depth   int
	broken  bool // a syntax error was found; nothing further counts
	bad     bool // something did not fit
	// document writes what is no string anew where one is wanted, as from_json
	// does; nil leaves it as it stands, as for files.
	document *Document
}

// verdict is how the reading of a value ended.
type verdict uint8

const (
	fits    verdict = iota // a value or a null has been stored
	partly                 // stored, but something within did not fit
	misfits                // nothing has been stored
)

// Limits of Spark's reader.
const (
	maxDepth        = 1000
	maxNumberLength = 1000
)

// record reads a record and reports whether all was well. Rows have been added
// to the decoder, at least one unless the record is an empty array.
func (p *parser) record(src []byte) bool {
	p.src, p.i, p.depth, p.broken, p.bad = src, 0, 0, false, false
	d := p.decoder
	first := d.rows
	p.space()
	switch p.peek() {
	case '{':
		d.newRow()
		p.object(d.root, first)
	case '[':
		p.rows()
	default:
		p.bad = true
	}
	if p.broken {
		p.bad = true
	}
	if p.bad && (p.broken || d.rows == first) {
		d.drop(first)
		d.newRow()
	}
	return !p.bad
}

// rows reads an array of records.
func (p *parser) rows() {
	d := p.decoder
	p.i++
	p.depth++
	if p.closes(']') {
		return
	}
	for !p.broken {
		if p.space(); p.peek() != '{' {
			p.skip()
			p.broken, p.bad = true, true // no partial rows then
			return
		}
		p.object(d.root, d.newRow())
		if !p.more(']') {
			return
		}
	}
}

// peek is the byte that comes next, 0 at the end.
func (p *parser) peek() byte {
	if p.i < len(p.src) {
		return p.src[p.i]
	}
	return 0
}

// space skips blanks and, where allowed, comments.
func (p *parser) space() {
	for p.i < len(p.src) {
		switch c := p.src[p.i]; {
		case c == ' ' || c == '\t' || !p.lines && (c == '\n' || c == '\r'):
			p.i++
		case c == '/' && p.syntax.Comments:
			if !p.comment() {
				p.broken = true
				return
			}
		default:
			return
		}
	}
}

func (p *parser) comment() bool {
	if p.i+1 >= len(p.src) {
		return false
	}
	switch p.src[p.i+1] {
	case '/':
		for p.i < len(p.src) && p.src[p.i] != '\n' && p.src[p.i] != '\r' {
			p.i++
		}
		return true
	case '*':
		for k := p.i + 2; k+1 < len(p.src); k++ {
			if p.src[k] == '*' && p.src[k+1] == '/' {
				p.i = k + 2
				return true
			}
		}
	}
	return false
}

// closes reports whether the container that has just been opened is empty, and
// then goes behind it.
func (p *parser) closes(mark byte) bool {
	if p.space(); p.peek() != mark {
		return false
	}
	p.i++
	p.depth--
	return true
}

// more goes behind a comma, or behind the end of the container, and reports
// whether there is another member.
func (p *parser) more(mark byte) bool {
	if p.broken {
		return false
	}
	p.space()
	switch p.peek() {
	case ',':
		p.i++
		return true
	case mark:
		p.i++
		p.depth--
		return false
	}
	p.broken = true
	return false
}

// open goes behind the mark that opens a container; false where there are too
// many.
func (p *parser) open() bool {
	p.i++
	p.depth++
	if p.depth > maxDepth {
		p.broken = true
	}
	return !p.broken
}

// key reads a member's name and goes behind its colon.
func (p *parser) key() string {
	p.space()
	var name string
	switch c := p.peek(); {
	case c == '"' || c == '\'' && !p.syntax.NoSingleQuotes:
		name = p.text()
	case p.syntax.UnquotedNames && nameByte(c) && (c < '0' || c > '9'):
		start := p.i
		for p.i < len(p.src) && nameByte(p.src[p.i]) {
			p.i++
		}
		name = view(p.src[start:p.i])
	default:
		p.broken = true
		return ""
	}
	if p.space(); p.peek() != ':' {
		p.broken = true
		return name
	}
	p.i++
	return name
}

func nameByte(c byte) bool {
	switch c {
	case '$', '_', '@', '#', '*', '-', '+':
		return true
	}
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf
}

// bytesOf is s as bytes, which nobody may write to.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// object reads an object into a row of n.
func (p *parser) object(n *node, row int) verdict {
	for _, c := range n.children {
		c.reset(row)
	}
	n.setValid(row)
	if !p.open() || p.closes('}') {
		return fits
	}
	whole := fits
	for !p.broken {
		name := p.key()
		if p.broken {
			break
		}
		i, wanted := n.index[name]
		if !wanted {
			p.skip()
		} else if p.value(n.children[i], row) != fits {
			whole, p.bad = partly, true
		}
		if !p.more('}') {
			break
		}
	}
	return whole
}

// value reads a value into a row of n. Where it does not fit, the row is as it
// was.
func (p *parser) value(n *node, row int) verdict {
	p.space()
	switch c := p.peek(); {
	case c == '{':
		return p.objectValue(n, row)
	case c == '[':
		return p.arrayValue(n, row)
	case c == '"' || c == '\'' && !p.syntax.NoSingleQuotes:
		start := p.i
		s := p.text()
		if p.broken {
			return misfits
		}
		if n.typ.Kind == types.Variant {
			return p.store(n, row, n.storeVariant(row, view(p.src[start:p.i])))
		}
		return p.store(n, row, p.decoder.fromString(n, row, s))
	}
	return p.scalar(n, row)
}

// storeVariant makes a variant of a JSON text, of which the last of several fields
// of one name counts.
func (n *node) storeVariant(row int, text string) bool {
	v, err := variant.Parse(text, true)
	if err == nil {
		n.values.strings[row] = v.Encode()
	}
	return err == nil
}

// store notes that a row has a value, if ok.
func (p *parser) store(n *node, row int, ok bool) verdict {
	if !ok {
		return misfits
	}
	n.setValid(row)
	return fits
}

// raw reads any value and is its text.
func (p *parser) raw() string {
	start := p.i
	p.skip()
	return p.anew(view(p.src[start:p.i]))
}

// anew is a value's text as a string shows it.
func (p *parser) anew(text string) string {
	if p.document == nil || p.broken || !p.document.Parse(text) {
		return text
	}
	return p.decoder.keep(p.document.Append(nil, 0))
}

// keep is a text in the arena.
func (d *Decoder) keep(text []byte) string {
	to := d.arena.Alloc(len(text))
	copy(to, text)
	return view(to)
}

func (p *parser) objectValue(n *node, row int) verdict {
	switch n.typ.Kind {
	case types.String:
		n.values.strings[row] = p.raw()
		return p.store(n, row, !p.broken)
	case types.Variant:
		return p.store(n, row, n.storeVariant(row, p.raw()) && !p.broken)
	case types.Struct:
		return p.object(n, row)
	case types.Map:
		return p.mapValue(n, row)
	}
	p.skip()
	return misfits
}

func (p *parser) arrayValue(n *node, row int) verdict {
	switch n.typ.Kind {
	case types.String:
		n.values.strings[row] = p.raw()
		return p.store(n, row, !p.broken)
	case types.Variant:
		return p.store(n, row, n.storeVariant(row, p.raw()) && !p.broken)
	case types.Array:
		return p.elements(n, row)
	}
	p.skip()
	return misfits
}

// elements reads an array into a row of n.
func (p *parser) elements(n *node, row int) verdict {
	element := n.children[0]
	n.reset(row)
	if !p.open() {
		return misfits
	}
	whole := fits
	if !p.closes(']') {
		for !p.broken {
			e := element.add()
			element.reset(e)
			whole = max(whole, p.value(element, e))
			if !p.more(']') {
				break
			}
		}
	}
	return p.finish(n, row, whole)
}

// mapValue reads an object into a row of n, a map.
func (p *parser) mapValue(n *node, row int) verdict {
	keys, values := n.children[0], n.children[1]
	n.reset(row)
	if !p.open() {
		return misfits
	}
	whole := fits
	if !p.closes('}') {
		for !p.broken {
			name := p.key()
			if p.broken {
				break
			}
			k, v := keys.add(), values.add()
			keys.reset(k)
			if keys.typ.Kind == types.String {
				keys.values.strings[k] = name
				keys.setValid(k)
			} else if !p.decoder.fromString(keys, k, name) {
				whole = misfits
			} else {
				keys.setValid(k)
			}
			values.reset(v)
			whole = max(whole, p.value(values, v))
			if !p.more('}') {
				break
			}
		}
	}
	return p.finish(n, row, whole)
}

// finish closes an array or map whose elements have been added; one that does
// not fit is taken back.
func (p *parser) finish(n *node, row int, whole verdict) verdict {
	if whole == misfits || p.broken {
		n.reset(row)
		return misfits
	}
	n.values.offsets[row+1] = int32(n.children[0].length)
	n.setValid(row)
	return whole
}

// skip reads over a value and checks it.
func (p *parser) skip() {
	p.space()
	switch c := p.peek(); {
	case c == '{':
		if !p.open() || p.closes('}') {
			return
		}
		for !p.broken {
			if p.key(); p.broken {
				return
			}
			p.skip()
			if !p.more('}') {
				return
			}
		}
	case c == '[':
		if !p.open() || p.closes(']') {
			return
		}
		for !p.broken {
			p.skip()
			if !p.more(']') {
				return
			}
		}
	case c == '"' || c == '\'' && !p.syntax.NoSingleQuotes:
		p.text()
	default:
		p.token()
	}
}
