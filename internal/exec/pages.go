package exec

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
)

// PageLender is the ability of an operator whose batches lie in pages to give those
// away, to who would copy the rows into pages of his own: a join keeps most rows that
// it is given, for long.
//
//	task ─▶ page ─▶ exchange ─▶ page ─▶ join   the rows are copied once
//	                    ◀─ empty pages ─┘
type PageLender interface {
	// TakePages gives the pages of the batch that Next gave last, one a column, with
	// all rows of the batch; nil if they are not to be had. They are the caller's then;
	// the batch stays good as long as they do. spare are as many empty pages of the same
	// types in exchange, or nil.
	TakePages(spare []*batch.Page) []*batch.Page
}

// pageSizes is what is known of the pages of a store: how many bytes of text the last
// full one had, by column.
type pageSizes struct{ bytes []int }

// newPageStore is an empty store that keeps rows in pages.
func newPageStore(of *Exchange) *Store {
	s := NewStore(of.types)
	s.pages = &pageSizes{bytes: make([]int, len(of.types))}
	return s
}

// prepare gives the last chunk of s, which is new, pages if it has none.
func (z *pageSizes) prepare(s *Store) {
	c := s.chunks[s.used-1]
	if c.pages != nil {
		return
	}
	rows := 0
	if s.used > 1 { // the first page may stay small
		rows = batch.PageRows
		for i, p := range s.chunks[s.used-2].pages {
			z.bytes[i] = p.Bytes() + p.Bytes()/8
		}
	}
	for i, t := range s.types {
		c.pages = append(c.pages, batch.NewPage(t, rows, z.bytes[i]))
	}
}

// view makes the reader's columns show the pages of its chunk.
func (r *storeReader) view(s *Store) []*batch.Column {
	if len(r.views) != len(s.types) {
		r.views = r.views[:0]
		for _, t := range s.types {
			r.views = append(r.views, batch.NewColumn(t, 0))
		}
	}
	for i, p := range r.last.pages {
		if c := p.Column(); c != nil {
			r.views[i].Share(c)
		} else {
			r.views[i].TakePages(r.last.pages[i:i+1], batch.Identity(r.last.batch.Rows))
		}
	}
	return r.views
}

// TakePages implements [PageLender].
func (r *ExchangeReader) TakePages(spare []*batch.Page) []*batch.Page {
	c := r.reader.last
	if c == nil || c.pages == nil {
		return nil
	}
	pages := c.pages
	c.pages, c.batch.Rows = slices.Clone(spare), 0
	return pages
}
