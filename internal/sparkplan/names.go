package sparkplan

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sparkpb"
)

func ptr[T any](v T) *T { return &v }

// or is the value of a field, or what it is where it is missing.
func or[T any](p *T, missing T) T {
	if p == nil {
		return missing
	}
	return *p
}

func sameKind(a, b any) bool { return reflect.TypeOf(a) == reflect.TypeOf(b) }

// kindName is the name of a message's type, for errors.
func kindName(kind any) string {
	if kind == nil {
		return "of an unknown kind"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", kind), "*sparkpb.")
}

// splitName are the parts of a name: cut at dots, those in back-quotes apart.
func splitName(text string) ([]string, error) {
	var parts []string
	bad := func() ([]string, error) {
		return nil, fault.New(fault.InvalidIdentifier, "%q is no name: its back-quotes do not match", text).With("ident", text)
	}
	for rest := text; ; {
		part := ""
		if strings.HasPrefix(rest, "`") {
			rest = rest[1:]
			for {
				i := strings.IndexByte(rest, '`')
				if i < 0 {
					return bad()
				}
				part, rest = part+rest[:i], rest[i+1:]
				if !strings.HasPrefix(rest, "`") {
					break
				}
				part, rest = part+"`", rest[1:]
			}
			if rest != "" && rest[0] != '.' {
				return bad()
			}
		} else {
			i := strings.IndexByte(rest, '.')
			if i < 0 {
				i = len(rest)
			}
			if part, rest = rest[:i], rest[i:]; strings.Contains(part, "`") {
				return bad()
			}
		}
		parts = append(parts, part)
		if rest == "" {
			return parts, nil
		}
		rest = rest[1:]
	}
}

// joinName is a name as text, its parts quoted where they must be.
func joinName(parts []string) string {
	quoted := make([]string, len(parts))
	for i, p := range parts {
		if quoted[i] = p; p == "" || strings.ContainsAny(p, ".`") {
			quoted[i] = "`" + strings.ReplaceAll(p, "`", "``") + "`"
		}
	}
	return strings.Join(quoted, ".")
}

// position is where a client says that something was written.
func position(o *sparkpb.Origin) fault.Position {
	if o == nil {
		return fault.Position{}
	}
	return fault.Position{Site: o}
}

// origin is what a client is told of a position.
func origin(at fault.Position) *sparkpb.Origin {
	switch site := at.Site.(type) {
	case *sparkpb.Origin:
		return site
	case nil:
		return nil
	default:
		return &sparkpb.Origin{PythonOrigin: &sparkpb.PythonOrigin{CallSite: site.String()}}
	}
}

// planID is the id of a plan in weir, 0 for none, for one on the wire.
func planID(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id + 1
}

// wireID is the id on the wire, nil for none.
func wireID(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return ptr(id - 1)
}
