// Package cast changes the types of values: CAST, TRY_CAST, x::type, the casts
// that coercion puts in, and the functions int(x), string(x), ….
//
//	from ╲ to   number  text  boolean  date  timestamp  interval  array map struct
//	number        ✓      ✓      ✓             ✓ (s)      ✓ (one field)
//	text          ✓      ✓      ✓      ✓      ✓          ✓
//	date                 ✓             ✓      ✓
//	timestamp     ✓ (s)  ✓             ✓      ✓
//	nested               ✓                                        by element
//
// [Check] is the table of what may be cast to what, asked by the analyzer; [New]
// makes the kernel, which [expr.Compiler] asks for. What does not fit raises
// CAST_OVERFLOW, CAST_INVALID_INPUT or NUMERIC_VALUE_OUT_OF_RANGE in ANSI mode;
// TRY_CAST gives null; outside ANSI mode integers wrap around and the rest is
// null. Source: Spark's page on ANSI compliance, feature S110.
package cast
