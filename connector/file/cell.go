package file

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// setCell makes the first row of c the value of a directory's name.
func setCell(c *batch.Column, text string, zone *datetime.Zone) error {
	ok := false
	switch c.Type.Kind {
	case types.Boolean:
		ok = setFirst(c, text, parseBool)
	case types.Byte:
		ok = setFirst(c, text, func(s string) (int8, bool) { n, ok := parseInt(s, 8); return int8(n), ok })
	case types.Short:
		ok = setFirst(c, text, func(s string) (int16, bool) { n, ok := parseInt(s, 16); return int16(n), ok })
	case types.Int:
		ok = setFirst(c, text, func(s string) (int32, bool) { n, ok := parseInt(s, 32); return int32(n), ok })
	case types.Long:
		ok = setFirst(c, text, func(s string) (int64, bool) { return parseInt(s, 64) })
	case types.Float:
		ok = setFirst(c, text, func(s string) (float32, bool) { f, ok := parseFloat(s, 32); return float32(f), ok })
	case types.Double:
		ok = setFirst(c, text, parseJavaDouble)
	case types.Decimal128:
		ok = setFirst(c, text, func(s string) (types.Decimal, bool) {
			d, err := types.ParseDecimal(s, c.Type.Precision, c.Type.Scale)
			return d, err == nil
		})
	case types.String, types.Binary:
		ok = setFirst(c, text, func(s string) (string, bool) { return s, true })
	case types.Date:
		ok = setFirst(c, text, datetime.ParseDate)
	case types.Timestamp:
		ok = setFirst(c, text, func(s string) (int64, bool) { return parseTimestamp(s, zone) })
	case types.TimestampNTZ:
		ok = setFirst(c, text, func(s string) (int64, bool) { return datetime.ParseTimestampNTZ(s, false) })
	}
	if !ok {
		return fault.New(fault.CastInvalidInput, "the directory's value %q cannot be read as the column's type; "+
			"give the column the type STRING", text)
	}
	return nil
}

func setFirst[V batch.Value](c *batch.Column, text string, parse func(string) (V, bool)) bool {
	v, ok := parse(text)
	if ok {
		batch.Values[V](c)[0] = v
	}
	return ok
}

func parseInt(s string, bits int) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, bits)
	return n, err == nil
}

// parseFloat takes decimal numbers; Go's hexadecimal ones and underscores are
// none of Spark's.
func parseFloat(s string, bits int) (float64, bool) {
	if strings.ContainsAny(s, "xX_pP") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, bits)
	return f, err == nil
}

func parseBool(s string) (value, ok bool) {
	return strings.EqualFold(s, "true"), strings.EqualFold(s, "true") || strings.EqualFold(s, "false")
}

func parseTimestamp(s string, zone *datetime.Zone) (int64, bool) {
	if len(s) < len("2000-01-01") || s[4] != '-' {
		return 0, false // a bare time of day is no instant
	}
	return datetime.ParseTimestamp(s, zone, 0)
}
