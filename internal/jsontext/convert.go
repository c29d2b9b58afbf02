package jsontext

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// fromString stores what a JSON string says in a row of n, by n's type; false
// where it does not fit.
func (d *Decoder) fromString(n *node, row int, s string) (ok bool) {
	v := &n.values
	switch n.typ.Kind {
	case types.String, types.Variant:
		v.strings[row] = s
		return true
	case types.Binary:
		v.strings[row], ok = d.base64(s)
	case types.Float:
		var x float64
		if x, ok = nonNumbers[s]; ok && !d.options.Syntax.NoNonNumeric {
			v.float32s[row] = float32(x)
		}
		ok = ok && !d.options.Syntax.NoNonNumeric
	case types.Double:
		var x float64
		if x, ok = nonNumbers[s]; ok && !d.options.Syntax.NoNonNumeric {
			v.float64s[row] = x
		}
		ok = ok && !d.options.Syntax.NoNonNumeric
	case types.Decimal128:
		ok = s != "" && s[0] > ' ' && s[len(s)-1] > ' ' && d.decimal(n, row, strings.ReplaceAll(s, ",", ""))
	case types.Date:
		v.int32s[row], ok = d.date(s)
	case types.Timestamp:
		v.int64s[row], ok = d.instant(s)
	case types.TimestampNTZ:
		if f := d.options.Formats.TimestampNTZ; f != nil {
			v.int64s[row], ok = f.ParseTimestampNTZ(s)
		} else {
			v.int64s[row], ok = datetime.ParseTimestampNTZ(s, false)
		}
	case types.YearMonthInterval:
		v.int32s[row], ok = datetime.ParseYearMonth(s, n.typ.First, n.typ.Last)
	case types.DayTimeInterval:
		v.int64s[row], ok = datetime.ParseDayTime(s, n.typ.First, n.typ.Last)
	}
	return ok
}

// date reads a date by the option's pattern or by Spark's rules, which take a
// number of days too.
func (d *Decoder) date(s string) (int32, bool) {
	if f := d.options.Formats.Date; f != nil {
		return f.ParseDate(s)
	}
	if s == "" {
		return 0, false
	}
	if days, ok := datetime.ParseDate(s); ok {
		return days, true
	}
	days, err := strconv.ParseInt(s, 10, 32)
	return int32(days), err == nil
}

// instant reads a timestamp by the option's pattern or by Spark's rules.
func (d *Decoder) instant(s string) (int64, bool) {
	if f := d.options.Formats.Timestamp; f != nil {
		return f.ParseTimestamp(s, d.zone())
	}
	return datetime.ParseTimestamp(s, d.zone(), d.options.Today)
}

// decimal stores the decimal of a number's text, rounded to n's scale; false
// where it does not fit.
func (d *Decoder) decimal(n *node, row int, s string) bool {
	v, err := types.ParseDecimal(s, n.typ.Precision, n.typ.Scale)
	n.values.decimals[row] = v
	return err == nil
}

// base64 is the bytes of a base64 text, in which blanks do not count.
func (d *Decoder) base64(s string) (string, bool) {
	if strings.ContainsAny(s, " \t\r\n") {
		s = strings.Join(strings.Fields(s), "")
	}
	to := d.arena.Alloc(base64.StdEncoding.DecodedLen(len(s)))
	n, err := base64.StdEncoding.Decode(to, []byte(s))
	return batch.View(to[:n]), err == nil
}
