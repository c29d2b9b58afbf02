package variant

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/weirstream/weir/types"
)

// Value is a variant, or a part of one, read in place. The zero Value is none.
type Value struct {
	meta string
	data string
}

// Open reads a column's value. What is no variant gives none.
func Open(s string) Value {
	n, ok := metadataLen(s)
	if !ok || n >= len(s) {
		return Value{}
	}
	return Value{meta: s[:n], data: s[n:]}
}

// metadataLen is how many bytes the metadata at the beginning of s takes.
func metadataLen(s string) (int, bool) {
	if len(s) < 3 || s[0]&0x0f != 1 {
		return 0, false
	}
	size := int(s[0]>>6) + 1
	if len(s) < 1+size {
		return 0, false
	}
	count := number(s[1:], size)
	end := 1 + size*(count+2)
	if count < 0 || end > len(s) || end < 0 {
		return 0, false
	}
	end += number(s[1+size*(count+1):], size)
	return end, end <= len(s) && end > 0
}

// number reads a little-endian number of size bytes.
func number(s string, size int) int {
	v := 0
	for i := range min(size, len(s)) {
		v |= int(s[i]) << (8 * i)
	}
	return v
}

// name is a name of the dictionary.
func (v Value) name(id int) string {
	size := int(v.meta[0]>>6) + 1
	count := number(v.meta[1:], size)
	if id >= count {
		return ""
	}
	at := 1 + size
	base := at + size*(count+1)
	from, to := number(v.meta[at+id*size:], size), number(v.meta[at+(id+1)*size:], size)
	if from > to || base+to > len(v.meta) {
		return ""
	}
	return v.meta[base+from : base+to]
}

// The basic types, the two lowest bits of a value's first byte.
const (
	basicPrimitive = iota
	basicShortText
	basicObject
	basicArray
)

// Kind is the sort of a value.
type Kind uint8

// The kinds. Their numbers, up to UUID, are those of Spark's primitives.
const (
	Null      Kind = 0
	True      Kind = 1
	False     Kind = 2
	Int8      Kind = 3
	Int16     Kind = 4
	Int32     Kind = 5
	Int64     Kind = 6
	Double    Kind = 7
	Decimal4  Kind = 8
	Decimal8  Kind = 9
	Decimal16 Kind = 10
	Date      Kind = 11
	Timestamp Kind = 12
	LocalTime Kind = 13 // a timestamp without time zone
	Float     Kind = 14
	Binary    Kind = 15
	Text      Kind = 16
	UUID      Kind = 20
	Object    Kind = 30
	Array     Kind = 31
	Missing   Kind = 255
)

// Kind is what the value is; Missing for none.
func (v Value) Kind() Kind {
	if len(v.data) == 0 {
		return Missing
	}
	switch v.data[0] & 3 {
	case basicShortText:
		return Text
	case basicObject:
		return Object
	case basicArray:
		return Array
	}
	return Kind(v.data[0] >> 2)
}

// list describes the entries of an object or array.
type list struct {
	count, idSize, offsetSize int
	ids, offsets, values      int // where these begin
}

func (v Value) list() (l list, ok bool) {
	head := int(v.data[0] >> 2)
	l.offsetSize = head&3 + 1
	large := head >> 2 & 1
	if v.Kind() == Object {
		l.idSize = head>>2&3 + 1
		large = head >> 4 & 1
	}
	sizeBytes := 1 + 3*large
	if len(v.data) < 1+sizeBytes {
		return l, false
	}
	l.count = number(v.data[1:], sizeBytes)
	l.ids = 1 + sizeBytes
	l.offsets = l.ids + l.count*l.idSize
	l.values = l.offsets + (l.count+1)*l.offsetSize
	return l, l.values <= len(v.data) && l.values > 0
}

// entry is the value of an entry of a list.
func (v Value) entry(l list, i int) Value {
	at := l.values + number(v.data[l.offsets+i*l.offsetSize:], l.offsetSize)
	if at >= len(v.data) {
		return Value{}
	}
	return Value{meta: v.meta, data: v.data[at:]}
}

// Len is how many fields an object or elements an array has; 0 for all else.
func (v Value) Len() int {
	if k := v.Kind(); k != Object && k != Array {
		return 0
	}
	l, ok := v.list()
	if !ok {
		return 0
	}
	return l.count
}

