package jsontext

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Decoder turns JSON records into rows of a batch. A reader calls Begin, then
// Decode for one or more chunks, then Batch:
//
//	d.Begin()
//	used, err := d.Decode(chunk) // may stop early: the batch is full
//	b := d.Batch()               // good until the next Begin
//
// Strings of the batch are views of the chunk, which must stay as it is as long
// as the batch, or of the decoder's own memory. A Decoder belongs to one
// goroutine.
type Decoder struct {
	options Options
	root    *node
	batch   *batch.Batch
	corrupt *node // takes malformed records; nil: the schema has no such column
	lines   lines
	tested  bool    // some field has a test
	sel     []int32 // the rows that pass
	rows    int
	arena   batch.Arena // strings that are no views of a chunk
	stats   Stats

	// The line being read by the fast path.
	text    text
	stamp   uint64 // counts objects
	minute  minute
	last    int // the place of a line feed that no line read by it goes beyond
	depth   int // of a rejected row: how many objects are open
	stopped int // and from where they are

	parser parser // the general path
}

// Stats counts what a decoder has met.
type Stats struct {
	// Malformed is the number of records that were not JSON or did not fit the
	// schema.
	Malformed int64
	// Dropped is the number of those that gave no row.
	Dropped int64
}

// lines says where records end.
type lines struct {
	separator string // empty: \n, \r\n, \r
	newline   bool   // \n ends a record, so that the fast path can be used
}

// NewDecoder is a decoder for the wanted columns and, within structs, the wanted
// fields: others are checked and skipped. A type that JSON has no form for is
// UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE. A decoder starts as after Begin.
func NewDecoder(schema types.Schema, options Options) (*Decoder, error) {
	for _, f := range schema.Fields {
		if bad, ok := unsupported(f.Type); ok {
			return nil, fault.New(fault.Condition{Name: "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", SQLState: "0A000"},
				"JSON cannot hold the column %s of type %s", f.Name, bad).With("columnName", f.Name)
		}
	}
	if options.CorruptColumn == "" {
		options.CorruptColumn = "_corrupt_record"
	}
	d := &Decoder{options: options, batch: batch.New(schema)}
	d.root = &node{typ: schema.AsStruct()}
	for i, f := range schema.Fields {
		n := newNode(f.Name, f.Type, d.batch.Columns[i])
		if f.Name == options.CorruptColumn && f.Type.Kind == types.String {
			d.corrupt = n
			continue
		}
		d.root.children = append(d.root.children, n)
	}
	d.root.link()
	d.lines = lines{separator: options.LineSeparator, newline: options.LineSeparator == "" || options.LineSeparator == "\n"}
	d.parser = parser{decoder: d, syntax: options.Syntax, lines: options.LineSeparator == "" && !options.MultiLine}
	d.ensure(64)
	d.Begin()
	return d, nil
}

// unsupported finds a type within t that JSON has no form for.
func unsupported(t types.Type) (string, bool) {
	switch t.Kind {
	case types.CalendarInterval:
		return "INTERVAL", true
	case types.Time:
		return "TIME", true
	case types.Array:
		return unsupported(*t.Elem)
	case types.Map:
		if name, ok := unsupported(*t.Key); ok {
			return name, ok
		}
		return unsupported(*t.Elem)
	case types.Struct:
		for _, f := range t.Fields {
			if name, ok := unsupported(f.Type); ok {
				return name, ok
			}
		}
	}
	return "", false
}

// Begin starts a new batch. The last one is over.
func (d *Decoder) Begin() {
	d.root.begin()
	d.rows = 0
	d.sel = d.sel[:0]
	d.arena.Reset()
	if d.corrupt != nil {
		clear(d.corrupt.valid)
		d.corrupt.hasNull = true
	}
}

func (d *Decoder) ensure(rows int) {
	d.root.ensure(rows)
	if d.corrupt != nil {
		old := d.corrupt.room
		d.corrupt.ensure(rows)
		clear(d.corrupt.valid[batch.Words(old):])
	}
}

// Rows is the number of rows in the batch so far, those that fail a test
// included.
func (d *Decoder) Rows() int { return d.rows }

// Stats counts what has been met since the decoder was made.
func (d *Decoder) Stats() Stats { return d.stats }

