package variant

import (
	"encoding/binary"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/weirstream/weir/types"
)

// Node is a variant as a tree.
type Node struct {
	Kind    Kind
	Int     int64 // integers, dates, timestamps
	Float   float64
	Decimal types.Decimal
	Scale   int
	Text    string // texts, bytes, UUIDs
	Names   []string
	Items   []*Node // values of Names, or elements
}

// Integer is the node of an integer, of the least kind that holds it.
func Integer(v int64) *Node {
	n := &Node{Kind: Int64, Int: v}
	switch {
	case v == int64(int8(v)):
		n.Kind = Int8
	case v == int64(int16(v)):
		n.Kind = Int16
	case v == int64(int32(v)):
		n.Kind = Int32
	}
	return n
}

// Bool is the node of a boolean.
func Bool(v bool) *Node {
	if v {
		return &Node{Kind: True}
	}
	return &Node{Kind: False}
}

// Number is the node of a decimal.
func Number(d types.Decimal, scale int) *Node {
	n := &Node{Kind: Decimal16, Decimal: d, Scale: scale}
	switch p := d.Precision(); {
	case p <= 9 && scale <= 9:
		n.Kind = Decimal4
	case p <= 18 && scale <= 18:
		n.Kind = Decimal8
	}
	return n
}

// Field is the place of a field of an object, or -1.
func (n *Node) Field(name string) int { return slices.Index(n.Names, name) }

// Encode is the value of a column that holds the tree.
func (n *Node) Encode() string {
	var names []string
	ids := make(map[string]int)
	n.collect(func(name string) {
		if _, ok := ids[name]; !ok {
			ids[name] = len(names)
			names = append(names, name)
		}
	})
	size := 0
	for _, name := range names {
		size += len(name)
	}
	width := bytesFor(max(size, len(names)))
	out := appendNumber([]byte{1 | byte(width-1)<<6}, len(names), width)
	at := 0
	out = appendNumber(out, at, width)
	for _, name := range names {
		at += len(name)
		out = appendNumber(out, at, width)
	}
	for _, name := range names {
		out = append(out, name...)
	}
	return string(n.append(out, ids))
}

func (n *Node) collect(see func(string)) {
	for i, item := range n.Items {
		if n.Kind == Object {
			see(n.Names[i])
		}
		item.collect(see)
	}
}

// bytesFor is how many bytes hold a number.
func bytesFor(n int) int {
	switch {
	case n < 1<<8:
		return 1
	case n < 1<<16:
		return 2
	case n < 1<<24:
		return 3
	}
	return 4
}

func appendNumber(to []byte, n, width int) []byte {
	for i := range width {
		to = append(to, byte(n>>(8*i)))
	}
	return to
}

func (n *Node) append(to []byte, ids map[string]int) []byte {
	switch n.Kind {
	case Object:
		return n.appendObject(to, ids)
	case Array:
		return n.appendList(to, ids, basicArray, 0, n.Items, nil)
	case Text:
		if len(n.Text) < 64 {
			return append(append(to, byte(len(n.Text))<<2|basicShortText), n.Text...)
		}
	}
	to = append(to, byte(n.Kind)<<2)
	switch n.Kind {
	case Int8:
		to = append(to, byte(n.Int))
	case Int16:
		to = binary.LittleEndian.AppendUint16(to, uint16(n.Int))
	case Int32, Date:
		to = binary.LittleEndian.AppendUint32(to, uint32(n.Int))
	case Int64, Timestamp, LocalTime:
		to = binary.LittleEndian.AppendUint64(to, uint64(n.Int))
	case Double:
		to = binary.LittleEndian.AppendUint64(to, math.Float64bits(n.Float))
	case Float:
		to = binary.LittleEndian.AppendUint32(to, math.Float32bits(float32(n.Float)))
	case Decimal4:
		to = binary.LittleEndian.AppendUint32(append(to, byte(n.Scale)), uint32(n.Decimal.Lo))
	case Decimal8:
		to = binary.LittleEndian.AppendUint64(append(to, byte(n.Scale)), n.Decimal.Lo)
	case Decimal16:
		to = binary.LittleEndian.AppendUint64(append(to, byte(n.Scale)), n.Decimal.Lo)
		to = binary.LittleEndian.AppendUint64(to, uint64(n.Decimal.Hi))
	case Text, Binary:
		to = binary.LittleEndian.AppendUint32(to, uint32(len(n.Text)))
		to = append(to, n.Text...)
	case UUID:
		to = append(to, n.Text...)
	}
	return to
}

// appendObject writes the fields in the order of their names.
func (n *Node) appendObject(to []byte, ids map[string]int) []byte {
	order := make([]int, len(n.Names))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return strings.Compare(n.Names[order[a]], n.Names[order[b]]) < 0 })
	items, keys, most := make([]*Node, len(order)), make([]int, len(order)), 0
	for k, i := range order {
		items[k], keys[k] = n.Items[i], ids[n.Names[i]]
		most = max(most, keys[k])
	}
	return n.appendList(to, ids, basicObject, bytesFor(most), items, keys)
}

func (n *Node) appendList(to []byte, ids map[string]int, basic, idSize int, items []*Node, keys []int) []byte {
	var values []byte
	offsets := make([]int, 0, len(items)+1)
	for _, item := range items {
		offsets = append(offsets, len(values))
		values = item.append(values, ids)
	}
	offsets = append(offsets, len(values))
	width, large, sizeBytes := bytesFor(len(values)), 0, 1
	if len(items) > 255 {
		large, sizeBytes = 1, 4
	}
	head := width - 1
	if basic == basicObject {
		head |= (idSize-1)<<2 | large<<4
	} else {
		head |= large << 2
	}
	to = appendNumber(append(to, byte(head<<2|basic)), len(items), sizeBytes)
	for _, k := range keys {
		to = appendNumber(to, k, idSize)
	}
	for _, o := range offsets {
		to = appendNumber(to, o, width)
	}
	return append(to, values...)
}
