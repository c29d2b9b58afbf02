package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

// keyTypes are keys that differ in what equal means: the values are texts of SQL, two
// of which are one key if the numbers beneath are equal.
var keyTypes = []struct {
	name, kind string
	values     []string
	keys       []int
}{
	{"boolean", "BOOLEAN", []string{"true", "false", "NULL"}, []int{0, 1, 2}},
	{"tinyint", "TINYINT", []string{"127", "-128", "NULL", "127"}, []int{0, 1, 2, 0}},
	{"bigint", "BIGINT", []string{"9223372036854775807", "-1", "0", "NULL"}, []int{0, 1, 2, 3}},
	{"float", "FLOAT", []string{"float('NaN')", "float('-0.0')", "float('0.0')", "float('Infinity')", "NULL", "float('NaN')"}, []int{0, 1, 1, 2, 3, 0}},
	{"double", "DOUBLE", []string{"double('NaN')", "double('-0.0')", "double('0.0')", "double('-Infinity')", "NULL", "double('NaN')"}, []int{0, 1, 1, 2, 3, 0}},
	{"decimal", "DECIMAL(10,2)", []string{"1.10", "1.1", "-1.1", "0", "NULL"}, []int{0, 0, 1, 2, 3}},
	{"wide decimal", "DECIMAL(38,10)", []string{"9999999999999999999999999999.5", "1", "1.0", "NULL"}, []int{0, 1, 1, 2}},
	{"string", "STRING", []string{"''", "'a'", "'A'", "'a '", "'\u00e4'", "'a\u0308'", "NULL", "repeat('long', 200)", "''"}, []int{0, 1, 2, 3, 4, 5, 6, 7, 0}},
	{"binary", "BINARY", []string{"X''", "X'00'", "X'0000'", "X'FF'", "NULL"}, []int{0, 1, 2, 3, 4}},
	{"date", "DATE", []string{"DATE'1969-12-31'", "DATE'0001-01-01'", "NULL", "DATE'1969-12-31'"}, []int{0, 1, 2, 0}},
	{"timestamp", "TIMESTAMP", []string{"TIMESTAMP'1969-12-31 23:59:59.999999'", "TIMESTAMP'2024-01-01 00:00:00Z'", "TIMESTAMP'2024-01-01 01:00:00+01:00'", "NULL"},
		[]int{0, 1, 1, 2}},
	{"timestamp without zone", "TIMESTAMP_NTZ", []string{"TIMESTAMP_NTZ'2024-01-01 00:00:00'", "TIMESTAMP_NTZ'1900-01-01 00:00:00'", "NULL"}, []int{0, 1, 2}},
	{"interval of time", "INTERVAL DAY TO SECOND", []string{"INTERVAL '1' DAY", "INTERVAL '24' HOUR", "INTERVAL '-1' SECOND", "NULL"}, []int{0, 0, 1, 2}},
	{"interval of months", "INTERVAL YEAR TO MONTH", []string{"INTERVAL '1' YEAR", "INTERVAL '12' MONTH", "INTERVAL '-1' MONTH", "NULL"}, []int{0, 0, 1, 2}},
	{"array", "ARRAY<INT>", []string{"array(1, 2)", "array(1)", "array(1, NULL)", "array(NULL, 1)", "CAST(array() AS ARRAY<INT>)", "NULL", "array(1, 2)"}, []int{0, 1, 2, 3, 4, 5, 0}},
	{"array of doubles", "ARRAY<DOUBLE>", []string{"array(double('NaN'))", "array(double('-0.0'))", "array(double('0.0'))", "NULL", "array(CAST(NULL AS DOUBLE))", "array(double('NaN'))"},
		[]int{0, 1, 1, 2, 3, 0}},
	{"struct", "STRUCT<a: INT, b: STRING>", []string{"named_struct('a', 1, 'b', 'x')", "named_struct('a', 1, 'b', NULL)", "named_struct('a', NULL, 'b', NULL)", "NULL",
		"named_struct('a', 1, 'b', 'x')"}, []int{0, 1, 2, 3, 0}},
	{"nested", "STRUCT<a: ARRAY<STRUCT<x: DOUBLE>>, s: STRUCT<t: STRING>>", []string{
		"named_struct('a', array(named_struct('x', double('-0.0'))), 's', named_struct('t', 'u'))",
		"named_struct('a', array(named_struct('x', double('0.0'))), 's', named_struct('t', 'u'))",
		"named_struct('a', array(named_struct('x', double('NaN'))), 's', NULL)",
		"named_struct('a', array(named_struct('x', double('NaN'))), 's', NULL)",
		"named_struct('a', NULL, 's', named_struct('t', NULL))", "NULL"}, []int{0, 0, 1, 1, 2, 3}},
}

