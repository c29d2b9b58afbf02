package expr

import (
	"maps"
	"strings"

	"github.com/weirstream/weir/internal/fault"
)

// Routine is a function of the user's: exactly one of its fields is set. Its name
// is in lower case, as all names of functions are.
type Routine struct {
	Scalar    *Function
	Aggregate *Aggregate
	Generator *Generator
}

// Name is the name it has in SQL.
func (r *Routine) Name() string {
	switch {
	case r.Scalar != nil:
		return r.Scalar.Name
	case r.Aggregate != nil:
		return r.Aggregate.Name
	default:
		return r.Generator.Name
	}
}

// With is a registry that knows these functions, too; r stays as it is. One of the
// user's takes the place of another of its name. The names of built-in functions
// are taken: the engine itself goes by them (ROUTINE_ALREADY_EXISTS).
func (r *Registry) With(routines ...*Routine) (*Registry, error) {
	next := &Registry{scalars: maps.Clone(r.scalars), aggregates: maps.Clone(r.aggregates),
		generators: maps.Clone(r.generators), windows: r.windows, own: maps.Clone(r.own)}
	if next.own == nil {
		next.own = make(map[string]bool)
	}
	for _, f := range routines {
		name := strings.ToLower(f.Name())
		if r.has(name) && !r.own[name] {
			return nil, fault.New(fault.RoutineExists, "the function `%s` is built in; give yours another name", name).
				With("routineName", "`"+name+"`").With("newRoutineType", "routine").With("existingRoutineType", "routine")
		}
		delete(next.scalars, name)
		delete(next.aggregates, name)
		delete(next.generators, name)
		switch {
		case f.Scalar != nil:
			next.scalars[name] = f.Scalar
		case f.Aggregate != nil:
			next.aggregates[name] = f.Aggregate
		default:
			next.generators[name] = f.Generator
		}
		next.own[name] = true
	}
	return next, nil
}

func (r *Registry) has(name string) bool {
	return r.scalars[name] != nil || r.aggregates[name] != nil || r.generators[name] != nil || r.windows[name] != nil
}

// Own reports whether the function of that name is one of the user's.
func (r *Registry) Own(name string) bool { return r.own[strings.ToLower(name)] }
