package sparkpb

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"
)

// Message is a message of Spark Connect: a pointer to a struct of messages.go.
type Message interface {
	// append adds the message's fields to b.
	append(b []byte) []byte
	// field takes one field from d and reports whether the message has it.
	field(d *decoder, number protowire.Number, typ protowire.Type) bool
}

// UnknownField is a field that no message here has: of a newer client, or of a part that
// is left out.
type UnknownField struct {
	// Message is the Go name of the message that held it.
	Message string
	Number  int32
}

// String is message.number.
func (u UnknownField) String() string { return fmt.Sprintf("%s.%d", u.Message, u.Number) }

const (
	// maxDepth bounds messages within each other. Spark stops at 1,024.
	maxDepth = 4096
	// maxMessages bounds the messages within one, and with them the memory that a
	// small hostile text can take.
	maxMessages = 4_000_000
)

// Marshal is m in the wire format: fields by number, maps by key, so that equal
// messages give equal bytes.
func Marshal(m Message) []byte { return m.append(nil) }

// Append is Marshal behind b.
func Append(b []byte, m Message) []byte { return m.append(b) }

// Unmarshal fills m, an empty message, with data. Texts and bytes of m lie in data,
// which belongs to m from then on. What is unknown is skipped and listed.
func Unmarshal(data []byte, m Message) ([]UnknownField, error) {
	d := decoder{data: data, left: maxMessages}
	d.fields(m)
	if d.err != nil {
		return nil, fmt.Errorf("sparkpb: %T: %w", m, d.err)
	}
	return d.unknown, nil
}

// decoder reads one message. After an error it reads no more.
type decoder struct {
	data    []byte // what is left of the message that is read
	depth   int
	left    int // messages that may still come
	unknown []UnknownField
	err     error
}

// fields reads all of d.data into m.
func (d *decoder) fields(m Message) {
	for len(d.data) > 0 && d.err == nil {
		number, typ, n := protowire.ConsumeTag(d.data)
		if n < 0 {
			d.fail(protowire.ParseError(n))
			return
		}
		d.data = d.data[n:]
		if m.field(d, number, typ) || d.err != nil {
			continue
		}
		if n = protowire.ConsumeFieldValue(number, typ, d.data); n < 0 {
			d.fail(protowire.ParseError(n))
			return
		}
		d.data = d.data[n:]
		if u := (UnknownField{fmt.Sprintf("%T", m)[len("*sparkpb."):], int32(number)}); len(d.unknown) < 100 {
			d.unknown = append(d.unknown, u)
		}
	}
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err, d.data = err, nil
	}
}

// expect checks a field's type on the wire.
func (d *decoder) expect(got, want protowire.Type) bool {
	if got != want {
		d.fail(fmt.Errorf("a field has the wire type %d, not %d", got, want))
	}
	return d.err == nil
}

// part is a text, bytes or message.
func (d *decoder) part(typ protowire.Type) []byte {
	if !d.expect(typ, protowire.BytesType) {
		return nil
	}
	v, n := protowire.ConsumeBytes(d.data)
	if n < 0 {
		d.fail(protowire.ParseError(n))
		return nil
	}
	d.data = d.data[n:]
	return v[:len(v):len(v)]
}

func (d *decoder) bytes(typ protowire.Type) []byte {
	if v := d.part(typ); v != nil {
		return v
	}
	return []byte{}
}

func (d *decoder) string(typ protowire.Type) string {
	v := d.part(typ)
	return unsafe.String(unsafe.SliceData(v), len(v))
}

