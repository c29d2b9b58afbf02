package types

import (
	"strconv"
	"strings"
)

// String is the type in Spark's short form, its simpleString: "int",
// "decimal(10,2)", "struct<a:int,b:string>". Unlike Spark's it is never cut.
func (t Type) String() string { return string(t.append(nil, shortForm)) }

// SQL is the type as it stands in SQL: "STRUCT<a: INT NOT NULL, b: STRING>".
func (t Type) SQL() string { return string(t.append(nil, sqlForm)) }

// Name is the type's name in JSON and in a printed schema: "integer", "long",
// "array", "decimal(10,2)".
func (t Type) Name() string { return string(t.appendName(nil)) }

// String is the schema in Spark's short form: "struct<a:int,b:string>".
func (s Schema) String() string { return s.AsStruct().String() }

// DDL is the schema as the columns of a CREATE TABLE: "a INT NOT NULL,b STRING".
func (s Schema) DDL() string {
	var dst []byte
	for i, f := range s.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendIdentifier(dst, f.Name)
		dst = append(dst, ' ')
		dst = f.appendRest(f.Type.append(dst, sqlForm))
	}
	return string(dst)
}

// Tree is the schema as printSchema shows it, with a line for each field and for
// each part of a nested one. depth bounds the levels shown; 0 shows all.
func (s Schema) Tree(depth int) string {
	dst := []byte("root\n")
	if depth == 0 {
		depth = maxNesting
	}
	return string(s.AsStruct().appendTree(dst, " |", depth))
}

// form is one of Spark's two spellings of types in DDL.
type form uint8

const (
	shortForm form = iota // lower case, no spaces, names bare
	sqlForm               // upper case, names quoted where needed
)

// names are those of the kinds in JSON and in DDL; the nested and those with
// parameters are missing.
var names = [...]struct{ json, ddl string }{
	Null: {"void", "void"}, Boolean: {"boolean", "boolean"}, Byte: {"byte", "tinyint"},
	Short: {"short", "smallint"}, Int: {"integer", "int"}, Long: {"long", "bigint"},
	Float: {"float", "float"}, Double: {"double", "double"}, Binary: {"binary", "binary"},
	Date: {"date", "date"}, Timestamp: {"timestamp", "timestamp"},
	TimestampNTZ: {"timestamp_ntz", "timestamp_ntz"}, CalendarInterval: {"interval", "interval"},
	Array: {"array", "array"}, Map: {"map", "map"}, Struct: {"struct", "struct"},
	Variant: {"variant", "variant"},
}

func (t Type) append(dst []byte, f form) []byte {
	between, comma := ":", ","
	if f == sqlForm {
		between, comma = ": ", ", "
	}
	switch t.Kind {
	case Array:
		dst = append(appendWord(dst, "array", f), '<')
		dst = t.Elem.append(dst, f)
	case Map:
		dst = append(appendWord(dst, "map", f), '<')
		dst = t.Key.append(dst, f)
		dst = append(dst, comma...)
		dst = t.Elem.append(dst, f)
	case Struct:
		dst = append(appendWord(dst, "struct", f), '<')
		for i, field := range t.Fields {
			if i > 0 {
				dst = append(dst, comma...)
			}
			if f == shortForm {
				dst = append(dst, field.Name...)
			} else {
				dst = appendIdentifier(dst, field.Name)
			}
			dst = append(dst, between...)
			dst = field.Type.append(dst, f)
			if f == sqlForm {
				dst = field.appendRest(dst)
			}
		}
	default:
		if ddl := names[:]; int(t.Kind) < len(ddl) && ddl[t.Kind].ddl != "" {
			return appendWord(dst, ddl[t.Kind].ddl, f)
		}
		return appendWord(dst, t.Name(), f)
	}
	return append(dst, '>')
}

