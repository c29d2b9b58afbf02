package warehouse

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/types"
)

// PartitionsLast is a schema with the columns that are directories behind all
// others, as files are read.
func PartitionsLast(s types.Schema, partition []string) types.Schema {
	isPartition := func(f types.Field) bool {
		return slices.ContainsFunc(partition, func(p string) bool { return strings.EqualFold(p, f.Name) })
	}
	var first, last []types.Field
	for _, f := range s.Fields {
		f.Nullable = true // files may miss any column
		if isPartition(f) {
			last = append(last, f)
		} else {
			first = append(first, f)
		}
	}
	return types.NewSchema(append(first, last...)...)
}

// Storable reports whether values of a type may be stored in a column of another
// without a cast that the user writes, by the rules of ANSI SQL.
func Storable(from, to types.Type) bool {
	switch {
	case from.Kind == types.Null || from.Kind == to.Kind && !from.Nested():
		return true
	case from.Kind == types.Array && to.Kind == types.Array:
		return Storable(*from.Elem, *to.Elem)
	case from.Kind == types.Map && to.Kind == types.Map:
		return Storable(*from.Key, *to.Key) && Storable(*from.Elem, *to.Elem)
	case from.Kind == types.Struct && to.Kind == types.Struct:
		if len(from.Fields) != len(to.Fields) {
			return false
		}
		for i, f := range from.Fields {
			if !Storable(f.Type, to.Fields[i].Type) {
				return false
			}
		}
		return true
	case from.Nested() || to.Nested():
		return false
	case to.Kind == types.String:
		return from.Kind != types.Binary
	case from.Numeric():
		return to.Numeric()
	}
	return day(from.Kind) && day(to.Kind)
}

// day reports whether a kind is a date or a time of one.
func day(k types.Kind) bool {
	return k == types.Date || k == types.Timestamp || k == types.TimestampNTZ
}
