package file

import (
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/connector"
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
const escapedBytes = "\"#%'*/:=?\\\x7f{}[]^"

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
// with the narrowest type that holds all their values, or text where types are not
// to be guessed. Directories that do not agree are refused.
func partitionColumns(files []found, given *types.Schema, asText bool) ([]types.Field, error) {
	var fields []types.Field
	var last []keyValue // of the file before: files of one directory come together
	for n, f := range files {
		if n > 0 && slices.Equal(last, f.values) {
			continue
		}
		last = f.values
		if n > 0 && len(f.values) != len(fields) {
			return nil, conflictingPartitions(files[0], f)
		}
		for i, kv := range f.values {
			if n == 0 {
				fields = append(fields, types.Field{Name: kv.key, Type: types.Of(types.Null), Nullable: true})
			} else if !strings.EqualFold(fields[i].Name, kv.key) {
				return nil, conflictingPartitions(files[0], f)
			}
			if asText {
				fields[i].Type = types.Of(types.String)
			} else {
				fields[i].Type = widen(fields[i].Type, guess(kv))
			}
		}
	}
	if given == nil {
		return fields, nil
	}
	for i, f := range fields {
		if k := given.Index(f.Name); k >= 0 {
			fields[i] = given.Fields[k]
		}
	}
	return fields, nil
}

func conflictingPartitions(a, b found) error {
	return fault.New(fault.ConflictingPartitions, "the files %s and %s lie in directories of different partition "+
		"columns; read them with a path each, or give the option recursiveFileLookup", a.path, b.path).
		With("suspiciousPaths", a.path+", "+b.path)
}

// guess is the narrowest type of a directory's value, by the rules that a real Spark
// showed: whole numbers of any size, floating point as Java reads it, a day, a day
// with a time behind a blank.
func guess(kv keyValue) types.Type {
	if kv.null {
		return types.Of(types.Null)
	}
	v := kv.value
	if _, err := strconv.ParseInt(v, 10, 32); err == nil {
		return types.Of(types.Int)
	}
	if _, err := strconv.ParseInt(v, 10, 64); err == nil {
		return types.Of(types.Long)
	}
	if digits, ok := wholeDigits(v); ok && digits <= types.MaxPrecision {
		return types.DecimalOf(digits, 0)
	}
	if _, ok := parseJavaDouble(v); ok {
		return types.Of(types.Double)
	}
	if _, ok := datetime.ParseDate(v); ok && len(v) == len("2000-01-01") {
		return types.Of(types.Date)
	}
	if at := len("2000-01-01"); len(v) >= len("2000-01-01 00:00:00") && v[at] == ' ' && v[len(v)-1] >= '0' && v[len(v)-1] <= '9' {
		if _, ok := parseTimestamp(v, nil); ok {
			return types.Of(types.Timestamp)
		}
	}
	return types.Of(types.String)
}

// wholeDigits is how many digits a whole number has that may be written with an
// exponent; false for what is none.
func wholeDigits(s string) (int, bool) {
	if _, t, err := types.ParseDecimalExact(s); err == nil {
		return max(t.Precision, 1), t.Scale == 0 && !strings.Contains(s, ".")
	}
	n, ok := new(big.Int).SetString(strings.TrimPrefix(s, "+"), 10)
	if !ok || len(s) > 400 {
		return 0, false
	}
	return len(n.Text(10)), true
}

// parseJavaDouble reads a number as Java does: blanks around it, and d or f behind it,
// are nothing.
func parseJavaDouble(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s, "xX_pP") {
		return 0, false
	}
	switch strings.TrimLeft(s, "+-") {
	case "NaN", "Infinity":
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	}
	if c := s[len(s)-1] | 0x20; len(s) > 1 && (c == 'd' || c == 'f') {
		s = s[:len(s)-1]
	}
	if c := s[len(s)-1]; c != '.' && (c < '0' || c > '9') {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || f != 0 // what is too large is infinite
}

// widen is a type that holds the values of both, text if no other does.
func widen(a, b types.Type) types.Type {
	whole := func(t types.Type) int {
		switch t.Kind {
		case types.Int:
			return 10
		case types.Long:
			return 20
		case types.Decimal128:
			return t.Precision
		}
		return 0
	}
	switch {
	case a.Kind == types.Null:
		return b
	case b.Kind == types.Null:
		return a
	case a.Kind == types.Decimal128 || b.Kind == types.Decimal128:
		if x, y := whole(a), whole(b); x > 0 && y > 0 {
			return types.DecimalOf(max(x, y), 0)
		}
		return types.Of(types.String)
	}
	if a.Kind > b.Kind {
		a, b = b, a
	}
	switch {
	case a.Kind == b.Kind:
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

// ruledOut reports whether the value of a directory fails a test of its column, so
// that the file need not be opened.
func ruledOut(c *batch.Column, p connector.Predicate) bool {
	if c.Null(0) {
		return p.Op != connector.IsNull
	}
	if p.Op == connector.IsNull {
		return true
	}
	switch c.Type.Kind {
	case types.Int, types.Date:
		return fails(batch.Values[int32](c)[0], p)
	case types.Long, types.Timestamp, types.TimestampNTZ:
		return fails(batch.Values[int64](c)[0], p)
	case types.String:
		return c.Type.Collation == "" && !c.Type.Padded && fails(batch.Values[string](c)[0], p)
	}
	return false
}

func fails[V int32 | int64 | string](have V, p connector.Predicate) bool {
	for i, value := range p.Values {
		v, ok := value.(V)
		if !ok {
			return false
		}
		passes := false
		switch p.Op {
		case connector.Equal, connector.In:
			passes = have == v
		case connector.NotEqual:
			passes = have != v
		case connector.Less:
			passes = have < v
		case connector.LessOrEqual:
			passes = have <= v
		case connector.Greater:
			passes = have > v
		case connector.GreaterOrEqual:
			passes = have >= v
		default:
			return false
		}
		if passes {
			return false
		}
		if p.Op != connector.In || i == len(p.Values)-1 {
			return true
		}
	}
	return false
}
