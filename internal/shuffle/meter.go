package shuffle

import (
	"reflect"
	"unsafe"
)

// Meter estimates how much memory values take. The values of types without
// pointers all take the same, strings what they are long; of other types now and
// then one is walked, ever more rarely, and the others are taken to be like it.
// The zero Meter is ready. It belongs to one goroutine.
type Meter[T any] struct {
	kind  meterKind
	width int64
	last  int64 // what the last value walked took
	until int   // values until the next is walked
	gap   int
}

type meterKind uint8

const (
	unknownMeter meterKind = iota
	flatMeter
	stringMeter
	walkMeter
)

// Size is roughly what *v takes, in bytes.
func (m *Meter[T]) Size(v *T) int64 {
	switch m.kind {
	case flatMeter:
		return m.width
	case stringMeter:
		return m.width + int64(len(*(*string)(unsafe.Pointer(v))))
	case walkMeter:
		if m.until--; m.until > 0 {
			return m.last
		}
		if m.gap < 1024 {
			m.gap++
		}
		m.until = m.gap
		m.last = m.width + beyond(reflect.ValueOf(v).Elem(), 4)
		return m.last
	default:
		t := reflect.TypeFor[T]()
		m.width, m.kind = int64(t.Size()), walkMeter
		if flat(t) {
			m.kind = flatMeter
		} else if t.Kind() == reflect.String {
			m.kind = stringMeter
		}
		return m.Size(v)
	}
}

// Flat reports whether values of the type lie in one piece, without pointers:
// they cannot grow.
func Flat[T any]() bool { return flat(reflect.TypeFor[T]()) }

func flat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return flat(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !flat(t.Field(i).Type) {
				return false
			}
		}
		return true
	default:
		return t.Kind() <= reflect.Complex128
	}
}

// beyond is what a value takes behind its pointers, depth levels of them.
func beyond(v reflect.Value, depth int) int64 {
	switch v.Kind() {
	case reflect.String:
		return int64(v.Len())
	case reflect.Slice:
		return elements(v, depth, int64(v.Cap())*int64(v.Type().Elem().Size()))
	case reflect.Array:
		return elements(v, depth, 0)
	case reflect.Struct:
		var n int64
		for i := range v.NumField() {
			n += beyond(v.Field(i), depth)
		}
		return n
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || depth == 0 {
			return 0
		}
		return int64(v.Elem().Type().Size()) + beyond(v.Elem(), depth-1)
	case reflect.Map:
		n := int64(v.Len()) * int64(v.Type().Key().Size()+v.Type().Elem().Size()+16)
		if depth > 0 {
			for it := v.MapRange(); it.Next(); {
				return n + int64(v.Len())*(beyond(it.Key(), depth-1)+beyond(it.Value(), depth-1))
			}
		}
		return n
	default:
		return 0
	}
}

// elements is what those of a slice or array take: some are walked, the others
// taken to be like them.
func elements(v reflect.Value, depth int, own int64) int64 {
	n := v.Len()
	if n == 0 || depth == 0 || flat(v.Type().Elem()) {
		return own
	}
	const most = 16
	var sum int64
	walked := min(n, most)
	for i := range walked {
		sum += beyond(v.Index(i*n/walked), depth-1)
	}
	return own + sum*int64(n)/int64(walked)
}