// keyedText is a stream whose rows have the i-th of the values as their key.
func keyedText(kind string, values []string, from string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "SELECT CAST(CASE i")
	for i, v := range values {
		fmt.Fprintf(&b, " WHEN %d THEN CAST(%s AS %s)", i, v, kind)
	}
	fmt.Fprintf(&b, " END AS %s) AS k, i, at FROM %s", kind, from)
	return b.String()
}

// rowsOf are rows of all values, one after another.
func rowsOf(n int) (rows [][]any) {
	for i := range n {
		rows = append(rows, []any{i, after(10 + i)})
	}
	return rows
}

// Keys of every type: equal ones meet in a group, in a join and in a deduplication,
// over a crash, and no others do.
func TestKeysOfEveryType(t *testing.T) {
	for _, k := range keyTypes {
		t.Run(k.name, func(t *testing.T) {
			run := func(text string, mode weir.OutputMode) (*weirtest.Query, []*weirtest.Stream) {
				text, distinct := strings.CutSuffix(text, " DISTINCT")
				streams := []*weirtest.Stream{weirtest.NewStream("rawa", "i INT, at TIMESTAMP"), weirtest.NewStream("rawb", "i INT, at TIMESTAMP")}
				names := []string{"a", "b"}
				if !strings.Contains(text, "FROM a JOIN b") {
					streams, names = streams[:1], names[:1]
				}
				return weirtest.Run(t, weirtest.Job{Streams: streams, Mode: mode, Workers: 2, Define: func(s *weir.Session) *weir.DataFrame {
					for _, n := range names {
						if err := s.SQL(keyedText(k.kind, k.values, "raw"+n)).CreateOrReplaceTempView(n); err != nil {
							t.Fatal(err)
						}
					}
					if distinct {
						return s.SQL(text).DropDuplicates()
					}
					return s.SQL(text)
				}}), streams
			}
			members := map[int]int{}
			for _, key := range k.keys {
				members[key]++
			}
			var groups, pairs []string
			for i, key := range k.keys {
				if !slices.Contains(k.keys[:i], key) {
					groups = append(groups, fmt.Sprintf("%d | %t", 2*members[key], k.values[i] == "NULL"))
					if k.values[i] != "NULL" {
						pairs = append(pairs, fmt.Sprint(members[key]*members[key]))
					}
				}
			}
			q, s := run("SELECT count(*) AS n, k IS NULL AS nothing FROM a GROUP BY k", weir.Update)
			q.Add(s[0], rowsOf(len(k.values))...)
			q.UntilIdle()
			q.Rows()
			q.Kill()
			q.Restart()
			q.Add(s[0], rowsOf(len(k.values))...)
			q.Want(groups...)
			q.WantState(int64(len(members)))
			q.End()

			q, s = run("SELECT k FROM a DISTINCT", weir.Append)
			q.Add(s[0], rowsOf(len(k.values))...)
			q.UntilIdle()
			if got := q.Rows(); len(got) != len(members) {
				t.Errorf("deduplication gives %q, want %d rows", got, len(members))
			}
			q.Kill()
			q.Restart()
			q.Add(s[0], rowsOf(len(k.values))...)
			q.Want()
			q.End()

			q, s = run("SELECT a.i, b.i FROM a JOIN b ON a.k = b.k", weir.Append)
			q.Add(s[0], rowsOf(len(k.values))...)
			q.Want()
			q.Kill()
			q.Restart()
			q.Add(s[1], rowsOf(len(k.values))...)
			q.UntilIdle()
			met := map[int]int{}
			for _, row := range q.Rows() {
				var i, j int
				if _, err := fmt.Sscanf(row, "%d | %d", &i, &j); err != nil {
					t.Fatal(err)
				}
				if k.keys[i] != k.keys[j] {
					t.Errorf("%s met %s", k.values[i], k.values[j])
				}
				met[k.keys[i]]++
			}
			var got []string
			for _, n := range met {
				got = append(got, fmt.Sprint(n))
			}
			slices.Sort(got)
			slices.Sort(pairs)
			if !slices.Equal(got, pairs) {
				t.Errorf("the join gives %v pairs by key, want %v", got, pairs)
			}
		})
	}
}

