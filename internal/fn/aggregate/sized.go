package aggregate

import "github.com/weirstream/weir/internal/batch"

// The methods Bytes implement [expr.Sized] for what differs from group to group.

// Bytes is the memory of the texts.
func (e *textExtreme) Bytes() int { return e.arena.Bytes() + e.other.Bytes() }

// Bytes is the memory of the values.
func (p *positionOf) Bytes() int { return p.values.bytes() }

// Bytes is the memory of the values, and of what orders them.
func (b *by) Bytes() int {
	if b.orders == nil {
		return b.values.bytes()
	}
	return b.values.bytes() + b.orders.bytes()
}

// Bytes is the memory of the values.
func (l *collecting[C]) Bytes() int { return l.values.bytes() }

// Bytes is the memory of the values and of their counts.
func (m *modeOf) Bytes() int { return m.set.bytes() + 8*cap(m.counts) }

func (c *pagedCells) bytes() int { return c.store.bytes() + c.spare.bytes() + c.moving.Bytes() }

func (c *cells) bytes() int { return both(c.column, c.other) + c.arena.Bytes() + c.spare.Bytes() }

func (l *lists) bytes() int {
	return both(l.column, l.other) + l.arena.Bytes() + l.spare.Bytes() + 4*cap(l.next)
}

func (s *sets) bytes() int { return s.lists.bytes() + s.table.Bytes() + 4*cap(s.ids) }

func both(a, b *batch.Column) int { return a.Bytes() + b.Bytes() }

// bytes is the memory of all pages, with rows or without.
func (p *pages) bytes() (n int) {
	for _, page := range p.leaf {
		n += page.Memory()
	}
	for _, f := range p.fields {
		n += f.bytes()
	}
	return n + 8*cap(p.nulls)
}
