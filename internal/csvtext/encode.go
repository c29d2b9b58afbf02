package csvtext

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// Encoder writes rows as CSV, as Spark's CSV sink and to_csv do. A field is
// quoted where it holds a separator, a line end or a quote, or begins like a
// comment. An Encoder belongs to one goroutine.
type Encoder struct {
	options Options
	names   []string
	special [256]bool // bytes for which a field is quoted
	instant *datetime.Texts
	local   *datetime.Texts
	buf     []byte
	stamp   []byte // memory of the texts of instant and local
}

// Spark's patterns for writing times.
const (
	timestampPattern = "yyyy-MM-dd'T'HH:mm:ss.SSSXXXXX"
	localPattern     = "yyyy-MM-dd'T'HH:mm:ss.SSS"
)

// NewEncoder is an encoder for rows of a schema.
func NewEncoder(schema types.Schema, options Options) *Encoder {
	e := &Encoder{options: options, names: schema.Names()}
	e.special[options.Separator[0]] = true
	e.special['\n'], e.special['\r'] = true, true
	if q := options.Quoting; !q.KeepQuotes && q.Quote != 0 {
		e.special[q.Quote] = true
	}
	alloc := func(n int) []byte {
		if cap(e.stamp) < n {
			e.stamp = make([]byte, n)
		}
		return e.stamp[:n]
	}
	pattern := func(given *datetime.Pattern, text string) *datetime.Pattern {
		if given != nil {
			return given
		}
		p, _ := datetime.Compile(text) // ours, so it compiles
		return p
	}
	e.instant = pattern(options.Formats.Timestamp, timestampPattern).Texts(options.Zone, alloc)
	e.local = pattern(options.Formats.TimestampNTZ, localPattern).LocalTexts(alloc)
	return e
}

// lineSeparator is what ends a record.
func (e *Encoder) lineSeparator() string {
	if e.options.LineSeparator != "" {
		return e.options.LineSeparator
	}
	return "\n"
}

// AppendHeader writes the columns' names as a record with its line end.
func (e *Encoder) AppendHeader(to []byte) []byte {
	for i, name := range e.names {
		if i > 0 {
			to = append(to, e.options.Separator...)
		}
		to = e.text(to, name, i == 0)
	}
	return append(to, e.lineSeparator()...)
}

// AppendRow writes a physical row of the batch without a line end.
func (e *Encoder) AppendRow(to []byte, b *batch.Batch, row int) []byte {
	for i, c := range b.Columns {
		if i > 0 {
			to = append(to, e.options.Separator...)
		}
		to = e.field(to, c, row, i == 0)
	}
	return to
}

// AppendBatch writes every row of the batch that counts, each with its line end.
func (e *Encoder) AppendBatch(to []byte, b *batch.Batch) []byte {
	for i := range b.Len() {
		to = append(e.AppendRow(to, b, b.Row(i)), e.lineSeparator()...)
	}
	return to
}

// field writes a value. Most types cannot need quotes but by chance of the
// separator, so all but numbers go through text.
func (e *Encoder) field(to []byte, c *batch.Column, i int, first bool) []byte {
	if c.Null(i) {
		return e.null(to)
	}
	if c.Const {
		i = 0
	}
	if c.Type.Kind == types.String {
		return e.text(to, batch.Values[string](c)[i], first)
	}
	e.buf = e.value(e.buf[:0], c, i)
	return e.text(to, batch.View(e.buf), first)
}

// null writes a null: the word for it as it stands.
func (e *Encoder) null(to []byte) []byte {
	if q := e.options.Quoting; q.All {
		return append(append(append(to, q.Quote), e.options.Words.Null...), q.Quote)
	}
	return append(to, e.options.Words.Null...)
}

// text writes a text, quoted where that is needed.
func (e *Encoder) text(to []byte, s string, first bool) []byte {
	o := &e.options
	if !o.Space.KeepLeading {
		for s != "" && s[0] <= ' ' {
			s = s[1:]
		}
	}
	if !o.Space.KeepTrailing {
		for s != "" && s[len(s)-1] <= ' ' {
			s = s[:len(s)-1]
		}
	}
	if s == "" {
		return append(to, o.Words.EmptyWritten...)
	}
	comment := o.Comment
	if comment == 0 {
		comment = '#'
	}
	if !o.Quoting.All && !(first && s[0] == comment) && !e.needsQuotes(s) {
		return append(to, s...)
	}
	return e.quoted(to, s)
}

func (e *Encoder) needsQuotes(s string) bool {
	for i := range len(s) {
		if e.special[s[i]] {
			if s[i] == e.options.Separator[0] && !strings.HasPrefix(s[i:], e.options.Separator) {
				continue
			}
			return true
		}
	}
	return false
}

// quoted writes a text in quotes, with an escape before each quote and, if it
// has one of its own, each escape.
func (e *Encoder) quoted(to []byte, s string) []byte {
	q := e.options.Quoting
	to = append(to, q.Quote)
	for i := range len(s) {
		switch c := s[i]; {
		case c == q.Quote && c != 0 && !q.KeepQuotes:
			to = append(to, q.Escape)
		case c == q.Escape && c != 0 && q.EscapeOfEscape != 0:
			to = append(to, q.EscapeOfEscape)
		}
		to = append(to, s[i])
	}
	return append(to, q.Quote)
}

// value writes the text of a value, which is not null.
func (e *Encoder) value(to []byte, c *batch.Column, i int) []byte {
	t := c.Type
	switch t.Kind {
	case types.Boolean:
		return strconv.AppendBool(to, batch.Values[bool](c)[i])
	case types.Byte:
		return strconv.AppendInt(to, int64(batch.Values[int8](c)[i]), 10)
	case types.Short:
		return strconv.AppendInt(to, int64(batch.Values[int16](c)[i]), 10)
	case types.Int:
		return strconv.AppendInt(to, int64(batch.Values[int32](c)[i]), 10)
	case types.Long:
		return strconv.AppendInt(to, batch.Values[int64](c)[i], 10)
	case types.Float:
		return celltext.AppendFloat(to, batch.Values[float32](c)[i])
	case types.Double:
		return celltext.AppendDouble(to, batch.Values[float64](c)[i])
	case types.Decimal128:
		return celltext.AppendBigDecimal(to, batch.Values[types.Decimal](c)[i], t.Scale)
	case types.Binary:
		return appendBytes(to, batch.Values[string](c)[i])
	case types.Date:
		if f := e.options.Formats.Date; f != nil {
			return f.AppendDate(to, batch.Values[int32](c)[i])
		}
		return datetime.AppendDate(to, batch.Values[int32](c)[i])
	case types.Timestamp:
		return append(to, e.instant.Text(batch.Values[int64](c)[i])...)
	case types.TimestampNTZ:
		return append(to, e.local.Text(batch.Values[int64](c)[i])...)
	case types.YearMonthInterval:
		return datetime.AppendYearMonth(to, batch.Values[int32](c)[i], t.First, t.Last)
	case types.DayTimeInterval:
		return datetime.AppendDayTime(to, batch.Values[int64](c)[i], t.First, t.Last)
	case types.Null:
		return to
	case types.Array, types.Map, types.Struct: // to_csv alone lets them pass
		return celltext.Append(to, c, i, e.options.Zone.Location())
	}
	return append(to, batch.Values[string](c)[i]...)
}

// appendBytes writes bytes as Spark shows them: [61 62].
func appendBytes(to []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	to = append(to, '[')
	for i := range len(s) {
		if i > 0 {
			to = append(to, ' ')
		}
		to = append(to, hex[s[i]>>4], hex[s[i]&15])
	}
	return append(to, ']')
}