// Rows that are late or have no event time: each operator drops and counts the
// first, and what it does with the second does not depend on when they come.
func TestLateAndNullEventTimes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		first      []string // at once
		rows       []string // once the end of time has come
		dropped    int64
	}{
		{"windows", "SELECT window.start AS s, count(*) AS n FROM a GROUP BY window(at, '10 seconds')", nil, []string{"2024-01-01 00:00:00 | 2", "2024-01-01 00:00:40 | 1"}, 1},
		{"sessions", "SELECT session_window.start AS s, k, count(*) AS n FROM a GROUP BY session_window(at, '10 seconds'), k", nil,
			[]string{"2024-01-01 00:00:01 | x | 2", "2024-01-01 00:00:40 | x | 1"}, 2},
		{"times", "SELECT at, count(*) AS n FROM a GROUP BY at", nil,
			[]string{"2024-01-01 00:00:01 | 1", "2024-01-01 00:00:02 | 1", "2024-01-01 00:00:40 | 1"}, 2},
		{"deduplication", "SELECT k, at FROM a DISTINCT", []string{"x | 2024-01-01 00:00:01", "x | 2024-01-01 00:00:02", "x | null"},
			[]string{"x | 2024-01-01 00:00:40", "x | 2024-01-01 00:16:40"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := weirtest.NewStream("raw", "k STRING, at TIMESTAMP")
			q := weirtest.Run(t, weirtest.Job{Streams: []*weirtest.Stream{in}, Define: func(s *weir.Session) *weir.DataFrame {
				if err := s.Table("raw").WithWatermark("at", 5*time.Second).CreateOrReplaceTempView("a"); err != nil {
					t.Fatal(err)
				}
				text, distinct := strings.CutSuffix(c.text, " DISTINCT")
				if distinct {
					return s.SQL(text).DropDuplicates()
				}
				return s.SQL(text)
			}})
			var dropped int64
			count := func() {
				for _, p := range q.Progress() {
					for _, op := range p.StateOperators {
						dropped += op.RowsDropped
					}
				}
			}
			q.Add(in, []any{"x", after(1)}, []any{"x", nil}, []any{"x", after(2)})
			q.Want(c.first...)
			q.Add(in, []any{"x", after(40)}, []any{"x", nil})
			q.UntilIdle()
			rows := q.Rows()
			count()
			q.Crash()
			q.Restart()
			q.Add(in, []any{"x", after(3)}, []any{"x", after(4)}, []any{"x", nil})
			q.Add(in, []any{"x", after(1000)})
			q.UntilIdle()
			count()
			rows = slices.Sorted(slices.Values(append(rows, q.Rows()...)))
			if !slices.Equal(rows, c.rows) {
				t.Errorf("rows %q, want %q", rows, c.rows)
			}
			if dropped != c.dropped {
				t.Errorf("%d rows were dropped, want %d", dropped, c.dropped)
			}
		})
	}
}
