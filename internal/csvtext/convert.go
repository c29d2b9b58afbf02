package csvtext

import (
	"math"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// store puts what a text says into row of column c; false where it does not fit
// the column's type.
func (d *Decoder) store(c *batch.Column, row int, s string) (ok bool) {
	switch c.Type.Kind {
	case types.String, types.Binary, types.Variant:
		batch.Values[string](c)[row] = s
		return true
	case types.Long:
		batch.Values[int64](c)[row], ok = whole(s, 64)
	case types.Int:
		var v int64
		v, ok = whole(s, 32)
		batch.Values[int32](c)[row] = int32(v)
	case types.Short:
		var v int64
		v, ok = whole(s, 16)
		batch.Values[int16](c)[row] = int16(v)
	case types.Byte:
		var v int64
		v, ok = whole(s, 8)
		batch.Values[int8](c)[row] = int8(v)
	case types.Double:
		batch.Values[float64](c)[row], ok = d.float(s, 64)
	case types.Float:
		var v float64
		v, ok = d.float(s, 32)
		batch.Values[float32](c)[row] = float32(v)
	case types.Boolean:
		batch.Values[bool](c)[row], ok = boolean(s)
	default:
		return d.storeOther(c, row, s)
	}
	return ok
}

func (d *Decoder) storeOther(c *batch.Column, row int, s string) (ok bool) {
	o := &d.options
	switch c.Type.Kind {
	case types.Timestamp:
		batch.Values[int64](c)[row], ok = o.instant(s)
	case types.TimestampNTZ:
		batch.Values[int64](c)[row], ok = o.local(s)
	case types.Date:
		batch.Values[int32](c)[row], ok = o.date(s)
	case types.Decimal128:
		batch.Values[types.Decimal](c)[row], ok = decimal(s, c.Type)
	case types.YearMonthInterval:
		batch.Values[int32](c)[row], ok = datetime.ParseYearMonth(s, c.Type.First, c.Type.Last)
	case types.DayTimeInterval:
		batch.Values[int64](c)[row], ok = datetime.ParseDayTime(s, c.Type.First, c.Type.Last)
	}
	return ok
}

func whole(s string, bits int) (int64, bool) {
	// The common case: up to 18 digits with a sign.
	digits := s
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		digits = digits[1:]
	}
	if digits == "" || len(digits) > 18 {
		v, err := strconv.ParseInt(s, 10, bits)
		return v, err == nil
	}
	v := int64(0)
	for i := range len(digits) {
		c := digits[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	if s[0] == '-' {
		v = -v
	}
	return v, v<<(64-bits)>>(64-bits) == v
}

// float reads a number as Java does, and the option's words.
func (d *Decoder) float(s string, bits int) (float64, bool) {
	switch w := &d.options.Words; s {
	case w.NaN:
		return math.NaN(), true
	case w.Infinity:
		return math.Inf(1), true
	case w.MinusInfinity:
		return math.Inf(-1), true
	}
	return parseFloat(s, bits)
}

// parseFloat is Java's parseDouble: blanks around and an f or d behind the
// number do not count; out of range is infinite.
func parseFloat(s string, bits int) (float64, bool) {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	switch s {
	case "NaN", "+NaN", "-NaN":
		return math.NaN(), true
	case "Infinity", "+Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	case "":
		return 0, false
	}
	switch s[len(s)-1] {
	case 'f', 'F', 'd', 'D':
		s = s[:len(s)-1]
	}
	for i := range len(s) { // ParseFloat takes words, underscores and more
		switch c := s[i]; {
		case c >= '0' && c <= '9' || c == '.' || c == '+' || c == '-' || c|0x20 == 'e':
		default:
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(s, bits)
	if err != nil && !math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}

func boolean(s string) (value, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

// decimal reads a number in which commas do not count.
func decimal(s string, t types.Type) (types.Decimal, bool) {
	if s == "" || s[0] <= ' ' || s[len(s)-1] <= ' ' {
		return types.Decimal{}, false
	}
	if strings.IndexByte(s, ',') >= 0 {
		s = strings.ReplaceAll(s, ",", "")
	}
	v, err := types.ParseDecimal(s, t.Precision, t.Scale)
	return v, err == nil
}

func (o *Options) instant(s string) (int64, bool) {
	if f := o.Formats.Timestamp; f != nil {
		return f.ParseTimestamp(s, o.Zone)
	}
	return datetime.ParseTimestamp(s, o.Zone, o.Today)
}

func (o *Options) local(s string) (int64, bool) {
	if f := o.Formats.TimestampNTZ; f != nil {
		return f.ParseTimestampNTZ(s)
	}
	return datetime.ParseTimestampNTZ(s, false)
}

func (o *Options) date(s string) (int32, bool) {
	if f := o.Formats.Date; f != nil {
		return f.ParseDate(s)
	}
	return datetime.ParseDate(s)
}
