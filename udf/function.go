package udf

import (
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
)

// Function is a Go function that queries can call. The zero value is none, and an
// error where it is used. It never changes, so that it may be used by many
// sessions and goroutines.
type Function struct {
	routine *expr.Routine
	err     error
}

// Option changes how a function is treated.
type Option func(*options)

type options struct{ volatile bool }

// NonDeterministic says that the value is not fixed by the arguments: the function
// is not computed before the query runs, nor are two calls taken for one. Without
// it a function is taken to be deterministic, as in Spark. An aggregate cannot be
// marked: its order of rows is never fixed anyway.
func NonDeterministic() Option { return func(o *options) { o.volatile = true } }

func settled(list []Option) options {
	var o options
	for _, f := range list {
		f(&o)
	}
	return o
}

// Name is the name in SQL, in lower case; empty where the function is not usable.
func (f *Function) Name() string {
	if f == nil || f.routine == nil {
		return ""
	}
	return f.routine.Name()
}

// Unwrap is the function as the engine has it, or what is wrong with it, for the
// packages of weir.
func (f *Function) Unwrap() (*expr.Routine, error) {
	switch {
	case f == nil || f.routine == nil && f.err == nil:
		return nil, errors.New("udf: the zero Function is no function; make one with Func1 and its neighbours")
	case f.err != nil:
		return nil, f.err
	}
	return f.routine, nil
}

// plainName is what SQL reads as a name without quotes.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// named is a function, unless something is wrong with its name or its types.
func named(name string, err error, build func(name string) *expr.Routine) *Function {
	if !plainName.MatchString(name) {
		return &Function{err: fault.New(fault.InvalidIdentifier, "%q is no name for a function: letters, digits and _ make one", name)}
	}
	if err != nil {
		return &Function{err: fmt.Errorf("the function %s: %w", name, err)}
	}
	return &Function{routine: build(strings.ToLower(name))}
}

// failed is the error of a function that was called.
func failed(name string, err error) error {
	return fault.New(fault.UserFunction, "the function %s failed", name).With("functionName", "`"+name+"`").Wrap(err)
}

// guard makes an error of a panic in the user's function. It is deferred.
func guard(name string, err *error) {
	if v := recover(); v != nil {
		*err = fault.New(fault.UserFunction, "the function %s panicked", name).With("functionName", "`"+name+"`").
			Wrap(fmt.Errorf("%v\n%s", v, debug.Stack()))
	}
}
