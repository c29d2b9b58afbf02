// Package time holds the functions of dates, times and intervals.
//
//	text ──to_date, to_timestamp──▶ date, timestamp ──date_format──▶ text
//	                                  │   ▲
//	          year, hour, extract ◀───┤   ├── make_date, make_timestamp, timestamp_seconds
//	          date_trunc, last_day ◀──┤   │
//	                                  ▼   │
//	                     + - with intervals, date_add, add_months
//
// Timestamps are instants: a function that asks for their day or hour looks at
// the clock of the session's zone, one over timestamp_ntz at the value itself.
// The rules of the calendar are in package datetime; here stand the types, the
// loops and the errors.
//
// Times of a stream lie near each other, so loops remember: the day and the zone's
// offset of the row before, the text that it was written as, the pattern and the
// zone that its arguments named. In UTC, hour(ts) is a division a row and
// date_format(ts, 'yyyy-MM-dd') a comparison.
//
// The operators on times and intervals are not functions of this table's names
// "+" and "-": [Operator] says which function serves a pair of types, and package
// builtin puts it under one name with arithmetic. Feature S110.
package time
