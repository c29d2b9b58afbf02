package stateful

import (
	"iter"
	"reflect"
	"unsafe"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// ValueState is one value of the key (S143).
type ValueState[T any] struct {
	variable
	codec *codec
}

// Value declares a variable with one value a key. It is called in Init.
func Value[T any](h *Handle, name string, ttl TTL) *ValueState[T] {
	v := &ValueState[T]{variable: variable{handle: h, name: name, number: -1}}
	v.codec = v.coder(reflect.TypeFor[T]())
	if v.codec != nil {
		v.number = h.declare(Variable{Name: name, Kind: ValueKind, Value: v.codec.schema}, ttl)
		v.versions(v.codec)
	}
	return v
}

// coder makes the codec of a type, or nil with an error in the handle.
func (v *variable) coder(t reflect.Type) *codec {
	c, err := newCodec(t)
	if err != nil {
		v.fail(err)
		return nil
	}
	return c
}

// versions lets a codec read what former runs have written.
func (v *variable) versions(c *codec) {
	number, store := v.number, v.handle.store
	if number >= 0 {
		c.schemas = func() []types.Schema { return store.Schemas(number) }
	}
}

// encode is the value at p, or nil with an error in the handle.
func (v *variable) encode(c *codec, p unsafe.Pointer) []byte {
	b, err := c.encode(p)
	if err != nil {
		v.fail(err)
		return nil
	}
	return b
}

// decode reads into p and reports whether it could.
func (v *variable) decode(c *codec, b []byte, p unsafe.Pointer) bool {
	if err := c.decode(b, p); err != nil {
		v.fail(err)
		return false
	}
	return true
}

// Exists reports whether the key has a value.
func (v *ValueState[T]) Exists() bool {
	if !v.open() {
		return false
	}
	_, ok := v.handle.store.Cell(v.number).Get(nil)
	return ok
}

// Get is the value, and whether there is one; if not, the zero value.
func (v *ValueState[T]) Get() (value T, ok bool) {
	if !v.open() {
		return value, false
	}
	b, ok := v.handle.store.Cell(v.number).Get(nil)
	return value, ok && v.decode(v.codec, b, unsafe.Pointer(&value))
}

// Update gives the key a value; nil is refused.
func (v *ValueState[T]) Update(value T) {
	if !v.open() {
		return
	}
	if isNil(reflect.ValueOf(&value).Elem()) {
		v.illegal()
		return
	}
	if b := v.encode(v.codec, unsafe.Pointer(&value)); b != nil {
		v.handle.store.Cell(v.number).Put(nil, b)
	}
}

// Clear takes the value away.
func (v *ValueState[T]) Clear() {
	if v.open() {
		v.handle.store.Cell(v.number).Remove(nil)
	}
}

// ListState is a list of values of the key (S144).
type ListState[T any] struct {
	variable
	codec *codec
}

// List declares a variable with a list a key. It is called in Init.
func List[T any](h *Handle, name string, ttl TTL) *ListState[T] {
	v := &ListState[T]{variable: variable{handle: h, name: name, number: -1}}
	v.codec = v.coder(reflect.TypeFor[T]())
	if v.codec != nil {
		v.number = h.declare(Variable{Name: name, Kind: ListKind, Value: v.codec.schema}, ttl)
		v.versions(v.codec)
	}
	return v
}

// Exists reports whether the list has values.
func (v *ListState[T]) Exists() bool {
	return v.open() && v.handle.store.Collection(v.number).Len() > 0
}

// Len is the number of values.
func (v *ListState[T]) Len() int {
	if !v.open() {
		return 0
	}
	return v.handle.store.Collection(v.number).Len()
}

// Get are the values in the order in which they were added.
func (v *ListState[T]) Get() iter.Seq[T] {
	return func(yield func(T) bool) {
		if !v.open() {
			return
		}
		v.handle.store.Collection(v.number).Each(func(_, b []byte) bool {
			var value T
			return v.decode(v.codec, b, unsafe.Pointer(&value)) && yield(value)
		})
	}
}

// Put replaces the list. An empty one is refused: use Clear.
func (v *ListState[T]) Put(values []T) { v.add(values, true) }

// Append adds a value at the end; nil is refused.
func (v *ListState[T]) Append(value T) { v.add([]T{value}, false) }

// AppendList adds values at the end; an empty list is refused.
func (v *ListState[T]) AppendList(values []T) { v.add(values, false) }

func (v *ListState[T]) add(values []T, replace bool) {
	if !v.open() {
		return
	}
	if len(values) == 0 {
		v.handle.fail(fault.New(fault.IllegalStateList, "Cannot write an empty list to the state variable %s; use Clear", v.name).
			With("stateName", v.name))
		return
	}
	for i := range values {
		if isNil(reflect.ValueOf(&values[i]).Elem()) {
			v.illegal()
			return
		}
	}
	list := v.handle.store.Collection(v.number)
	if replace {
		list.Clear()
	}
	for i := range values {
		b := v.encode(v.codec, unsafe.Pointer(&values[i]))
		if b == nil {
			return
		}
		list.Append(b)
	}
}

// Clear takes all values away.
func (v *ListState[T]) Clear() {
	if v.open() {
		v.handle.store.Collection(v.number).Clear()
	}
}

// MapState is a map of the key (S145).
type MapState[K comparable, V any] struct {
	variable
	keys, values *codec
}

// Map declares a variable with a map a key. It is called in Init.
func Map[K comparable, V any](h *Handle, name string, ttl TTL) *MapState[K, V] {
	v := &MapState[K, V]{variable: variable{handle: h, name: name, number: -1}}
	v.keys, v.values = v.coder(reflect.TypeFor[K]()), v.coder(reflect.TypeFor[V]())
	if v.keys != nil && v.values != nil {
		v.number = h.declare(Variable{Name: name, Kind: MapKind, Key: v.keys.schema, Value: v.values.schema}, ttl)
		v.versions(v.values)
	}
	return v
}

// Exists reports whether the map has entries.
func (v *MapState[K, V]) Exists() bool {
	return v.open() && v.handle.store.Collection(v.number).Len() > 0
}

// Len is the number of entries.
func (v *MapState[K, V]) Len() int {
	if !v.open() {
		return 0
	}
	return v.handle.store.Collection(v.number).Len()
}

// Get is the value of k, and whether there is one; if not, the zero value.
func (v *MapState[K, V]) Get(k K) (value V, ok bool) {
	if !v.open() {
		return value, false
	}
	key := v.encode(v.keys, unsafe.Pointer(&k))
	if key == nil {
		return value, false
	}
	b, ok := v.handle.store.Cell(v.number).Get(key)
	return value, ok && v.decode(v.values, b, unsafe.Pointer(&value))
}

// Contains reports whether k has a value.
func (v *MapState[K, V]) Contains(k K) bool {
	if !v.open() {
		return false
	}
	key := v.encode(v.keys, unsafe.Pointer(&k))
	if key == nil {
		return false
	}
	_, ok := v.handle.store.Cell(v.number).Get(key)
	return ok
}

// Update gives k a value; nil is refused.
func (v *MapState[K, V]) Update(k K, value V) {
	if !v.open() {
		return
	}
	if isNil(reflect.ValueOf(&value).Elem()) {
		v.illegal()
		return
	}
	key, b := v.encode(v.keys, unsafe.Pointer(&k)), v.encode(v.values, unsafe.Pointer(&value))
	if key != nil && b != nil {
		v.handle.store.Cell(v.number).Put(key, b)
	}
}

// Remove takes the entry of k away.
func (v *MapState[K, V]) Remove(k K) {
	if !v.open() {
		return
	}
	if key := v.encode(v.keys, unsafe.Pointer(&k)); key != nil {
		v.handle.store.Cell(v.number).Remove(key)
	}
}

// All are the entries, in an order that only depends on what was done to the map.
func (v *MapState[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if !v.open() {
			return
		}
		v.handle.store.Collection(v.number).Each(func(a, b []byte) bool {
			var key K
			var value V
			return v.decode(v.keys, a, unsafe.Pointer(&key)) && v.decode(v.values, b, unsafe.Pointer(&value)) && yield(key, value)
		})
	}
}

// Keys are the keys of the map.
func (v *MapState[K, V]) Keys() iter.Seq[K] {
	return func(yield func(K) bool) {
		for k := range v.All() {
			if !yield(k) {
				return
			}
		}
	}
}

// Values are the values of the map.
func (v *MapState[K, V]) Values() iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, value := range v.All() {
			if !yield(value) {
				return
			}
		}
	}
}

// Clear takes all entries away.
func (v *MapState[K, V]) Clear() {
	if v.open() {
		v.handle.store.Collection(v.number).Clear()
	}
}
