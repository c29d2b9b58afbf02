package cast

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// toText is the cast to a string. The texts of a batch lie one behind the other
// in a buffer that is reused.
func (c *rules) toText() expr.Kernel {
	switch c.from.Kind {
	case types.String, types.Binary:
		return share
	case types.Boolean:
		return expr.Unary(strconv.FormatBool)
	case types.Byte:
		return intText[int8]()
	case types.Short:
		return intText[int16]()
	case types.Int:
		return intText[int32]()
	case types.Long:
		return intText[int64]()
	}
	var buf []byte
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		buf = buf[:0]
		to := batch.Values[string](out)
		for _, i := range expr.Rows(rows, sel) {
			row, start := int(i), len(buf)
			if args[0].Const {
				row = 0
			}
			buf = celltext.Append(buf, args[0], row, c.env.Zone())
			to[i] = batch.View(buf[start:])
		}
		return nil
	}
}

func intText[A integer]() expr.Kernel {
	var buf []byte
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		buf = buf[:0]
		a, to := expr.ArgOf[A](args[0]), batch.Values[string](out)
		for _, i := range expr.Rows(rows, sel) {
			start := len(buf)
			buf = strconv.AppendInt(buf, int64(a.At(i)), 10)
			to[i] = batch.View(buf[start:])
		}
		return nil
	}
}

// fromText is the cast of a string.
func (c *rules) fromText() expr.Kernel {
	refuse := func(s string) error { return c.invalid(s) }
	switch c.to.Kind {
	case types.Binary:
		return share
	case types.Boolean:
		return convert(c, ParseBoolean, refuse)
	case types.Byte:
		return convert(c, textToInt[int8](c), refuse)
	case types.Short:
		return convert(c, textToInt[int16](c), refuse)
	case types.Int:
		return convert(c, textToInt[int32](c), refuse)
	case types.Long:
		return convert(c, textToInt[int64](c), refuse)
	case types.Float:
		return convert(c, func(s string) (float32, bool) {
			f, ok := ParseFloat(s, 32)
			return float32(f), ok
		}, refuse)
	case types.Double:
		return convert(c, func(s string) (float64, bool) { return ParseFloat(s, 64) }, refuse)
	case types.Decimal128:
		return c.textToDecimal()
	case types.Date:
		return convert(c, datetime.ParseDate, refuse)
	case types.Timestamp:
		return convert(c, func(s string) (int64, bool) {
			return datetime.ParseTimestamp(s, c.zone, c.today())
		}, refuse)
	case types.TimestampNTZ:
		return convert(c, func(s string) (int64, bool) { return datetime.ParseTimestampNTZ(s, true) }, refuse)
	case types.Time:
		unit := timeUnit(c.to.Precision)
		return convert(c, func(s string) (int64, bool) {
			v, ok := datetime.ParseTime(s)
			return v - v%unit, ok
		}, refuse)
	case types.YearMonthInterval:
		return convert(c, func(s string) (int32, bool) {
			return datetime.ParseYearMonth(s, c.to.First, c.to.Last)
		}, c.badInterval)
	case types.DayTimeInterval:
		return convert(c, func(s string) (int64, bool) {
			return datetime.ParseDayTime(s, c.to.First, c.to.Last)
		}, c.badInterval)
	case types.CalendarInterval:
		return convert(c, datetime.ParseInterval, c.badInterval)
	default:
		return nil
	}
}

func (c *rules) badInterval(s string) error {
	return fault.New(fault.BadInterval, "'%s' cannot be read as %s", s, c.to.SQL()).
		With("input", s).With("intervalType", c.to.SQL())
}

// today is the batch's day in the session's zone.
func (c *rules) today() int32 {
	days, _ := datetime.SplitDay(c.zone.ToLocal(c.env.Now))
	return int32(days)
}

// timeUnit is the nanoseconds of the last digit of a time.
func timeUnit(precision int) int64 {
	unit := int64(1_000_000_000)
	for range precision {
		unit /= 10
	}
	return max(unit, 1)
}

// trim cuts off what Spark ignores around a value: white space and control
// characters.
func trim(s string) string {
	for s != "" && (s[0] <= ' ' || s[0] == 0x7f) {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] <= ' ' || s[len(s)-1] == 0x7f) {
		s = s[:len(s)-1]
	}
	return s
}

// ParseBoolean reads t, true, y, yes, 1 and f, false, n, no, 0 in any case.
func ParseBoolean(s string) (value, ok bool) {
	s = trim(s)
	if len(s) > 5 {
		return false, false
	}
	switch strings.ToLower(s) {
	case "t", "true", "y", "yes", "1":
		return true, true
	case "f", "false", "n", "no", "0":
		return false, true
	}
	return false, false
}

// ParseInt reads digits with a sign. With fraction it also takes a point and
// digits behind it, which are cut off.
func ParseInt(s string, fraction bool) (int64, bool) {
	s = trim(s)
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	if s == "" {
		return 0, false
	}
	var n uint64
	i := 0
	for ; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 {
			break
		}
		if n > math.MaxUint64/10-1 {
			return 0, false
		}
		n = n*10 + uint64(d)
	}
	if i < len(s) {
		if !fraction || s[i] != '.' {
			return 0, false
		}
		for _, b := range []byte(s[i+1:]) {
			if b-'0' > 9 {
				return 0, false
			}
		}
	}
	if negative {
		return -int64(n), n <= 1<<63
	}
	return int64(n), n < 1<<63
}

func textToInt[R integer](c *rules) func(string) (R, bool) {
	fraction := c.wrap
	return func(s string) (R, bool) {
		v, ok := ParseInt(s, fraction)
		return R(v), ok && int64(R(v)) == v
	}
}

// ParseFloat reads a number as Java does, with infinity, inf and nan in any
// case and a suffix d or f.
func ParseFloat(s string, bits int) (float64, bool) {
	s = trim(s)
	if s == "" {
		return 0, false
	}
	switch s[len(s)-1] | 0x20 {
	case 'n', 'y':
		return specialFloat(s)
	case 'f':
		if v, ok := specialFloat(s); ok {
			return v, true
		}
		if hexadecimal(s) && !strings.ContainsAny(s, "pP") {
			return 0, false
		}
		s = s[:len(s)-1]
	case 'd':
		s = s[:len(s)-1]
	}
	if s == "" || strings.IndexByte(s, '_') >= 0 {
		return 0, false
	}
	if last := s[len(s)-1]; last != '.' && last-'0' > 9 && !hexadecimal(s) {
		return 0, false // ParseFloat of Go would take "infinity" here
	}
	v, err := strconv.ParseFloat(s, bits)
	return v, err == nil || errors.Is(err, strconv.ErrRange)
}

func hexadecimal(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x'
}

func specialFloat(s string) (float64, bool) {
	switch strings.ToLower(s) {
	case "inf", "+inf", "infinity", "+infinity":
		return math.Inf(1), true
	case "-inf", "-infinity":
		return math.Inf(-1), true
	case "nan":
		return math.NaN(), true
	}
	return 0, false
}

func (c *rules) textToDecimal() expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, to := expr.ArgOf[string](args[0]), batch.Values[types.Decimal](out)
		for _, i := range expr.Rows(rows, sel) {
			d, err := types.ParseDecimal(a.At(i), c.to.Precision, c.to.Scale)
			switch {
			case err == nil:
			case !c.raise:
				out.SetNull(int(i))
			case errors.Is(err, types.ErrDecimalRange):
				return c.outOfRange(strings.Clone(a.At(i)))
			default:
				return c.invalid(strings.Clone(a.At(i)))
			}
			to[i] = d
		}
		return nil
	}
}
