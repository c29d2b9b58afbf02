package json_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// statement is a line of testdata: a query and what Spark 4.3 gives for it. Rows
// are sorted by their text.
type statement struct {
	SQL    string `json:"sql"`
	Schema string `json:"schema"`
	Rows   []any  `json:"rows"`
	Error  string `json:"error"`
}

func TestAsSpark(t *testing.T) {
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, name := range []string{"spark", "edges"} {
		t.Run(name, func(t *testing.T) { compare(t, s, "testdata/"+name+".jsonl") })
	}
}

func compare(t *testing.T, s *weir.Session, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var want statement
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		got := run(t, s, want.SQL)
		if got.Error != want.Error || got.Schema != want.Schema && want.Error == "" || !reflect.DeepEqual(sorted(got.Rows), sorted(want.Rows)) {
			t.Errorf("%s\n got %s %s %v\nwant %s %s %v", want.SQL, got.Error, got.Schema, got.Rows, want.Error, want.Schema, want.Rows)
		}
	}
}

func sorted(rows []any) []any {
	slices.SortFunc(rows, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return rows
}

// run gives the answer in the form of testdata.
func run(t *testing.T, s *weir.Session, sql string) statement {
	t.Helper()
	d := s.SQL(sql)
	got := statement{SQL: sql}
	rows, err := d.Collect(t.Context())
	if err != nil {
		var f *fault.Error
		if !errors.As(err, &f) {
			t.Fatalf("%s: %v", sql, err)
		}
		got.Error = f.Condition.Name
		return got
	}
	schema, err := d.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got.Schema = schema.String()
	for _, row := range rows {
		cells := []any{}
		for i, v := range row {
			cells = append(cells, plain(t, s, v, schema.Fields[i].Type))
		}
		got.Rows = append(got.Rows, cells)
	}
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	got.Rows = nil
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// plain is a value as JSON shows it in testdata: a map is a list of pairs,
// sorted.
func plain(t *testing.T, s *weir.Session, v any, typ types.Type) any {
	list, ok := v.([]any)
	switch {
	case v == nil:
		return nil
	case typ.Kind == types.Decimal128:
		return v.(types.Decimal).Format(typ.Scale)
	case typ.Kind == types.Date:
		return string(datetime.AppendDate(nil, v.(int32)))
	case !ok:
		return v
	}
	out := []any{}
	for i, e := range list {
		switch typ.Kind {
		case types.Struct:
			out = append(out, plain(t, s, e, typ.Fields[i].Type))
		case types.Map:
			pair := e.(rowvalue.Pair)
			out = append(out, []any{plain(t, s, pair.Key, *typ.Key), plain(t, s, pair.Value, *typ.Elem)})
		default:
			out = append(out, plain(t, s, e, *typ.Elem))
		}
	}
	if typ.Kind == types.Map {
		return sorted(out)
	}
	return out
}
