package conformance

import (
	"strings"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

// TestCollations asks what a real Spark was asked about texts with collations. All must be
// equal; docs/DIFFERENCES.md says what was left out.
func TestCollations(t *testing.T) {
	cases := readCases(t, "testdata/collations.jsonl")
	failures := replayAll(t, cases)
	for _, c := range cases {
		if wrong := failures[c.line]; wrong != "" {
			t.Errorf("testdata/collations.jsonl:%d: %s\n\t%s", c.line, c.SQL, wrong)
		}
	}
}

// Groups of a stream are equal by their collation, bear the spelling that came first, and
// do so after a restart.
func TestCollatedGroupsOfAStream(t *testing.T) {
	words := weirtest.NewStream("words", "word STRING, n INT")
	q := weirtest.Run(t, weirtest.Job{
		Streams: []*weirtest.Stream{words},
		Mode:    weir.Complete,
		Define: func(s *weir.Session) *weir.DataFrame {
			return s.SQL("SELECT w, count(*) AS c, max(w) AS m FROM (SELECT word COLLATE UTF8_LCASE_RTRIM AS w, n FROM words) GROUP BY w")
		},
	})
	q.Add(words, []any{"Tea", 1}, []any{"TEA ", 2}, []any{"Milk", 3}, []any{nil, 4})
	q.Want("Milk | 1 | Milk", "Tea | 2 | Tea", "null | 1 | null")
	q.Crash()
	q.Restart()
	q.Add(words, []any{"tea", 5}, []any{"milk", 6}, []any{nil, 7})
	q.Want("Milk | 2 | Milk", "Tea | 3 | Tea", "null | 2 | null")
	q.WantState(3)
}

// A deduplicated stream drops what is equal by the collation.
func TestCollatedDeduplication(t *testing.T) {
	words := weirtest.NewStream("words", "word STRING, n INT")
	q := weirtest.Run(t, weirtest.Job{
		Streams: []*weirtest.Stream{words},
		Define: func(s *weir.Session) *weir.DataFrame {
			return s.SQL("SELECT word COLLATE UTF8_LCASE AS w, n FROM words").DropDuplicates("w")
		},
	})
	q.Add(words, []any{"Tea", 1}, []any{"TEA", 2}, []any{"Milk", 3})
	q.Want("Milk | 3", "Tea | 1")
	q.Crash()
	q.Restart()
	q.Add(words, []any{"tEA", 4}, []any{"Beer", 5})
	q.Want("Beer | 5")
	q.WantState(3)
}

// A table keeps the collations of its columns.
func TestCollatedTable(t *testing.T) {
	s := session(t, weir.WithConf("spark.sql.warehouse.dir", t.TempDir()))
	for _, c := range []struct{ text, want string }{
		{"CREATE TABLE teas (name STRING COLLATE UTF8_LCASE, n INT) USING parquet", ""},
		{"INSERT INTO teas VALUES ('Oolong', 1), ('OOLONG', 2), ('Sencha', 3)", ""},
		{"SELECT lower(name) AS k, sum(n) AS n FROM teas WHERE name != 'SENCHA' GROUP BY name", "oolong | 3"},
		{"SELECT collation(name) AS c FROM teas WHERE name = 'sencha'", "SYSTEM.BUILTIN.UTF8_LCASE"},
	} {
		rows, err := weirtest.Collect(t.Context(), s.SQL(c.text))
		if err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		if got := strings.Join(rows, "; "); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}
