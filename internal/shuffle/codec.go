package shuffle

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"slices"
	"unsafe"
)

// Codec writes values of one type to bytes, many at a time. Codecs keep nothing
// between calls and may be shared.
//
// Strings, integers, floats, booleans and pairs of those have encodings of their
// own. Any other type goes through encoding/gob, with gob's rules: unexported
// fields are left out, a type without exported ones must implement
// gob.GobEncoder, and the types behind an interface must be registered.
type Codec[T any] interface {
	// Append adds the encoding of values to dst.
	Append(dst []byte, values []T) ([]byte, error)

	// Read fills values from src, which Append has written with as many, and
	// returns what is left of src. The values keep nothing of src.
	Read(src []byte, values []T) ([]byte, error)
}

// errShort is what reading an encoding reports that ends too early.
var errShort = errors.New("the encoding ends too early")

// CodecOf is the codec of a type.
func CodecOf[T any]() Codec[T] {
	var zero T
	switch v := any(zero).(type) {
	case interface{ codec() any }:
		return v.codec().(Codec[T])
	case string:
		return any(stringCodec{}).(Codec[T])
	case int, int64:
		return fixedCodec[T]{put: putVarint[T], get: getVarint[T]}
	case bool, int8, uint8:
		return fixedCodec[T]{put: putByte[T], get: getByte[T]}
	case int32, uint32, float32:
		return fixedCodec[T]{put: put32[T], get: get32[T]}
	case uint, uint64, float64:
		return fixedCodec[T]{put: put64[T], get: get64[T]}
	case struct{}:
		return fixedCodec[T]{
			put: func(dst []byte, _ *T) []byte { return dst },
			get: func(src []byte, _ *T) ([]byte, bool) { return src, true },
		}
	case []byte:
		return any(bytesCodec{}).(Codec[T])
	default:
		return gobCodec[T]{}
	}
}

// fixedCodec writes one value after the other. Its functions look at values
// through pointers of the width that [CodecOf] has checked.
type fixedCodec[T any] struct {
	put func(dst []byte, v *T) []byte
	get func(src []byte, v *T) ([]byte, bool)
}

func (c fixedCodec[T]) Append(dst []byte, values []T) ([]byte, error) {
	for i := range values {
		dst = c.put(dst, &values[i])
	}
	return dst, nil
}

func (c fixedCodec[T]) Read(src []byte, values []T) ([]byte, error) {
	for i := range values {
		var ok bool
		if src, ok = c.get(src, &values[i]); !ok {
			return nil, errShort
		}
	}
	return src, nil
}

func putVarint[T any](dst []byte, v *T) []byte {
	return binary.AppendVarint(dst, *(*int64)(unsafe.Pointer(v)))
}

func getVarint[T any](src []byte, v *T) ([]byte, bool) {
	n, size := binary.Varint(src)
	if size <= 0 {
		return nil, false
	}
	*(*int64)(unsafe.Pointer(v)) = n
	return src[size:], true
}

func putByte[T any](dst []byte, v *T) []byte { return append(dst, *(*byte)(unsafe.Pointer(v))) }

func getByte[T any](src []byte, v *T) ([]byte, bool) {
	if len(src) < 1 {
		return nil, false
	}
	*(*byte)(unsafe.Pointer(v)) = src[0]
	return src[1:], true
}

func put32[T any](dst []byte, v *T) []byte {
	return binary.LittleEndian.AppendUint32(dst, *(*uint32)(unsafe.Pointer(v)))
}

func get32[T any](src []byte, v *T) ([]byte, bool) {
	if len(src) < 4 {
		return nil, false
	}
	*(*uint32)(unsafe.Pointer(v)) = binary.LittleEndian.Uint32(src)
	return src[4:], true
}

func put64[T any](dst []byte, v *T) []byte {
	return binary.LittleEndian.AppendUint64(dst, *(*uint64)(unsafe.Pointer(v)))
}

func get64[T any](src []byte, v *T) ([]byte, bool) {
	if len(src) < 8 {
		return nil, false
	}
	*(*uint64)(unsafe.Pointer(v)) = binary.LittleEndian.Uint64(src)
	return src[8:], true
}

// stringCodec writes lengths, then all bytes; the strings read share one buffer.
type stringCodec struct{}

func (stringCodec) Append(dst []byte, values []string) ([]byte, error) {
	room := 2 * len(values)
	for _, s := range values {
		room += len(s)
	}
	dst = slices.Grow(dst, room)
	for _, s := range values {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
	}
	for _, s := range values {
		dst = append(dst, s...)
	}
	return dst, nil
}

