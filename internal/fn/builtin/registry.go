package builtin

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/aggregate"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/collate"
	"github.com/weirstream/weir/internal/fn/collection"
	"github.com/weirstream/weir/internal/fn/generate"
	"github.com/weirstream/weir/internal/fn/higher"
	"github.com/weirstream/weir/internal/fn/json"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/internal/fn/math"
	"github.com/weirstream/weir/internal/fn/rank"
	"github.com/weirstream/weir/internal/fn/secure"
	"github.com/weirstream/weir/internal/fn/semi"
	"github.com/weirstream/weir/internal/fn/session"
	"github.com/weirstream/weir/internal/fn/sketch"
	"github.com/weirstream/weir/internal/fn/text"
	"github.com/weirstream/weir/internal/fn/time"
	"github.com/weirstream/weir/internal/fn/window"
)

// Registry makes a registry of all built-in functions under all their names.
func Registry() *expr.Registry {
	r := expr.NewRegistry()
	shared := overloads()
	r.Add(shared...)
	for _, table := range [][]*expr.Function{
		cast.Functions, logic.Functions, math.Functions, time.Functions, collection.Functions, text.Functions,
		higher.Functions,
	} {
		for _, f := range table {
			if !slices.ContainsFunc(shared, func(s *expr.Function) bool { return s.Name == f.Name }) {
				r.Add(f)
			}
		}
	}
	aggregate.Add(r)
	generate.Add(r)
	json.Add(r)
	semi.Add(r)
	session.Add(r)
	collate.Add(r)
	time.Add(r)
	math.Add(r)
	r.Add(collection.Vectors...)
	r.Add(secure.Functions...)
	r.AddAggregates(sketch.Functions...)
	window.Add(r)
	rank.Add(r)
	for name, further := range aliases {
		r.Alias(name, further...)
	}
	return r
}

// aliases are further names of functions, by the name that a column made by one
// of them bears.
var aliases = map[string][]string{}
