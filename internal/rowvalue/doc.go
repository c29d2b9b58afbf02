// Package rowvalue turns one cell of a column into a Go value and back.
//
//	[]any{int64(1), "a", nil} ── Append ─▶ batch.Column ── Get ─▶ int64(1), "a", nil
//
// It serves tests, the memory source and whoever hands rows to people: never a
// hot loop, where columns are read as typed slices.
//
// The Go value of a cell is its physical one: int32 for a date, int64
// microseconds for a timestamp, a string for binary. An array is a []any, a
// struct a []any with one value a field, a map a []any of [Pair], null is nil.
// [Append] also takes what people like to write: any Go integer that fits,
// time.Time, time.Duration, []byte and Go maps.
package rowvalue
