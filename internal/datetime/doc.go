// Package datetime is Spark's arithmetic and text of dates and times.
//
// A date is a number of days since 1970-01-01, a timestamp a number of
// microseconds since 1970-01-01 00:00 UTC, a timestamp without zone the
// microseconds that the wall clock shows. The calendar is the proleptic
// Gregorian one, from year -290307 to 294247.
//
//	        ParseDate, ParseTimestamp, Pattern.Parse
//	text ─────────────────────────────────────────────▶ int32 days
//	     ◀─────────────────────────────────────────────  int64 micros
//	        AppendDate, AppendTimestamp, Pattern.Append      │
//	                                                         │ Zone: ToLocal, ToUTC
//	        Field, Trunc, AddMonths, interval.go  ◀──────────┘
//
// A [Zone] turns instants into wall-clock time and back, by Java's rules: a time
// in a gap moves forward by the length of the gap, a time that happens twice is
// the first one. Everything after that works on wall-clock microseconds, without
// zones; where the zone is UTC that step costs nothing.
//
// A [Pattern] is a compiled Spark datetime pattern such as "yyyy-MM-dd HH:mm".
// The forms Over… work on whole vectors and remember the day they formatted
// last, since the times of a stream lie near each other.
//
// Source: Spark features S08 and the datetime pages of Spark SQL 4.3.
package datetime
