package collection

import "github.com/weirstream/weir/internal/expr"

// Functions is the theme's table. Beside it stand [Concat] and [Reverse], which
// share their names with functions of texts.
var Functions = []*expr.Function{
	array, makeMap, makeStruct("struct", false), makeStruct("named_struct", true),
	access("[]", 0, byMode), access("get", 0, never),
	access("element_at", 1, byMode), access("try_element_at", 1, never),
	size("size", true, true), size("cardinality", true, true), size("array_size", false, false),
	contains, position, containsKey, extreme("array_max", 1), extreme("array_min", -1),
	distinct, setOperation("array_union"), setOperation("array_intersect"), setOperation("array_except"), overlap,
	sorting("sort_array", false), sorting("array_sort", true), slice, compact, remove,
	extend("array_append", true), extend("array_prepend", false), insert, repeat, flatten, join, zip,
	half("map_keys", 0), half("map_values", 1), entries, fromArrays, fromEntries, mapConcat, strToMap,
	sequence, shuffle,
}
