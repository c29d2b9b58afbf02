package semi

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/variant"
)

// step is a part of a path: a field's name, or, where name is empty and field is
// false, a place.
type step struct {
	field bool
	name  string
	at    int
}

// parsePath reads $.a['b'][3].
func parsePath(function, text string) ([]step, error) {
	wrong := fault.New(fault.VariantPath, "'%s' is no path: write $.field['field'][3]", text).
		With("path", text).With("functionName", "`"+function+"`")
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, wrong
	}
	steps := []step{}
	for rest != "" {
		switch {
		case rest[0] == '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			if end == 0 {
				return nil, wrong
			}
			steps = append(steps, step{field: true, name: rest[1 : 1+end]})
			rest = rest[1+end:]
		case strings.HasPrefix(rest, "['") || strings.HasPrefix(rest, "[\""):
			end := strings.Index(rest[2:], rest[1:2]+"]")
			if end < 0 {
				return nil, wrong
			}
			steps = append(steps, step{field: true, name: rest[2 : 2+end]})
			rest = rest[4+end:]
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, wrong
			}
			at, err := strconv.Atoi(rest[1:end])
			if err != nil || at < 0 {
				return nil, wrong
			}
			steps = append(steps, step{at: at})
			rest = rest[end+1:]
		default:
			return nil, wrong
		}
	}
	return steps, nil
}

// paths parses the paths of rows; equal ones that follow each other once.
type paths struct {
	function string
	text     string
	steps    []step
}

func (p *paths) get(text string) ([]step, error) {
	if p.steps != nil && p.text == text {
		return p.steps, nil
	}
	text = strings.Clone(text)
	steps, err := parsePath(p.function, text)
	if err == nil {
		p.text, p.steps = text, steps
	}
	return steps, err
}

// look goes down a path; it gives none where the path ends early.
func look(v variant.Value, steps []step) variant.Value {
	for _, s := range steps {
		switch {
		case s.field:
			v = v.Field(s.name)
		case v.Kind() == variant.Array:
			v = v.At(s.at)
		default:
			return variant.Value{}
		}
	}
	return v
}

// constantText is the value of an argument that is a literal text.
func constantText(e expr.Expr) (string, bool) {
	l, ok := e.(*expr.Literal)
	if !ok {
		return "", false
	}
	s, ok := l.Value.(string)
	return s, ok
}
