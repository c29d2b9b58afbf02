package jsontext

import (
	"math"
	"strconv"

	"github.com/weirstream/weir/types"
)

// The fast path reads a line that is plain JSON and fits the schema, in one pass
// over its bytes. Whatever is unusual makes it fail, without a message, and the
// general path reads the line again from its beginning.
//
//	object ─▶ key.at (expected text?) ─▶ value by the field's kind ─▶ object …
//	             │ no                       │ nobody wants it
//	             ▼                          ▼
//	           learn                     skipValue
//
// The functions take the index of the first byte and return the index behind
// what they have read, or failed, or rejected.

// rejected says that the row fails a test and needs not be read further; the
// decoder's depth says how many objects are open and at where it stands.
const rejected = -2

// object reads the object at i into a row of n, a struct.
func (d *Decoder) object(n *node, row, i int) int {
	t := d.text
	d.stamp++
	stamp := d.stamp
	unmet := len(n.children)
	prev := &n.keys.start
	for {
		k := prev.next
		if k != nil && k.at(t, i) {
			i += k.size
		} else {
			if t.at(i) == '}' {
				i++
				break
			}
			if k, i = n.learn(t, prev, i); k == nil {
				if i < 0 {
					return failed
				}
				break
			}
		}
		prev = k
		field := k.field
		if field == nil {
			if uint32(t.word(i)) == nullWord {
				i += 4
			} else if i = skipValue(t, i); i < 0 {
				return failed
			}
			continue
		}
		if field.stamp == stamp { // twice: the last one counts
			return failed
		}
		field.stamp = stamp
		unmet--
		if i = d.value(field, row, i); i < 0 {
			if i == rejected {
				d.depth++
			}
			return i
		}
		if field.test != nil && !field.test.pass(field, row) {
			d.depth, d.stopped = 1, i
			return rejected
		}
	}
	if unmet > 0 {
		for _, c := range n.children {
			if c.stamp != stamp {
				c.setNull(row)
				if c.test != nil {
					d.depth, d.stopped = 0, i
					return rejected
				}
			}
		}
	}
	return i
}

// value reads the value at i into a row of n.
func (d *Decoder) value(n *node, row, i int) int {
	t := d.text
	switch n.typ.Kind {
	case types.Long:
		if v, next := integer(t, i); next > 0 {
			n.values.int64s[row] = v
			return next
		}
	case types.Int:
		if v, next := integer(t, i); next > 0 {
			if v != int64(int32(v)) {
				return failed
			}
			n.values.int32s[row] = int32(v)
			return next
		}
	case types.String:
		if t.at(i) == '"' {
			if end := stringEnd(t, i+1); end > 0 {
				n.values.strings[row] = t.slice(i+1, end)
				return end + 1
			}
			return d.unusualString(n, row, i+1)
		}
	case types.Timestamp:
		if t.at(i) == '"' {
			return d.timestamp(n, row, i+1)
		}
	case types.Struct:
		if t.at(i) == '{' {
			return d.object(n, row, i)
		}
	default:
		return d.otherValue(n, row, i)
	}
	return nullValue(t, n, row, i)
}

// nullValue reads null.
func nullValue(t text, n *node, row, i int) int {
	if uint32(t.word(i)) != nullWord {
		return failed
	}
	n.setNull(row)
	return i + 4
}

// unusualString reads a string with escapes or beyond ASCII.
func (d *Decoder) unusualString(n *node, row, i int) int {
	end, escaped := anyStringEnd(d.text, i)
	if end < 0 {
		return failed
	}
	s := d.text.slice(i, end)
	if escaped {
		s = d.unescape(s, Syntax{})
	}
	n.values.strings[row] = s
	return end + 1
}

// otherValue reads the kinds that are less frequent.
func (d *Decoder) otherValue(n *node, row, i int) int {
	t := d.text
	switch n.typ.Kind {
	case types.Boolean:
		switch w := t.word(i); {
		case uint32(w) == trueWord:
			n.values.bools[row] = true
			return i + 4
		case w&(1<<40-1) == falseWord:
			n.values.bools[row] = false
			return i + 5
		}
	case types.Byte, types.Short:
		if v, next := integer(t, i); next > 0 {
			return n.small(row, v, next)
		}
	case types.Float, types.Double:
		if byteClass[t.at(i)] == numberByte {
			return d.float(n, row, i)
		}
	case types.Array:
		if t.at(i) == '[' {
			return d.array(n, row, i+1)
		}
	case types.Map:
		if t.at(i) == '{' {
			return d.dictionary(n, row, i+1)
		}
	case types.Decimal128:
		if byteClass[t.at(i)] == numberByte {
			end := skipNumber(t, i)
			if end < 0 || !d.decimal(n, row, t.slice(i, end)) {
				return failed
			}
			return end
		}
	default:
		if t.at(i) == '"' {
			end := stringEnd(t, i+1)
			if end < 0 || !d.fromString(n, row, t.slice(i+1, end)) {
				return failed
			}
			return end + 1
		}
	}
	return nullValue(t, n, row, i)
}

