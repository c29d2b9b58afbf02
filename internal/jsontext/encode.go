package jsontext

import (
	"encoding/base64"
	"math"
	"strconv"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/variant"
	"github.com/weirstream/weir/types"
)

// Encoder writes rows as JSON, as Spark's JSON sink and to_json do: a struct
// leaves out fields that are null, unless Options.KeepNulls is set; arrays and
// maps show their nulls. An Encoder belongs to one goroutine.
type Encoder struct {
	options Options
	root    []*writer // one for each column
	clock   clockMemo // for timestamps
	ntz     clockMemo
}

// writer writes the values of one field.
type writer struct {
	typ      types.Type
	key      string // the field's name as in `"name":`; empty for an element
	children []*writer
}

// NewEncoder is an encoder for rows of a schema.
func NewEncoder(schema types.Schema, options Options) *Encoder {
	e := &Encoder{options: options, clock: clockMemo{zone: options.Zone, zoned: true}, ntz: clockMemo{zone: datetime.UTC}}
	for _, f := range schema.Fields {
		e.root = append(e.root, newWriter(f.Name, f.Type))
	}
	return e
}

func newWriter(name string, t types.Type) *writer {
	w := &writer{typ: t, key: string(append(AppendString(nil, name), ':'))}
	switch t.Kind {
	case types.Array:
		w.children = []*writer{newWriter("", *t.Elem)}
	case types.Map:
		w.children = []*writer{newWriter("", *t.Key), newWriter("", *t.Elem)}
	case types.Struct:
		for _, f := range t.Fields {
			w.children = append(w.children, newWriter(f.Name, f.Type))
		}
	}
	return w
}

// AppendRow writes a physical row of the batch as one object, without a line
// feed.
func (e *Encoder) AppendRow(to []byte, b *batch.Batch, row int) []byte {
	return e.appendFields(to, e.root, b.Columns, row)
}

// AppendBatch writes every row of the batch that counts, each with a line feed
// behind it.
func (e *Encoder) AppendBatch(to []byte, b *batch.Batch) []byte {
	for i := range b.Len() {
		to = append(e.AppendRow(to, b, b.Row(i)), '\n')
	}
	return to
}

// AppendValue writes row i of column k, which is not null, as a value: what
// to_json gives for a struct, an array or a map.
func (e *Encoder) AppendValue(to []byte, k int, c *batch.Column, i int) []byte {
	return e.append(to, e.root[k], c, i)
}

func (e *Encoder) appendFields(to []byte, fields []*writer, columns []*batch.Column, row int) []byte {
	to = append(to, '{')
	start := len(to)
	for k, w := range fields {
		c := columns[k]
		null := c.Null(row)
		if null && !e.options.KeepNulls {
			continue
		}
		if len(to) > start {
			to = append(to, ',')
		}
		to = append(to, w.key...)
		if null {
			to = append(to, "null"...)
		} else {
			to = e.append(to, w, c, row)
		}
	}
	return append(to, '}')
}

// append writes row i of c, which is not null.
func (e *Encoder) append(to []byte, w *writer, c *batch.Column, i int) []byte {
	if c.Const {
		i = 0
	}
	switch c.Type.Kind {
	case types.String:
		return AppendString(to, batch.Values[string](c)[i])
	case types.Long:
		return strconv.AppendInt(to, batch.Values[int64](c)[i], 10)
	case types.Int:
		return strconv.AppendInt(to, int64(batch.Values[int32](c)[i]), 10)
	case types.Timestamp:
		return e.timestamp(to, batch.Values[int64](c)[i])
	case types.Double:
		return appendDouble(to, batch.Values[float64](c)[i])
	case types.Boolean:
		return strconv.AppendBool(to, batch.Values[bool](c)[i])
	case types.Struct:
		return e.appendFields(to, w.children, c.Children, i)
	case types.Array:
		return e.array(to, w, c, i)
	case types.Map:
		return e.dictionary(to, w, c, i)
	}
	return e.appendOther(to, c, i)
}

