package cells

import (
	"fmt"

	"github.com/weirstream/weir/types"
)

// evolves says why values of one type cannot be read as another; empty if they can
// (S149): fields may be added and left out, and numbers widened.
func evolves(from, to types.Type, at string) string {
	if from.Kind != types.Struct || to.Kind != types.Struct {
		return evolvesInside(from, to, at)
	}
	old, now := types.Schema{Fields: from.Fields}, types.Schema{Fields: to.Fields}
	kept := false
	for _, f := range now.Fields {
		i := old.Index(f.Name)
		if i < 0 {
			continue
		}
		kept = true
		if old.Fields[i].Nullable && !f.Nullable {
			return fmt.Sprintf("the field %s could be null, and now cannot be; make it a pointer", at+f.Name)
		}
		if problem := evolves(old.Fields[i].Type, f.Type, at+f.Name+"."); problem != "" {
			return problem
		}
	}
	if !kept && len(old.Fields) > 0 {
		return "it has no field in common with what it was"
	}
	return ""
}

// evolvesInside is evolves for what is no struct.
func evolvesInside(from, to types.Type, at string) string {
	switch {
	case from.Kind == types.Array && to.Kind == types.Array:
		return evolvesElement(from, to, at)
	case from.Kind == types.Map && to.Kind == types.Map:
		if !from.Key.SameIgnoringNullability(*to.Key) {
			return fmt.Sprintf("the keys of %s were %s and are now %s", trimmed(at), from.Key.SQL(), to.Key.SQL())
		}
		return evolvesElement(from, to, at)
	case from.SameIgnoringNullability(to) || widens(from, to):
		return ""
	}
	return fmt.Sprintf("%s was %s and is now %s, which cannot hold all of it", trimmed(at), from.SQL(), to.SQL())
}

func evolvesElement(from, to types.Type, at string) string {
	if from.ElemNullable && !to.ElemNullable {
		return fmt.Sprintf("the elements of %s could be null, and now cannot be; make them pointers", trimmed(at))
	}
	return evolves(*from.Elem, *to.Elem, at)
}

// trimmed is the name of a field from the prefix of the names in it.
func trimmed(at string) string {
	if at == "" {
		return "the value"
	}
	return "the field " + at[:len(at)-1]
}

// widens reports whether every number of one type is one of the other.
func widens(from, to types.Type) bool {
	switch {
	case from.Integral() && to.Integral():
		return from.Kind < to.Kind
	case from.Kind == types.Float && to.Kind == types.Double:
		return true
	case from.Kind <= types.Int && from.Integral():
		return to.Kind == types.Double || to.Kind == types.Float && from.Kind <= types.Short
	}
	return false
}
