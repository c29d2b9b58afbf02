package csvtext

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Decoder turns CSV records into rows of a batch. A reader calls StartFile where
// a file begins, and for each batch Begin, Decode for one or more chunks, and
// Batch. Strings of the batch are views of the chunk, which must stay as it is as
// long as the batch, or of the decoder's own memory. A Decoder belongs to one
// goroutine.
type Decoder struct {
	options  Options
	splitter splitter
	batch    *batch.Batch
	columns  []*batch.Column // by position in the file; nil: nobody wants it
	names    []string        // of those positions
	corrupt  *batch.Column   // nil: the schema has none
	counted  bool            // a wrong number of fields is malformed
	header   bool            // the header is still to come
	invalid  bool            // the chunk is not all UTF-8
	returns  bool            // the chunk has a \r
	rows     int
	room     int // rows that fit the columns
	usual    int // room of the batch before
	arena    batch.Arena
	stats    Stats
}

// Stats counts what a decoder has met.
type Stats struct {
	// Malformed is the number of records with a wrong number of fields or with
	// texts that do not fit.
	Malformed int64
	// Dropped is the number of those that gave no row.
	Dropped int64
}

// NewDecoder is a decoder of files with the columns of file, of which those of
// wanted are given, in wanted's order. As in Spark, the number of fields of a
// record is checked only where all columns, or the corrupt one, are wanted. A
// type that CSV has no form for is UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE. A
// decoder starts as after Begin and StartFile.
func NewDecoder(file, wanted types.Schema, options Options) (*Decoder, error) {
	d := &Decoder{options: options, batch: batch.New(wanted)}
	d.splitter = newSplitter(&d.options, &d.arena)
	for i, f := range wanted.Fields {
		switch f.Type.Kind {
		case types.Array, types.Map, types.Struct, types.CalendarInterval, types.Time:
			return nil, fault.New(fault.Condition{Name: "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", SQLState: "0A000"},
				"CSV cannot hold the column %s", f.Name).With("columnName", f.Name)
		}
		if f.Name == options.CorruptColumn && f.Type.Kind == types.String {
			d.corrupt = d.batch.Columns[i]
		}
	}
	for _, f := range file.Fields {
		if f.Name == options.CorruptColumn && f.Type.Kind == types.String {
			continue
		}
		var c *batch.Column
		for i, w := range wanted.Fields {
			if w.Name == f.Name {
				c = d.batch.Columns[i]
			}
		}
		d.columns, d.names = append(d.columns, c), append(d.names, f.Name)
	}
	d.counted = d.corrupt != nil || len(wanted.Fields) >= len(d.columns)
	d.Begin()
	d.StartFile()
	return d, nil
}

// StartFile says that the next record is the first one of a file, its header
// where files have one.
func (d *Decoder) StartFile() { d.header = d.options.Header.Present }

// Begin starts a new batch. The last one is over.
func (d *Decoder) Begin() {
	d.rows, d.room = 0, 0
	d.arena.Reset()
	d.ensure(max(d.usual, 64))
}

// ensure makes room for rows rows.
func (d *Decoder) ensure(rows int) {
	if rows <= d.room {
		return
	}
	room := max(rows, 2*d.room)
	for _, c := range d.batch.Columns {
		if d.room == 0 {
			c.Resize(room)
		} else {
			c.Extend(room - c.Len())
		}
	}
	d.room = room
}

// Rows is the number of rows in the batch so far.
func (d *Decoder) Rows() int { return d.rows }

// Stats counts what has been met since the decoder was made.
func (d *Decoder) Stats() Stats { return d.stats }

// Complete is the length of the records at the start of chunk that are complete,
// for a reader that has more to come. With MultiLine the quotes are followed, so
// chunk must begin with a record.
func (d *Decoder) Complete(chunk []byte) int {
	if d.options.MultiLine {
		return d.completeQuoted(chunk)
	}
	if sep := d.options.LineSeparator; sep != "" {
		if i := bytes.LastIndex(chunk, []byte(sep)); i >= 0 {
			return i + len(sep)
		}
		return 0
	}
	if i := bytes.LastIndexByte(chunk, '\n'); i >= 0 {
		return i + 1
	}
	if len(chunk) > 1 { // a \r at the very end may be half of \r\n
		return bytes.LastIndexByte(chunk[:len(chunk)-1], '\r') + 1
	}
	return 0
}

// completeQuoted is Complete where line ends may lie within quotes.
func (d *Decoder) completeQuoted(chunk []byte) int {
	s, last := batch.View(chunk), 0
	d.splitter.breaks = true
	for last < len(s) {
		end := last + d.splitter.split(s[last:])
		if end >= len(s) || s[end] == '\r' && end+1 == len(s) { // its line end, or half of it, is missing
			break
		}
		last = end + d.splitter.lineEnd(s, end)
	}
	return last
}

