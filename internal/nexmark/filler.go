package nexmark

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Filler writes ranges of events into the columns of one batch, which it reuses.
// It belongs to one goroutine.
type Filler struct {
	g     *Generator
	out   *batch.Batch
	steps []func() // what fills the columns, in an order in which each has what it needs

	from  int64 // the first event of the present batch
	n     int   // how many it has
	clock []int64
	text  []byte // holds the strings of the present batch
}

// Filler makes batches of these columns, which are columns of [Schema] in any
// order, structs with any of their fields.
func (g *Generator) Filler(schema types.Schema) (*Filler, error) {
	f := &Filler{g: g, out: batch.New(schema), clock: make([]int64, batch.Size)}
	for i, want := range schema.Fields {
		at := Schema().Index(want.Name)
		if at < 0 {
			return nil, fmt.Errorf("nexmark: no column %s", want.Name)
		}
		c := f.out.Columns[i]
		have := Schema().Fields[at]
		switch have.Name {
		case "event_type":
			f.steps = append(f.steps, func() {
				phase := int(f.from % perEpoch)
				batch.Reset(c, kinds[phase:phase+f.n], nil)
			})
		case "dateTime":
			f.steps = append(f.steps, func() { batch.Reset(c, f.clock[:f.n], nil) })
		default:
			if err := f.record(c, have, want); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

// record adds the steps for a struct column.
func (f *Filler) record(c *batch.Column, have, want types.Field) error {
	if want.Type.Kind != types.Struct {
		return fmt.Errorf("nexmark: column %s is a struct", have.Name)
	}
	kind := map[string]int32{"person": PersonKind, "auction": AuctionKind, "bid": BidKind}[have.Name]
	masks := masksOf(kind)
	var valid []uint64
	f.steps = append(f.steps, func() {
		c.Resize(f.n)
		valid = valid[:0]
		for w := range batch.Words(f.n) {
			valid = append(valid, masks[(f.from+int64(w)*64)%perEpoch])
		}
		c.SetValid(valid)
	})
	for i, inner := range want.Type.Fields {
		child := c.Children[i]
		if inner.Name == "dateTime" {
			f.steps = append(f.steps, func() { batch.Reset(child, f.clock[:f.n], nil) })
			continue
		}
		var step func()
		switch kind {
		case PersonKind:
			step = f.person(inner.Name, child)
		case AuctionKind:
			step = f.auction(inner.Name, child)
		default:
			step = f.bid(inner.Name, child)
		}
		if step == nil {
			return fmt.Errorf("nexmark: %s has no field %s", have.Name, inner.Name)
		}
		f.steps = append(f.steps, step)
	}
	return nil
}

// masksOf are, for each slot of an epoch, the bits of the 64 events from there
// on, set where they are of this kind.
func masksOf(kind int32) (masks [perEpoch]uint64) {
	for slot := range masks {
		for bit := range 64 {
			if kinds[slot+bit] == kind {
				masks[slot] |= 1 << bit
			}
		}
	}
	return masks
}

// Fill gives the n events from number from on, at most batch.Size. The batch is
// good until the next Fill and must not be written to.
func (f *Filler) Fill(from int64, n int) *batch.Batch {
	f.out.Poison()
	f.from, f.n = from, n
	f.text = f.text[:0]
	f.g.times(f.clock[:n], from)
	f.out.Rows, f.out.Sel = n, nil
	for _, step := range f.steps {
		step()
	}
	return f.out
}

// room makes the buffer for texts n bytes larger than what lies in it. Texts in
// the old one stay good.
func (f *Filler) room(n int) {
	if cap(f.text)-len(f.text) < n {
		f.text = make([]byte, 0, 2*cap(f.text)+n)
	}
}

// since is the part of the buffer from start on, as a string.
func (f *Filler) since(start int) string { return batch.View(f.text[start:]) }

// slots calls each for the rows of every epoch that lie in the batch and in the
// slots from first to last.
func (f *Filler) slots(first, last int64, each func(epoch int64, lo, hi int)) {
	for epoch := f.from / perEpoch; epoch*perEpoch < f.from+int64(f.n); epoch++ {
		lo := max(epoch*perEpoch+first-f.from, 0)
		hi := min(epoch*perEpoch+last+1-f.from, int64(f.n))
		if lo < hi {
			each(epoch, int(lo), int(hi))
		}
	}
}

// numbers is a step that fills a column of numbers.
func numbers(c *batch.Column, fill func(values []int64)) func() {
	return func() { fill(batch.Values[int64](c)) }
}

// texts is a step that fills a column of strings.
func texts(c *batch.Column, fill func(values []string)) func() {
	return func() { fill(batch.Values[string](c)) }
}
