package functions

// Array is an array of the values.
func Array(columns ...any) Column { return Call("array", columns...) }

// Struct is a struct of the values under their names.
func Struct(columns ...any) Column { return Call("struct", columns...) }

// Map is a map of keys and values in turn.
func Map(keysAndValues ...any) Column { return Call("map", keysAndValues...) }

// Size is the number of elements.
func Size(c any) Column { return Call("size", c) }

// ArrayContains reports whether an array has an element.
func ArrayContains(c any, v any) Column { return Call("array_contains", c, Lit(v)) }

// SortArray is the array in order.
func SortArray(c any) Column { return Call("sort_array", c) }

// ElementAt is an element by its place from 1, or a value by its key.
func ElementAt(c any, key any) Column { return Call("element_at", c, Lit(key)) }

// Explode gives a row for each element of an array or map.
func Explode(c any) Column { return Call("explode", c) }

// ExplodeOuter is Explode with a null for an empty array.
func ExplodeOuter(c any) Column { return Call("explode_outer", c) }

// PosExplode is Explode with the places of the elements.
func PosExplode(c any) Column { return Call("posexplode", c) }

// Inline gives a row for each struct of an array.
func Inline(c any) Column { return Call("inline", c) }
