package jsontext

import (
	"testing"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// What from_json gives, as Spark 4.3 does.
func TestValueDecoder(t *testing.T) {
	check := func(schema, text, want string) {
		t.Helper()
		typ, err := types.ParseType(schema)
		if err != nil {
			t.Fatal(err)
		}
		v, err := NewValueDecoder(typ, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // with the keys learnt
			v.Begin()
			v.AppendNull()
			if err := v.Append(text); err != nil {
				t.Fatal(err)
			}
			c := v.Column()
			if got := cast(c, 1, nil); got != want || !c.Null(0) || c.Len() != 2 {
				t.Errorf("from_json(%q, %s) = %s, want %s", text, schema, got, want)
			}
		}
	}
	check("struct<a: int>", `{"a":1} x`, "{1}")
	check("struct<a: int>", ``, "null")
	check("struct<a: int>", `  `, "null")
	check("array<int>", `[1,2]`, "[1, 2]")
	check("array<int>", `5`, "null")
	check("array<struct<a: int>>", `{"a":1}`, "[{1}]")
	check("struct<a: int>", `[{"a":1}]`, "{null}")
	check("struct<a: int>", `[{"a":1},{"a":2}]`, "{null}")
	check("map<string, string>", `{"a":1,"b":"x"}`, "{a -> 1, b -> x}")
	check("array<int>", `[1,"x"]`, "null")
	check("struct<a: int>", `null`, "{null}")
	check("struct<a: int, b: int>", `{"a":"x","b":1}`, "{null, 1}")
	check("struct<a: int, b: string>", "{\"a\":1,\n\"b\":\"é\\n\"}", "{1, é\n}")
	check("struct<a: int, _corrupt_record: string>", `{"a":1}`, "{1, null}")
	check("struct<a: int, _corrupt_record: string>", `{"a":`, `{null, {"a":}`)
	check("struct<a: array<int>>", `{"a":[1,2],}`, "{null}")

	v, _ := NewValueDecoder(types.ArrayOf(types.Of(types.Int)), Options{Mode: FailFast})
	if err := v.Append("[1"); !fault.Is(err, fault.MalformedRecord) {
		t.Errorf("FAILFAST: %v", err)
	}
}
