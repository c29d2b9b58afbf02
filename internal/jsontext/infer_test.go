package jsontext

import (
	"strings"
	"testing"

	"github.com/weirstream/weir/types"
)

func TestInference(t *testing.T) {
	check := func(options map[string]string, want string, lines ...string) {
		t.Helper()
		o, err := ParseOptions(options, nil)
		if err != nil {
			t.Fatal(err)
		}
		f := NewInference(o)
		f.Add([]byte(strings.Join(lines, "\n")))
		got := f.Schema()
		schema, err := types.ParseType(want)
		if err != nil {
			t.Fatal(err)
		}
		if !got.AsStruct().Equal(schema) {
			t.Errorf("%v\n got %v\nwant %s", lines, got.AsStruct(), want)
		}
	}
	on := func(name string) map[string]string { return map[string]string{name: "true"} }
	check(nil, "struct<a:double,b:string,c:string,d:string,e:string,f:array<double>,g:struct<h:string,z:bigint>,i:array<string>,k:array<string>,"+
		"l:decimal(20,0),m:string,n:array<struct<a:bigint,b:bigint>>>",
		`{"a":1,"b":"x","c":1.5,"d":true,"e":null,"f":[1,2.5],"g":{"h":1},"i":[],"j":{},"k":[null],"l":12345678901234567890,`+
			`"m":"2024-01-01T00:00:00","n":[{"a":1},{"b":2}]}`, `{"a":2.5,"b":1,"c":"x","g":{"h":"s","z":1},"l":1,"d":1}`)
	check(nil, "struct<_corrupt_record:string,a:string,b:string>", `{"a":1}`, `{"a":[1]}`, `{"b":{"x":1}}`, `{"b":5}`, "bad")
	check(on("inferTimestamp"), "struct<a:double,t:timestamp,u:timestamp>", `{"a":1,"t":"2024-01-01","u":"2024-01-01T00:00:00Z"}`, `{"a":1.5}`)
	check(nil, "struct<a:double,b:double,c:double,d:bigint>", `{"a":12345678901234567890123456789012345678901234567890,"b":1e400,"c":NaN,"d":-0}`)
	check(on("dropFieldIfAllNull"), "struct<>", `{"e":null,"i":[],"j":{},"k":[null]}`)
	check(nil, "struct<a:double,b:string>", `[{"a":1},{"b":"x"}]`, `{"a":2.5}`)
	check(nil, "struct<_corrupt_record:string>", `"x"`, `5`)
	check(on("primitivesAsString"), "struct<a:string,b:string,c:string,d:array<string>,e:struct<f:string>>", `{"a":1,"b":true,"c":1.5,"d":[1,2],"e":{"f":1}}`)
	check(on("prefersDecimal"), "struct<a:decimal(2,1),b:decimal(3,1),c:decimal(31,1),d:bigint>",
		`{"a":1.5,"b":1.25e1,"c":123456789012345678901234567890.5,"d":1}`)
}
