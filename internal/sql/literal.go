package sql

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// numberLiteral reads a number behind a sign, "" or "-": an integer is INT, else
// BIGINT, else DECIMAL; a fraction is DECIMAL, with an exponent DOUBLE; a suffix
// decides otherwise.
func (p *parser) numberLiteral(start int, sign string) expr.Expr {
	t := p.token()
	text := sign + t.text
	p.advance()
	switch t.kind {
	case integerToken:
		v, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil:
			return p.decimalLiteral(start, text)
		case v >= math.MinInt32 && v <= math.MaxInt32:
			return expr.Int32(int32(v))
		}
		return expr.Lit(v)
	case byteToken:
		return &expr.Literal{Value: int8(p.integer(start, text, 8, "TINYINT")), Typ: types.Of(types.Byte)}
	case shortToken:
		return &expr.Literal{Value: int16(p.integer(start, text, 16, "SMALLINT")), Typ: types.Of(types.Short)}
	case longToken:
		return expr.Lit(p.integer(start, text, 64, "BIGINT"))
	case exponentToken, doubleToken:
		return expr.Lit(p.float(start, text, 64, "DOUBLE"))
	case floatToken:
		return &expr.Literal{Value: float32(p.float(start, text, 32, "FLOAT")), Typ: types.Of(types.Float)}
	default:
		return p.decimalLiteral(start, text)
	}
}

func (p *parser) integer(start int, text string, bits int, name string) int64 {
	v, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		p.outOfRange(start, text, name)
	}
	return v
}

func (p *parser) float(start int, text string, bits int, name string) float64 {
	v, err := strconv.ParseFloat(text, bits)
	if err != nil {
		p.outOfRange(start, text, name)
	}
	return v
}

func (p *parser) outOfRange(start int, text, name string) {
	p.fail(fault.New(fault.InvalidNumericRange, "the number %s does not fit into %s", short(text), name).
		With("rawStrippedQualifier", text).With("typeName", name).Locate(p.from(start)))
}

func (p *parser) decimalLiteral(start int, text string) expr.Expr {
	v, t, err := types.ParseDecimalExact(text)
	if err != nil {
		p.failAt(start, fault.DecimalPrecision, "the number %s has more than %d digits, the most that a DECIMAL has",
			short(text), types.MaxPrecision)
	}
	return &expr.Literal{Value: v, Typ: t}
}

// typedLiteral reads a word and a text: DATE '2024-02-29', X'1F', INTERVAL '1
// day'.
func (p *parser) typedLiteral(start int) expr.Expr {
	word := p.token()
	if word.is("INTERVAL") {
		return p.interval(start)
	}
	p.advance()
	text := p.token().text
	p.advance()
	var l *expr.Literal
	switch {
	case word.is("DATE"):
		if e := p.specialDay(text, start); e != nil {
			return e
		}
		days, ok := datetime.ParseDate(text)
		l = literal(days, ok, types.Of(types.Date))
	case word.is("TIMESTAMP"), word.is("TIMESTAMP_LTZ"):
		return p.timestampLiteral(word, text, start)
	case word.is("TIMESTAMP_NTZ"):
		micros, ok := datetime.ParseTimestampNTZ(text, true)
		l = literal(micros, ok, types.Of(types.TimestampNTZ))
	case word.is("TIME"):
		nanos, ok := datetime.ParseTime(text)
		l = literal(nanos, ok, types.Of(types.Time))
	case word.is("X"):
		if len(text)%2 == 1 {
			text = "0" + text
		}
		bytes, err := hex.DecodeString(text)
		l = literal(string(bytes), err == nil, types.Of(types.Binary))
	default:
		p.failAt(start, fault.UnsupportedLiteral, "there are no literals of the type %s; there are DATE, TIMESTAMP, "+
			"TIMESTAMP_LTZ, TIMESTAMP_NTZ, TIME, INTERVAL and X (binary)", strings.ToUpper(word.text))
		return &expr.Literal{}
	}
	if l == nil {
		return p.badLiteral(word, text, start)
	}
	return l
}

func literal(value any, ok bool, t types.Type) *expr.Literal {
	if !ok {
		return nil
	}
	return &expr.Literal{Value: value, Typ: t}
}

func (p *parser) badLiteral(word *token, text string, start int) expr.Expr {
	name := strings.ToUpper(word.text)
	p.fail(fault.New(fault.InvalidTypedLiteral, "'%s' is no %s", short(text), name).With("valueType", `"`+name+`"`).
		With("value", "'"+text+"'").Locate(p.from(start)))
	return &expr.Literal{}
}

// timestampLiteral reads the text of a TIMESTAMP in the session's zone, or leaves it
// to be read where that is known. A time without a date falls on the day of the
// query, so it stays a cast.
func (p *parser) timestampLiteral(word *token, text string, start int) expr.Expr {
	t := types.Of(types.Timestamp)
	if e := p.specialDay(text, start); e != nil {
		if f, ok := e.(*expr.UnresolvedFunction); ok && strings.EqualFold(strings.TrimSpace(text), "now") {
			f.Name = "current_timestamp"
			return f
		}
		return &expr.Cast{Child: e, To: t, At: p.from(start)}
	}
	if clock := strings.IndexByte(text, ':'); clock >= 0 && !strings.Contains(text[:clock], "-") {
		if _, ok := datetime.ParseTimestamp(text, p.zone, 0); ok {
			return &expr.Cast{Child: expr.Lit(text), To: t, At: p.from(start)}
		}
	}
	micros, ok := datetime.ParseTimestamp(text, p.zone, 0)
	if !ok {
		return p.badLiteral(word, text, start)
	}
	if p.zone == nil {
		return &expr.UnresolvedTimestamp{Text: text, At: p.from(start)}
	}
	return &expr.Literal{Value: micros, Typ: t}
}

// specialDay is the value of the texts epoch, now, today, tomorrow and yesterday;
// nil for any other.
func (p *parser) specialDay(text string, start int) expr.Expr {
	today := p.operatorCall("current_date", start)
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "epoch":
		return &expr.Literal{Value: int32(0), Typ: types.Of(types.Date)}
	case "now", "today":
		return today
	case "tomorrow":
		return p.operatorCall("date_add", start, today, expr.Int32(1))
	case "yesterday":
		return p.operatorCall("date_add", start, today, expr.Int32(-1))
	}
	return nil
}
