package rowstruct

import (
	"reflect"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// TypeOf is the type of one column that holds values of a Go type, structs too,
// and whether nil stands for null there.
func TypeOf(t reflect.Type) (types.Type, bool, error) {
	typ, err := typeOf(t)
	return typ, nullable(t), err
}

// CellReader makes values of a Go type out of one column. It belongs to one
// goroutine.
type CellReader struct {
	texts texts
	get   get
}

// NewCellReader reads values of a type into t.
func NewCellReader(t reflect.Type, typ types.Type) (*CellReader, error) {
	r := &CellReader{}
	var err error
	r.get, err = getter(t, typ, &r.texts)
	return r, err
}

// Read makes the Go value at p that of row i, which is not null. The value at p
// is zero before; strings are copied.
func (r *CellReader) Read(c *batch.Column, i int, p unsafe.Pointer) error { return r.get(c, i, p) }

// CellWriter puts values of a Go type into one column. It has no state: one may be
// used by many goroutines.
type CellWriter struct{ put put }

// NewCellWriter writes values of t into columns of the type that [TypeOf] gives.
func NewCellWriter(t reflect.Type) (*CellWriter, error) {
	typ, err := typeOf(t)
	if err != nil {
		return nil, err
	}
	p, err := putter(t, typ)
	return &CellWriter{p}, err
}

// Put writes the Go value at p into row i, which is there and, in a column of
// arrays, maps or structs, the last one. Strings are views of the value's.
func (w *CellWriter) Put(c *batch.Column, i int, p unsafe.Pointer) error { return w.put(c, i, p) }
