package nexmark

import (
	"context"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/nexmark"
)

// kept says which kinds of events are wanted.
type kept [3]bool

// keep finds in the predicates what they say of the kind: tests of event_type,
// and of a record being there or not. Others are left to the engine.
func keep(predicates []connector.Predicate) kept {
	k := kept{true, true, true}
	for _, p := range predicates {
		if len(p.Path) != 1 {
			continue
		}
		for kind := range k {
			switch p.Path[0] {
			case "event_type":
				k[kind] = k[kind] && holds(p, int32(kind))
			case records[kind]:
				// The kind's own record is there; the others' are null.
				for other := range k {
					k[other] = k[other] && (p.Op != connector.IsNull || other != kind) && (p.Op != connector.IsNotNull || other == kind)
				}
			}
		}
	}
	return k
}

// records are the columns of the kinds.
var records = [3]string{nexmark.PersonKind: "person", nexmark.AuctionKind: "auction", nexmark.BidKind: "bid"}

// holds tests a kind. A test that is not understood holds.
func holds(p connector.Predicate, kind int32) bool {
	switch p.Op {
	case connector.IsNull:
		return false
	case connector.IsNotNull:
		return true
	case connector.In:
		for _, v := range p.Values {
			if n, ok := v.(int32); !ok || n == kind {
				return true
			}
		}
		return false
	}
	if len(p.Values) != 1 {
		return true
	}
	n, ok := p.Values[0].(int32)
	if !ok {
		return true
	}
	switch p.Op {
	case connector.Equal:
		return kind == n
	case connector.NotEqual:
		return kind != n
	case connector.Less:
		return kind < n
	case connector.LessOrEqual:
		return kind <= n
	case connector.Greater:
		return kind > n
	case connector.GreaterOrEqual:
		return kind >= n
	}
	return true
}

// reader makes the events of a span, a batch after the other, cut at multiples of
// batchSize.
type reader struct {
	filler *nexmark.Filler
	rest   span
	keep   kept

	sel   []int32 // the selection of the last batch …
	phase int64   // … which began at this place of an epoch …
	rows  int     // … and had so many rows
}

func (r *reader) Next(context.Context) (*batch.Batch, error) {
	if r.rest.from >= r.rest.to {
		return nil, io.EOF
	}
	from := r.rest.from
	r.rest.from = min((from/batchSize+1)*batchSize, r.rest.to)
	b := r.filler.Fill(from, int(r.rest.from-from))
	if r.keep != (kept{true, true, true}) {
		b.Sel = r.selection(from, b.Rows)
	}
	return b, nil
}

// epoch is after how many events the kinds come again.
const epoch = 50

// selection lists the rows whose kind is wanted.
func (r *reader) selection(from int64, rows int) []int32 {
	if phase := from % epoch; r.sel == nil || r.phase != phase || r.rows != rows {
		r.phase, r.rows = phase, rows
		r.sel = make([]int32, 0, rows)
		for i := range rows {
			if r.keep[nexmark.Kind(phase+int64(i))] {
				r.sel = append(r.sel, int32(i))
			}
		}
	}
	return r.sel
}

func (r *reader) Close() error { return nil }
