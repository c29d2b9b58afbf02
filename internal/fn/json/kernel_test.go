package json_test

import (
	"testing"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/collection"
	"github.com/weirstream/weir/internal/fn/fntest"
	"github.com/weirstream/weir/internal/fn/json"
	"github.com/weirstream/weir/types"
)

// Columns with nulls, in all selections of rows.
func TestColumns(t *testing.T) {
	b := fntest.New(t, cast.New, json.Functions, collection.Functions)
	text := b.Column(types.Of(types.String), `{"a":1,"b":["x","y"]}`, nil, `{"b":[],"a":2.5}`, `[1,{"a":"é\n"}]`, `{`, ``, "7,q")
	path := b.Column(types.Of(types.String), "$.b[*]", "$.a", nil, "$[1].a", "$", "$", "$")
	b.Expect(b.Call("get_json_object", text, path), `["x","y"]`, "NULL", "NULL", "é\n", "NULL", "NULL", "7")
	b.Expect(b.Call("get_json_object", text, "$.a"), "1", "NULL", "2.5", "NULL", "NULL", "NULL", "NULL")
	b.Expect(b.Call("json_array_length", text), "NULL", "NULL", "NULL", "2", "NULL", "NULL", "NULL")
	b.Expect(b.Call("json_object_keys", text), "[a, b]", "NULL", "[b, a]", "NULL", "NULL", "NULL", "NULL")
	parsed := b.Call("from_json", text, "a BIGINT, b ARRAY<STRING>")
	b.Expect(parsed, "{1, [x, y]}", "NULL", "{null, []}", "{null, null}", "{null, null}", "NULL", "{null, null}")
	b.Expect(b.Call("to_json", parsed), `{"a":1,"b":["x","y"]}`, "NULL", `{"b":[]}`, "{}", "{}", "NULL", "{}")
	b.Expect(b.Call("from_csv", text, "a BIGINT, b STRING", b.Call("map", "sep", ",")), `{null, "b":["x"}`, "NULL", `{null, "a":2.5}}`,
		`{null, {"a":"é\n"}]}`, "{null, null}", "{null, null}", "{7, q}")
	b.Expect(b.Call("to_csv", b.Call("from_csv", text, "a BIGINT, b STRING")), `,"\"b\":[\"x\""`, "NULL", `,"\"a\":2.5}"`,
		`,"{\"a\":\"é\\n\"}]"`, ",", ",", "7,q")
	b.Expect(b.Call("schema_of_json", `{"a":1}`), "STRUCT<a: BIGINT>", "STRUCT<a: BIGINT>", "STRUCT<a: BIGINT>", "STRUCT<a: BIGINT>",
		"STRUCT<a: BIGINT>", "STRUCT<a: BIGINT>", "STRUCT<a: BIGINT>")
}

// Calls with other options or schemas are not alike.
func TestCallsDiffer(t *testing.T) {
	b := fntest.New(t, cast.New, json.Functions, collection.Functions)
	text := b.Column(types.Of(types.String), "1;2")
	one := b.Call("from_csv", text, "a INT")
	for _, other := range []expr.Expr{
		b.Call("from_csv", text, "a BIGINT"), b.Call("from_csv", text, "a INT", b.Call("map", "sep", ";")),
	} {
		if expr.Equal(one, other) {
			t.Errorf("%v is taken for %v", one, other)
		}
	}
	if !expr.Equal(one, b.Call("from_csv", text, "a INT")) {
		t.Error("a call is not equal to itself")
	}
}

// A row that nobody asks for cannot fail.
func TestUnaskedRows(t *testing.T) {
	for name, texts := range map[string][]any{"from_json": {"{", `{"a":1}`}, "from_csv": {"x", "1"}} {
		b := fntest.New(t, cast.New, json.Functions, collection.Functions)
		text := b.Column(types.Of(types.String), texts...)
		eval, err := b.Compile(b.Call(name, text, "a INT", b.Call("map", "mode", "FAILFAST")))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := eval.Eval(&b.Batch, []int32{1}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := eval.Eval(&b.Batch, nil); !fault.Is(err, fault.MalformedRecord) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
