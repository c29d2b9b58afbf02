package udf

import (
	"errors"
	"sync/atomic"

	"github.com/weirstream/weir/internal/expr"
)

// Library is the functions that a session knows, the built-in ones and yours. It
// is for the packages of weir; its methods may be called from any goroutine.
type Library struct{ known atomic.Pointer[expr.Registry] }

// NewLibrary is the built-in functions alone.
func NewLibrary(builtin *expr.Registry) *Library {
	l := &Library{}
	l.known.Store(builtin)
	return l
}

// Known are the functions as they are now.
func (l *Library) Known() *expr.Registry { return l.known.Load() }

// Add makes functions known, all of them or, where one has an error, none.
func (l *Library) Add(list ...*Function) error {
	var own []*expr.Routine
	var errs []error
	for _, f := range list {
		r, err := f.Unwrap()
		own, errs = append(own, r), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for {
		before := l.known.Load()
		next, err := before.With(own...)
		if err != nil || l.known.CompareAndSwap(before, next) {
			return err
		}
	}
}