// Complete is the length of the records at the start of chunk that are complete,
// for a reader that has more to come.
func (d *Decoder) Complete(chunk []byte) int {
	if d.lines.separator != "" {
		if i := bytes.LastIndex(chunk, []byte(d.lines.separator)); i >= 0 {
			return i + len(d.lines.separator)
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

// Decode reads records until the batch is full or the chunk, which ends with a
// whole record, is used up; it returns how many bytes it has used. With FAILFAST
// a malformed record is an error, and used is where that record begins.
func (d *Decoder) Decode(chunk []byte) (used int, err error) {
	if d.options.MultiLine {
		return d.decodeWhole(chunk)
	}
	fast := -1 // the last line feed that has padding behind it
	if d.lines.newline && len(chunk) > padding {
		fast = bytes.LastIndexByte(chunk[:len(chunk)-padding], '\n')
	}
	i := 0
	for i < len(chunk) && d.rows < batch.Size {
		if i > fast {
			return d.decodeEnd(chunk, i)
		}
		d.text, d.last = textOf(chunk), fast
		for i <= fast && d.rows < batch.Size {
			if next := d.fastLine(i); next > 0 {
				i = next
				continue
			}
			next, err := d.line(chunk, i)
			if err != nil {
				return i, err
			}
			i = next
		}
	}
	return i, nil
}

// decodeEnd reads the last lines of a chunk, from i on, out of a copy that has
// padding behind it.
func (d *Decoder) decodeEnd(chunk []byte, i int) (used int, err error) {
	n := len(chunk) - i
	end := d.arena.Alloc(n + 1 + padding)
	copy(end, chunk[i:])
	clear(end[n:])
	end[n] = '\n'
	d.text, d.last = textOf(end), n
	at := 0
	for at < n && d.rows < batch.Size {
		if d.lines.newline {
			if next := d.fastLine(at); next > 0 {
				at = min(next, n)
				continue
			}
		}
		next, err := d.line(end[:n], at)
		if err != nil {
			return i + at, err
		}
		at = next
	}
	return i + at, nil
}

// decodeWhole reads a chunk as one record.
func (d *Decoder) decodeWhole(chunk []byte) (used int, err error) {
	if d.rows >= batch.Size {
		return 0, nil
	}
	if err := d.record(chunk); err != nil {
		return 0, err
	}
	return len(chunk), nil
}

// fastLine reads the line at i with the fast path and returns where the next one
// begins, or failed.
func (d *Decoder) fastLine(i int) int {
	t := d.text
	if t.at(i) != '{' {
		return failed
	}
	if d.rows >= d.root.room {
		d.ensure(d.rows + 1)
	}
	i = d.object(d.root, d.rows, i)
	if i < 0 {
		if i == failed {
			return failed
		}
		if i = d.reject(); i < 0 {
			return failed
		}
	} else if d.tested {
		d.sel = append(d.sel, int32(d.rows))
	}
	if t.at(i) != '\n' {
		// Spark reads one value a line and does not look at what is behind it.
		for c := t.at(i); c != '\n' && (c != '\r' || d.lines.separator != ""); c = t.at(i) {
			i++
		}
		if t.at(i) == '\r' && t.at(i+1) == '\n' {
			i++
		}
	}
	d.rows++
	return i + 1
}

// reject goes on to the end of a row that failed a test and leaves it without
// elements. Where a malformed record is no error, what is left of the line is
// passed over: whatever it is, the row does not count.
func (d *Decoder) reject() int {
	i := d.stopped
	switch {
	case d.options.Mode != FailFast:
		i = d.endOfLine(i)
	case d.depth > 0:
		i = skipNested(d.text, i, insideObjects(d.depth))
	}
	if d.root.repeated {
		d.root.reset(d.rows)
	}
	return i
}

// endOfLine is the place of the mark that ends the line of which i is a part, or of
// the \r before it.
func (d *Decoder) endOfLine(i int) int {
	line := d.text.slice(i, d.last+1)
	line = line[:strings.IndexByte(line, '\n')+1]
	if n := strings.IndexByte(line, '\r'); n >= 0 && d.lines.separator == "" {
		return i + n
	}
	return i + len(line) - 1
}

// line reads the line of chunk that begins at i with the general path and
// returns where the next one begins.
func (d *Decoder) line(chunk []byte, i int) (next int, err error) {
	end, next := d.lineEnd(chunk, i)
	line := chunk[i:end]
	if len(line) >= 3 && line[0] == 0xef && line[1] == 0xbb && line[2] == 0xbf {
		line = line[3:]
	}
	if len(bytes.TrimLeft(line, " \t\r\n")) == 0 {
		return next, nil // a blank line is no record
	}
	return next, d.record(line)
}

// lineEnd is where the line at i ends and where the next one begins.
func (d *Decoder) lineEnd(chunk []byte, i int) (end, next int) {
	if d.lines.separator != "" {
		if n := bytes.Index(chunk[i:], []byte(d.lines.separator)); n >= 0 {
			return i + n, i + n + len(d.lines.separator)
		}
		return len(chunk), len(chunk)
	}
	end = len(chunk)
	if n := bytes.IndexByte(chunk[i:], '\n'); n >= 0 {
		end = i + n
	}
	if n := bytes.IndexByte(chunk[i:end], '\r'); n >= 0 {
		if i+n+1 == end && end < len(chunk) {
			return i + n, end + 1
		}
		return i + n, i + n + 1
	}
	return end, min(end+1, len(chunk))
}

// record reads one record with the general path and applies the mode.
func (d *Decoder) record(line []byte) error {
	first := d.rows
	ok := d.parser.record(line)
	if ok {
		return nil
	}
	d.stats.Malformed++
	switch d.options.Mode {
	case FailFast:
		d.drop(first)
		text := string(line)
		if !utf8.ValidString(text) {
			text = string(bytes.ToValidUTF8(line, []byte("\uFFFD")))
		}
		return fault.New(fault.MalformedRecord,
			"the record %s is malformed or does not fit the schema; mode PERMISSIVE reads it as nulls", clip(text)).
			With("badRecord", text)
	case DropMalformed:
		d.drop(first)
		d.stats.Dropped++
		return nil
	}
	if d.corrupt != nil {
		for row := first; row < d.rows; row++ {
			d.corrupt.values.strings[row] = batch.View(line)
			d.corrupt.setValid(row)
		}
	}
	return nil
}

// drop takes back the rows from first on.
func (d *Decoder) drop(first int) {
	for row := d.rows - 1; row >= first; row-- {
		d.root.reset(row)
		d.root.unset(row)
	}
	d.rows = first
	for len(d.sel) > 0 && int(d.sel[len(d.sel)-1]) >= first {
		d.sel = d.sel[:len(d.sel)-1]
	}
}

// unset takes back the nulls of a row that is no row any more, so that the next
// one finds all bits set.
func (n *node) unset(row int) {
	n.setValid(row)
	if n.typ.Kind == types.Struct {
		for _, c := range n.children {
			c.unset(row)
		}
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

// AppendNull adds a row whose columns are all null: what a missing record gives.
func (d *Decoder) AppendNull() {
	d.newRow()
}

// newRow begins a row of nulls.
func (d *Decoder) newRow() int {
	row := d.rows
	d.ensure(row + 1)
	d.root.reset(row)
	if d.tested {
		d.sel = append(d.sel, int32(row))
	}
	d.rows++
	return row
}

// Batch is the batch of the rows read since Begin. It belongs to the decoder and
// is good until the next Begin.
func (d *Decoder) Batch() *batch.Batch {
	for _, c := range d.root.children {
		c.publish(d.rows)
	}
	if d.corrupt != nil {
		d.corrupt.publish(d.rows)
	}
	d.batch.Rows, d.batch.Sel = d.rows, nil
	if d.tested && len(d.sel) < d.rows {
		d.batch.Sel = d.sel
		if d.sel == nil {
			d.batch.Sel = []int32{}
		}
	}
	return d.batch
}

// zone is the zone of text without one.
func (d *Decoder) zone() *datetime.Zone { return d.options.Zone }

// Test is a condition that rows must fulfil to count. Rows that do not are not read
// further, and are left out of the batch's Sel: what is wrong behind the field that
// fails is found only with FAILFAST. The engine tests rows again: a test that the
// decoder cannot use changes nothing.
type Test struct {
	// Path names a column and the fields on the way to the tested one.
	Path []string
	// In lists the values that pass, int64 or string by the field's type; empty
	// means that any value but null passes.
	In []any
}

// SetTests sets the conditions. It must be called before the first Decode. It
// reports which of them the decoder uses.
func (d *Decoder) SetTests(tests []Test) (used []bool) {
	used = make([]bool, len(tests))
	for i, t := range tests {
		n := d.root
		for _, name := range t.Path {
			k, ok := n.index[name]
			if !ok || n.typ.Kind != types.Struct {
				n = nil
				break
			}
			n = n.children[k]
		}
		if n == nil || n == d.root || n.test != nil {
			continue
		}
		if n.test = newCheck(n.typ, t.In); n.test != nil {
			used[i], d.tested = true, true
		}
	}
	return used
}

// check is a test made ready.
type check struct {
	numbers []int64
	strings []string
	any     bool
}

func newCheck(t types.Type, in []any) *check {
	c := &check{any: len(in) == 0}
	for _, v := range in {
		switch v := v.(type) {
		case int64:
			if t.Kind != types.Long && t.Kind != types.Int {
				return nil
			}
			c.numbers = append(c.numbers, v)
		case string:
			if t.Kind != types.String {
				return nil
			}
			c.strings = append(c.strings, v)
		default:
			return nil
		}
	}
	return c
}

// pass reports whether a row of n, just read, passes.
func (c *check) pass(n *node, row int) bool {
	if n.valid[row>>6]>>(row&63)&1 == 0 {
		return false
	}
	if c.any {
		return true
	}
	switch n.typ.Kind {
	case types.Int:
		return slices.Contains(c.numbers, int64(n.values.int32s[row]))
	case types.Long:
		return slices.Contains(c.numbers, n.values.int64s[row])
	default:
		return slices.Contains(c.strings, n.values.strings[row])
	}
}