func (e *Encoder) appendOther(to []byte, c *batch.Column, i int) []byte {
	t := c.Type
	switch t.Kind {
	case types.Byte:
		return strconv.AppendInt(to, int64(batch.Values[int8](c)[i]), 10)
	case types.Short:
		return strconv.AppendInt(to, int64(batch.Values[int16](c)[i]), 10)
	case types.Float:
		return appendFloat(to, batch.Values[float32](c)[i])
	case types.Decimal128:
		return celltext.AppendBigDecimal(to, batch.Values[types.Decimal](c)[i], t.Scale)
	case types.Variant:
		return variant.Open(batch.Values[string](c)[i]).AppendJSON(to, e.options.Zone)
	case types.Binary:
		s := batch.Values[string](c)[i]
		to = base64.StdEncoding.AppendEncode(append(to, '"'), []byte(s))
		return append(to, '"')
	case types.Null:
		return append(to, "null"...)
	}
	to = append(to, '"')
	switch t.Kind {
	case types.Date:
		if f := e.options.Formats.Date; f != nil {
			return closeText(to, f.AppendDate(nil, batch.Values[int32](c)[i]))
		}
		to = datetime.AppendDate(to, batch.Values[int32](c)[i])
	case types.TimestampNTZ:
		if f := e.options.Formats.TimestampNTZ; f != nil {
			return closeText(to, f.AppendTimestampNTZ(nil, batch.Values[int64](c)[i]))
		}
		to = e.ntz.append(to, batch.Values[int64](c)[i])
	case types.Time:
		to = datetime.AppendTime(to, batch.Values[int64](c)[i])
	case types.YearMonthInterval:
		to = datetime.AppendYearMonth(to, batch.Values[int32](c)[i], t.First, t.Last)
	case types.DayTimeInterval:
		to = datetime.AppendDayTime(to, batch.Values[int64](c)[i], t.First, t.Last)
	case types.CalendarInterval:
		to = datetime.AppendInterval(to, batch.Values[types.Interval](c)[i])
	}
	return append(to, '"')
}

// closeText ends a string that a pattern has written: its quote is there, its
// text may need escapes.
func closeText(to, text []byte) []byte {
	return AppendString(to[:len(to)-1], batch.View(text))
}

func (e *Encoder) timestamp(to []byte, micros int64) []byte {
	to = append(to, '"')
	if f := e.options.Formats.Timestamp; f != nil {
		return closeText(to, f.AppendTimestamp(nil, micros, e.options.Zone))
	}
	return append(e.clock.append(to, micros), '"')
}

func (e *Encoder) array(to []byte, w *writer, c *batch.Column, i int) []byte {
	to = append(to, '[')
	element := c.Children[0]
	for k := c.Offsets[i]; k < c.Offsets[i+1]; k++ {
		if k > c.Offsets[i] {
			to = append(to, ',')
		}
		to = e.element(to, w.children[0], element, int(k))
	}
	return append(to, ']')
}

func (e *Encoder) element(to []byte, w *writer, c *batch.Column, i int) []byte {
	if c.Null(i) {
		return append(to, "null"...)
	}
	return e.append(to, w, c, i)
}

func (e *Encoder) dictionary(to []byte, w *writer, c *batch.Column, i int) []byte {
	to = append(to, '{')
	for k := c.Offsets[i]; k < c.Offsets[i+1]; k++ {
		if k > c.Offsets[i] {
			to = append(to, ',')
		}
		to = append(e.mapKey(to, w.children[0], c.Children[0], int(k)), ':')
		to = e.element(to, w.children[1], c.Children[1], int(k))
	}
	return append(to, '}')
}

