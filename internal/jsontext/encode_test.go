package jsontext

import (
	"fmt"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// Rows that are read are written again as Spark writes them.
func TestEncode(t *testing.T) {
	zone, err := datetime.LoadZone("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	check := func(schema, line, want string) {
		t.Helper()
		d := mustDecoder(t, mustSchema(t, schema), Options{Zone: zone})
		if _, err := d.Decode([]byte(line)); err != nil || d.Stats().Malformed > 0 {
			t.Fatal(line, err, d.Stats())
		}
		e := NewEncoder(mustSchema(t, schema), Options{Zone: zone})
		if got := string(e.AppendBatch(nil, d.Batch())); got != want+"\n" {
			t.Errorf("got  %swant %s", got, want)
		}
	}
	all := `{"a":1,"b":2,"c":3,"d":4,"e":1.5,"f":2.25,"g":true,"h":"x\"y\\z/é\n\t\u0001` + "\x7f\u2028" + `😀","i":"AP8=","j":"2024-03-10"}`
	check("a BYTE, b SHORT, c INT, d LONG, e FLOAT, f DOUBLE, g BOOLEAN, h STRING, i BINARY, j DATE, o INT", all, all)
	check("k TIMESTAMP, l TIMESTAMP, m TIMESTAMP_NTZ, n DECIMAL(3,2)",
		`{"k":"2024-03-10 12:34:56","l":"2024-03-10 12:34:56.123456","m":"2024-03-10 12:34:56.5","n":1.50}`,
		`{"k":"2024-03-10T12:34:56.000-07:00","l":"2024-03-10T12:34:56.123-07:00","m":"2024-03-10T12:34:56.500","n":1.50}`)
	check("p ARRAY<INT>, q MAP<STRING,INT>, r STRUCT<a: INT, b: INT>, g STRUCT<x: INT>",
		`{"p":[1,null],"q":{"k":1,"l":null},"r":{"a":null,"b":1},"g":{}}`, `{"p":[1,null],"q":{"k":1,"l":null},"r":{"b":1},"g":{}}`)
	check("s INTERVAL DAY, t INTERVAL YEAR TO MONTH", `{"s":"INTERVAL '1' DAY","t":"INTERVAL '1-2' YEAR TO MONTH"}`,
		`{"s":"INTERVAL '1' DAY","t":"INTERVAL '1-2' YEAR TO MONTH"}`)
	floats := `{"a":"NaN","b":"Infinity","c":1.0E10,"d":1.0E-5,"e":1.0E7,"f":100.0,"g":1.0E21,"h":0.001,"k":1.0E16,"l":-0.0,"m":1.23456789125E8,` +
		`"n":1.7976931348623157E308,"o":4.9E-324}`
	check("a DOUBLE, b DOUBLE, c DOUBLE, d DOUBLE, e DOUBLE, f DOUBLE, g DOUBLE, h DOUBLE, k DOUBLE, l DOUBLE, m DOUBLE, n DOUBLE, o DOUBLE", floats, floats)
	check("i FLOAT, j FLOAT", `{"i":1e10,"j":0.1}`, `{"i":1.0E10,"j":0.1}`)
	check("a DECIMAL(4,2), b DECIMAL(11,10), c DECIMAL(38,0), d DECIMAL(38,18)", `{"a":10.00,"b":1E-10,"c":123456789012345678901234567890,"d":0.000000123}`,
		`{"a":10.00,"b":1E-10,"c":123456789012345678901234567890,"d":1.23000000000E-7}`)
	check("a TIMESTAMP, b TIMESTAMP, c TIMESTAMP, d DATE, e TIMESTAMP, f TIMESTAMP_NTZ",
		`{"a":"0001-01-01 00:00:00","b":"1850-01-01 00:00:00","c":"9999-12-31 23:59:59.999999","d":"0001-01-01","e":"10000-01-01 00:00:00","f":"2024-03-10 12:34:56.123456"}`,
		`{"a":"0001-01-01T00:00:00.000-07:52:58","b":"1850-01-01T00:00:00.000-07:52:58","c":"9999-12-31T23:59:59.999-08:00","d":"0001-01-01",`+
			`"e":"+10000-01-01T00:00:00.000-08:00","f":"2024-03-10T12:34:56.123"}`)
}

func TestEncodeOptions(t *testing.T) {
	b := batch.New(types.NewSchema(field("t", types.Of(types.Timestamp)), field("a", types.Of(types.Int)),
		field("m", types.MapOf(types.Of(types.Timestamp), types.Of(types.Int)))))
	b.Resize(1)
	batch.Values[int64](b.Columns[0])[0] = 1720640096500000
	b.Columns[1].SetNull(0)
	b.Columns[2].Offsets[1] = 1
	for _, c := range b.Columns[2].Children {
		c.Resize(1)
	}
	batch.Values[int64](b.Columns[2].Children[0])[0] = 1720640096500000
	batch.Values[int32](b.Columns[2].Children[1])[0] = 2
	schema := types.Schema{}
	for i, c := range b.Columns {
		schema.Fields = append(schema.Fields, field(fmt.Sprint(i), c.Type))
	}
	check := func(options map[string]string, want string) {
		t.Helper()
		o, err := ParseOptions(options, datetime.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(NewEncoder(schema, o).AppendRow(nil, b, 0)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	check(nil, `{"0":"2024-07-10T19:34:56.500Z","2":{"1720640096500000":2}}`)
	check(map[string]string{"ignoreNullFields": "false", "timeZone": "Asia/Tokyo"},
		`{"0":"2024-07-11T04:34:56.500+09:00","1":null,"2":{"1720640096500000":2}}`)
	check(map[string]string{"timestampFormat": "dd/MM/yyyy HH:mm"}, `{"0":"10/07/2024 19:34","2":{"1720640096500000":2}}`)
}
