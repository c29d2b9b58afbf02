package types

// Decimal is a 128-bit two's complement integer: the unscaled value of a
// decimal whose scale stands in its [Type]. The zero Decimal is 0. It has the
// memory layout of Arrow's 128-bit decimal.
type Decimal struct {
	Lo uint64
	Hi int64
}

// Interval is a calendar interval. Its parts are independent: a month is not a
// number of days, a day not a number of microseconds.
type Interval struct {
	Months, Days int32
	Micros       int64
}
