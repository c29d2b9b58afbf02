package shuffle

import (
	"math"
	"reflect"
	"unicode/utf8"
	"unsafe"
)

// Hash is the stable hash by which keys are dealt to partitions: it is the same
// on every machine and in every run. Integers, floats, booleans and strings have
// the hash of their counterparts in Java, so that a key goes where Spark's Scala
// API puts it. Structs, arrays and pairs mix the hashes of their parts as
// 31*h + part, beginning with 0. A pointer has the hash of what it points to, nil
// has 0. Values behind interfaces have the hash of the value.
func Hash[K comparable](key K) int32 { return hashOf(key) }

func hashOf[K any](key K) int32 {
	// By the type of K, not by what an interface holds: the value is read as a K.
	var zero K
	switch any(zero).(type) {
	case string:
		return hashString(*(*string)(unsafe.Pointer(&key)))
	case int, int64, uint, uint64:
		return hashLong(*(*int64)(unsafe.Pointer(&key)))
	case int32, uint32:
		return *(*int32)(unsafe.Pointer(&key))
	}
	if p, ok := any(key).(interface{ hash() int32 }); ok {
		return p.hash()
	}
	return hashValue(reflect.ValueOf(key))
}

// Mod is the partition of n that a hash belongs to: never negative.
func Mod(hash int32, n int) int {
	m := int(hash) % n
	if m < 0 {
		m += n
	}
	return m
}

// hashString is Java's, over UTF-16.
func hashString(s string) int32 {
	var h int32
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return hashRunes(h, s[i:])
		}
		h = 31*h + int32(s[i])
	}
	return h
}

func hashRunes(h int32, s string) int32 {
	for _, r := range s {
		if r >= 0x10000 {
			r -= 0x10000
			h = 31*h + 0xd800 + r>>10
			r = 0xdc00 + r&0x3ff
		}
		h = 31*h + r
	}
	return h
}

func hashLong(v int64) int32 {
	// A number that fits an Int has its hash, as for Scala's ##, so that int32(5),
	// int64(5) and int(5) are dealt alike.
	return int32(v) ^ int32(v>>63) ^ int32(v>>32)
}

func hashFloat(v float64) int32 {
	if n := int64(v); float64(n) == v && v != math.MaxInt64 {
		return hashLong(n)
	}
	bits := math.Float64bits(v)
	return int32(bits ^ bits>>32)
}

func hashValue(v reflect.Value) int32 {
	switch v.Kind() {
	case reflect.String:
		return hashString(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return hashLong(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return hashLong(int64(v.Uint()))
	case reflect.Float32, reflect.Float64:
		return hashFloat(v.Float())
	case reflect.Bool:
		if v.Bool() {
			return 1231
		}
		return 1237
	case reflect.Struct:
		var h int32
		for i := range v.NumField() {
			h = 31*h + hashValue(v.Field(i))
		}
		return h
	case reflect.Array:
		var h int32
		for i := range v.Len() {
			h = 31*h + hashValue(v.Index(i))
		}
		return h
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return 0
		}
		return hashValue(v.Elem())
	case reflect.Complex64, reflect.Complex128:
		return 31*hashFloat(real(v.Complex())) + hashFloat(imag(v.Complex()))
	default: // nil, channels
		return 0
	}
}