// appendName appends the name of t in JSON.
func (t Type) appendName(dst []byte) []byte {
	switch t.Kind {
	case Decimal128:
		dst = append(dst, "decimal("...)
		dst = strconv.AppendInt(dst, int64(t.Precision), 10)
		dst = append(dst, ',')
		dst = strconv.AppendInt(dst, int64(t.Scale), 10)
		return append(dst, ')')
	case Time:
		dst = append(dst, "time("...)
		dst = strconv.AppendInt(dst, int64(t.Precision), 10)
		return append(dst, ')')
	case String:
		dst = t.appendStringName(dst)
		if t.Collation != "" {
			dst = append(dst, " collate "...)
			dst = append(dst, t.Collation...)
		}
		return dst
	case YearMonthInterval, DayTimeInterval:
		dst = append(dst, "interval "...)
		dst = append(dst, t.First.String()...)
		if t.First != t.Last {
			dst = append(dst, " to "...)
			dst = append(dst, t.Last.String()...)
		}
		return dst
	default:
		return append(dst, names[t.Kind].json...)
	}
}

// appendStringName appends string, char(n) or varchar(n).
func (t Type) appendStringName(dst []byte) []byte {
	if t.Length == 0 && !t.Padded {
		return append(dst, "string"...)
	}
	if !t.Padded {
		dst = append(dst, "var"...)
	}
	dst = append(dst, "char("...)
	dst = strconv.AppendInt(dst, int64(t.Length), 10)
	return append(dst, ')')
}

// appendRest appends what follows a field's type in SQL.
func (f Field) appendRest(dst []byte) []byte {
	if !f.Nullable {
		dst = append(dst, " NOT NULL"...)
	}
	if c, ok := f.Comment(); ok {
		dst = append(dst, " COMMENT '"...)
		dst = append(dst, quotes.Replace(c)...)
		dst = append(dst, '\'')
	}
	return dst
}

// quotes escapes what would end a text in SQL too early.
var quotes = strings.NewReplacer("'", `\'`, `\`, `\\`)

// Comment is the field's comment, and whether it has one. It is kept in the
// metadata, as in Spark.
func (f Field) Comment() (string, bool) {
	c, ok := f.Metadata["comment"].(string)
	return c, ok
}

// appendWord appends a word in the letters of the form.
func appendWord(dst []byte, word string, f form) []byte {
	if f == sqlForm {
		word = strings.ToUpper(word)
	}
	return append(dst, word...)
}

// appendIdentifier appends a name, in back-quotes unless it is made of ASCII
// letters, digits and underscores and begins with no digit.
func appendIdentifier(dst []byte, name string) []byte {
	plain := name != "" && !('0' <= name[0] && name[0] <= '9')
	for i := range len(name) {
		plain = plain && isWordByte(name[i])
	}
	if plain {
		return append(dst, name...)
	}
	dst = append(dst, '`')
	dst = append(dst, strings.ReplaceAll(name, "`", "``")...)
	return append(dst, '`')
}

func isWordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// appendTree appends the lines of what t contains.
func (t Type) appendTree(dst []byte, prefix string, depth int) []byte {
	if depth == 0 {
		return dst
	}
	line := func(name string, inner Type, property string, value bool) {
		dst = append(dst, prefix...)
		dst = append(dst, "-- "...)
		dst = append(dst, metaCharacters.Replace(name)...)
		dst = append(dst, ": "...)
		dst = inner.appendName(dst)
		if property != "" {
			dst = append(dst, " ("...)
			dst = append(dst, property...)
			dst = append(dst, " = "...)
			dst = strconv.AppendBool(dst, value)
			dst = append(dst, ')')
		}
		dst = append(dst, '\n')
		dst = inner.appendTree(dst, prefix+"    |", depth-1)
	}
	switch t.Kind {
	case Array:
		line("element", *t.Elem, "containsNull", t.ElemNullable)
	case Map:
		line("key", *t.Key, "", false)
		line("value", *t.Elem, "valueContainsNull", t.ElemNullable)
	case Struct:
		for _, f := range t.Fields {
			line(f.Name, f.Type, "nullable", f.Nullable)
		}
	}
	return dst
}

// metaCharacters shows characters that would break a line.
var metaCharacters = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`, "\f", `\f`, "\b", `\b`,
	"\v", `\v`, "\a", `\a`)
