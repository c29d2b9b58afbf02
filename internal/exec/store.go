package exec

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// chunkRows is how many rows a chunk of a store holds at most.
const chunkRows = batch.Size

// Store keeps copies of rows, strings with their bytes, in the order in which
// they were added. It is reused: Reset forgets the rows and keeps the memory. It
// belongs to one task at a time. The zero Store is not usable; see [NewStore].
type Store struct {
	types  []types.Type
	chunks []*chunk
	used   int // chunks that hold rows
	rows   int
	pages  *pageSizes // nil: chunks are columns
}

// chunk is a piece of a store: columns with an arena, or pages.
type chunk struct {
	batch batch.Batch
	arena batch.Arena
	pages []*batch.Page
}

// NewStore is an empty store for rows of these types.
func NewStore(columns []types.Type) *Store { return &Store{types: columns} }

// Len is the number of rows.
func (s *Store) Len() int { return s.rows }

// Bytes is about the memory that the rows take.
func (s *Store) Bytes() int64 {
	var n int64
	for _, c := range s.chunks[:s.used] {
		n += int64(c.arena.Bytes())
		for _, col := range c.batch.Columns {
			n += int64(col.Len()) * 16
		}
	}
	return n
}

// Add copies the rows of columns that sel lists, or the first rows where sel is
// nil.
func (s *Store) Add(columns []*batch.Column, rows int, sel []int32) {
	if sel == nil {
		sel = batch.Identity(rows)
	}
	for len(sel) > 0 {
		c := s.chunk()
		n := min(len(sel), chunkRows-c.batch.Rows)
		if s.pages != nil {
			for i, col := range columns {
				c.pages[i].Append(col, sel[:n])
			}
		} else {
			for i, col := range columns {
				c.batch.Columns[i].AppendRows(col, sel[:n], &c.arena)
			}
		}
		c.batch.Rows += n
		s.rows += n
		sel = sel[n:]
	}
}

// chunk is the one being filled.
func (s *Store) chunk() *chunk {
	if s.used > 0 && s.chunks[s.used-1].batch.Rows < chunkRows {
		return s.chunks[s.used-1]
	}
	if s.used == len(s.chunks) {
		c := &chunk{}
		if s.pages == nil {
			for _, t := range s.types {
				c.batch.Columns = append(c.batch.Columns, batch.NewColumn(t, 0))
			}
		}
		s.chunks = append(s.chunks, c)
	}
	s.used++
	if s.pages != nil {
		s.pages.prepare(s)
	}
	return s.chunks[s.used-1]
}

// Reset forgets the rows.
func (s *Store) Reset() {
	for _, c := range s.chunks[:s.used] {
		for _, p := range c.pages {
			p.Reset()
		}
		if s.pages == nil {
			c.batch.Resize(0)
		}
		c.batch.Rows = 0
		c.arena.Reset()
	}
	s.used, s.rows = 0, 0
}

// Batches are the stored rows. They are the store's own, good until its Reset.
func (s *Store) Batches() []*batch.Batch {
	list := make([]*batch.Batch, s.used)
	for i, c := range s.chunks[:s.used] {
		list[i] = &c.batch
	}
	return list
}

// storeReader gives the batches of stores one after another.
type storeReader struct {
	stores []*Store
	chunk  int
	out    batch.Batch
	views  []*batch.Column // of the pages that are being read
	last   *chunk          // with those pages
}

func (r *storeReader) reset(stores []*Store) { r.stores, r.chunk, r.last = stores, 0, nil }

func (r *storeReader) next(ctx context.Context) (*batch.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	for len(r.stores) > 0 {
		s := r.stores[0]
		if s == nil || r.chunk == s.used {
			r.stores, r.chunk = r.stores[1:], 0
			continue
		}
		r.last = s.chunks[r.chunk]
		r.chunk++
		// A batch of its own: the consumer may set Sel.
		r.out = batch.Batch{Columns: r.last.batch.Columns, Rows: r.last.batch.Rows}
		if s.pages != nil {
			r.out.Columns = r.view(s)
		}
		return &r.out, nil
	}
	return nil, io.EOF
}

// Whole is all rows as one batch, the store's own, good until its Reset. Strings
// stay where they are.
func (s *Store) Whole() *batch.Batch {
	if s.used == 1 {
		return &batch.Batch{Columns: s.chunks[0].batch.Columns, Rows: s.rows}
	}
	all := &batch.Batch{Rows: s.rows}
	for i, t := range s.types {
		c := batch.NewColumn(t, s.rows)
		for _, k := range s.chunks[:s.used] {
			c.Append(k.batch.Columns[i], nil, k.batch.Rows, nil)
		}
		all.Columns = append(all.Columns, c)
	}
	return all
}
