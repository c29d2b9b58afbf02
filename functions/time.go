package functions

import "time"

// Window groups event times into windows of a width, [start, end), that begin at
// multiples of it since 1970 (S100). The column is a struct of start and end.
func Window(timeColumn any, width time.Duration) Column {
	return Call("window", timeColumn, width, width, time.Duration(0))
}

// SlidingWindow is Window with a window every slide, shifted by start (S101). A
// row belongs to several windows.
func SlidingWindow(timeColumn any, width, slide, start time.Duration) Column {
	return Call("window", timeColumn, width, slide, start)
}

// CurrentTimestamp is the time of the batch, the same for all its rows.
func CurrentTimestamp() Column { return Call("current_timestamp") }

// CurrentDate is the date of the batch in the time zone of the session.
func CurrentDate() Column { return Call("current_date") }

// Year is the year.
func Year(c any) Column { return Call("year", c) }

// Month is the month, from 1.
func Month(c any) Column { return Call("month", c) }

// DayOfMonth is the day of the month, from 1.
func DayOfMonth(c any) Column { return Call("dayofmonth", c) }

// Hour is the hour, from 0.
func Hour(c any) Column { return Call("hour", c) }

// Minute is the minute, from 0.
func Minute(c any) Column { return Call("minute", c) }

// Second is the second, from 0.
func Second(c any) Column { return Call("second", c) }

// DateFormat writes a time by a pattern such as yyyy-MM-dd.
func DateFormat(c any, format string) Column { return Call("date_format", c, Lit(format)) }

// ToDate reads a date.
func ToDate(c any) Column { return Call("to_date", c) }

// ToTimestamp reads a time.
func ToTimestamp(c any) Column { return Call("to_timestamp", c) }

// DateTrunc cuts a time down to a unit such as hour.
func DateTrunc(unit string, c any) Column { return Call("date_trunc", Lit(unit), c) }

// UnixTimestamp is a time in seconds since 1970.
func UnixTimestamp(c any) Column { return Call("unix_timestamp", c) }

// WindowTime is the event time of a window, for windows of windows.
func WindowTime(window any) Column { return Call("window_time", window) }
