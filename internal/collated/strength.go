package collated

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/collate"
	"github.com/weirstream/weir/types"
)

// strength says how much a text's collation weighs where it meets another.
type strength uint8

const (
	none     strength = iota // not a text
	byItself                 // a literal, or made of literals
	implicit                 // a column, a field, a cast
	explicit                 // COLLATE
)

// standing is the collation of an expression and its strength.
type standing struct {
	name     string
	strength strength
}

// textOf is the collation of the texts in t, and whether there are any; maps and structs
// have none of their own.
func textOf(t types.Type) (name string, ok bool) {
	switch t.Kind {
	case types.String:
		return t.Collation, true
	case types.Array:
		return textOf(*t.Elem)
	}
	return "", false
}

// standingOf is what e has.
func standingOf(e expr.Expr) standing {
	name, ok := textOf(e.Type())
	if !ok {
		return standing{}
	}
	switch e := e.(type) {
	case *expr.Literal:
		return standing{name, byItself}
	case *expr.Cast:
		switch from := standingOf(e.Child); {
		case e.Implicit:
			return standing{name, max(from.strength, byItself)}
		case from.strength == none && name == "":
			return standing{name, byItself}
		}
		return standing{name, implicit}
	case *expr.Call:
		if e.Fn == collate.Collate {
			return standing{name, explicit}
		}
		return strongest(name, e.Args)
	case *expr.AggregateCall:
		return strongest(name, e.Args)
	case *expr.WindowCall:
		return strongest(name, e.Args)
	case *expr.Window:
		return standingOf(e.Fn)
	case *expr.BoundLambda:
		return standingOf(e.Body)
	}
	return standing{name, implicit}
}

// strongest is the standing of what a function makes of arguments.
func strongest(name string, args []expr.Expr) standing {
	s := standing{name, byItself}
	for _, a := range args {
		s.strength = max(s.strength, standingOf(a).strength)
	}
	return s
}

// meet is the collation in which texts meet.
func meet(args []expr.Expr) (standing, error) {
	out, first := standing{}, expr.Expr(nil)
	for _, a := range args {
		s := standingOf(a)
		switch {
		case s.strength == none:
		case s.name == collate.Undecided:
			if out.strength < explicit {
				out = standing{collate.Undecided, implicit}
			}
		case s.strength > out.strength, s.strength == byItself && out.strength == byItself && out.name == "":
			out, first = s, a
		case s.strength < out.strength || s.name == out.name:
		case s.strength == explicit:
			return out, fault.New(fault.CollationExplicit, "%v and %v have two collations, %s and %s, that both are explicit",
				first, a, shown(out.name), shown(s.name)).With("explicitTypes", "\""+shown(out.name)+"\", \""+shown(s.name)+"\"")
		case s.strength == implicit:
			out.name = collate.Undecided
		}
	}
	return out, nil
}

// Like is e, where it is a literal or made of literals, with the collation of column.
func Like(column, e expr.Expr) expr.Expr {
	name, ok := textOf(column.Type())
	if !ok || name == "" || standingOf(e).strength != byItself {
		return e
	}
	return to(e, name, false)
}

// shown is a collation as users write it.
func shown(name string) string {
	if name == "" {
		return "UTF8_BINARY"
	}
	return name
}

// to is e with texts of this collation. A literal is retyped, so that its name says so,
// unless it is bare.
func to(e expr.Expr, name string, bare bool) expr.Expr {
	have, ok := textOf(e.Type())
	if !ok || have == name {
		return e
	}
	t := collate.With(e.Type(), name)
	t.Length, t.Padded = 0, false
	if l, ok := e.(*expr.Literal); ok && (!bare || l.Value == nil) {
		n := *l
		n.Typ = t
		return &n
	}
	return &expr.Cast{Child: e, To: t, Implicit: true}
}
