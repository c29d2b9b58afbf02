package types

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/golden"
)

// TestTextGolden reads schemas as DDL and as JSON and shows them in every form.
// The answers were compared with those of Spark 4.3.
func TestTextGolden(t *testing.T) {
	golden.Files(t, "testdata/*.txt", func(t *testing.T, file string) {
		golden.Run(t, file, func(c golden.Case) string {
			var s Schema
			var err error
			switch c.Command {
			case "ddl":
				s, err = ParseSchema(c.Input)
			case "json":
				s, err = ParseSchemaJSON(c.Input)
			case "type":
				one, err := ParseType(c.Input)
				if err != nil {
					return err.Error()
				}
				return one.String() + "\n" + one.SQL() + "\n" + one.JSON()
			case "name":
				one, err := ParseTypeJSON(c.Input)
				if err != nil {
					return err.Error()
				}
				return one.String()
			default:
				return "unknown command " + c.Command
			}
			if err != nil {
				return err.Error()
			}
			if c.Has("tree") {
				return s.Tree(int(c.Int(t, "depth", 0)))
			}
			return s.String() + "\n" + s.DDL() + "\n" + s.JSON()
		})
	})
}

// someType is a random type, nested at most depth deep.
func someType(r *rand.Rand, depth int) Type {
	kinds := 19
	if depth > 0 {
		kinds = 22
	}
	switch k := Kind(r.IntN(kinds)); k {
	case Decimal128:
		p := 1 + r.IntN(MaxPrecision)
		return DecimalOf(p, r.IntN(p+1))
	case String:
		return Type{Kind: String, Length: r.IntN(2) * (1 + r.IntN(99)),
			Collation: [...]string{"", "", "UTF8_LCASE", "UNICODE_CI", "sr_Cyrl_SRB_AI"}[r.IntN(5)]}
	case Time:
		return Type{Kind: Time, Precision: r.IntN(10)}
	case YearMonthInterval:
		return Type{Kind: k, First: YearField, Last: IntervalField(r.IntN(2))}
	case DayTimeInterval:
		first := DayField + IntervalField(r.IntN(4))
		return Type{Kind: k, First: first, Last: first + IntervalField(r.IntN(int(SecondField-first)+1))}
	case 18:
		return Of(Variant)
	case 19:
		return ArrayOf(someType(r, depth-1))
	case 20:
		return MapOf(someType(r, depth-1), someType(r, depth-1))
	case 21:
		t := Type{Kind: Struct}
		for range 1 + r.IntN(4) {
			f := Field{Name: someName(r), Type: someType(r, depth-1), Nullable: r.IntN(2) == 0}
			if r.IntN(3) == 0 {
				f.Metadata = map[string]any{"comment": "it's " + someName(r)}
			}
			t.Fields = append(t.Fields, f)
		}
		return t
	default:
		return Of(k)
	}
}

func someName(r *rand.Rand) string {
	return [...]string{"a", "A_1", "1a", "x y", "`", "a.b", "é", "struct", "not"}[r.IntN(9)]
}

func TestTypesComeBackFromText(t *testing.T) {
	r := random(t)
	for range 3000 {
		want := someType(r, 3)
		got, err := ParseType(want.SQL())
		if err != nil || !got.Equal(want) || got.SQL() != want.SQL() {
			t.Fatalf("%s came back as %s, %v", want.SQL(), got.SQL(), err)
		}
		if want.Kind == String { // a bare type has no metadata for its collation
			want.Collation = ""
		}
		f := NewSchema(Field{Name: "f", Type: want, Nullable: true})
		back, err := ParseSchemaJSON(f.JSON())
		if err != nil || !back.Equal(f) || back.JSON() != f.JSON() {
			t.Fatalf("%s came back as %s, %v", f.JSON(), back.JSON(), err)
		}
		back, err = ParseSchema(f.DDL())
		if err != nil || !back.Equal(f) {
			t.Fatalf("%s came back as %s, %v", f.DDL(), back.DDL(), err)
		}
	}
}

func TestParseTypeAtStopsBehindTheType(t *testing.T) {
	text := "CAST(a AS DECIMAL(10, 2) ) + 1"
	typ, end, err := ParseTypeAt(text, strings.Index(text, "DEC"))
	if err != nil || typ.String() != "decimal(10,2)" || text[end:] != " ) + 1" {
		t.Errorf("%s, rest %q, %v", typ, text[end:], err)
	}
	_, _, err = ParseTypeAt("CAST(a AS FOO)", 10)
	if !fault.Is(err, fault.UnsupportedDataType) || !strings.Contains(err.Error(), "column 11") {
		t.Errorf("%v", err)
	}
}

func TestDeepNestingIsAnError(t *testing.T) {
	text := strings.Repeat("array<", 100000) + "int"
	if _, err := ParseType(text); !fault.Is(err, fault.ParseSyntax) {
		t.Errorf("%.100v", err)
	}
	text = strings.Repeat(`{"type":"array","containsNull":true,"elementType":`, 500) + `"long"` + strings.Repeat("}", 500)
	if _, err := ParseTypeJSON(text); !fault.Is(err, fault.InvalidJSONType) {
		t.Errorf("%.100v", err)
	}
}

func FuzzParseSchema(f *testing.F) {
	f.Add("a INT NOT NULL COMMENT 'x', b STRUCT<c: STRING>, `d e` DECIMAL(10,2)")
	f.Add("a map<string collate utf8_lcase, array<interval day to second>> -- x")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSchema(text)
		if err != nil {
			return
		}
		again, err := ParseSchema(s.DDL())
		if err != nil || !again.Equal(s) {
			t.Errorf("%q: %q came back as %v, %v", text, s.DDL(), again, err)
		}
	})
}

func FuzzParseTypeJSON(f *testing.F) {
	f.Add(`{"type":"struct","fields":[{"name":"a","type":"integer","nullable":true,"metadata":{}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		typ, err := ParseTypeJSON(text)
		if err != nil {
			return
		}
		again, err := ParseTypeJSON(typ.JSON())
		if err != nil || !again.Equal(typ) {
			t.Errorf("%q: %s came back as %v, %v", text, typ.JSON(), again, err)
		}
	})
}
