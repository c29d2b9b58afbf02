package expr

import "reflect"

// Transform rebuilds e from the leaves up, giving each node to f once its
// children are done.
func Transform(e Expr, f func(Expr) (Expr, error)) (Expr, error) {
	children := e.Children()
	if len(children) > 0 {
		fresh, changed := make([]Expr, len(children)), false
		for i, c := range children {
			n, err := Transform(c, f)
			if err != nil {
				return nil, err
			}
			fresh[i], changed = n, changed || n != c
		}
		if changed {
			e = e.WithChildren(fresh)
		}
	}
	return f(e)
}

// Walk gives e and all expressions beneath it to f, parents first, and goes no
// deeper where f returns false.
func Walk(e Expr, f func(Expr) bool) {
	if !f(e) {
		return
	}
	for _, c := range e.Children() {
		Walk(c, f)
	}
}

// Any reports whether f holds for e or an expression beneath it.
func Any(e Expr, f func(Expr) bool) bool {
	found := false
	Walk(e, func(x Expr) bool {
		found = found || f(x)
		return !found
	})
	return found
}

// Refs are the columns that e reads, each once, in order of appearance.
func Refs(list ...Expr) []*Ref {
	var refs []*Ref
	seen := make(map[ID]bool)
	for _, e := range list {
		Walk(e, func(x Expr) bool {
			if r, ok := x.(*Ref); ok && !seen[r.ID] {
				seen[r.ID] = true
				refs = append(refs, r)
			}
			return true
		})
	}
	return refs
}

// HasAggregate reports whether an aggregate function stands in e
// of its own, not as the function of a window.
func HasAggregate(e Expr) bool {
	found := false
	Walk(e, func(x Expr) bool {
		switch x := x.(type) {
		case *AggregateCall:
			found = true
		case *Window: // its function is no aggregate, but what that reads may be one
			for i, c := range x.Children() {
				if i > 0 {
					found = found || HasAggregate(c)
					continue
				}
				for _, arg := range c.Children() {
					found = found || HasAggregate(arg)
				}
			}
			return false
		}
		return !found
	})
	return found
}

// Volatile reports whether the value of e may differ between two evaluations
// over one row.
func Volatile(e Expr) bool {
	return Any(e, func(x Expr) bool { c, ok := x.(*Call); return ok && c.Fn.Volatile })
}

// Named is the column that an item of a select list makes: a Ref itself, or an
// Alias's.
func Named(e Expr) *Ref {
	switch e := e.(type) {
	case *Ref:
		return e
	case *Alias:
		return e.Ref()
	}
	return nil
}

// Equal reports whether two resolved expressions are the same by structure, names
// and places in the text apart.
func Equal(a, b Expr) bool {
	ca, cb := a.Children(), b.Children()
	if len(ca) != len(cb) || !equalNode(a, b) {
		return false
	}
	for i := range ca {
		if !Equal(ca[i], cb[i]) {
			return false
		}
	}
	return true
}

// sameWindow reports whether two windows differ in their children at most.
func sameWindow(a, b *Window) bool {
	if len(a.PartitionBy) != len(b.PartitionBy) || (a.Frame == nil) != (b.Frame == nil) ||
		a.Frame != nil && a.Frame.String() != b.Frame.String() {
		return false
	}
	for i, o := range a.OrderBy {
		if p := b.OrderBy[i]; o.Descending != p.Descending || o.NullsFirst != p.NullsFirst {
			return false
		}
	}
	return true
}

func equalNode(a, b Expr) bool {
	switch a := a.(type) {
	case *Ref:
		b, ok := b.(*Ref)
		return ok && a.ID == b.ID
	case *Literal:
		b, ok := b.(*Literal)
		return ok && a.Typ.Equal(b.Typ) && reflect.DeepEqual(a.Value, b.Value)
	case *Cast:
		b, ok := b.(*Cast)
		return ok && a.Mode == b.Mode && a.To.Equal(b.To)
	case *Field:
		b, ok := b.(*Field)
		return ok && a.Ordinal == b.Ordinal
	case *Call:
		b, ok := b.(*Call)
		return ok && a.Fn == b.Fn && (!a.Fn.Volatile || a.Fn.Present)
	case *AggregateCall:
		b, ok := b.(*AggregateCall)
		return ok && a.Fn == b.Fn && a.Distinct == b.Distinct && (a.Filter == nil) == (b.Filter == nil)
	case *Window:
		b, ok := b.(*Window)
		return ok && sameWindow(a, b)
	case *WindowCall:
		b, ok := b.(*WindowCall)
		return ok && a.Fn == b.Fn && a.IgnoreNulls == b.IgnoreNulls
	case *SortOrder:
		b, ok := b.(*SortOrder)
		return ok && a.Descending == b.Descending && a.NullsFirst == b.NullsFirst
	default:
		return a == b
	}
}
