// Package celltext writes the value of a cell as text, the way Spark does.
//
//	column, row ─┬─ Append ──────▶ CAST(x AS STRING):  {a, 1, null}   61 62 as "ab"
//	             └─ AppendShown ─▶ Dataset.show:       {a, 1, NULL}   61 62 as [61 62]
//
// Both append to the caller's bytes, so that a column of any length is written
// without an allocation a row. The functions for single values (AppendDouble,
// AppendTimestamp, …) are what kernels over typed slices call.
//
// Numbers are written as Java writes them: 1.0E10, NaN, -Infinity; a decimal
// with all digits of its scale. A timestamp is written in the session's zone
// with its fraction's trailing zeros left out, years outside 0000 to 9999 with
// a sign. Intervals are ANSI literals. Source: Spark features S08 and S70; the
// tests compare with what a real Spark printed.
package celltext
