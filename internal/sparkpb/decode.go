package sparkpb

import (
	"fmt"
	"math"
	"reflect"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"
)

// decoder reads one message. After an error it reads no more.
type decoder struct {
	data    []byte // what is left of the message that is read
	depth   int
	left    int // messages that may still come
	unknown []UnknownField
	err     error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err, d.data = err, nil
	}
}

// fields reads all of d.data into the message v, which may hold the fields of an
// earlier part.
func (d *decoder) fields(l *layout, v reflect.Value) {
	d.each(l.name, func(number protowire.Number, typ protowire.Type) bool {
		s := l.byNumber[number]
		if s != nil {
			d.field(s, typ, v)
		}
		return s != nil
	})
}

// each calls take for all fields of d.data. Those that it does not take are skipped
// and listed as unknown ones of the message with that name.
func (d *decoder) each(name string, take func(protowire.Number, protowire.Type) bool) {
	for len(d.data) > 0 && d.err == nil {
		number, typ, n := protowire.ConsumeTag(d.data)
		if n < 0 {
			d.fail(protowire.ParseError(n))
			return
		}
		d.data = d.data[n:]
		if take(number, typ) {
			continue
		}
		if n = protowire.ConsumeFieldValue(number, typ, d.data); n < 0 {
			d.fail(protowire.ParseError(n))
			return
		}
		d.data = d.data[n:]
		if len(d.unknown) < maxUnknown {
			d.unknown = append(d.unknown, UnknownField{name, int32(number)})
		}
	}
}

// field reads what comes for a slot of the message v.
func (d *decoder) field(s *slot, typ protowire.Type, v reflect.Value) {
	f := v.Field(s.index)
	for _, i := range s.rivals {
		v.Field(i).SetZero()
	}
	switch s.shape {
	case list:
		d.list(s, typ, f)
	case dictionary:
		d.entry(s, typ, f)
	case arm:
		one := reflect.New(s.value).Elem()
		if s.within != nil && !f.IsNil() && f.Elem().Type() == s.value {
			one.Set(f.Elem())
		}
		d.one(s, typ, one)
		f.Set(one)
	default:
		if s.value != f.Type() { // a pointer to a number or text
			f.Set(reflect.New(s.value))
			f = f.Elem()
		}
		d.one(s, typ, f)
	}
}

// one reads a value into v: a message into the one that is there, or into a new one.
func (d *decoder) one(s *slot, typ protowire.Type, v reflect.Value) {
	if typ != s.wire {
		d.fail(fmt.Errorf("a field has the wire type %d, not %d", typ, s.wire))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(d.number(protowire.ConsumeVarint) != 0)
	case reflect.Int32:
		v.SetInt(int64(int32(d.number(protowire.ConsumeVarint))))
	case reflect.Int64:
		v.SetInt(int64(d.number(protowire.ConsumeVarint)))
	case reflect.Uint32:
		v.SetUint(uint64(uint32(d.number(protowire.ConsumeVarint))))
	case reflect.Float32:
		v.SetFloat(float64(math.Float32frombits(uint32(d.number(consumeFixed32)))))
	case reflect.Float64:
		v.SetFloat(math.Float64frombits(d.number(protowire.ConsumeFixed64)))
	case reflect.String:
		part := d.part()
		v.SetString(unsafe.String(unsafe.SliceData(part), len(part)))
	case reflect.Slice:
		v.SetBytes(d.part())
	default:
		if v.IsNil() {
			v.Set(reflect.New(s.value.Elem()))
		}
		d.inside(func() { d.fields(s.within, v.Elem()) })
	}
}

// number reads a number as consume does.
func (d *decoder) number(consume func([]byte) (uint64, int)) uint64 {
	v, n := consume(d.data)
	if n < 0 {
		d.fail(protowire.ParseError(n))
		return 0
	}
	d.data = d.data[n:]
	return v
}

func consumeFixed32(b []byte) (uint64, int) {
	v, n := protowire.ConsumeFixed32(b)
	return uint64(v), n
}

// part is a text, bytes or message; never nil.
func (d *decoder) part() []byte {
	v, n := protowire.ConsumeBytes(d.data)
	if n < 0 {
		d.fail(protowire.ParseError(n))
		return []byte{}
	}
	d.data = d.data[n:]
	return v[:len(v):len(v)]
}

// inside calls read for a message within the one that is read.
func (d *decoder) inside(read func()) {
	part := d.part()
	if d.depth++; d.depth > maxDepth {
		d.fail(fmt.Errorf("more than %d messages lie within each other", maxDepth))
	}
	if d.left--; d.left < 0 {
		d.fail(fmt.Errorf("there are more than %d messages", maxMessages))
	}
	if d.err == nil {
		rest := d.data
		d.data = part
		read()
		if d.err == nil {
			d.data = rest
		}
	}
	d.depth--
}

// list reads one value more, or many numbers that are packed into one field.
func (d *decoder) list(s *slot, typ protowire.Type, f reflect.Value) {
	if typ != protowire.BytesType || s.wire == protowire.BytesType {
		d.more(s, typ, f)
		return
	}
	packed := d.part()
	rest := d.data
	d.data = packed
	for len(d.data) > 0 && d.err == nil {
		d.more(s, s.wire, f)
	}
	if d.err == nil {
		d.data = rest
	}
}

func (d *decoder) more(s *slot, typ protowire.Type, f reflect.Value) {
	n := f.Len()
	f.Grow(1)
	f.SetLen(n + 1)
	d.one(s, typ, f.Index(n))
}

// entry reads a key and its value. A message that is missing is an empty one.
func (d *decoder) entry(s *slot, typ protowire.Type, f reflect.Value) {
	if typ != protowire.BytesType {
		d.fail(fmt.Errorf("an entry of a map has the wire type %d", typ))
		return
	}
	key, value := reflect.New(reflect.TypeFor[string]()).Elem(), reflect.New(s.value).Elem()
	if s.within != nil {
		value.Set(reflect.New(s.value.Elem()))
	}
	text := &slot{wire: protowire.BytesType}
	d.inside(func() {
		d.each("entry", func(number protowire.Number, typ protowire.Type) bool {
			switch number {
			case 1:
				d.one(text, typ, key)
			case 2:
				d.one(s, typ, value)
			}
			return number == 1 || number == 2
		})
	})
	if f.IsNil() {
		f.Set(reflect.MakeMap(f.Type()))
	}
	f.SetMapIndex(key, value)
}