// At is element i of an array or the value of field i of an object, by name.
func (v Value) At(i int) Value {
	l, ok := v.list()
	if !ok || i < 0 || i >= l.count {
		return Value{}
	}
	return v.entry(l, i)
}

// Name is the name of field i of an object.
func (v Value) Name(i int) string {
	l, ok := v.list()
	if !ok || i < 0 || i >= l.count {
		return ""
	}
	return v.name(number(v.data[l.ids+i*l.idSize:], l.idSize))
}

// Field is the field of that name of an object, or none.
func (v Value) Field(name string) Value {
	if v.Kind() != Object {
		return Value{}
	}
	l, ok := v.list()
	if !ok {
		return Value{}
	}
	for i := range l.count {
		if v.name(number(v.data[l.ids+i*l.idSize:], l.idSize)) == name {
			return v.entry(l, i)
		}
	}
	return Value{}
}

// Int is the value of an integer, a date or a timestamp.
func (v Value) Int() int64 {
	var b [8]byte
	copy(b[:], v.data[1:])
	n := int64(binary.LittleEndian.Uint64(b[:]))
	switch v.Kind() {
	case Int8:
		return int64(int8(n))
	case Int16:
		return int64(int16(n))
	case Int32, Date:
		return int64(int32(n))
	}
	return n
}

// Float is the value of a float or double.
func (v Value) Float() float64 {
	var b [8]byte
	copy(b[:], v.data[1:])
	if v.Kind() == Float {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b[:])))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b[:]))
}

// Decimal is the value of a decimal, with its scale.
func (v Value) Decimal() (types.Decimal, int) {
	var b [17]byte
	copy(b[:], v.data[1:])
	lo, hi := binary.LittleEndian.Uint64(b[1:]), binary.LittleEndian.Uint64(b[9:])
	switch v.Kind() {
	case Decimal4:
		return types.DecimalFromInt64(int64(int32(lo))), int(b[0])
	case Decimal8:
		return types.DecimalFromInt64(int64(lo)), int(b[0])
	}
	return types.Decimal{Lo: lo, Hi: int64(hi)}, int(b[0])
}

// Text is the value of a text or of bytes.
func (v Value) Text() string {
	if v.data[0]&3 == basicShortText {
		n := int(v.data[0] >> 2)
		return v.data[1:min(len(v.data), 1+n)]
	}
	if len(v.data) < 5 {
		return ""
	}
	n := number(v.data[1:], 4)
	return v.data[5:min(len(v.data), 5+n)]
}

// Whole is the value as a column's value of its own.
func (v Value) Whole() string { return v.Node().Encode() }

// Valid reports whether the value can be read to its end.
func (v Value) Valid() bool {
	switch v.Kind() {
	case Missing:
		return false
	case Object, Array:
		l, ok := v.list()
		for i := 0; ok && i < l.count; i++ {
			ok = v.entry(l, i).Valid()
		}
		return ok
	}
	return true
}

// Node is the tree of the value. Its texts are views of it.
func (v Value) Node() *Node {
	n := &Node{Kind: v.Kind()}
	switch n.Kind {
	case Int8, Int16, Int32, Int64, Date, Timestamp, LocalTime:
		n.Int = v.Int()
	case Float, Double:
		n.Float = v.Float()
	case Decimal4, Decimal8, Decimal16:
		n.Decimal, n.Scale = v.Decimal()
	case Text, Binary:
		n.Text = v.Text()
	case UUID:
		n.Text = v.data[1:17]
	case Object, Array:
		for i := range v.Len() {
			if n.Kind == Object {
				n.Names = append(n.Names, v.Name(i))
			}
			n.Items = append(n.Items, v.At(i).Node())
		}
	}
	return n
}

// Clone is a copy of the tree that does not look into anybody's buffers.
func (n *Node) Clone() *Node {
	c := *n
	c.Text = strings.Clone(n.Text)
	c.Names, c.Items = nil, nil
	for i, item := range n.Items {
		if n.Kind == Object {
			c.Names = append(c.Names, strings.Clone(n.Names[i]))
		}
		c.Items = append(c.Items, item.Clone())
	}
	return &c
}