func (d *decoder) varint(typ protowire.Type) uint64 {
	if !d.expect(typ, protowire.VarintType) {
		return 0
	}
	v, n := protowire.ConsumeVarint(d.data)
	if n < 0 {
		d.fail(protowire.ParseError(n))
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) bool(typ protowire.Type) bool     { return d.varint(typ) != 0 }
func (d *decoder) int32(typ protowire.Type) int32   { return int32(d.varint(typ)) }
func (d *decoder) int64(typ protowire.Type) int64   { return int64(d.varint(typ)) }
func (d *decoder) uint32(typ protowire.Type) uint32 { return uint32(d.varint(typ)) }

func (d *decoder) double(typ protowire.Type) float64 {
	if !d.expect(typ, protowire.Fixed64Type) {
		return 0
	}
	v, n := protowire.ConsumeFixed64(d.data)
	if n < 0 {
		d.fail(protowire.ParseError(n))
		return 0
	}
	d.data = d.data[n:]
	return math.Float64frombits(v)
}

func (d *decoder) float(typ protowire.Type) float32 {
	if !d.expect(typ, protowire.Fixed32Type) {
		return 0
	}
	v, n := protowire.ConsumeFixed32(d.data)
	if n < 0 {
		d.fail(protowire.ParseError(n))
		return 0
	}
	d.data = d.data[n:]
	return math.Float32frombits(v)
}

// numbers takes one number of a list, or many that are packed into one field.
func numbers[T any](d *decoder, typ, plain protowire.Type, list *[]T, one func(*decoder, protowire.Type) T) {
	if typ != protowire.BytesType {
		*list = append(*list, one(d, typ))
		return
	}
	packed := d.part(typ)
	rest := d.data
	d.data = packed
	for len(d.data) > 0 && d.err == nil {
		*list = append(*list, one(d, plain))
	}
	if d.err == nil {
		d.data = rest
	}
}

// message reads one into m, which may hold the fields of an earlier part.
func (d *decoder) message(typ protowire.Type, m Message) {
	part := d.part(typ)
	if d.depth++; d.depth > maxDepth {
		d.fail(fmt.Errorf("more than %d messages lie within each other", maxDepth))
	}
	if d.left--; d.left < 0 {
		d.fail(fmt.Errorf("there are more than %d messages", maxMessages))
	}
	rest := d.data
	d.data = part
	if d.err == nil {
		d.fields(m)
	}
	if d.depth--; d.err == nil {
		d.data = rest
	}
}

// pointer is what a message's Go type is to generic functions.
type pointer[T any] interface {
	*T
	Message
}

func child[T any, P pointer[T]](d *decoder, typ protowire.Type, to *P) {
	if *to == nil {
		*to = P(new(T))
	}
	d.message(typ, *to)
}

func children[T any, P pointer[T]](d *decoder, typ protowire.Type, list *[]P) {
	m := P(new(T))
	*list = append(*list, m)
	d.message(typ, m)
}

// kind reads a message of a Kind: into the one that is there, if it is of the same
// type, or into a new one.
func kind[T any, P pointer[T]](d *decoder, typ protowire.Type, old any) P {
	m, ok := old.(P)
	if !ok {
		m = P(new(T))
	}
	d.message(typ, m)
	return m
}

// entry is an entry of a map, whose value the function reads.
type entry struct {
	key   string
	value func(d *decoder, typ protowire.Type)
}

func (e *entry) append(b []byte) []byte { return b }
func (e *entry) field(d *decoder, number protowire.Number, typ protowire.Type) bool {
	switch number {
	case 1:
		e.key = d.string(typ)
	case 2:
		e.value(d, typ)
	default:
		return false
	}
	return true
}

func texts(d *decoder, typ protowire.Type, to *map[string]string) {
	value := ""
	e := &entry{value: func(d *decoder, typ protowire.Type) { value = d.string(typ) }}
	d.message(typ, e)
	if *to == nil {
		*to = make(map[string]string)
	}
	(*to)[e.key] = value
}

func messages[T any, P pointer[T]](d *decoder, typ protowire.Type, to *map[string]P) {
	value := P(new(T))
	e := &entry{value: func(d *decoder, typ protowire.Type) { d.message(typ, value) }}
	d.message(typ, e)
	if *to == nil {
		*to = make(map[string]P)
	}
	(*to)[e.key] = value
}

func putVarint(b []byte, number protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), v)
}

