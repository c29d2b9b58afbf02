package file

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// nullPartition is the directory value that stands for null and for the empty
// string.
const nullPartition = "__HIVE_DEFAULT_PARTITION__"

// parsePartition takes a directory name k=v apart.
func parsePartition(name string) (keyValue, bool) {
	key, value, ok := strings.Cut(name, "=")
	if !ok || key == "" || value == "" {
		return keyValue{}, false
	}
	kv := keyValue{key: unescapeName(key), value: unescapeName(value)}
	if kv.value == nullPartition {
		kv = keyValue{key: kv.key, null: true}
	}
	return kv, true
}

// partitionName is the directory of a value.
func partitionName(key, value string, null bool) string {
	if null || value == "" {
		return escapeName(key) + "=" + nullPartition
	}
	return escapeName(key) + "=" + escapeName(value)
}

// escapedBytes are those that Spark, as Hive before it, does not write into a
// directory's name.
const escapedBytes = "\"#%'*/:=?\\\x7f{[]^"

// escapeName writes special and control characters as % and two hex digits.
func escapeName(s string) string {
	if !strings.ContainsFunc(s, escapedRune) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if escapedRune(r) {
			fmt.Fprintf(&b, "%%%02X", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func escapedRune(r rune) bool {
	return r < 0x20 || r < 0x80 && strings.IndexByte(escapedBytes, byte(r)) >= 0
}

// unescapeName takes escapeName back. What is no escape stays.
func unescapeName(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// partitionColumns are the columns that the directories of some files stand for,
// with the narrowest type that holds all their values. Directories that do not
// agree are refused.
func partitionColumns(files []found, given *types.Schema) ([]types.Field, error) {
	var fields []types.Field
	for n, f := range files {
		if n > 0 && len(f.values) != len(fields) {
			return nil, conflictingPartitions(files[0], f)
		}
		for i, kv := range f.values {
			if n == 0 {
				fields = append(fields, types.Field{Name: kv.key, Type: types.Of(types.Null), Nullable: true})
			} else if !strings.EqualFold(fields[i].Name, kv.key) {
				return nil, conflictingPartitions(files[0], f)
			}
			fields[i].Type = widen(fields[i].Type, guess(kv))
		}
	}
	for i, f := range fields {
		if f.Type.Kind == types.Null {
			fields[i].Type = types.Of(types.String)
		}
		if given == nil {
			continue
		}
		if k := given.Index(f.Name); k >= 0 {
			fields[i] = given.Fields[k]
		}
	}
	return fields, nil
}

func conflictingPartitions(a, b found) error {
	return fault.New(fault.ConflictingPartitions, "the files %s and %s lie in directories of different partition "+
		"columns; read them with a path each, or give the option recursiveFileLookup", a.path, b.path)
}

// guess is the narrowest type of a directory's value.
func guess(kv keyValue) types.Type {
	if kv.null {
		return types.Of(types.Null)
	}
	if _, err := strconv.ParseInt(kv.value, 10, 32); err == nil {
		return types.Of(types.Int)
	}
	if _, err := strconv.ParseInt(kv.value, 10, 64); err == nil {
		return types.Of(types.Long)
	}
	if _, ok := parseFloat(kv.value, 64); ok && kv.value[len(kv.value)-1] <= '9' {
		return types.Of(types.Double)
	}
	if _, ok := datetime.ParseDate(kv.value); ok && len(kv.value) == len("2000-01-01") {
		return types.Of(types.Date)
	}
	if _, ok := parseTimestamp(kv.value, nil); ok {
		return types.Of(types.Timestamp)
	}
	return types.Of(types.String)
}

// widen is a type that holds the values of both, text if no other does.
func widen(a, b types.Type) types.Type {
	if a.Kind > b.Kind {
		a, b = b, a
	}
	switch {
	case a.Kind == b.Kind, a.Kind == types.Null:
		return b
	case a.Kind == types.Int && (b.Kind == types.Long || b.Kind == types.Double),
		a.Kind == types.Long && b.Kind == types.Double,
		a.Kind == types.Date && b.Kind == types.Timestamp:
		return b
	}
	return types.Of(types.String)
}

// constant is a column that has the directory's value in every row.
func constant(f types.Field, values []keyValue, zone *datetime.Zone) (*batch.Column, error) {
	c := batch.NewColumn(f.Type, 1)
	c.Resize(1)
	c.Const = true
	for _, kv := range values {
		if strings.EqualFold(kv.key, f.Name) && !kv.null {
			return c, setCell(c, kv.value, zone)
		}
	}
	c.SetNull(0)
	return c, nil
}
