package json

import "github.com/weirstream/weir/internal/expr"

// Functions is the theme's table.
var Functions = []*expr.Function{
	fromJSON, toJSON, getObject, arrayLength, objectKeys, schemaOfJSON,
	fromCSV, toCSV, schemaOfCSV,
}

// Generators is the theme's table of generators.
var Generators = []*expr.Generator{tuple}

// Add adds the theme's functions.
func Add(r *expr.Registry) {
	r.Add(Functions...)
	r.AddGenerators(Generators...)
}