func putBool(b []byte, number protowire.Number, v bool) []byte {
	return putVarint(b, number, protowire.EncodeBool(v))
}

func putDouble(b []byte, number protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, number, protowire.Fixed64Type), math.Float64bits(v))
}

func putFloat(b []byte, number protowire.Number, v float32) []byte {
	return protowire.AppendFixed32(protowire.AppendTag(b, number, protowire.Fixed32Type), math.Float32bits(v))
}

func putString(b []byte, number protowire.Number, v string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, number, protowire.BytesType), v)
}

func putBytes(b []byte, number protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), v)
}

// putMessage writes m and then its length in front of it: most are shorter than 128
// bytes, and where one is longer it moves.
func putMessage(b []byte, number protowire.Number, m Message) []byte {
	return sized(protowire.AppendTag(b, number, protowire.BytesType), m.append)
}

func sized(b []byte, content func([]byte) []byte) []byte {
	b = append(b, 0)
	start := len(b)
	b = content(b)
	size := uint64(len(b) - start)
	if extra := protowire.SizeVarint(size) - 1; extra > 0 {
		b = append(b, make([]byte, extra)...)
		copy(b[start+extra:], b[start:len(b)-extra])
	}
	protowire.AppendVarint(b[:start-1], size)
	return b
}

func putMessages[T any, P pointer[T]](b []byte, number protowire.Number, list []P) []byte {
	for _, m := range list {
		b = putMessage(b, number, m)
	}
	return b
}

func putStrings(b []byte, number protowire.Number, list []string) []byte {
	for _, s := range list {
		b = putString(b, number, s)
	}
	return b
}

// putPacked writes numbers into one field.
func putPacked[T any](b []byte, number protowire.Number, list []T, one func([]byte, T) []byte) []byte {
	if len(list) == 0 {
		return b
	}
	return sized(protowire.AppendTag(b, number, protowire.BytesType), func(b []byte) []byte {
		for _, v := range list {
			b = one(b, v)
		}
		return b
	})
}

func packedBool(b []byte, v bool) []byte { return protowire.AppendVarint(b, protowire.EncodeBool(v)) }
func packedInt[T int32 | int64](b []byte, v T) []byte {
	return protowire.AppendVarint(b, uint64(int64(v)))
}
func packedDouble(b []byte, v float64) []byte {
	return protowire.AppendFixed64(b, math.Float64bits(v))
}
func packedFloat(b []byte, v float32) []byte {
	return protowire.AppendFixed32(b, math.Float32bits(v))
}

func putTexts(b []byte, number protowire.Number, m map[string]string) []byte {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		b = sized(protowire.AppendTag(b, number, protowire.BytesType), func(b []byte) []byte {
			return putString(putString(b, 1, key), 2, m[key])
		})
	}
	return b
}

func putMap[T any, P pointer[T]](b []byte, number protowire.Number, m map[string]P) []byte {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		b = sized(protowire.AppendTag(b, number, protowire.BytesType), func(b []byte) []byte {
			return putMessage(putString(b, 1, key), 2, m[key])
		})
	}
	return b
}

// Any is a message of any type, as bytes.
type Any struct {
	TypeURL string
	Value   []byte
}

func (m *Any) append(b []byte) []byte {
	if m.TypeURL != "" {
		b = putString(b, 1, m.TypeURL)
	}
	if len(m.Value) > 0 {
		b = putBytes(b, 2, m.Value)
	}
	return b
}

func (m *Any) field(d *decoder, number protowire.Number, typ protowire.Type) bool {
	switch number {
	case 1:
		m.TypeURL = d.string(typ)
	case 2:
		m.Value = d.bytes(typ)
	default:
		return false
	}
	return true
}
