package weir

import (
	"errors"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/udf"
)

// Register makes Go functions known by their names, to SQL and to
// [functions.Call] (S41). One takes the place of another of its name; the name of
// a built-in function is refused (ROUTINE_ALREADY_EXISTS). Queries that run keep
// what they were started with.
func (s *Session) Register(list ...*udf.Function) error {
	var own []*expr.Routine
	var errs []error
	for _, f := range list {
		r, err := f.Unwrap()
		own, errs = append(own, r), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := s.registry.With(own...)
	if err == nil {
		s.registry = next
	}
	return err
}

// known are the functions of the session as they are now.
func (s *Session) known() *expr.Registry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.registry
}
