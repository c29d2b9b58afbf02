package console

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/types"
)

// Layout says how [Table] prints.
type Layout struct {
	// NumRows is how many rows are printed at most; with more, the last line
	// says so.
	NumRows int
	// Truncate is the longest cell in characters of UTF-16; longer ones are cut
	// and, from 4 on, end in "...". Zero: cells are whole and stand left.
	Truncate int
	// Vertical prints a line a cell instead of a line a row.
	Vertical bool
	// Location is the session's time zone. Nil is UTC.
	Location *time.Location
}

// Table prints the rows of the batches as Dataset.show does, with the line break
// behind it. The batches need not hold more than NumRows+1 rows.
func Table(w io.Writer, schema types.Schema, batches []*batch.Batch, l Layout) error {
	l.NumRows = max(l.NumRows, 0)
	g := &grid{columns: schema.Len(), layout: l}
	for _, f := range schema.Fields {
		g.put([]byte(f.Name), 0)
	}
	more := false
	for _, b := range batches {
		more = g.add(b) || more
	}
	out := bufio.NewWriterSize(w, printedAtOnce)
	if l.Vertical {
		g.vertical(out)
	} else {
		g.horizontal(out)
	}
	if more && !(l.Vertical && g.rows == 0) {
		noun := "rows"
		if l.NumRows == 1 {
			noun = "row"
		}
		fmt.Fprintf(out, "only showing top %d %s", l.NumRows, noun)
	}
	out.WriteByte('\n')
	return out.Flush()
}

// printedAtOnce is how much text is gathered for a write. A table may be larger
// than memory: every cell is as wide as the widest one of its column.
const printedAtOnce = 1 << 16

// grid holds the texts of all cells, the header's first, row by row.
type grid struct {
	columns int
	layout  Layout
	rows    int // without the header

	text    []byte
	cells   []cell
	scratch []byte
}

// cell is the end of a cell's text in grid.text and its width on a terminal.
type cell struct{ end, width int }

// add takes rows of b as long as NumRows allows; it reports whether one was left.
func (g *grid) add(b *batch.Batch) (left bool) {
	for i := range b.Len() {
		if g.rows == g.layout.NumRows {
			return true
		}
		for _, c := range b.Columns {
			g.scratch = celltext.AppendShown(g.scratch[:0], c, b.Row(i), g.layout.Location)
			g.put(g.scratch, g.layout.Truncate)
		}
		g.rows++
	}
	return false
}

// put adds a cell, escaped and cut to limit if that is not zero.
func (g *grid) put(text []byte, limit int) {
	start := len(g.text)
	units, width := 0, 0 // in UTF-16; on the terminal
	cut, cutWidth := start, 0
	mark := max(0, limit-3) // where the text ends if it must be cut
	if limit < 4 {
		mark = limit
	}
	note := func(half bool) {
		if units == mark || half {
			cut, cutWidth = len(g.text), width
		}
	}
	split := false
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		note(false)
		if escaped := escape(r); escaped != 0 {
			g.text = append(g.text, '\\')
			units, width = units+1, width+1
			note(false)
			r = rune(escaped)
		}
		if r >= 0x10000 && units+1 == mark {
			note(true) // the cut falls between the halves of a surrogate pair
			split = true
		}
		g.text = utf8.AppendRune(g.text, r)
		n := 1
		if r >= 0x10000 {
			n = 2
		}
		units, width = units+n, width+n
		if wide(r) {
			width++
		}
	}
	if limit > 0 && units > limit {
		g.text, width = g.text[:cut], cutWidth
		if split {
			g.text, width = append(g.text, '?'), width+1
		}
		if limit >= 4 {
			g.text, width = append(g.text, "..."...), width+3
		}
	}
	g.cells = append(g.cells, cell{len(g.text), width})
}

// escape is the letter that stands behind a backslash for a control character, or
// zero.
func escape(r rune) byte {
	switch r {
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	case '\f':
		return 'f'
	case '\b':
		return 'b'
	case '\v':
		return 'v'
	case '\a':
		return 'a'
	}
	return 0
}

// wide reports whether Spark counts a character twice.
func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115F, r >= 0x2E80 && r <= 0xA4CF, r >= 0xAC00 && r <= 0xD7A3, r >= 0xF900 && r <= 0xFAFF,
		r >= 0xFE10 && r <= 0xFE19, r >= 0xFE30 && r <= 0xFE6F, r >= 0xFF00 && r <= 0xFF60, r >= 0xFFE0 && r <= 0xFFE6:
		return true
	}
	return false
}

// at is the text and the width of a cell; row 0 is the header.
func (g *grid) at(row, column int) ([]byte, int) {
	i := row*g.columns + column
	start := 0
	if i > 0 {
		start = g.cells[i-1].end
	}
	return g.text[start:g.cells[i].end], g.cells[i].width
}

// leastWidth is the least width of a column.
const leastWidth = 3

func (g *grid) horizontal(out *bufio.Writer) {
	widths := make([]int, g.columns)
	rule := "+"
	for k := range widths {
		widths[k] = leastWidth
		for row := range g.rows + 1 {
			_, width := g.at(row, k)
			widths[k] = max(widths[k], width)
		}
		rule += strings.Repeat("-", widths[k]) + "+"
	}
	if g.columns == 0 {
		rule = "++"
	}
	rule += "\n"
	out.WriteString(rule)
	for row := range g.rows + 1 {
		out.WriteByte('|')
		for k := range widths {
			text, width := g.at(row, k)
			if g.layout.Truncate > 0 {
				pad(out, ' ', widths[k]-width)
			}
			out.Write(text)
			if g.layout.Truncate <= 0 {
				pad(out, ' ', widths[k]-width)
			}
			out.WriteByte('|')
		}
		if g.columns == 0 {
			out.WriteByte('|')
		}
		out.WriteByte('\n')
		if row == 0 {
			out.WriteString(rule)
		}
	}
	out.WriteString(rule)
}

func (g *grid) vertical(out *bufio.Writer) {
	if g.rows == 0 {
		out.WriteString("(0 rows)\n")
		return
	}
	names, values := leastWidth, leastWidth
	for i, c := range g.cells {
		if i < g.columns {
			names = max(names, c.width)
		} else {
			values = max(values, c.width)
		}
	}
	for row := range g.rows {
		title := fmt.Sprintf("-RECORD %d", row)
		out.WriteString(title)
		pad(out, '-', names+values+5-len(title))
		out.WriteByte('\n')
		for k := range g.columns {
			name, nameWidth := g.at(0, k)
			text, width := g.at(row+1, k)
			out.WriteByte(' ')
			out.Write(name)
			pad(out, ' ', names-nameWidth)
			out.WriteString(" | ")
			out.Write(text)
			pad(out, ' ', values-width)
			out.WriteString(" \n")
		}
		if g.columns == 0 {
			out.WriteByte('\n')
		}
	}
}

// blanks is what is padded with at once.
const blanks = "                                                                "

// pad adds n times a blank, or a dash.
func pad(out *bufio.Writer, with byte, n int) {
	if with != ' ' {
		out.WriteString(strings.Repeat(string(with), max(n, 0)))
		return
	}
	for ; n > 0; n -= len(blanks) {
		out.WriteString(blanks[:min(n, len(blanks))])
	}
}
