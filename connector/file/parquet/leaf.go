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
	// open begins the column's chunk of a row group. The chunk before is
	// closed, and with it the views into it end.
	open(rows *file.RowGroupReader) error
	// read decodes the next rows.
	read(rows int) error
	// skip passes over the next rows.
	skip(rows int) error
	// levels are those of the rows read. Where the column is required and in
	// no list they are empty: every row has a value.
	levels() (defs, reps []int16)
	// fill converts the values read into the first values of c.
	fill(c *batch.Column)
	// values is how many values the rows read have.
	values() int
	// describes is the column's place in the schema.
	describes() *schema.Column
	// position is the column's number in the file.
	position() int
	// bounds is a column of the least and the greatest value of a row group;
	// nil where the statistics do not say.
	bounds(stats metadata.TypedStatistics) *batch.Column
	close() error
}

// leaf is a column whose values are decoded as P.
//
// Outside of lists a row is one level, and a batch is read exactly. In a list
// the end of a row shows only at the beginning of the next, so levels are read
// ahead and kept for the next batch; so are their values, with their bytes.
type leaf[P any] struct {
	index int
	descr *schema.Column
	want  types.Type
	kind  kindOf[P]
	store func(c *batch.Column, values []P)
	chunk file.ColumnChunkReader // nil before the first row group

	defs, reps  []int16
	dense       []P
	lev, val    int // of the rows read
	have, dealt int // levels and values decoded; more than lev and val in lists only
}

// kindOf says how a column of one physical type is decoded.
type kindOf[P any] struct {
	// read decodes at most n levels of one page and their values.
	read func(c file.ColumnChunkReader, n int, to []P, defs, reps []int16) (int64, int, error)
	skip func(c file.ColumnChunkReader, n int) error
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

func (l *leaf[P]) describes() *schema.Column { return l.descr }

func (l *leaf[P]) values() int { return l.val }

func (l *leaf[P]) levels() (defs, reps []int16) {
	if l.descr.MaxDefinitionLevel() > 0 {
		defs = l.defs[:l.lev]
	}
	if l.descr.MaxRepetitionLevel() > 0 {
		reps = l.reps[:l.lev]
	}
	return defs, reps
}

func (l *leaf[P]) fill(c *batch.Column) { l.store(c, l.dense[:l.val]) }

func (l *leaf[P]) open(rows *file.RowGroupReader) (err error) {
	if err := l.close(); err != nil {
		return err
	}
	l.lev, l.val, l.have, l.dealt = 0, 0, 0, 0
	l.chunk, err = rows.Column(l.index)
	return err
}

func (l *leaf[P]) close() error {
	if l.chunk == nil {
		return nil
	}
	err := l.chunk.Close()
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
	if l.descr.MaxRepetitionLevel() > 0 {
		return l.read(rows)
	}
	if err := l.kind.skip(l.chunk, rows); err != nil {
		return fmt.Errorf("column %s: %w", l.descr.Path(), err)
	}
	return nil
}

var errColumnEnds = errors.New("the column ends before its row group does")

func (l *leaf[P]) readFlat(rows int) error {
	l.lev, l.val = 0, 0
	l.room(rows, rows)
	if l.kind.keep != nil {
		l.kind.keep.reset()
	}
	var defs []int16
	for kept := 0; l.lev < rows; {
		if l.descr.MaxDefinitionLevel() > 0 {
			defs = l.defs[l.lev:rows]
		}
		n, values, err := l.kind.read(l.chunk, rows-l.lev, l.dense[l.val:rows], defs, nil)
		if err != nil {
			return err
		}
		if n == 0 {
			return errColumnEnds
		}
		l.lev += int(n)
		l.val += values
		if l.lev < rows && l.kind.keep != nil {
			l.kind.keep.keep(l.dense[kept:l.val])
			kept = l.val
		}
	}
	return nil
}

// listRead is how many levels are read at once where rows end somewhere.
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
		more, err := l.ahead()
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

// ahead decodes further levels; false at the end of the chunk.
func (l *leaf[P]) ahead() (bool, error) {
	if !l.chunk.HasNext() {
		return false, l.chunk.Err()
	}
	l.room(l.have+listRead, l.dealt+listRead)
	to := l.dense[l.dealt : l.dealt+listRead]
	n, values, err := l.kind.read(l.chunk, listRead, to, l.defs[l.have:l.have+listRead], l.reps[l.have:l.have+listRead])
	if err != nil {
		return false, err
	}
	if l.kind.keep != nil {
		l.kind.keep.clone(to[:values])
	}
	l.have += int(n)
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

// pageReader is what the column readers of arrow-go have in common but for P.
type pageReader[P any] interface {
	ReadBatchInPage(n int64, to []P, defs, reps []int16) (int64, int, error)
	Skip(n int64) (int64, error)
}

// decodes is the kind of column that R reads.
func decodes[R pageReader[P], P any](keep keeper[P]) kindOf[P] {
	return kindOf[P]{
		read: func(c file.ColumnChunkReader, n int, to []P, defs, reps []int16) (int64, int, error) {
			return c.(R).ReadBatchInPage(int64(n), to, defs, reps)
		},
		skip: func(c file.ColumnChunkReader, n int) error {
			_, err := c.(R).Skip(int64(n))
			return err
		},
		keep: keep,
	}
}

// views keeps byte strings in an arena.
type views[P ~[]byte] struct{ arena batch.Arena }

func (v *views[P]) reset() { v.arena.Reset() }

func (v *views[P]) keep(values []P) {
	for i, b := range values {
		to := v.arena.Alloc(len(b))
		copy(to, b)
		values[i] = to
	}
}

func (v *views[P]) clone(values []P) {
	total := 0
	for _, b := range values {
		total += len(b)
	}
	all := make([]byte, 0, total)
	for i, b := range values {
		start := len(all)
		all = append(all, b...)
		values[i] = all[start:len(all):len(all)]
	}
}

var (
	_ column = (*leaf[int32])(nil)
	_ column = (*leaf[pq.ByteArray])(nil)
)
