// Package math holds arithmetic and the functions of numbers.
//
//	operands ─▶ expr.Operands: one integer type ─▶ tight loop, overflow found per block
//	                           one float type   ─▶ tight loop
//	                           two decimals     ─▶ 128-bit loop, scale and precision of Spark
//
// A loop over integers computes all rows and gathers in one word whether any of
// them overflowed; only then a second loop looks for the row. ANSI mode raises
// ARITHMETIC_OVERFLOW or DIVIDE_BY_ZERO; outside it integers wrap and the rest
// is null; the try_ functions give null. Feature S110.
//
// The operators on dates and intervals are in package time; package builtin puts
// both under one name.
package math