// small stores a whole number in a byte or short.
func (n *node) small(row int, v int64, next int) int {
	if n.typ.Kind == types.Byte {
		n.values.int8s[row] = int8(v)
		if v < -128 || v > 127 {
			return failed
		}
		return next
	}
	n.values.int16s[row] = int16(v)
	if v != int64(int16(v)) {
		return failed
	}
	return next
}

// powers are the powers of ten that a float64 holds exactly.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// float reads a number into a float or double. A mantissa that fits 53 bits over
// a small power of ten is exact in one division.
func (d *Decoder) float(n *node, row, i int) int {
	t := d.text
	end := skipNumber(t, i)
	if end < 0 {
		return failed
	}
	v, ok := 0.0, false
	if n.typ.Kind == types.Double {
		v, ok = exactFloat(t.slice(i, end))
	}
	if !ok {
		size := 64
		if n.typ.Kind == types.Float {
			size = 32
		}
		// A number out of range is infinite, which is what ParseFloat returns
		// beside its error.
		v, _ = strconv.ParseFloat(t.slice(i, end), size)
		if v == 0 && math.Signbit(v) && end == i+2 { // -0 is a whole number
			v = 0
		}
	}
	if n.typ.Kind == types.Float {
		n.values.float32s[row] = float32(v)
	} else {
		n.values.float64s[row] = v
	}
	return end
}

// exactFloat is the value of a number without exponent and with few digits; ok
// is false for others.
func exactFloat(s string) (v float64, ok bool) {
	if len(s) > 16 || s[0] == '-' && len(s) == 2 {
		return 0, false
	}
	mantissa, point := uint64(0), -1
	for i := range len(s) {
		switch c := s[i] - '0'; {
		case c <= 9:
			mantissa = mantissa*10 + uint64(c)
		case s[i] == '.':
			point = i
		case s[i] != '-':
			return 0, false
		}
	}
	v = float64(mantissa)
	if point >= 0 {
		v /= powers[len(s)-1-point]
	}
	if s[0] == '-' {
		v = -v
	}
	return v, mantissa < 1<<53
}

// array reads the elements of an array from the byte behind its bracket on.
func (d *Decoder) array(n *node, row, i int) int {
	t, element := d.text, n.children[0]
	if i = skipSpace(t, i); t.at(i) == ']' {
		n.values.offsets[row+1] = int32(element.length)
		return i + 1
	}
	for {
		if i = d.value(element, element.add(), skipSpace(t, i)); i < 0 {
			return failed
		}
		i = skipSpace(t, i)
		switch t.at(i) {
		case ',':
			i++
		case ']':
			n.values.offsets[row+1] = int32(element.length)
			return i + 1
		default:
			return failed
		}
	}
}

// dictionary reads the entries of a map with string keys from the byte behind
// its brace on.
func (d *Decoder) dictionary(n *node, row, i int) int {
	t, keys, values := d.text, n.children[0], n.children[1]
	if keys.typ.Kind != types.String {
		return failed
	}
	if i = skipSpace(t, i); t.at(i) == '}' {
		n.values.offsets[row+1] = int32(keys.length)
		return i + 1
	}
	for {
		if i = skipSpace(t, i); t.at(i) != '"' {
			return failed
		}
		if i = d.value(keys, keys.add(), i); i < 0 {
			return failed
		}
		if i = skipSpace(t, i); t.at(i) != ':' {
			return failed
		}
		if i = d.value(values, values.add(), skipSpace(t, i+1)); i < 0 {
			return failed
		}
		i = skipSpace(t, i)
		switch t.at(i) {
		case ',':
			i++
		case '}':
			n.values.offsets[row+1] = int32(keys.length)
			return i + 1
		default:
			return failed
		}
	}
}