// Decode reads records until the batch is full or the chunk, which ends with a
// whole record, is used up; it returns how many bytes it has used. With FAILFAST
// a malformed record is an error, as is, in every mode, a record with more
// columns than MaxColumns; used is then where that record begins.
func (d *Decoder) Decode(chunk []byte) (used int, err error) {
	if d.header || d.rows == 0 {
		chunk, used = withoutMark(chunk)
	}
	d.invalid = !utf8.Valid(chunk)
	d.returns = bytes.IndexByte(chunk, '\r') >= 0
	d.splitter.breaks = d.options.MultiLine
	s := batch.View(chunk)
	for i := 0; i < len(s) && d.rows < batch.Size; {
		next, err := d.record(s, i)
		if err != nil {
			return used, err
		}
		used += next - i
		i = next
	}
	return used, nil
}

// Record reads a text as one record and adds its row, whatever line ends it
// holds: it is from_csv. The empty text gives a row of nulls.
func (d *Decoder) Record(text string) error {
	d.header, d.invalid, d.splitter.breaks = false, !utf8.ValidString(text), false
	if text == "" {
		d.AppendNull()
		return nil
	}
	d.splitter.split(text)
	return d.row(text)
}

// AppendNull adds a row of nulls.
func (d *Decoder) AppendNull() {
	d.ensure(d.rows + 1)
	for _, c := range d.batch.Columns {
		c.SetNull(d.rows)
	}
	d.rows++
}

// withoutMark takes a byte order mark off.
func withoutMark(chunk []byte) ([]byte, int) {
	if bytes.HasPrefix(chunk, []byte("\xef\xbb\xbf")) {
		return chunk[3:], 3
	}
	return chunk, 0
}

// record reads the record at i and returns where the next one begins.
func (d *Decoder) record(s string, i int) (next int, err error) {
	end := len(s)
	if !d.options.MultiLine {
		end, next = d.lineEnd(s, i)
	}
	if d.skipped(s[i:end]) {
		if d.options.MultiLine {
			_, next = d.lineEnd(s, i)
		}
		return next, nil
	}
	length := d.splitter.split(s[i:end])
	if d.options.MultiLine {
		end = i + length
		next = end
		if end < len(s) {
			next += d.splitter.lineEnd(s, end)
		}
	}
	return next, d.row(s[i:end])
}

// lineEnd is where the line at i ends and where the next one begins.
func (d *Decoder) lineEnd(s string, i int) (end, next int) {
	sep := d.options.LineSeparator
	if sep == "" {
		sep = "\n"
	}
	end, next = len(s), len(s)
	if n := strings.Index(s[i:], sep); n >= 0 {
		end = i + n
		next = end + len(sep)
	}
	if !d.returns || d.options.LineSeparator != "" {
		return end, next
	}
	if n := strings.IndexByte(s[i:end], '\r'); n >= 0 {
		if i+n+1 < end {
			next = i + n + 1
		}
		end = i + n
	}
	return end, next
}

// skipped reports whether a line is blank or a comment.
func (d *Decoder) skipped(line string) bool {
	if d.options.MultiLine {
		line = line[:min(len(line), 1)] // only an empty line
		return line == "\n" || line == "\r" || line != "" && line[0] == d.options.Comment && d.options.Comment != 0
	}
	if line != "" && line[0] > ' ' {
		return line[0] == d.options.Comment && d.options.Comment != 0
	}
	for i := range len(line) {
		if line[i] > ' ' {
			return false
		}
	}
	return true
}

// row makes a row of the fields that have been split.
func (d *Decoder) row(record string) error {
	fields := d.splitter.fields
	if err := d.limits(fields, record); err != nil {
		return err
	}
	if d.header {
		d.header = false
		return d.checkHeader(fields)
	}
	bad := d.counted && len(fields) != len(d.columns)
	d.ensure(d.rows + 1)
	if d.corrupt != nil {
		d.corrupt.SetNull(d.rows)
	}
	for i, c := range d.columns {
		if c == nil {
			continue
		}
		if i >= len(fields) || !d.value(c, fields[i]) {
			c.SetNull(d.rows)
			bad = bad || i < len(fields)
		}
	}
	if bad {
		return d.malformed(record)
	}
	d.rows++
	return nil
}

// value stores a field; false where it does not fit. A null is stored, too.
func (d *Decoder) value(c *batch.Column, f field) bool {
	w := &d.options.Words
	s := f.text
	switch {
	case f.skip || s == "" && !f.quoted:
		c.SetNull(d.rows)
		return true
	case s == "":
		s = w.EmptyRead
	}
	if s == w.Null {
		c.SetNull(d.rows)
		return true
	}
	if d.invalid {
		s = d.splitter.repair(s)
	}
	return d.store(c, d.rows, s)
}

