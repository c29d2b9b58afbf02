package socket

import (
	"context"
	"io"

	"github.com/weirstream/weir/internal/batch"
)

// reader gives lines as views of the chunks they lie in, a piece after the other.
type reader struct {
	pieces []piece
	batch  *batch.Batch
	fill   []func() // by column: writes rows rows
	rows   []run    // what the present batch holds
	count  int
}

// run is a part of a piece: its lines [from, to).
type run struct {
	piece    *piece
	from, to int
}

func (r *reader) Next(context.Context) (*batch.Batch, error) {
	r.batch.Poison()
	r.rows, r.count = r.rows[:0], 0
	for len(r.pieces) > 0 && r.count < batch.Size {
		p := &r.pieces[0]
		n := min(len(p.lines), batch.Size-r.count)
		part := *p
		part.lines = p.lines[:n]
		r.rows = append(r.rows, run{&part, p.from, p.from + n})
		r.count += n
		p.lines, p.from = p.lines[n:], p.from+n
		if len(p.lines) == 0 {
			r.pieces = r.pieces[1:]
		}
	}
	if r.count == 0 {
		return nil, io.EOF
	}
	r.batch.Resize(r.count)
	for _, fill := range r.fill {
		fill()
	}
	return r.batch, nil
}

func (r *reader) texts(values []string) {
	n := 0
	for _, run := range r.rows {
		p := run.piece
		if p.fixed == nil {
			data := p.c.data
			for i, l := range p.lines {
				values[n+i] = batch.View(data[l.start:l.end])
			}
		} else {
			for i, l := range p.lines {
				values[n+i] = p.text(run.from+i, l)
			}
		}
		n += len(p.lines)
	}
}

func (p *piece) text(i int, l line) string {
	if s, ok := p.fixed[i]; ok {
		return s
	}
	return batch.View(p.c.data[l.start:l.end])
}

func (r *reader) times(values []int64) {
	n := 0
	for _, run := range r.rows {
		times, k := run.piece.times, 0
		for i := run.from; i < run.to; i++ {
			for k+1 < len(times) && times[k+1].line <= i {
				k++
			}
			values[n] = times[k].micros
			n++
		}
	}
}

// Close does nothing: the chunks stay with the source until Commit.
func (r *reader) Close() error { return nil }
