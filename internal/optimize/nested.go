package optimize

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// usage says which fields of a struct are read: all of them, or some, each with
// its own usage.
type usage struct {
	whole  bool
	fields map[int]*usage
}

func (u *usage) field(i int) *usage {
	if u.fields == nil {
		u.fields = make(map[int]*usage)
	}
	if u.fields[i] == nil {
		u.fields[i] = &usage{}
	}
	return u.fields[i]
}

// pruneNested narrows the structs that scans give to the fields that are read, so
// that a decoder decodes no others.
func pruneNested(n plan.Node) plan.Node {
	used := make(map[expr.ID]*usage)
	plan.Walk(n, func(n plan.Node) bool {
		if s, ok := n.(*plan.Scan); ok {
			for _, c := range s.Columns {
				if c.Typ.Kind == types.Struct {
					used[c.ID] = &usage{}
				}
			}
		}
		return true
	})
	if len(used) == 0 {
		return n
	}
	for _, r := range n.Output() {
		markWhole(used, r)
	}
	plan.Walk(n, func(n plan.Node) bool {
		for _, e := range exprsOf(n) {
			mark(used, e)
		}
		if w, ok := n.(*plan.WithWatermark); ok {
			mark(used, w.Column)
		}
		return true
	})
	narrow := make(map[expr.ID]*expr.Ref)
	out, _ := plan.Transform(n, func(n plan.Node) (plan.Node, error) { return narrowNode(n, used, narrow) })
	return out
}

func markWhole(used map[expr.ID]*usage, r *expr.Ref) {
	if u := used[r.ID]; u != nil {
		u.whole = true
	}
}

// mark notes the paths that e reads.
func mark(used map[expr.ID]*usage, e expr.Expr) {
	switch e := e.(type) {
	case *expr.Ref:
		markWhole(used, e)
	case *expr.Field:
		if u := pathUsage(used, e); u != nil {
			u.whole = true
			return
		}
		mark(used, e.Child)
	case *expr.Call:
		// Whether a struct is null is known without its fields.
		if name := e.Fn.Name; name == "isnull" || name == "isnotnull" {
			if r, ok := e.Args[0].(*expr.Ref); ok && used[r.ID] != nil {
				return
			}
		}
		for _, c := range e.Args {
			mark(used, c)
		}
	default:
		for _, c := range e.Children() {
			mark(used, c)
		}
	}
}

// pathUsage is the usage of the field that a chain of Fields over a scan's column
// names, nil for anything else.
func pathUsage(used map[expr.ID]*usage, f *expr.Field) *usage {
	var parent *usage
	switch c := f.Child.(type) {
	case *expr.Ref:
		parent = used[c.ID]
	case *expr.Field:
		parent = pathUsage(used, c)
	}
	if parent == nil {
		return nil
	}
	return parent.field(f.Ordinal)
}

// narrowNode gives one node its narrowed columns.
func narrowNode(n plan.Node, used map[expr.ID]*usage, narrow map[expr.ID]*expr.Ref) (plan.Node, error) {
	switch x := n.(type) {
	case *plan.Scan:
		s := *x
		s.Columns = make([]*expr.Ref, len(x.Columns))
		for i, c := range x.Columns {
			s.Columns[i] = c
			if u := used[c.ID]; u != nil && !u.whole {
				r := *c
				r.Typ = narrowType(c.Typ, u)
				s.Columns[i] = &r
				narrow[c.ID] = &r
			}
		}
		return &s, nil
	case *plan.WithWatermark:
		w := *x
		w.Columns = narrowRefs(x.Columns, narrow)
		return &w, nil
	case *plan.Generate:
		g := *x
		g.Needed = narrowRefs(x.Needed, narrow)
		n = &g
	}
	return mapExprs(n, func(e expr.Expr) (expr.Expr, error) { return narrowExpr(e, used, narrow), nil })
}

func narrowRefs(list []*expr.Ref, narrow map[expr.ID]*expr.Ref) []*expr.Ref {
	if list == nil {
		return nil
	}
	out := make([]*expr.Ref, len(list))
	for i, r := range list {
		out[i] = r
		if m := narrow[r.ID]; m != nil {
			fresh := *r
			fresh.Typ = m.Typ
			out[i] = &fresh
		}
	}
	return out
}

func narrowType(t types.Type, u *usage) types.Type {
	if u.whole || t.Kind != types.Struct {
		return t
	}
	out := types.Type{Kind: types.Struct}
	for i, f := range t.Fields {
		if sub := u.fields[i]; sub != nil {
			f.Type = narrowType(f.Type, sub)
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}

// narrowExpr replaces narrowed columns and the places of their fields.
func narrowExpr(e expr.Expr, used map[expr.ID]*usage, narrow map[expr.ID]*expr.Ref) expr.Expr {
	switch e := e.(type) {
	case *expr.Ref:
		if m := narrow[e.ID]; m != nil {
			r := *e
			r.Typ = m.Typ
			return &r
		}
		return e
	case *expr.Field:
		if u := parentUsage(used, e); u != nil && !u.whole {
			place := 0
			for i := range e.Ordinal {
				if u.fields[i] != nil {
					place++
				}
			}
			return &expr.Field{Child: narrowExpr(e.Child, used, narrow), Ordinal: place}
		}
	}
	children := e.Children()
	if len(children) == 0 {
		return e
	}
	fresh := make([]expr.Expr, len(children))
	for i, c := range children {
		fresh[i] = narrowExpr(c, used, narrow)
	}
	return e.WithChildren(fresh)
}

func parentUsage(used map[expr.ID]*usage, f *expr.Field) *usage {
	switch c := f.Child.(type) {
	case *expr.Ref:
		return used[c.ID]
	case *expr.Field:
		if p := parentUsage(used, c); p != nil {
			return p.fields[c.Ordinal]
		}
	}
	return nil
}