func (stringCodec) Read(src []byte, values []string) ([]byte, error) {
	lengths, total := src, 0
	for range values {
		n, size := binary.Uvarint(src)
		if size <= 0 || n > math.MaxInt32 {
			return nil, errShort
		}
		src = src[size:]
		total += int(n)
	}
	if total > len(src) {
		return nil, errShort
	}
	text := string(src[:total])
	for i := range values {
		n, size := binary.Uvarint(lengths)
		lengths = lengths[size:]
		values[i], text = text[:n], text[n:]
	}
	return src[total:], nil
}

// bytesCodec is that of strings; nil comes back as empty.
type bytesCodec struct{}

func (bytesCodec) Append(dst []byte, values [][]byte) ([]byte, error) {
	for _, s := range values {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
		dst = append(dst, s...)
	}
	return dst, nil
}

func (bytesCodec) Read(src []byte, values [][]byte) ([]byte, error) {
	for i := range values {
		n, size := binary.Uvarint(src)
		if size <= 0 || n > uint64(len(src)-size) {
			return nil, errShort
		}
		values[i] = bytes.Clone(src[size : size+int(n)])
		src = src[size+int(n):]
	}
	return src, nil
}

// PairCodec writes all keys, then all values.
func PairCodec[K, V any](k Codec[K], v Codec[V]) Codec[Pair[K, V]] { return pairCodec[K, V]{k, v} }

type pairCodec[K, V any] struct {
	key   Codec[K]
	value Codec[V]
}

func (c pairCodec[K, V]) Append(dst []byte, values []Pair[K, V]) ([]byte, error) {
	keys, vals := make([]K, len(values)), make([]V, len(values))
	for i, p := range values {
		keys[i], vals[i] = p.Key, p.Value
	}
	dst, err := c.key.Append(dst, keys)
	if err != nil {
		return nil, err
	}
	return c.value.Append(dst, vals)
}

func (c pairCodec[K, V]) Read(src []byte, values []Pair[K, V]) ([]byte, error) {
	keys, vals := make([]K, len(values)), make([]V, len(values))
	src, err := c.key.Read(src, keys)
	if err == nil {
		src, err = c.value.Read(src, vals)
	}
	for i := range values {
		values[i] = Pair[K, V]{keys[i], vals[i]}
	}
	return src, err
}

// SliceCodec writes slices as their lengths and all elements. A nil slice comes
// back as nil.
func SliceCodec[T any](element Codec[T]) Codec[[]T] { return sliceCodec[T]{element} }

type sliceCodec[T any] struct{ element Codec[T] }

func (c sliceCodec[T]) Append(dst []byte, values [][]T) ([]byte, error) {
	var all []T
	for _, v := range values {
		dst = binary.AppendUvarint(dst, uint64(len(v)))
		all = append(all, v...)
	}
	return c.element.Append(dst, all)
}

func (c sliceCodec[T]) Read(src []byte, values [][]T) ([]byte, error) {
	lengths, total := make([]int, len(values)), 0
	for i := range values {
		n, size := binary.Uvarint(src)
		if size <= 0 || n > math.MaxInt32 {
			return nil, errShort
		}
		src = src[size:]
		lengths[i] = int(n)
		total += int(n)
	}
	all := make([]T, total)
	src, err := c.element.Read(src, all)
	for i, n := range lengths {
		if n > 0 {
			values[i], all = all[:n:n], all[n:]
		}
	}
	return src, err
}

// gobCodec writes all values as one gob of a slice, with its length before it.
type gobCodec[T any] struct{}

func (gobCodec[T]) Append(dst []byte, values []T) ([]byte, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(values); err != nil {
		return nil, fmt.Errorf("%T cannot be written to disk: %w", values, err)
	}
	return append(binary.AppendUvarint(dst, uint64(b.Len())), b.Bytes()...), nil
}

func (gobCodec[T]) Read(src []byte, values []T) ([]byte, error) {
	n, size := binary.Uvarint(src)
	if size <= 0 || n > uint64(len(src)-size) {
		return nil, errShort
	}
	var all []T
	if err := gob.NewDecoder(bytes.NewReader(src[size : size+int(n)])).Decode(&all); err != nil {
		return nil, err
	}
	if len(all) != len(values) {
		return nil, errShort
	}
	copy(values, all)
	return src[size+int(n):], nil
}
