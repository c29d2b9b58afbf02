package generate

import "github.com/weirstream/weir/internal/expr"

// Functions is the theme's table.
var Functions = []*expr.Generator{
	explode("explode", false, false), explode("explode_outer", false, true),
	explode("posexplode", true, false), explode("posexplode_outer", true, true),
	inline("inline", false), inline("inline_outer", true),
	stack,
}

// Add adds the theme's functions.
func Add(r *expr.Registry) { r.AddGenerators(Functions...) }
