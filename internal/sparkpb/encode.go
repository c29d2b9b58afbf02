package sparkpb

import (
	"cmp"
	"math"
	"reflect"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// append writes the message v.
func (l *layout) append(b []byte, v reflect.Value) []byte {
	for _, s := range l.slots {
		b = s.append(b, v.Field(s.index))
	}
	return b
}

// append writes the field f of a message.
func (s *slot) append(b []byte, f reflect.Value) []byte {
	switch s.shape {
	case plain:
		if isZero(f) {
			return b
		}
	case pointer:
		if f.IsNil() {
			return b
		}
		if s.within == nil && f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
	case kind:
		if f.IsNil() {
			return b
		}
		a := s.arms[f.Elem().Type()]
		return a.one(b, f.Elem())
	case list:
		return s.list(b, f)
	case dictionary:
		return s.dictionary(b, f)
	}
	return s.one(b, f)
}

// isZero reports whether a reader takes nothing for f; minus zero is not nothing.
func isZero(f reflect.Value) bool {
	switch f.Kind() {
	case reflect.Float32, reflect.Float64:
		return math.Float64bits(f.Float()) == 0
	case reflect.Slice:
		return f.Len() == 0
	default:
		return f.IsZero()
	}
}

// one writes a value with its number.
func (s *slot) one(b []byte, v reflect.Value) []byte {
	return s.bare(protowire.AppendTag(b, s.number, s.wire), v)
}

// bare writes a value alone.
func (s *slot) bare(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Bool:
		return protowire.AppendVarint(b, protowire.EncodeBool(v.Bool()))
	case reflect.Uint32:
		return protowire.AppendVarint(b, v.Uint())
	case reflect.Float32:
		return protowire.AppendFixed32(b, math.Float32bits(float32(v.Float())))
	case reflect.Float64:
		return protowire.AppendFixed64(b, math.Float64bits(v.Float()))
	case reflect.String:
		return protowire.AppendString(b, v.String())
	case reflect.Slice:
		return protowire.AppendBytes(b, v.Bytes())
	case reflect.Pointer:
		b = append(b, 0)
		start := len(b)
		return sized(s.within.append(b, v.Elem()), start)
	default:
		return protowire.AppendVarint(b, uint64(v.Int()))
	}
}

// sized writes the length of b[start:] in front of it, into the one byte that was left
// there: most messages are shorter than 128 bytes, and where one is longer it moves.
func sized(b []byte, start int) []byte {
	size := uint64(len(b) - start)
	if extra := protowire.SizeVarint(size) - 1; extra > 0 {
		b = append(b, make([]byte, extra)...)
		copy(b[start+extra:], b[start:len(b)-extra])
	}
	protowire.AppendVarint(b[:start-1], size)
	return b
}

func (s *slot) list(b []byte, f reflect.Value) []byte {
	if s.wire == protowire.BytesType {
		for i := range f.Len() {
			b = s.one(b, f.Index(i))
		}
		return b
	}
	if f.Len() == 0 {
		return b
	}
	b = append(protowire.AppendTag(b, s.number, protowire.BytesType), 0)
	start := len(b)
	for i := range f.Len() {
		b = s.bare(b, f.Index(i))
	}
	return sized(b, start)
}

func (s *slot) dictionary(b []byte, f reflect.Value) []byte {
	keys := f.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return cmp.Compare(x.String(), y.String()) })
	for _, key := range keys {
		b = append(protowire.AppendTag(b, s.number, protowire.BytesType), 0)
		start := len(b)
		b = protowire.AppendString(protowire.AppendTag(b, 1, protowire.BytesType), key.String())
		b = sized(s.bare(protowire.AppendTag(b, 2, s.wire), f.MapIndex(key)), start)
	}
	return b
}
