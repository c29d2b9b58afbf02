package expr

import (
	"fmt"
	"strconv"

	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/types"
)

// literalText is a literal as it stands in a column's name: a string bare, a
// time as its typed literal.
func literalText(l *Literal) string {
	switch v := l.Value.(type) {
	case nil:
		return "NULL"
	case bool:
		return strconv.FormatBool(v)
	case float32:
		return string(celltext.AppendFloat(nil, v))
	case float64:
		return string(celltext.AppendDouble(nil, v))
	case types.Decimal:
		return DecimalText(v, l.Typ.Scale)
	case types.Interval:
		return "INTERVAL '" + string(celltext.AppendCalendar(nil, v)) + "'"
	case string:
		if l.Typ.Kind == types.Binary {
			return fmt.Sprintf("X'%X'", v)
		}
		if l.Typ.Collation != "" {
			return "'" + v + "' collate " + l.Typ.Collation
		}
		return v
	case int32:
		switch l.Typ.Kind {
		case types.Date:
			return "DATE '" + string(celltext.AppendDate(nil, v)) + "'"
		case types.YearMonthInterval:
			return string(celltext.AppendYearMonth(nil, v, l.Typ))
		}
	case int64:
		return longText(v, l)
	}
	return fmt.Sprint(l.Value)
}

func longText(v int64, l *Literal) string {
	switch l.Typ.Kind {
	case types.Time:
		return "TIME '" + string(celltext.AppendTime(nil, v)) + "'"
	case types.Timestamp:
		return "TIMESTAMP '" + string(celltext.AppendTimestamp(nil, v, l.Location)) + "'"
	case types.TimestampNTZ:
		return "TIMESTAMP_NTZ '" + string(celltext.AppendTimestamp(nil, v, nil)) + "'"
	case types.DayTimeInterval:
		return string(celltext.AppendDayTime(nil, v, l.Typ))
	}
	return strconv.FormatInt(v, 10)
}

// DecimalText is a decimal as Java writes it: with an exponent where it begins
// with more than six zeros behind the point.
func DecimalText(d types.Decimal, scale int) string {
	digits := d.Abs().Format(0)
	exponent := len(digits) - 1 - scale
	if scale == 0 || exponent >= -6 {
		return d.Format(scale)
	}
	sign := ""
	if d.Sign() < 0 {
		sign = "-"
	}
	if len(digits) > 1 {
		digits = digits[:1] + "." + digits[1:]
	}
	return sign + digits + "E" + strconv.Itoa(exponent)
}
