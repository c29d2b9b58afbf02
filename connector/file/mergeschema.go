package file

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// mergeSchemas is the schema of files of either: the columns of the first, then those
// that only the second has (mergeSchema). Names are the same in any case.
func mergeSchemas(a, b types.Schema, path string) (types.Schema, error) {
	fields, bad := mergeFields(a.Fields, b.Fields)
	if bad != "" {
		return a, fault.New(fault.CannotMergeSchemas, "the schema of %s does not go together with those of the files before it: %s; "+
			"give a schema, or read the files one by one", path, bad).With("left", a.String()).With("right", b.String())
	}
	return types.NewSchema(fields...), nil
}

// mergeFields says in bad what does not go together.
func mergeFields(a, b []types.Field) (all []types.Field, bad string) {
	all = slices.Clone(a)
	for _, f := range b {
		k := slices.IndexFunc(all, func(x types.Field) bool { return strings.EqualFold(x.Name, f.Name) })
		if k < 0 {
			f.Nullable = true
			all = append(all, f)
			continue
		}
		if all[k].Type, bad = mergeTypes(all[k].Type, f.Type); bad != "" {
			return nil, "the column " + f.Name + " is " + bad
		}
		all[k].Nullable = all[k].Nullable || f.Nullable
	}
	return all, ""
}

func mergeTypes(a, b types.Type) (t types.Type, bad string) {
	t = a
	switch {
	case a.Kind == types.Null:
		return b, ""
	case b.Kind == types.Null || a.Equal(b):
		return a, ""
	case a.Kind == types.Struct && b.Kind == types.Struct:
		t.Fields, bad = mergeFields(a.Fields, b.Fields)
		return t, bad
	case a.Kind == types.Array && b.Kind == types.Array, a.Kind == types.Map && b.Kind == types.Map:
		elem, bad := mergeTypes(*a.Elem, *b.Elem)
		t.Elem, t.ElemNullable = &elem, a.ElemNullable || b.ElemNullable
		if bad == "" && a.Kind == types.Map {
			var key types.Type
			key, bad = mergeTypes(*a.Key, *b.Key)
			t.Key = &key
		}
		return t, bad
	case a.Kind == types.Decimal128 && b.Kind == types.Decimal128 && a.Scale == b.Scale:
		return types.DecimalOf(max(a.Precision, b.Precision), a.Scale), ""
	}
	return a, a.SQL() + " in one and " + b.SQL() + " in the other"
}
