package expr

// Same reports whether two resolved expressions surely have the same value on
// every row.
func Same(a, b Expr) bool {
	if a == b {
		return !Volatile(a)
	}
	switch x := a.(type) {
	case *Ref:
		y, ok := b.(*Ref)
		return ok && x.ID == y.ID
	case *Literal:
		y, ok := b.(*Literal)
		return ok && x.Typ.Equal(y.Typ) && !x.Typ.Nested() && x.Value == y.Value
	case *Cast:
		y, ok := b.(*Cast)
		return ok && x.Mode == y.Mode && x.To.Equal(y.To) && Same(x.Child, y.Child)
	case *Field:
		y, ok := b.(*Field)
		return ok && x.Ordinal == y.Ordinal && Same(x.Child, y.Child)
	case *Call:
		y, ok := b.(*Call)
		if !ok || x.Fn != y.Fn || x.Fn.Volatile || len(x.Args) != len(y.Args) || !x.Typ.Equal(y.Typ) {
			return false
		}
		for i, arg := range x.Args {
			if !Same(arg, y.Args[i]) {
				return false
			}
		}
		return true
	default:
		return false
	}
}