// mapKey writes a key as a string; dates and times appear as the numbers that
// they are kept as, which is what Spark does.
func (e *Encoder) mapKey(to []byte, w *writer, c *batch.Column, i int) []byte {
	switch c.Type.Kind {
	case types.String:
		return AppendString(to, batch.Values[string](c)[i])
	case types.Date, types.YearMonthInterval:
		to = strconv.AppendInt(append(to, '"'), int64(batch.Values[int32](c)[i]), 10)
	case types.Timestamp, types.TimestampNTZ, types.DayTimeInterval, types.Time:
		to = strconv.AppendInt(append(to, '"'), batch.Values[int64](c)[i], 10)
	default:
		text := e.append(nil, w, c, i)
		if len(text) > 0 && text[0] == '"' {
			return append(to, text...)
		}
		return AppendString(to, batch.View(text))
	}
	return append(to, '"')
}

// appendDouble writes a number; what is none is a string.
func appendDouble(to []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(celltext.AppendDouble(append(to, '"'), v), '"')
	}
	return celltext.AppendDouble(to, v)
}

// appendFloat is appendDouble for a float.
func appendFloat(to []byte, v float32) []byte {
	if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
		return appendDouble(to, x)
	}
	return celltext.AppendFloat(to, v)
}

// escapeOf says how a byte below 0x60 is written in a string: 0 as it is, 'u' as
// \u00XX, else behind a backslash.
var escapeOf = makeEscapes()

func makeEscapes() (table [256]byte) {
	for c := range 0x20 {
		table[c] = 'u'
	}
	table['\b'], table['\t'], table['\n'], table['\f'], table['\r'] = 'b', 't', 'n', 'f', 'r'
	table['"'], table['\\'] = '"', '\\'
	return table
}

// AppendString writes s as a JSON string.
func AppendString(to []byte, s string) []byte {
	to = append(to, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		e := escapeOf[s[i]]
		if e == 0 {
			continue
		}
		to = append(append(to, s[start:i]...), '\\', e)
		if e == 'u' {
			const hex = "0123456789ABCDEF"
			to = append(to, '0', '0', hex[s[i]>>4], hex[s[i]&15])
		}
		start = i + 1
	}
	return append(append(to, s[start:]...), '"')
}

// clockMemo writes timestamps as 2026-03-01T12:00:07.123Z and remembers the
// minute that it wrote last.
type clockMemo struct {
	zone   *datetime.Zone
	zoned  bool  // an offset follows
	start  int64 // the remembered minute, as an instant
	end    int64
	minute [40]byte // 2026-03-01T12:00:
	size   int
	offset [12]byte
	tail   int
}

func (m *clockMemo) append(to []byte, micros int64) []byte {
	if micros < m.start || micros >= m.end {
		m.move(micros)
	}
	rest := uint32(micros - m.start)
	second, milli := rest/1e6, rest/1e3%1e3
	to = append(to, m.minute[:m.size]...)
	to = append(to, byte('0'+second/10), byte('0'+second%10), '.', byte('0'+milli/100), byte('0'+milli/10%10), byte('0'+milli%10))
	return append(to, m.offset[:m.tail]...)
}

func (m *clockMemo) move(micros int64) {
	offset := m.zone.Offset(micros)
	local := micros + offset
	_, ofDay := datetime.SplitDay(local)
	rest := ofDay % datetime.MicrosPerMinute
	m.start = micros - rest
	m.end = m.start + datetime.MicrosPerMinute
	if m.zone.Offset(m.start) != offset || m.zone.Offset(m.end-1) != offset {
		m.end = micros + 1 // the offset changes within the minute
	}
	text := datetime.AppendTimestampNTZ(m.minute[:0], local-rest)
	m.size = len(text) - 2
	for i := range m.size {
		if m.minute[i] == ' ' {
			m.minute[i] = 'T'
		}
	}
	m.tail = 0
	if m.zoned {
		m.tail = len(datetime.AppendOffset(m.offset[:0], offset))
	}
}
