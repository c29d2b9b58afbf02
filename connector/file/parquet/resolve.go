package parquet

import (
	"strings"

	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// resolver finds wanted fields in a file's schema and makes the nodes and
// columns that read them.
type resolver struct {
	file    string
	schema  *schema.Schema
	columns []column // every column once, in order of use
}

// place is where a node of the file stands: the levels of what is around it.
type place struct{ def, depth, around int16 }

// field is the node for a field of a group. Names are compared exactly, then
// without regard to case. What the file does not have is null.
func (r *resolver) field(f types.Field, g *schema.GroupNode, at place) (*node, error) {
	found := -1
	for i := range g.NumFields() {
		name := g.Field(i).Name()
		if name == f.Name {
			found = i
			break
		}
		if found < 0 && strings.EqualFold(name, f.Name) {
			found = i
		}
	}
	if found < 0 {
		return &node{form: missingForm}, nil
	}
	n := g.Field(found)
	if !repeated(n) {
		return r.node(n, f.Type, at)
	}
	if f.Type.Kind != types.Array {
		return nil, r.mismatch(n, f.Type)
	}
	return r.list(n, n, *f.Type.Elem, at)
}

// node is the node for a value that stands in the file as n.
func (r *resolver) node(n schema.Node, want types.Type, at place) (*node, error) {
	if optional(n) {
		at.def++
	}
	g, group := n.(*schema.GroupNode)
	switch {
	case !group:
		return r.leaf(n, want, at)
	case want.Kind == types.Array:
		if l, ok := asList(g); ok {
			return r.list(l.repeated, l.elem, *want.Elem, at)
		}
	case want.Kind == types.Map:
		if m, ok := asMap(g); ok {
			return r.mapping(m, want, at)
		}
	case want.Kind == types.Struct:
		return r.structure(g, want, at)
	}
	return nil, r.mismatch(n, want)
}

func (r *resolver) leaf(n schema.Node, want types.Type, at place) (*node, error) {
	index := r.schema.ColumnIndexByNode(n)
	c, ok := newColumn(index, r.schema.Column(index), want)
	if !ok {
		return nil, r.mismatch(n, want)
	}
	r.columns = append(r.columns, c)
	return &node{form: leafForm, def: at.def, depth: at.depth, around: at.around, levels: c}, nil
}

func (r *resolver) structure(g *schema.GroupNode, want types.Type, at place) (*node, error) {
	n := &node{form: structForm, def: at.def, depth: at.depth, around: at.around}
	for _, f := range want.Fields {
		child, err := r.field(f, g, at)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	n.levels = witness(n.children)
	if n.levels == nil {
		// Nothing of the struct is wanted but whether it is null.
		c, err := r.cheapest(g)
		if err != nil {
			return nil, err
		}
		n.levels = c
	}
	return n, nil
}

// witness is a column below the children whose levels describe what is above
// them: one that is in no further list, if there is one.
func witness(children []*node) column {
	var found column
	for _, c := range children {
		if c.levels == nil {
			continue
		}
		if found == nil || c.levels.is().descr.MaxRepetitionLevel() < found.is().descr.MaxRepetitionLevel() {
			found = c.levels
		}
	}
	return found
}

// cheapest is a column below g that costs little to read for its levels.
func (r *resolver) cheapest(g *schema.GroupNode) (column, error) {
	best, cost := -1, 0
	for i := range r.schema.NumColumns() {
		d := r.schema.Column(i)
		if !under(d.SchemaNode(), g) {
			continue
		}
		c := 10 * int(d.MaxRepetitionLevel())
		if d.PhysicalType() == pq.Types.ByteArray {
			c += 5
		}
		if best < 0 || c < cost {
			best, cost = i, c
		}
	}
	if best < 0 {
		return nil, r.mismatch(g, types.Of(types.Struct))
	}
	d := r.schema.Column(best)
	t, err := primitiveOf(d.SchemaNode().(*schema.PrimitiveNode))
	if err != nil {
		return nil, err
	}
	c, ok := newColumn(best, d, t)
	if !ok {
		return nil, r.mismatch(g, t)
	}
	r.columns = append(r.columns, c)
	return c, nil
}

func under(n, g schema.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n == g {
			return true
		}
	}
	return false
}

// list is the node for the elements elem in the repeated node rep, which may be
// the same.
func (r *resolver) list(rep, elem schema.Node, want types.Type, at place) (*node, error) {
	n := &node{form: listForm, def: at.def, depth: at.depth, around: at.around}
	inner := place{at.def + 1, at.depth + 1, at.def + 1}
	child, err := r.node(elem, want, inner)
	if err != nil {
		return nil, err
	}
	if child.levels == nil {
		return nil, r.mismatch(rep, want)
	}
	n.children, n.levels = []*node{child}, child.levels
	return n, nil
}

func (r *resolver) mapping(m mapNodes, want types.Type, at place) (*node, error) {
	n := &node{form: listForm, def: at.def, depth: at.depth, around: at.around}
	inner := place{at.def + 1, at.depth + 1, at.def + 1}
	key, err := r.node(m.key, *want.Key, inner)
	if err != nil {
		return nil, err
	}
	value, err := r.node(m.value, *want.Elem, inner)
	if err != nil {
		return nil, err
	}
	n.children, n.levels = []*node{key, value}, key.levels
	if n.levels == nil {
		return nil, r.mismatch(m.repeated, want)
	}
	return n, nil
}

func (r *resolver) mismatch(n schema.Node, want types.Type) error {
	stored := "a group"
	if i := r.schema.ColumnIndexByNode(n); i >= 0 {
		stored = describe(r.schema.Column(i))
	}
	return fault.New(fault.SchemaMismatch, "the column %s of %s is stored as %s and cannot be read as %s; "+
		"give the type that the file has, and cast afterwards", n.Path(), r.file, stored, want.SQL()).
		With("path", r.file).With("column", n.Path()).With("expectedType", want.SQL()).With("actualType", stored)
}