// malformed applies the mode to the row that has just been read.
func (d *Decoder) malformed(record string) error {
	d.stats.Malformed++
	switch d.options.Mode {
	case DropMalformed:
		d.stats.Dropped++
		d.takeBack()
		return nil
	case FailFast:
		d.takeBack()
		text := clip(strings.ToValidUTF8(record, "\uFFFD"))
		return fault.New(fault.MalformedRecord,
			"the record %s is malformed or does not fit the schema; mode PERMISSIVE reads it as nulls", text).With("badRecord", text)
	}
	if d.corrupt != nil {
		if d.options.MultiLine { // a quote that is not closed has taken the last line end
			record = strings.TrimRight(record, "\r\n")
		}
		if d.invalid {
			record = d.splitter.repair(record)
		}
		batch.Values[string](d.corrupt)[d.rows] = record
		d.corrupt.SetNotNull(d.rows)
	}
	d.rows++
	return nil
}

// takeBack clears the nulls of a row that is none.
func (d *Decoder) takeBack() {
	for _, c := range d.batch.Columns {
		c.SetNotNull(d.rows)
	}
}

// clip shortens a text for a message.
func clip(s string) string {
	const limit = 300
	if len(s) <= limit {
		return s
	}
	cut := limit
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// limits checks a record against the options' limits.
func (d *Decoder) limits(fields []field, record string) error {
	fail := func(format string, args ...any) error {
		return fault.New(fault.MalformedRecord, "in the record %s "+format, append([]any{clip(record)}, args...)...).
			With("badRecord", clip(record))
	}
	if d.splitter.raised {
		return fail("a quote stands where none may; option unescapedQuoteHandling says RAISE_ERROR")
	}
	if len(fields) > d.options.MaxColumns {
		return fail("are %d columns; option maxColumns allows %d", len(fields), d.options.MaxColumns)
	}
	if most := d.options.MaxCharacters; most >= 0 {
		for _, f := range fields {
			if len(f.text) > most && utf8.RuneCountInString(f.text) > most {
				return fail("is a field longer than option maxCharsPerColumn allows: %d", most)
			}
		}
	}
	return nil
}

// checkHeader compares the header with the schema, where that is asked for.
func (d *Decoder) checkHeader(fields []field) error {
	if !d.options.Header.Check {
		return nil
	}
	same := len(fields) == len(d.names)
	for i := 0; same && i < len(fields); i++ {
		same = strings.EqualFold(strings.TrimSpace(fields[i].text), d.names[i])
	}
	if same {
		return nil
	}
	got := make([]string, len(fields))
	for i, f := range fields {
		got[i] = f.text
	}
	return fault.New(fault.IllegalArgument, "the CSV header does not conform to the schema: the header is %s, the schema %s; "+
		"with enforceSchema=true the header is skipped", strings.Join(got, ", "), strings.Join(d.names, ", "))
}

// Batch is the batch of the rows read since Begin. It belongs to the decoder and
// is good until the next Begin.
func (d *Decoder) Batch() *batch.Batch {
	for _, c := range d.batch.Columns {
		shorten(c, d.rows)
	}
	d.usual, d.room = d.room, d.rows
	d.batch.Rows, d.batch.Sel = d.rows, nil
	return d.batch
}

// shorten keeps the first rows of a column.
func shorten(c *batch.Column, rows int) {
	valid := c.Valid()
	if valid != nil {
		valid = valid[:batch.Words(rows)]
	}
	switch c.Type.Kind {
	case types.Boolean:
		batch.Reset(c, batch.Values[bool](c)[:rows], valid)
	case types.Byte:
		batch.Reset(c, batch.Values[int8](c)[:rows], valid)
	case types.Short:
		batch.Reset(c, batch.Values[int16](c)[:rows], valid)
	case types.Int, types.Date, types.YearMonthInterval:
		batch.Reset(c, batch.Values[int32](c)[:rows], valid)
	case types.Long, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		batch.Reset(c, batch.Values[int64](c)[:rows], valid)
	case types.Float:
		batch.Reset(c, batch.Values[float32](c)[:rows], valid)
	case types.Double:
		batch.Reset(c, batch.Values[float64](c)[:rows], valid)
	case types.Decimal128:
		batch.Reset(c, batch.Values[types.Decimal](c)[:rows], valid)
	case types.Null:
		c.Resize(rows)
	default:
		batch.Reset(c, batch.Values[string](c)[:rows], valid)
	}
}
