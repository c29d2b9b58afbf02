package parquet

import (
	"errors"
	"fmt"

	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// column is one leaf column of the file: its levels and values, batch by batch.
type column interface {
	reading
	// levels are those of the rows read. Where the column is required and in
	// no list they are empty: every row has a value.
	levels() (defs, reps []int16)
	// fill converts the values read into the first values of c, and says how
	// many they are.
	fill(c *batch.Column) int
	// is says which column of the file it is.
	is() target
	// bounds is a column of the least and the greatest value of a row group;
	// nil where the statistics do not say.
	bounds(stats metadata.TypedStatistics) *batch.Column
}

// reading is how a column goes through a row group.
type reading interface {
	// open begins the column's chunk of a row group. The chunk before is
	// closed, and with it the views into it end.
	open(rows *file.RowGroupReader) error
	// read decodes the next rows.
	read(rows int) error
	// skip passes over the next rows.
	skip(rows int) error
	close() error
}

// leaf is a column whose values are decoded as P.
//
// Outside of lists a row is one level, and a batch is read exactly. In a list
// the end of a row shows only at the beginning of the next, so levels are read
// ahead and kept for the next batch; so are their values, with their bytes.
type leaf[P any] struct {
	target
	kind  kindOf[P]
	store func(c *batch.Column, values []P)
	chunk chunk[P]  // nil before the first row group
	pages *pages[P] // its dictionary's memory is used again

	defs, reps  []int16
	dense       []P
	lev, val    int // of the rows read
	have, dealt int // levels and values decoded; more than lev and val in lists only
	ahead       int // how many levels of a list are read at once
}

// target is a column of the file and what its values shall become.
type target struct {
	index int
	descr *schema.Column
	want  types.Type
}

// kindOf says how a column of one physical type is decoded.
type kindOf[P any] struct {
	plain func(to []P, data []byte) ([]byte, error)
	// other reads the encodings that plain and dictionaries are not.
	other func(file.ColumnChunkReader) chunk[P]
	// keep gives values bytes of their own, before their page is turned. Nil
	// where values are no views.
	keep keeper[P]
}

// keeper copies what values are views of.
type keeper[P any] interface {
	// keep copies values that stay until the next reset.
	keep(values []P)
	// clone copies values that stay for ever.
	clone(values []P)
	reset()
}

func (l *leaf[P]) is() target { return l.target }

func (l *leaf[P]) levels() (defs, reps []int16) {
	if l.descr.MaxDefinitionLevel() > 0 {
		defs = l.defs[:l.lev]
	}
	if l.descr.MaxRepetitionLevel() > 0 {
		reps = l.reps[:l.lev]
	}
	return defs, reps
}

func (l *leaf[P]) fill(c *batch.Column) int {
	l.store(c, l.dense[:l.val])
	return l.val
}

func (l *leaf[P]) open(rows *file.RowGroupReader) error {
	if err := l.close(); err != nil {
		return err
	}
	l.lev, l.val, l.have, l.dealt = 0, 0, 0, 0
	meta, err := rows.MetaData().ColumnChunk(l.index)
	if err != nil {
		return err
	}
	l.ahead = int(min(listRead, max(1, meta.NumValues())))
	if !common(meta) {
		reader, err := rows.Column(l.index)
		if err != nil {
			return err
		}
		l.chunk = l.kind.other(reader)
		return nil
	}
	pager, err := rows.GetColumnPageReader(l.index)
	if err != nil {
		return err
	}
	if l.pages == nil {
		l.pages = &pages[P]{}
	}
	*l.pages = pages[P]{pager: pager, descr: l.descr, plain: l.kind.plain, dictionary: l.pages.dictionary[:0]}
	l.chunk = l.pages
	return nil
}

func (l *leaf[P]) close() error {
	if l.chunk == nil {
		return nil
	}
	err := l.chunk.close()
	l.chunk = nil
	return err
}

func (l *leaf[P]) read(rows int) error {
	var err error
	if l.descr.MaxRepetitionLevel() > 0 {
		err = l.readLists(rows)
	} else {
		err = l.readFlat(rows)
	}
	if err != nil {
		return fmt.Errorf("column %s: %w", l.descr.Path(), err)
	}
	return nil
}

func (l *leaf[P]) skip(rows int) error {
	if l.descr.MaxRepetitionLevel() == 0 {
		rest, err := l.chunk.skip(rows)
		if err != nil {
			return fmt.Errorf("column %s: %w", l.descr.Path(), err)
		}
		rows = rest
	}
	if rows == 0 {
		return nil
	}
	return l.read(rows)
}

var errColumnEnds = errors.New("the column ends before its row group does")

func (l *leaf[P]) readFlat(rows int) error {
	l.lev, l.val = 0, 0
	l.room(rows, rows)
	if l.kind.keep != nil {
		l.kind.keep.reset()
	}
	var defs []int16
	for {
		if l.descr.MaxDefinitionLevel() > 0 {
			defs = l.defs[l.lev:rows]
		}
		n, values, err := l.chunk.read(rows-l.lev, l.dense[l.val:rows], defs, nil)
		if err != nil {
			return err
		}
		if n == 0 {
			return errColumnEnds
		}
		if l.lev += n; l.lev == rows {
			l.val += values
			return nil
		}
		if l.kind.keep != nil && l.chunk.paged() {
			l.kind.keep.keep(l.dense[l.val : l.val+values])
		}
		l.val += values
	}
}

// listRead is the most levels that are read at once where rows end somewhere.
const listRead = 4096

func (l *leaf[P]) readLists(rows int) error {
	l.have = copy(l.defs, l.defs[l.lev:l.have])
	copy(l.reps, l.reps[l.lev:l.lev+l.have])
	l.dealt = copy(l.dense, l.dense[l.val:l.dealt])
	end, seen := 0, 0
	for {
		for end < l.have && (seen < rows || l.reps[end] != 0) {
			if l.reps[end] == 0 {
				seen++
			}
			end++
		}
		if end < l.have {
			break
		}
		more, err := l.readAhead()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if seen < rows {
		return errColumnEnds
	}
	l.lev, l.val = end, 0
	for _, d := range l.defs[:end] {
		if d == l.descr.MaxDefinitionLevel() {
			l.val++
		}
	}
	return nil
}

// readAhead decodes further levels; false at the end of the chunk.
func (l *leaf[P]) readAhead() (bool, error) {
	most := l.ahead
	l.room(l.have+most, l.dealt+most)
	to := l.dense[l.dealt : l.dealt+most]
	n, values, err := l.chunk.read(most, to, l.defs[l.have:l.have+most], l.reps[l.have:l.have+most])
	if err != nil {
		return false, err
	}
	if l.kind.keep != nil {
		l.kind.keep.clone(to[:values])
	}
	l.have += n
	l.dealt += values
	return n > 0, nil
}

// room makes the buffers at least this long and keeps what they hold.
func (l *leaf[P]) room(levels, values int) {
	if len(l.defs) < levels {
		l.defs = append(make([]int16, 0, 2*levels), l.defs...)[:2*levels]
		if l.descr.MaxRepetitionLevel() > 0 {
			l.reps = append(make([]int16, 0, 2*levels), l.reps...)[:2*levels]
		}
	}
	if len(l.dense) < values {
		l.dense = append(make([]P, 0, 2*values), l.dense...)[:2*values]
	}
}

// bounds is the least and the greatest value of a row group as the column
// converts them; nil where the file does not say.
func (l *leaf[P]) bounds(stats metadata.TypedStatistics) *batch.Column {
	if !stats.HasMinMax() || l.descr.PhysicalType() == pq.Types.Int96 {
		return nil
	}
	ends := make([]P, 2)
	for i, text := range [][]byte{stats.EncodeMin(), stats.EncodeMax()} {
		if s, ok := any(&ends[i]).(*string); ok {
			*s = string(text)
		} else if _, err := l.kind.plain(ends[i:i+1], text); err != nil {
			return nil
		}
	}
	c := batch.NewColumn(l.want, 2)
	c.Resize(2)
	l.store(c, ends)
	return c
}

// texts keeps strings in an arena.
type texts struct{ arena batch.Arena }

func (t *texts) reset() { t.arena.Reset() }

func (t *texts) keep(values []string) {
	for i, s := range values {
		values[i] = t.arena.Copy(s)
	}
}

func (t *texts) clone(values []string) {
	total := 0
	for _, s := range values {
		total += len(s)
	}
	all := make([]byte, 0, total)
	for i, s := range values {
		start := len(all)
		all = append(all, s...)
		values[i] = batch.View(all[start:])
	}
}
