package time

import (
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Functions is the theme's table. The operators are not in it; see [Operator].
var Functions = []*expr.Function{
	currentTimestamp, currentTimezone,
	current("now", "now()", types.Of(types.Timestamp), nowMicros),
	current("current_date", "current_date()", types.Of(types.Date), today),
	current("curdate", "current_date()", types.Of(types.Date), today),
	current("localtimestamp", "localtimestamp()", types.Of(types.TimestampNTZ), localNow),
	current("current_time", "current_time(6)", types.Of(types.Time), timeNow),
	current("localtime", "current_time(6)", types.Of(types.Time), timeNow),

	dateField("year", datetime.YearField),
	dateField("quarter", datetime.QuarterField),
	dateField("month", datetime.MonthField),
	dateField("day", datetime.DayField),
	dateField("dayofmonth", datetime.DayField),
	dateField("dayofweek", datetime.DayOfWeekField),
	dateField("weekday", datetime.WeekdayField),
	dateField("dayofyear", datetime.DayOfYearField),
	dateField("weekofyear", datetime.WeekField),
	clockField("hour", datetime.HourField),
	clockField("minute", datetime.MinuteField),
	clockField("second", datetime.SecondField),
	extract("extract"), extract("date_part"), extract("datepart"),
	named("dayname", dayName), named("monthname", monthName),

	dateFormat, fromUnixtime, dateTrunc, truncDate,
	parsing("to_date", types.Of(types.Date), false),
	parsing("try_to_date", types.Of(types.Date), true),
	parsing("to_timestamp", types.Of(types.Timestamp), false),
	parsing("try_to_timestamp", types.Of(types.Timestamp), true),
	parsing("to_timestamp_ltz", types.Of(types.Timestamp), false),
	parsing("to_timestamp_ntz", types.Of(types.TimestampNTZ), false),

	unixTime("unix_timestamp", true), unixTime("to_unix_timestamp", false),
	sinceEpoch("unix_seconds", datetime.MicrosPerSecond),
	sinceEpoch("unix_millis", datetime.MicrosPerMilli),
	sinceEpoch("unix_micros", 1),
	unixDate, fromUnixDate, timestampSeconds,
	fromEpoch("timestamp_millis", datetime.MicrosPerMilli),
	fromEpoch("timestamp_micros", 1),

	addDays("date_add", 1), addDays("date_sub", -1), dateAdd,
	dateDiff("datediff"), dateDiff("date_diff"),
	addMonths, monthsBetween, lastDay, nextDay,
	timestampAdd("timestampadd"), timestampDiff("timestampdiff"),

	makeDate, makeYearMonth, makeDayTime,
	makeInterval("make_interval", false), makeInterval("try_make_interval", true),
	makeTimestamp("make_timestamp", types.Of(types.Timestamp), false),
	makeTimestamp("make_timestamp_ltz", types.Of(types.Timestamp), false),
	makeTimestamp("make_timestamp_ntz", types.Of(types.TimestampNTZ), false),
	makeTimestamp("try_make_timestamp", types.Of(types.Timestamp), true),
	makeTimestamp("try_make_timestamp_ltz", types.Of(types.Timestamp), true),
	makeTimestamp("try_make_timestamp_ntz", types.Of(types.TimestampNTZ), true),

	shiftZone("from_utc_timestamp", (*datetime.Zone).ToLocal),
	shiftZone("to_utc_timestamp", (*datetime.Zone).ToUTC),
	convertTimezone,
}

// Add adds the theme's functions.
func Add(r *expr.Registry) {
	r.Add(clockFunctions...)
}

// dateAdd is dateadd(date, days), whose column is named date_add.
var dateAdd = dated("dateadd", "date_add", 1)
