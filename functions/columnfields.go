package functions

import (
	"errors"

	"github.com/weirstream/weir/internal/expr"
)

// Item is an element of an array by its index, a value of a map by its key, or a
// field of a struct by its name.
func (c Column) Item(key any) Column {
	k := Lit(key)
	if err := errors.Join(c.err, k.err); err != nil {
		return Failed(err)
	}
	return Column{e: &expr.UnresolvedExtract{Child: c.e, Key: k.e}}
}

// Field is a field of a struct by its name.
func (c Column) Field(name string) Column { return c.Item(name) }

// GetItem is [Column.Item].
func (c Column) GetItem(key any) Column { return c.Item(key) }

// GetField is [Column.Field].
func (c Column) GetField(name string) Column { return c.Item(name) }

// WithField is the struct with a field set to a value or added to it. The name may be
// a path: "a.b" is the field b of the struct a within.
func (c Column) WithField(name string, value any) Column {
	v := Lit(value)
	_, err := nameParts(name)
	if err = errors.Join(c.err, v.err, err); err != nil {
		return Failed(err)
	}
	return Column{e: &expr.UpdateFields{Child: c.e, Name: name, Value: v.e}}
}

// DropFields is the struct without some of its fields; those that are not there are
// ignored. A name may be a path.
func (c Column) DropFields(names ...string) Column {
	for _, name := range names {
		_, err := nameParts(name)
		if err = errors.Join(c.err, err); err != nil {
			return Failed(err)
		}
		c = Column{e: &expr.UpdateFields{Child: c.e, Name: name}}
	}
	return c
}
