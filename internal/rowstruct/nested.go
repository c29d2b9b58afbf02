package rowstruct

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

func pointerGetter(t reflect.Type, typ types.Type, s *texts) (get, error) {
	inner, err := getter(t.Elem(), typ, s)
	if err != nil {
		return nil, err
	}
	return func(c *batch.Column, i int, p unsafe.Pointer) error {
		fresh := reflect.New(t.Elem())
		reflect.NewAt(t, p).Elem().Set(fresh)
		return inner(c, i, fresh.UnsafePointer())
	}, nil
}

// structGetter reads a struct by the names of its fields.
func structGetter(t reflect.Type, typ types.Type, s *texts) (get, error) {
	if typ.Kind != types.Struct {
		return nil, misfit(t, typ)
	}
	r, err := newReader(t, typ.Fields, s == nil || s.lenient)
	if err != nil {
		return nil, err
	}
	return func(c *batch.Column, i int, p unsafe.Pointer) error { return r.Read(c.Children, i, p) }, nil
}

// element reads one element of an array or map, null or not.
func element(t reflect.Type, typ types.Type, s *texts) (get, error) {
	inner, err := getter(t, typ, s)
	if err != nil || nullable(t) {
		return func(c *batch.Column, i int, p unsafe.Pointer) error {
			if c.Null(i) {
				return nil
			}
			return inner(c, i, p)
		}, err
	}
	return func(c *batch.Column, i int, p unsafe.Pointer) error {
		if c.Null(i) {
			return nullError("element")
		}
		return inner(c, i, p)
	}, nil
}

func listGetter(t reflect.Type, typ types.Type, s *texts) (get, error) {
	if t.Kind() == reflect.Map {
		return mapGetter(t, typ, s)
	}
	if typ.Kind != types.Array {
		return nil, misfit(t, typ)
	}
	inner, err := element(t.Elem(), *typ.Elem, s)
	if err != nil {
		return nil, fmt.Errorf("its elements: %w", err)
	}
	return func(c *batch.Column, i int, p unsafe.Pointer) error {
		first, end := int(c.Offsets[i]), int(c.Offsets[i+1])
		list := reflect.MakeSlice(t, end-first, end-first)
		reflect.NewAt(t, p).Elem().Set(list)
		for k := first; k < end; k++ {
			if err := inner(c.Children[0], k, list.Index(k-first).Addr().UnsafePointer()); err != nil {
				return fmt.Errorf("element %d: %w", k-first, err)
			}
		}
		return nil
	}, nil
}

func mapGetter(t reflect.Type, typ types.Type, s *texts) (get, error) {
	if typ.Kind != types.Map {
		return nil, misfit(t, typ)
	}
	key, err := element(t.Key(), *typ.Key, s)
	if err != nil {
		return nil, fmt.Errorf("its keys: %w", err)
	}
	value, err := element(t.Elem(), *typ.Elem, s)
	if err != nil {
		return nil, fmt.Errorf("its values: %w", err)
	}
	return func(c *batch.Column, i int, p unsafe.Pointer) error {
		first, end := int(c.Offsets[i]), int(c.Offsets[i+1])
		out := reflect.MakeMapWithSize(t, end-first)
		reflect.NewAt(t, p).Elem().Set(out)
		for k := first; k < end; k++ {
			a, b := reflect.New(t.Key()), reflect.New(t.Elem())
			if err := cmp.Or(key(c.Children[0], k, a.UnsafePointer()), value(c.Children[1], k, b.UnsafePointer())); err != nil {
				return err
			}
			out.SetMapIndex(a.Elem(), b.Elem())
		}
		return nil
	}, nil
}

func pointerPutter(t reflect.Type, typ types.Type) (put, error) {
	inner, err := putter(t.Elem(), typ)
	return func(c *batch.Column, i int, p unsafe.Pointer) error {
		to := *(*unsafe.Pointer)(p)
		if to == nil {
			c.SetNull(i)
			return nil
		}
		return inner(c, i, to)
	}, err
}

func structPutter(t reflect.Type, typ types.Type) (put, error) {
	if typ.Kind != types.Struct {
		return nil, misfit(t, typ)
	}
	w, err := newWriter(t)
	if err != nil {
		return nil, err
	}
	return func(c *batch.Column, i int, p unsafe.Pointer) error { return w.put(c.Children, i, p) }, nil
}

// appended puts one more row into an inner column.
func appended(c *batch.Column, put put, p unsafe.Pointer) error {
	c.Extend(1)
	return put(c, c.Len()-1, p)
}

func listPutter(t reflect.Type, typ types.Type) (put, error) {
	if t.Kind() == reflect.Map {
		return mapPutter(t, typ)
	}
	if typ.Kind != types.Array {
		return nil, misfit(t, typ)
	}
	inner, err := putter(t.Elem(), *typ.Elem)
	if err != nil {
		return nil, fmt.Errorf("its elements: %w", err)
	}
	return func(c *batch.Column, i int, p unsafe.Pointer) error {
		list := reflect.NewAt(t, p).Elem()
		if list.IsNil() {
			c.SetNull(i)
			return nil
		}
		for k := range list.Len() {
			if err := appended(c.Children[0], inner, list.Index(k).Addr().UnsafePointer()); err != nil {
				return fmt.Errorf("element %d: %w", k, err)
			}
		}
		c.Offsets[i+1] = int32(c.Children[0].Len())
		return nil
	}, nil
}

// mapPutter writes the entries of a map in an order of their keys, so that equal
// maps have equal bytes.
func mapPutter(t reflect.Type, typ types.Type) (put, error) {
	if typ.Kind != types.Map {
		return nil, misfit(t, typ)
	}
	key, err := putter(t.Key(), *typ.Key)
	if err != nil {
		return nil, fmt.Errorf("its keys: %w", err)
	}
	value, err := putter(t.Elem(), *typ.Elem)
	if err != nil {
		return nil, fmt.Errorf("its values: %w", err)
	}
	return func(c *batch.Column, i int, p unsafe.Pointer) error {
		m := reflect.NewAt(t, p).Elem()
		if m.IsNil() {
			c.SetNull(i)
			return nil
		}
		keys := m.MapKeys()
		slices.SortFunc(keys, compareKeys)
		for _, k := range keys {
			a, b := reflect.New(t.Key()), reflect.New(t.Elem())
			a.Elem().Set(k)
			b.Elem().Set(m.MapIndex(k))
			if err := cmp.Or(appended(c.Children[0], key, a.UnsafePointer()), appended(c.Children[1], value, b.UnsafePointer())); err != nil {
				return err
			}
		}
		c.Offsets[i+1] = int32(c.Children[0].Len())
		return nil
	}, nil
}

func compareKeys(a, b reflect.Value) int {
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	case a.Kind() == reflect.String:
		return strings.Compare(a.String(), b.String())
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}
