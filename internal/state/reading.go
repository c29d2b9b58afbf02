package state

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// Spec is what the manifest says of the state's rows: enough to read them, not to
// go on with them (keys do not expire).
func (m *Manifest) Spec() (Spec, error) {
	s := Spec{Name: m.Operator, ShardBy: m.ShardBy}
	for i, text := range m.Keys {
		t, _, err := types.ParseTypeAt(text, 0)
		if err != nil {
			return s, fmt.Errorf("manifest of state: key %d: %w", i, err)
		}
		name := fmt.Sprint("key", i)
		if i < len(m.Names) && m.Names[i] != "" {
			name = m.Names[i]
		}
		s.Keys = append(s.Keys, types.Field{Name: unique(s.Keys, name), Type: t, Nullable: true})
	}
	for i, text := range m.Values {
		name, rest, _ := strings.Cut(text, " ")
		t, err := types.ParseType(rest)
		if err != nil {
			return s, fmt.Errorf("manifest of state: value %d: %w", i, err)
		}
		s.Values = append(s.Values, types.Field{Name: unique(s.Values, name), Type: t, Nullable: true})
	}
	return s, nil
}

// unique is the name, with a number behind it if a field has it already.
func unique(fields []types.Field, name string) string {
	for n := 2; ; n++ {
		if !slices.ContainsFunc(fields, func(f types.Field) bool { return f.Name == name }) {
			return name
		}
		name = fmt.Sprint(strings.TrimRight(name, "0123456789"), n)
	}
}

// Rows are values that are kept as columns: those of a table that is only read.
type Rows struct {
	types   []types.Type
	columns []*batch.Column
	places  []int32 // by slot
	arena   batch.Arena
}

// NewRows are the values of a table with this spec.
func NewRows(s *Spec) *Rows {
	r := &Rows{types: s.ValueTypes()}
	for _, t := range r.types {
		r.columns = append(r.columns, batch.NewColumn(t, 0))
	}
	return r
}

// Types implements [Values].
func (r *Rows) Types() []types.Type { return r.types }

// Reset implements [Values].
func (r *Rows) Reset(from, to int) {
	for len(r.places) < to {
		r.places = append(r.places, -1)
	}
}

// Save implements [Values].
func (r *Rows) Save(slots []int32, out []*batch.Column) error {
	places := make([]int32, len(slots))
	for i, s := range slots {
		places[i] = r.places[s]
	}
	for i, c := range r.columns {
		out[i].AppendRows(c, places, nil)
	}
	return nil
}

// Load implements [Values].
func (r *Rows) Load(slots []int32, in []*batch.Column) error {
	if len(in) == 0 {
		return nil
	}
	first := int32(r.columns[0].Len())
	for i, c := range r.columns {
		c.AppendRows(in[i], batch.Range(0, len(slots)), &r.arena)
	}
	for i, s := range slots {
		r.places[s] = first + int32(i)
	}
	return nil
}

// Read yields the rows of a part, block by block: keys and, where they are not
// deleted, values. What it yields is good for that call.
func (p *Part) Read(spec *Spec, yield func(keys, values []*batch.Column, rows int) error) error {
	c := newCodec(spec)
	for i := range p.blocks {
		b := &p.blocks[i]
		body, err := b.open()
		if err == nil {
			err = c.decode(b, body)
		}
		if err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
		values := append([]*batch.Column{}, c.values...)
		if b.deleted {
			values = nil
		}
		if err := yield(c.keys, values, b.rows); err != nil {
			return err
		}
	}
	return nil
}
