package conformance

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/weirstream/weir"
)

// Time windows over tables give what a real Spark gave (S100-S104).
func TestWindowsOfTables(t *testing.T) {
	const rows = " FROM VALUES ('a', TIMESTAMP'2024-01-01 00:00:00', 1), ('a', TIMESTAMP'2024-01-01 00:02:00', 2), " +
		"('a', TIMESTAMP'2024-01-01 00:05:00', 3), ('b', NULL, 4) AS t(k, ts, v)"
	two := []string{"[{2024-01-01 00:00:00, 2024-01-01 00:04:00} 2]", "[{2024-01-01 00:05:00, 2024-01-01 00:07:00} 1]"}
	tests := []struct {
		name, sql string
		want      []string
		condition string
	}{
		{"sessions that touch are one", "SELECT CAST(session_window AS STRING), count(*)" + rows + " GROUP BY k, session_window(ts, '2 minutes')", two, ""},
		{"sessions without another key", "SELECT CAST(session_window AS STRING), count(*)" + rows + " GROUP BY session_window(ts, '2 minutes')", two, ""},
		{"a gap of type INTERVAL", "SELECT CAST(session_window AS STRING), count(*)" + rows +
			" GROUP BY session_window(ts, CAST('2 minutes' AS INTERVAL))", two, ""},
		{"a gap of a month", "SELECT CAST(session_window AS STRING), count(*)" + rows + " GROUP BY session_window(ts, '1 month')",
			[]string{"[{2024-01-01 00:00:00, 2024-02-01 00:05:00} 3]"}, ""},
		{"a gap below zero", "SELECT count(*)" + rows + " GROUP BY session_window(ts, '-1 minutes')", nil, ""},
		{"a gap that is no interval", "SELECT count(*)" + rows + " GROUP BY session_window(ts, 'abc')", nil, ""},
		{"a gap of NULL", "SELECT count(*)" + rows + " GROUP BY session_window(ts, NULL)", nil, ""},
		{"a gap by row", "SELECT CAST(session_window AS STRING), count(*)" + rows +
			" GROUP BY session_window(ts, CASE WHEN v = 1 THEN 'abc' ELSE '1 minute' END)",
			[]string{"[{2024-01-01 00:02:00, 2024-01-01 00:03:00} 1]", "[{2024-01-01 00:05:00, 2024-01-01 00:06:00} 1]"}, ""},
		{"a session of each row", "SELECT CAST(session_window(ts, '2 minutes') AS STRING), v" + rows,
			[]string{"[{2024-01-01 00:00:00, 2024-01-01 00:02:00} 1]", "[{2024-01-01 00:02:00, 2024-01-01 00:04:00} 2]",
				"[{2024-01-01 00:05:00, 2024-01-01 00:07:00} 3]"}, ""},
		{"windows of windows", "SELECT CAST(window(w, '10 minutes') AS STRING) x, sum(n) FROM (SELECT window(ts, '2 minutes') w, count(*) n" +
			rows + " GROUP BY 1) GROUP BY window(w, '10 minutes')", []string{"[{2024-01-01 00:00:00, 2024-01-01 00:10:00} 3]"}, ""},
		{"sessions of windows", "SELECT CAST(session_window(w, '1 hour') AS STRING), count(*) FROM (SELECT window(ts, '2 minutes') w, count(*) n" +
			rows + " GROUP BY 1) GROUP BY session_window(w, '1 hour')",
			[]string{"[{2024-01-01 00:01:59.999999, 2024-01-01 01:05:59.999999} 3]"}, ""},
		{"the time of a session", "SELECT CAST(window_time(w) AS STRING), n FROM (SELECT session_window(ts, '2 minutes') w, count(*) n" +
			rows + " GROUP BY 1)", []string{"[2024-01-01 00:03:59.999999 2]", "[2024-01-01 00:06:59.999999 1]"}, ""},
		{"sliding windows", "SELECT CAST(window AS STRING), sum(v)" + rows + " GROUP BY window(ts, '4 minutes', '3 minutes', '1 minute')",
			[]string{"[{2023-12-31 23:58:00, 2024-01-01 00:02:00} 1]", "[{2024-01-01 00:01:00, 2024-01-01 00:05:00} 2]",
				"[{2024-01-01 00:04:00, 2024-01-01 00:08:00} 3]"}, ""},
		{"two kinds", "SELECT count(*)" + rows + " GROUP BY session_window(ts, '2 minutes'), window(ts, '1 minute')", nil, "_LEGACY_ERROR_TEMP_1039"},
		{"two windows", "SELECT window(ts, '2 minutes', '1 minute'), window(ts, '1 minute')" + rows, nil, "_LEGACY_ERROR_TEMP_1039"},
		{"a gap of another type", "SELECT count(*)" + rows + " GROUP BY session_window(ts, v)", nil, "_LEGACY_ERROR_TEMP_1040"},
		{"a gap of days to seconds", "SELECT count(*)" + rows + " GROUP BY session_window(ts, INTERVAL '2' MINUTE)", nil, "_LEGACY_ERROR_TEMP_1040"},
	}
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, test := range tests {
		list, err := s.SQL(test.sql).Collect(t.Context())
		var got []string
		for _, r := range list {
			got = append(got, fmt.Sprint(r))
		}
		slices.Sort(got)
		var condition string
		var failed *weir.Error
		if errors.As(err, &failed) {
			condition = failed.Condition.Name
		}
		if condition != test.condition || !slices.Equal(got, test.want) {
			t.Errorf("%s: %s\n got %v, %v\nwant %v, %s", test.name, test.sql, got, err, test.want, test.condition)
		}
	}
}
