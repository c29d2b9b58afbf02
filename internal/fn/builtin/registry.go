package builtin

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/internal/fn/math"
	"github.com/weirstream/weir/internal/fn/text"
)

// Registry makes a registry of all built-in functions under all their names.
func Registry() *expr.Registry {
	r := expr.NewRegistry()
	r.Add(cast.Functions...)
	r.Add(logic.Functions...)
	r.Add(math.Functions...)
	r.Add(text.Functions...)
	r.Add(text.Concat("concat"), text.Concat("||"), text.Reverse)
	for name, further := range aliases {
		r.Alias(name, further...)
	}
	return r
}

// aliases are further names of functions, by the name that a column made by one
// of them bears.
var aliases = map[string][]string{}
