package avro

import (
	"strings"

	lib "github.com/twmb/avro"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// step reads a value from the cursor and stores it in a row of a column. Rows are
// stored in order, without gaps.
type step func(r *cursor, c *batch.Column, row int)

// planner chooses the steps for reading files of one schema as wanted types.
type planner struct {
	*Schema
	reader *Schema // the schema given for reading; nil: none
	depth  int
}

// deepest bounds how deep schemas nest.
const deepest = 200

// side is a node of the file's schema and, where one was given, the node of the
// reader's that stands for it.
type side struct{ written, given *lib.SchemaNode }

func (p *planner) side(written, given *lib.SchemaNode) side {
	s := side{written: p.def(written)}
	if given != nil {
		s.given = p.reader.def(given)
	}
	return s
}

// logical is the logical type that counts.
func (s side) logical() string {
	if s.given != nil && s.given.Type != "union" {
		return s.given.LogicalType
	}
	return s.written.LogicalType
}

func (p *planner) step(s side, want types.Type) (step, error) {
	if p.depth++; p.depth > deepest {
		return nil, fault.New(fault.IllegalArgument, "the Avro schema nests deeper than %d levels", deepest)
	}
	defer func() { p.depth-- }()
	if s.written.Type == "union" {
		return p.union(s, want)
	}
	if s.given != nil && s.given.Type == "union" {
		members, _ := p.reader.members(s.given)
		if len(members) != 1 {
			return nil, p.mismatch(s, want)
		}
		s.given = members[0]
	}
	switch n := s.written; {
	case n.Type == "null":
		return func(_ *cursor, c *batch.Column, row int) { setNull(c, row) }, nil
	case n.Type == "record" && want.Kind == types.Struct:
		return p.record(s, want)
	case n.Type == "array" && want.Kind == types.Array:
		elem, err := p.step(p.side(n.Items, items(s.given)), *want.Elem)
		return arrayStep(elem), err
	case n.Type == "map" && want.Kind == types.Map && want.Key.Kind == types.String:
		elem, err := p.step(p.side(n.Values, values(s.given)), *want.Elem)
		return mapStep(elem), err
	default:
		if st := scalar(s, want); st != nil {
			return st, nil
		}
	}
	return nil, p.mismatch(s, want)
}

func items(n *lib.SchemaNode) *lib.SchemaNode {
	if n == nil {
		return nil
	}
	return n.Items
}

func values(n *lib.SchemaNode) *lib.SchemaNode {
	if n == nil {
		return nil
	}
	return n.Values
}

func (p *planner) mismatch(s side, want types.Type) error {
	name := memberName(s.written)
	if s.written.LogicalType != "" {
		name += " " + s.written.LogicalType
	}
	return fault.New(incompatible, "the Avro type %s cannot be read as %s; give the type that the file has, and cast afterwards", name,
		want.SQL()).With("sqlType", want.SQL()).With("avroType", name)
}

// setNull makes a row null; lists in it are empty.
func setNull(c *batch.Column, row int) {
	c.SetNull(row)
	carry(c, row)
}

// carry gives the lists of a row that has no elements their offsets.
func carry(c *batch.Column, row int) {
	switch c.Type.Kind {
	case types.Array, types.Map:
		c.Offsets[row+1] = c.Offsets[row]
	case types.Struct:
		for _, child := range c.Children {
			carry(child, row)
		}
	}
}

func arrayStep(elem step) step {
	return func(r *cursor, c *batch.Column, row int) {
		child := c.Children[0]
		at := int(c.Offsets[row])
		for n := r.count(); n > 0; n = r.count() {
			child.Extend(at + n - child.Len())
			for ; n > 0 && r.err == nil; n-- {
				elem(r, child, at)
				at++
			}
		}
		c.Offsets[row+1] = int32(at)
	}
}

func mapStep(elem step) step {
	return func(r *cursor, c *batch.Column, row int) {
		keys, child := c.Children[0], c.Children[1]
		at := int(c.Offsets[row])
		for n := r.count(); n > 0; n = r.count() {
			keys.Extend(at + n - keys.Len())
			child.Extend(at + n - child.Len())
			for ; n > 0 && r.err == nil; n-- {
				batch.Values[string](keys)[at] = batch.View(r.bytes())
				elem(r, child, at)
				at++
			}
		}
		c.Offsets[row+1] = int32(at)
	}
}

// member is one branch of a union.
type member struct {
	step step
	at   int // the field of a struct that it goes to; -1: the column itself
}

func (p *planner) union(s side, want types.Type) (step, error) {
	real, _ := p.members(s.written)
	_, wide := widest(real)
	split := len(real) > 1 && !wide
	if split && (want.Kind != types.Struct || len(want.Fields) != len(real)) {
		return nil, p.mismatch(s, want)
	}
	var members []member
	next := 0
	for i := range s.written.Branches {
		b := p.def(&s.written.Branches[i])
		if b.Type == "null" {
			members = append(members, member{func(_ *cursor, c *batch.Column, row int) { setNull(c, row) }, -1})
			continue
		}
		to, at, given := want, -1, s.given
		if split {
			to, at, given = want.Fields[next].Type, next, nil
			next++
		}
		st, err := p.step(p.side(b, given), to)
		if err != nil {
			return nil, err
		}
		members = append(members, member{st, at})
	}
	return func(r *cursor, c *batch.Column, row int) {
		k := r.long()
		if k < 0 || k >= int64(len(members)) {
			r.fail(errUnion)
			setNull(c, row)
			return
		}
		m := members[k]
		if m.at < 0 {
			m.step(r, c, row)
			return
		}
		for i, child := range c.Children {
			if i == m.at {
				m.step(r, child, row)
			} else {
				setNull(child, row)
			}
		}
	}, nil
}

// record reads the fields of a record in the file's order.
func (p *planner) record(s side, want types.Type) (step, error) {
	type fieldStep struct {
		at   int // of the struct's; -1: skipped
		step step
		skip skip
	}
	var steps []fieldStep
	found := make([]bool, len(want.Fields))
	for i := range s.written.Fields {
		f := &s.written.Fields[i]
		at, given := p.wanted(f.Name, s.given, want)
		if at < 0 || found[at] {
			sk, err := p.skip(p.def(&f.Type))
			if err != nil {
				return nil, err
			}
			steps = append(steps, fieldStep{at: -1, skip: sk})
			continue
		}
		found[at] = true
		st, err := p.step(p.side(&f.Type, given), want.Fields[at].Type)
		if err != nil {
			return nil, err
		}
		steps = append(steps, fieldStep{at: at, step: st})
	}
	var missing []fieldStep
	for at, ok := range found {
		if !ok {
			st, err := p.fallback(s.given, want.Fields[at])
			if err != nil {
				return nil, err
			}
			missing = append(missing, fieldStep{at: at, step: st})
		}
	}
	return func(r *cursor, c *batch.Column, row int) {
		for i := range steps {
			if f := &steps[i]; f.at >= 0 {
				f.step(r, c.Children[f.at], row)
			} else {
				f.skip(r)
			}
		}
		for i := range missing {
			missing[i].step(r, c.Children[missing[i].at], row)
		}
	}, nil
}

// wanted is the place among the wanted fields of one of the file's, by name or, with
// a reader's schema, by alias; -1 for none.
func (p *planner) wanted(name string, given *lib.SchemaNode, want types.Type) (int, *lib.SchemaNode) {
	var node *lib.SchemaNode
	if given != nil {
		for i := range given.Fields {
			f := &given.Fields[i]
			for _, alias := range append([]string{f.Name}, f.Aliases...) {
				if alias == name {
					name, node = f.Name, &f.Type
				}
			}
		}
	}
	loose := -1
	for i, f := range want.Fields {
		if f.Name == name {
			return i, node
		}
		if loose < 0 && strings.EqualFold(f.Name, name) {
			loose = i
		}
	}
	return loose, node
}

// fallback stores what a field has that the file lacks.
func (p *planner) fallback(given *lib.SchemaNode, f types.Field) (step, error) {
	null := func(_ *cursor, c *batch.Column, row int) { setNull(c, row) }
	if given == nil {
		return null, nil
	}
	for i := range given.Fields {
		g := &given.Fields[i]
		if g.Name != f.Name {
			continue
		}
		if !g.HasDefault {
			return nil, fault.New(fault.FailedReadFile, "the file has no field %s, and avroSchema gives it no default", f.Name)
		}
		if g.Default == nil {
			return null, nil
		}
		return constantStep(g.Default, f)
	}
	return null, nil
}

// constantStep stores a default.
func constantStep(v any, f types.Field) (step, error) {
	c := batch.NewColumn(f.Type, 1)
	c.Resize(1)
	ok := true
	switch v := v.(type) {
	case bool:
		ok = f.Type.Kind == types.Boolean && put(c, v)
	case int32:
		ok = (f.Type.Kind == types.Int || f.Type.Kind == types.Date) && put(c, v)
	case int64:
		ok = f.Type.Kind == types.Long && put(c, v)
	case float32:
		ok = f.Type.Kind == types.Float && put(c, v)
	case float64:
		ok = f.Type.Kind == types.Double && put(c, v)
	case string:
		ok = f.Type.Kind == types.String && put(c, v)
	case []byte:
		ok = f.Type.Kind == types.Binary && put(c, string(v))
	case []any:
		ok = f.Type.Kind == types.Array && len(v) == 0
	case map[string]any:
		ok = f.Type.Kind == types.Map && len(v) == 0
	}
	if !ok {
		return nil, fault.New(fault.UnsupportedFeature, "the default of the Avro field %s, of type %s, is not supported", f.Name, f.Type.SQL())
	}
	return func(_ *cursor, to *batch.Column, row int) { copyRow(to, c, row) }, nil
}

func put[V batch.Value](c *batch.Column, v V) bool {
	batch.Values[V](c)[0] = v
	return true
}

// copyRow stores the one value of a column in a row of another.
func copyRow(to, from *batch.Column, row int) {
	switch to.Type.Kind {
	case types.Boolean:
		batch.Values[bool](to)[row] = batch.Values[bool](from)[0]
	case types.Int, types.Date:
		batch.Values[int32](to)[row] = batch.Values[int32](from)[0]
	case types.Long:
		batch.Values[int64](to)[row] = batch.Values[int64](from)[0]
	case types.Float:
		batch.Values[float32](to)[row] = batch.Values[float32](from)[0]
	case types.Double:
		batch.Values[float64](to)[row] = batch.Values[float64](from)[0]
	case types.String, types.Binary:
		batch.Values[string](to)[row] = batch.Values[string](from)[0]
	default:
		carry(to, row)
	}
}
